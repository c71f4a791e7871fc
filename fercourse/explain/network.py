"""A network made ready for explanations: functional, flat, and ending in its logits."""

import contextlib
import importlib
import io
import warnings
from dataclasses import dataclass

import numpy as np

from fercourse import models
from fercourse.classifier.keras import KerasClassifier
from fercourse.errors import MissingPackageError, ModelError

# A face of 48 pixels seen through fewer than six cells shows no brow apart from an eye.
LEAST_SIDE = 6


@dataclass(frozen=True, eq=False)
class Network:
    """What the methods that look inside work with.

    Parameters
    ----------
    model : keras.Model
        Functional, without nested models; gives logits (N, C).
    """

    model: object

    @classmethod
    def of(cls, classifier, method: str) -> "Network":
        """Return the network of a classifier; raise ModelError where `method` finds none."""
        if not isinstance(classifier, KerasClassifier):
            raise ModelError(
                f"{method} needs a Keras network, not a {type(classifier).__name__}; choose "
                "occlusion or rise, which work for any classifier."
            )
        return cls(models.logits(flat(classifier.model)))

    def layer(self, name: str | None):
        """Return a layer with feature maps (H, W, channels): the one named, or the sensible one.

        That is the last one whose maps have at least `LEAST_SIDE` rows, or else the last one.

        Raises
        ------
        ModelError
            If there is no such layer, or none with feature maps.
        """
        spatial = self._spatial()
        if not spatial:
            raise ModelError(
                "This network has no convolution, so it has no feature maps to weigh; choose "
                "gradient, integrated_gradients, occlusion or rise."
            )
        if name is None:
            fine = [layer for layer in spatial if min(layer.output.shape[1:3]) >= LEAST_SIDE]
            return (fine or spatial)[-1]
        for layer in spatial:
            if layer.name == name:
                return layer
        raise ModelError(
            f"There is no layer {name!r} with feature maps; there are "
            f"{', '.join(layer.name for layer in spatial)}."
        )

    def layers_with_maps(self) -> list[str]:
        """Return the names of the layers that `layer` finds."""
        return [layer.name for layer in self._spatial()]

    def _spatial(self) -> list:
        return [layer for layer in self.model.layers if _has_maps(layer)]


def as_input(faces: np.ndarray) -> np.ndarray:
    """Return uint8 faces (N, H, W) as a network takes them: float32 (N, H, W, 1), 0 to 255."""
    return np.asarray(faces, np.float32)[..., None]


@contextlib.contextmanager
def quiet():
    """Keep from the reader what libraries warn of and print while they are used as they should be."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


def peer(name: str):
    """Return a class of tf-keras-vis, such as ``"gradcam.Gradcam"``.

    Raises
    ------
    MissingPackageError
        If tf-keras-vis or TensorFlow is not installed.
    """
    module, kind = name.split(".")
    try:
        with quiet():  # it imports from a part of SciPy that is on its way out
            return getattr(importlib.import_module(f"tf_keras_vis.{module}"), kind)
    except ImportError as error:
        raise MissingPackageError(
            "Maps of networks need TensorFlow and tf-keras-vis: pip install 'fercourse[course]'."
        ) from error


def score_of(targets: np.ndarray):
    """Return the function that picks each face's target out of the outputs (N, C)."""
    import tensorflow as tf

    return lambda outputs: tf.gather(outputs, targets, batch_dims=1)


def flat(model):
    """Return a model as a functional one in which no other model is nested.

    tf-keras-vis looks for names that a Sequential lacks, and sees no layer inside a nested model.
    A model with nested ones is copied, weights and all.
    """
    import keras

    if isinstance(model, keras.Sequential):
        model = keras.Model(model.inputs, model.outputs, name=model.name)
    if not any(isinstance(layer, keras.Model) for layer in model.layers):
        return model
    copies = []

    def copy(layer):
        if isinstance(layer, keras.Model):
            return layer
        copies.append((layer, type(layer).from_config(layer.get_config())))
        return copies[-1][1]

    def call(layer, *inputs, **options):
        return (
            inline(layer, *inputs) if isinstance(layer, keras.Model) else layer(*inputs, **options)
        )

    def inline(inner, tensor):
        # What keras.models.clone_model uses; that itself cuts a nested model off from the outer one.
        inner = keras.Model(inner.inputs[0], inner.outputs[0])
        return inner._run_through_graph(tensor, operation_fn=copy, call_fn=call)

    start = keras.Input(model.inputs[0].shape[1:], name="faces")
    whole = keras.Model(start, inline(model, start), name=model.name)
    for layer, twin in copies:
        twin.set_weights(layer.get_weights())
    return whole


def _has_maps(layer) -> bool:
    import keras

    shape = getattr(layer.output, "shape", ())
    return (
        not isinstance(layer, keras.layers.InputLayer)
        and len(shape) == 4
        and shape[-1] > 1
        and min(shape[1:3]) > 1
    )
