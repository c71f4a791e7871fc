"""Light on the face: Lambert's law, darker hollows, and the shade that features cast."""

from typing import NamedTuple

import cv2
import numpy as np

from fercourse.synth.field import Field

_GLOSS = 0.065  # of skin, which is the same for every tone


class Light(NamedTuple):
    """Where light comes from and how much.

    Parameters
    ----------
    azimuth, elevation : float
        Degrees; azimuth is positive towards the right of the picture, elevation upwards.
    strength, ambient : float
        Of the lamp and of the light from everywhere.
    """

    azimuth: float = -22.0
    elevation: float = 30.0
    strength: float = 0.80
    ambient: float = 0.38


def light_direction(light: Light) -> np.ndarray:
    """Return the unit vector towards the lamp: x right, y down, z to the viewer."""
    azimuth, elevation = np.radians((light.azimuth, light.elevation))
    return np.array(
        (
            np.sin(azimuth) * np.cos(elevation),
            -np.sin(elevation),
            np.cos(azimuth) * np.cos(elevation),
        )
    )


def light_up(
    field: Field,
    albedo: np.ndarray,
    height: np.ndarray,
    light: Light,
    direction: np.ndarray,
    view: np.ndarray,
) -> np.ndarray:
    """Return the light that leaves each texel, float32 (H, W).

    Diffuse light after Lambert, a soft gloss after Blinn (1977), and less of both in hollows.

    Parameters
    ----------
    albedo, height : ndarray, float32, shape (H, W)
    direction, view : ndarray, shape (3,)
        Towards the lamp and towards the camera, in the frame of the head.
    """
    slope = field.density / 2
    dx = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=1, scale=slope)
    dy = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=1, scale=slope)
    steep = 1 / np.sqrt(1 + dx * dx + dy * dy)

    def facing(way) -> np.ndarray:
        x, y, z = (float(value) for value in way)
        return np.maximum((z - x * dx - y * dy) * steep, 0)

    half = (direction + view) / np.linalg.norm(direction + view)
    gloss = facing(half) ** 2
    gloss = gloss * gloss * gloss * gloss
    around = cv2.blur(height, (2 * int(0.13 * field.density) + 1,) * 2)
    hollow = np.clip(1 - 2.0 * (around - height), 0.3, 1.06)
    seen = _not_shaded(field, height, direction)
    diffuse = light.ambient * hollow + light.strength * facing(direction) * seen * np.sqrt(hollow)
    shine = np.minimum(4 * albedo, 1)  # hair and eyes are darker than any skin, and dull
    return albedo * diffuse + (_GLOSS * light.strength) * gloss * seen * hollow * shine


def _not_shaded(field: Field, height: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Return 1 where the lamp is seen and less where the face itself stands in the way."""
    lx, ly, lz = (float(value) for value in direction)
    blocked = np.zeros_like(height)
    side = max(np.hypot(lx, ly), 1e-6)
    if side < 0.2:
        return np.ones_like(height)
    for distance in (0.07, 0.14, 0.22, 0.32, 0.45):
        shift = np.float32([[1, 0, -lx / side * distance * field.density],
                            [0, 1, -ly / side * distance * field.density]])  # fmt: skip
        ahead = cv2.warpAffine(height, shift, height.shape[::-1], flags=cv2.INTER_LINEAR,
                               borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
        np.maximum(blocked, ahead - height - lz / side * distance, out=blocked)
    return 1 - 0.60 * np.clip(blocked / 0.07, 0, 1)
