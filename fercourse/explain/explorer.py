"""A panel in which a map follows what one changes on a drawn face."""

import cv2
import numpy as np

from fercourse import plots, synth
from fercourse.classifier import as_classifier
from fercourse.classifier.keras import KerasClassifier
from fercourse.emotions import ACTION_UNITS, CLASSES, PROTOTYPES
from fercourse.errors import FercourseError
from fercourse.explain.network import Network
from fercourse.explain.saliency import METHODS, saliency

_PREDICTED = "the predicted one"
_ZOOM = 6
_PEOPLE = 100


def explorer(model, *, classes: tuple[str, ...] = CLASSES):
    """Return a panel to choose face, class, method and layer, and to move an action unit.

    Introduced in notebook 05.

    Parameters
    ----------
    model : anything that `as_classifier` takes
    classes : tuple of str
        The words of a bare Keras model's classes.

    Returns
    -------
    ipywidgets.VBox
    """
    import ipywidgets as widgets

    classifier = as_classifier(model, classes)
    named = {f"AU{code} {unit.name}": code for code, unit in ACTION_UNITS.items()}
    controls = {
        "person": widgets.IntSlider(0, 0, _PEOPLE - 1, description="person"),
        "expression": widgets.Dropdown(options=list(CLASSES), value="happy", description="shows"),
        "unit": widgets.Dropdown(options=named, value=12, description="move"),
        "intensity": widgets.FloatSlider(0.8, min=0, max=1, step=0.1, description="to"),
        "target": widgets.Dropdown(
            options=[_PREDICTED, *classifier.classes], description="explain"
        ),
        "method": widgets.Dropdown(options=methods_for(classifier), description="by"),
        "layer": widgets.Dropdown(options=_layers(classifier), description="layer"),
    }
    for one in controls.values():
        one.continuous_update = False
    picture, words = widgets.Image(format="png"), widgets.HTML()

    def update(_=None):
        chosen = {name: one.value for name, one in controls.items()}
        picture.value, words.value = look(classifier, **chosen)

    for one in controls.values():
        one.observe(update, names="value")
    update()
    return widgets.VBox([widgets.HBox([widgets.VBox(list(controls.values())), picture]), words])


def methods_for(classifier) -> list[str]:
    """Return the methods that a classifier allows, the quick ones first."""
    network = isinstance(classifier, KerasClassifier)
    return [name for name, method in METHODS.items() if network or not method.network]


def look(classifier, *, person, expression, unit, intensity, target, method, layer):
    """Return a face with its map, as a PNG file, and a sentence on what was predicted."""
    units = dict.fromkeys(PROTOTYPES[expression][0], 0.8) | {unit: intensity}
    face = synth.draw_face(units, identity=person, size=48).images
    (row,) = classifier.predict_proba(face)
    best = classifier.classes[int(row.argmax())]
    options = {"layer": layer} if layer and "cam" in method else {}
    try:
        wanted = None if target == _PREDICTED else target
        (values,) = saliency(classifier, face, method, wanted, **options).values
    except FercourseError as error:
        return _png(np.repeat(face[0][..., None], 3, axis=2)), str(error)
    both = np.hstack([np.repeat(face[0][..., None], 3, axis=2), plots.laid_over(face[0], values)])
    return _png(both), f"Predicted: {best}, with probability {row.max():.2f}."


def _layers(classifier) -> list[tuple[str, str | None]]:
    if not isinstance(classifier, KerasClassifier):
        return [("none", None)]
    network = Network.of(classifier, "explorer")
    return [("the sensible one", None), *((name, name) for name in network.layers_with_maps())]


def _png(image: np.ndarray) -> bytes:
    large = cv2.resize(image, None, fx=_ZOOM, fy=_ZOOM, interpolation=cv2.INTER_NEAREST)
    return cv2.imencode(".png", cv2.cvtColor(large, cv2.COLOR_RGB2BGR))[1].tobytes()
