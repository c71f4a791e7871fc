"""What is inside a network: its first filters, its feature maps, and what excites a class most."""

import numpy as np

from fercourse.classifier import as_classifier
from fercourse.emotions import CLASSES
from fercourse.errors import ModelError
from fercourse.explain.network import Network, as_input, peer, quiet
from fercourse.explain.saliency import resolve_targets

# What a gray level of difference between neighbors costs, in logits.
_SMOOTHNESS = 0.3


def first_filters(model) -> np.ndarray:
    """Return the filters of a network's first convolution: float32 (filters, height, width).

    Introduced in notebook 05.

    Raises
    ------
    ModelError
        If the network has no convolution that sees the gray levels.
    """
    network = Network.of(as_classifier(model), "first_filters")
    for layer in network.model.layers:
        kernel = getattr(layer, "kernel", None)
        if kernel is not None and len(kernel.shape) == 4:
            return np.moveaxis(np.asarray(kernel), -1, 0).mean(axis=-1)
    raise ModelError("This network has no convolution, so it has no filters to show.")


def feature_maps(model, face: np.ndarray, layer: str | None = None) -> np.ndarray:
    """Return what a layer makes of one face: float32 (channels, height, width).

    Introduced in notebook 05.

    Parameters
    ----------
    model : Keras model or KerasClassifier
    face : ndarray, uint8, shape (H, W)
    layer : str, optional
        A layer with feature maps; by default the one that the CAMs take.
    """
    import keras

    network = Network.of(as_classifier(model), "feature_maps")
    chosen = network.layer(layer)
    part = keras.Model(network.model.inputs[0], chosen.output)
    return np.moveaxis(part.predict_on_batch(as_input(face[None]))[0], -1, 0)


def activation_maximization(
    model, target, *, steps: int = 100, seed: int = 0, classes: tuple[str, ...] = CLASSES
) -> np.ndarray:
    """Return a picture that excites a class as much as a picture can: uint8 (H, W).

    Erhan, Bengio, Courville and Vincent (2009), by tf-keras-vis: from a gray picture with a little
    noise up the gradient of the logit. Against the noise that would excite it most, the picture is
    moved by up to two pixels before each step, and neighbors that differ cost (total variation;
    Mahendran and Vedaldi, 2015).

    Parameters
    ----------
    model : Keras model or KerasClassifier
    target : str or int
        The class.
    steps : int
    seed : int
        Of the noise and of the moves.
    classes : tuple of str
        The words of a bare Keras model's classes.

    Raises
    ------
    ModelError
        If the model is no network, or has no such class.
    """
    import tensorflow as tf

    classifier = as_classifier(model, classes)
    network = Network.of(classifier, "activation_maximization")
    shape = network.model.inputs[0].shape[1:]
    gray = np.full((1, *shape[:2]), 128, np.uint8)
    index = int(resolve_targets(classifier, gray, target)[0])
    rng = np.random.default_rng(seed)

    at = np.zeros(2, int)

    def move(picture):
        """Move the picture to another place up to two pixels from where it belongs."""
        nonlocal at
        before, at = at, rng.integers(-2, 3, 2)
        return tf.roll(picture, (at - before).tolist(), axis=(1, 2))

    with quiet():
        found = peer("activation_maximization.ActivationMaximization")(network.model)(
            lambda outputs: outputs[:, index],
            seed_input=as_input(gray) + rng.normal(0, 4, (1, *shape)).astype(np.float32),
            input_modifiers=[move],
            regularizers=[peer("activation_maximization.TotalVariation2D")(weight=_SMOOTHNESS)],
            steps=steps,
            optimizer=tf.optimizers.Adam(4.0),
        )
    picture = np.roll(np.asarray(found)[0, ..., 0], -at, axis=(0, 1))
    return np.clip(picture + 0.5, 0, 255).astype(np.uint8)
