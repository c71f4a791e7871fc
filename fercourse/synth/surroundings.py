"""What stands around a face: the background and the body."""

import cv2
import numpy as np


def draw_background(size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return a blurred, meaningless background, float32 `size`, about 0 to 1."""
    level, contrast = rng.uniform(0.15, 0.85), rng.uniform(0.0, 0.22)
    coarse = int(rng.integers(2, 6))
    blobs = rng.standard_normal((coarse, coarse), np.float32)
    blobs = cv2.resize(blobs, size[::-1], interpolation=cv2.INTER_CUBIC)
    return np.clip(level + contrast * blobs, 0.02, 1.0).astype(np.float32)
