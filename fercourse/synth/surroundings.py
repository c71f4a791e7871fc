"""What stands around a face: the background, the neck and the clothes."""

import cv2
import numpy as np

from fercourse.synth.field import cut_grain
from fercourse.synth.light import Light
from fercourse.synth.pose import Pose, project


def draw_background(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return a meaningless, mostly blurred background, float32 `size`, about 0 to 1."""
    level, contrast = rng.uniform(0.05, 0.8), rng.uniform(0.0, 0.25)
    coarse = int(rng.integers(2, 7))
    blobs = rng.standard_normal((coarse, coarse), np.float32)
    scene = level + contrast * cv2.resize(blobs, size[::-1], interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.4:
        x, y = np.arange(size[1])[None, :], np.arange(size[0])[:, None]
        angle, place = rng.uniform(0, np.pi), rng.uniform(0.1, 0.9) * max(size)
        edge = np.cos(angle) * x + np.sin(angle) * y - place
        scene = scene + rng.normal(0, 0.25) * np.clip(edge / rng.uniform(1, 8), 0, 1)
    scene = scene + rng.uniform(0, 0.04) * cut_grain("skin", size, rng, max(1.0, size[0] / 48))
    return np.clip(scene, 0.02, 1.0).astype(np.float32)


def plain_background(size: int) -> np.ndarray:
    """Return a gray studio wall, lighter towards its middle, float32 (size, size)."""
    at = np.linspace(-1, 1, size, dtype=np.float32)
    return 0.42 - 0.12 * (at[:, None] ** 2 + at**2)


def add_body(
    picture: np.ndarray,
    pose: Pose,
    light: Light,
    skin: float,
    chin: float,
    rng: np.random.Generator,
) -> None:
    """Put a neck and shoulders on a picture, in place; they do not turn with the head.

    Parameters
    ----------
    skin : float
        Albedo of the skin.
    chin : float
        y of the chin at rest, in half face widths; who has a long face has a thick neck.
    """
    top = project(np.array((0.0, chin - 0.3, 0.1)), pose)
    base = np.array((pose.x, pose.y + 2.0 * pose.scale))
    wide = pose.scale * (0.37 * chin + rng.uniform(-0.05, 0.08))
    cloth, collar = rng.uniform(0.04, 0.9), rng.uniform(1.45, 1.8)
    slope, dip = rng.uniform(0.2, 0.4), rng.uniform(-0.1, 0.9)
    wide_shoulders = rng.uniform(1.6, 2.0)
    y, x = np.ogrid[: picture.shape[0], : picture.shape[1]]
    along = np.clip((y - top[1]) / max(base[1] - top[1], 1.0), 0, 1.5)
    across = (x - top[0] - along * (base[0] - top[0])) / (wide * (1 + 0.12 * along**2))
    tilt = np.sin(np.radians(light.azimuth))
    round_ = np.clip(0.75 * np.sqrt(np.clip(1 - across**2, 0, 1)) + 0.6 * tilt * across, 0, 1)
    under_chin = 0.68 + 0.24 * np.clip(along, 0, 1)
    neck = skin * under_chin * (0.8 * light.ambient + light.strength * round_)
    cover = np.clip((1 - np.abs(across)) * wide + 0.5, 0, 1) * (y > top[1])
    picture += (neck - picture) * cover
    away = np.abs(x - base[0]) / pose.scale
    edge = (
        (y - pose.y) / pose.scale
        - collar
        - dip * np.clip(0.6 - away, 0, 1)
        - slope * np.clip(away - 0.6, 0, None)
        - 3.0 * np.clip(away - wide_shoulders, 0, None) ** 2
    )
    folds = 1 + 0.10 * cut_grain("clouds", picture.shape, rng, max(1.0, picture.shape[0] / 48))
    lit = cloth * folds * (light.ambient + 0.6 * light.strength)
    picture += (lit - picture) * np.clip(edge * pose.scale + 0.5, 0, 1)
