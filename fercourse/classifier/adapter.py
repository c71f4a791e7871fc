"""The one way from any model to a classifier."""

from pathlib import Path

from fercourse.classifier.files import load_classifier
from fercourse.classifier.keras import KerasClassifier, is_network
from fercourse.classifier.protocol import Classifier
from fercourse.classifier.sklearn import SklearnClassifier
from fercourse.emotions import CLASSES
from fercourse.errors import ModelError


def as_classifier(model, classes: tuple[str, ...] = CLASSES) -> Classifier:
    """Return a model as a classifier.

    Parameters
    ----------
    model : Classifier, keras.Model, fitted scikit-learn estimator, or path
        A scikit-learn estimator must have been fitted on uint8 faces of shape (N, H, W), with
        indices into `classes` as labels. A network takes float32 (N, H, W, 1) holding 0 to 255
        and ends in a softmax. A path is what `load_classifier` takes.
    classes : tuple of str
        The words of the classes; a `Classifier` and a file already carry their own.

    Returns
    -------
    Classifier
        ``predict_proba(faces)`` takes uint8 (N, H, W) and gives float32 (N, C).

    Raises
    ------
    ModelError
        If the model is of no known kind, is not fitted, gives no probabilities, or knows labels
        outside `classes`; if a file cannot be read or trusted.
    """
    if isinstance(model, Classifier) and not isinstance(model, type):
        return model
    if isinstance(model, str | Path):
        return load_classifier(model, classes)
    if isinstance(model, type):
        raise ModelError(
            f"{model.__name__} is a class, not a model; make one with {model.__name__}(), and fit it."
        )
    if is_network(model):
        return KerasClassifier(model, classes)
    if hasattr(model, "fit") and hasattr(model, "get_params"):
        return SklearnClassifier(model, classes)
    raise ModelError(
        f"A {type(model).__name__} is no model that fercourse knows; give a Keras model, a "
        "fitted scikit-learn estimator, an object with classes and predict_proba, or the path of a model file."
    )
