import numpy as np
import pytest

from fercourse import emotions, synth
from fercourse.datasets.faceset import FaceSet


@pytest.fixture(scope="session")
def drawn():
    """Drawn faces of all classes, with their truth."""
    drawing = synth.draw(140, seed=3, variant="easy")
    return FaceSet(
        drawing.images,
        drawing.labels,
        emotions.CLASSES,
        drawing.table,
        truth={
            "action_units": drawing.action_units,
            "regions": drawing.regions,
            "landmarks": drawing.landmarks,
        },
        action_unit_names=synth.ACTION_UNIT_NAMES,
    )


class CornerClassifier:
    """Says "happy" the surer, the brighter the upper left 6x6 pixels are; sees nothing else."""

    classes = emotions.CLASSES

    def predict_proba(self, faces):
        bright = faces[:, :6, :6].mean(axis=(1, 2)) / 255
        probabilities = np.repeat((1 - bright)[:, None] / 6, 7, axis=1)
        probabilities[:, 3] = bright
        return probabilities.astype(np.float32)


@pytest.fixture(scope="session")
def corner():
    return CornerClassifier()


@pytest.fixture(scope="session")
def marked(drawn):
    """Faces with a white square in the upper left corner."""
    faces = drawn.images[:12].copy()
    faces[:, :6, :6] = 255
    return faces


@pytest.fixture(scope="session")
def tiny():
    pytest.importorskip("tensorflow")
    from fercourse import models

    return models.build("tiny", seed=1)
