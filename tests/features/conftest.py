import numpy as np
import pytest

from fercourse import synth


@pytest.fixture(scope="session")
def drawn():
    return synth.draw(60, seed=1)


@pytest.fixture(scope="session")
def mixed(drawn):
    """Drawn faces, noise, and what is hard for descriptors: even areas, extremes, an edge."""
    noise = np.random.default_rng(0).integers(0, 256, (6, 48, 48), dtype=np.uint8)
    hard = np.zeros((5, 48, 48), np.uint8)
    hard[1] = 255
    hard[2] = 97
    hard[3, :, 24:] = 255
    hard[4, 10:20, 10:20] = noise[0, :10, :10] // 64 * 64
    return np.concatenate([drawn.images[:10], noise, hard])
