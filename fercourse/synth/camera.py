"""What a camera makes of light: exposure, blur, noise, compression."""

from typing import NamedTuple

import cv2
import numpy as np


class Camera(NamedTuple):
    """A camera.

    Parameters
    ----------
    exposure : float
        Factor of brightness, on top of what the camera measures.
    metering : float
        How far the camera brings the middle of the picture to medium gray: 0 not, 1 wholly.
    gamma : float
        Exponent of the tone curve; 1 leaves gray levels as they are.
    resolution : float
        Share of the rows and columns that the camera tells apart, 0 to 1.
    blur : float
        Standard deviation in pixels.
    noise : float
        Standard deviation in gray levels.
    jpeg : int
        Quality 1 to 100; 0 saves without loss.
    """

    exposure: float = 1.0
    gamma: float = 1.0
    resolution: float = 1.0
    blur: float = 0.0
    noise: float = 0.0
    jpeg: int = 0
    metering: float = 0.6


def take(picture: np.ndarray, camera: Camera, rng: np.random.Generator) -> np.ndarray:
    """Return the photo of a picture of light (float32, about 0 to 1) as uint8."""
    if camera.resolution < 1:
        small = cv2.resize(
            picture, None, fx=camera.resolution, fy=camera.resolution, interpolation=cv2.INTER_AREA
        )
        picture = cv2.resize(small, picture.shape[::-1], interpolation=cv2.INTER_LINEAR)
    if camera.blur > 0.1:
        picture = cv2.GaussianBlur(picture, (0, 0), camera.blur)
    rows, columns = (slice(side // 4, -(side // 4)) for side in picture.shape)
    measured = float(picture[rows, columns].mean())
    exposure = camera.exposure * (0.54 / max(measured, 0.05)) ** camera.metering
    picture = np.clip(picture * exposure, 0, None)
    picture = np.where(picture > 0.8, 0.8 + 0.2 * np.tanh((picture - 0.8) / 0.2), picture)
    picture = 255 * picture**camera.gamma
    if camera.noise:
        picture = picture + camera.noise * rng.standard_normal(picture.shape, np.float32)
    photo = np.clip(picture + 0.5, 0, 255).astype(np.uint8)
    if not camera.jpeg:
        return photo
    _, coded = cv2.imencode(".jpg", photo, (cv2.IMWRITE_JPEG_QUALITY, camera.jpeg))
    return cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE)
