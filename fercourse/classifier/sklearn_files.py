"""Scikit-learn classifiers as files: skops, never pickle, and nothing in a file is trusted."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import skops.io

from fercourse.classifier.sklearn import SklearnClassifier
from fercourse.classifier.trust import OWN_TYPES, check_contents, estimators_in, foreign_types
from fercourse.errors import FercourseError, ModelError
from fercourse.features.base import Descriptor
from fercourse.whole import whole_file

FORMAT = "fercourse classifier 1"
MOST_BYTES = 2 * 1024**3
MOST_SCHEMA_BYTES = 64 * 1024**2
LARGEST_FACE = 1024
# Trusting the list of this package makes skops build these; scikit-learn's trees among them,
# since `check_contents` examines them before they are used.
TRUSTED = sorted(OWN_TYPES | {"sklearn.tree._tree.Tree", "sklearn.frozen._frozen.FrozenEstimator",
                              "sklearn.calibration._CalibratedClassifier",
                              "sklearn.calibration._SigmoidCalibration"})  # fmt: skip


def save(model, path: Path, classes: tuple[str, ...]) -> Path:
    """Write a fitted scikit-learn classifier, as `save_classifier` does for this kind."""
    if not isinstance(model, SklearnClassifier) and not hasattr(model, "get_params"):
        raise ModelError(
            f"A .skops file holds a scikit-learn estimator, not a {type(model).__name__}."
        )
    if not isinstance(model, SklearnClassifier):
        model = SklearnClassifier(model, classes)
    content = {
        "format": FORMAT,
        "classes": list(model.classes),
        "face_shape": [int(side) for side in _face_shape(model.estimator)],
        "estimator": model.estimator,
    }
    try:
        written = skops.io.dumps(content)
    except Exception as error:
        raise ModelError(f"This {type(model.estimator).__name__} cannot be written.") from error
    _refuse_foreign(_schema(written), "The model cannot be saved: it holds")
    try:
        with whole_file(path) as fresh:
            fresh.write_bytes(written)
    except OSError as error:
        raise ModelError(f"{path} cannot be written: {error.strerror}.") from error
    return path


def load(path: Path, classes: tuple[str, ...]) -> SklearnClassifier:
    """Read a scikit-learn classifier, as `load_classifier` does; the file names its own classes.

    Only a fixed list of types of fercourse and scikit-learn is built from a file, and no code of
    the file is run.
    """
    try:
        written = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from error
    try:
        _refuse_foreign(_schema(written), f"{path.name} is not trusted: it holds")
        content = skops.io.loads(written, trusted=TRUSTED)
        return _working(content)
    except FercourseError as error:
        raise ModelError(f"{path.name}: {error}") from error
    # Whatever is wrong in a file that somebody made up, the answer is the same.
    except Exception as error:
        raise ModelError(
            f"{path.name} is no classifier of fercourse, or it is damaged; make it again with "
            "save_classifier."
        ) from error


def _schema(written: bytes):
    with zipfile.ZipFile(io.BytesIO(written)) as parts:
        if sum(part.file_size for part in parts.infolist()) > MOST_BYTES:
            raise ModelError("The model is larger than 2 GB.")
        if parts.getinfo("schema.json").file_size > MOST_SCHEMA_BYTES:
            raise ModelError("The model has too many parts.")
        return json.loads(parts.read("schema.json"))


def _refuse_foreign(schema, words: str) -> None:
    foreign = sorted(foreign_types(schema))
    if foreign:
        raise ModelError(f"{words} {', '.join(foreign[:3])}; fercourse's list has no such type.")


def _working(content) -> SklearnClassifier:
    """Return the classifier of a file's content after trying it on one gray face."""
    if content["format"] != FORMAT:
        raise ModelError(f"The file says {content['format']!r}, not {FORMAT!r}.")
    height, width = content["face_shape"]
    if not 1 <= height <= LARGEST_FACE >= width >= 1:
        raise ModelError(f"The file's faces would have {width}x{height} pixels.")
    estimator, face = content["estimator"], np.full((1, height, width), 128, np.uint8)
    for part in estimators_in(estimator):
        if hasattr(part, "n_jobs"):
            part.n_jobs = None
        if isinstance(part, Descriptor) and hasattr(part, "face_shape_"):
            # Descriptors learn nothing but check their settings when they are fitted.
            part.fit(face)
    check_contents(estimator)
    classes = tuple(content["classes"])
    if not classes or not all(isinstance(name, str) for name in classes):
        raise ModelError("The file names no classes.")
    classifier = SklearnClassifier(estimator, classes)
    probabilities = classifier.predict_proba(face)
    if not np.isfinite(probabilities).all():
        raise ModelError("The model gives no probabilities.")
    return classifier


def _face_shape(estimator) -> tuple[int, int]:
    """Return the size of the faces that a model was fitted on, as far as one of its parts knows."""
    shapes = (getattr(part, "face_shape_", None) for part in estimators_in(estimator))
    return next((shape for shape in shapes if shape), (48, 48))
