"""The registry of networks, and what all of them have in common."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from inspect import signature
from numbers import Integral

from fercourse.backend import import_keras
from fercourse.errors import ModelError

SIDE = 48
MODELS = {
    "tiny": "three convolutions; trains in seconds",
    "four_block": "four blocks of convolution and two dense layers",
    "mini_xception": "depthwise separable and residual (Arriaga et al., 2017)",
    "vgg": "eight convolutions (Khaireddin and Chen, 2021)",
    "resnet18": "residual, with the stem for small pictures (He et al., 2016)",
    "ecnn": "two levels: take the background away, filter, then classify",
    "attention_cnn": "weighs its channels (Hu et al., 2018) and places (Woo et al., 2018)",
    "edge_net": "plain convolutions under 200,000 parameters, made for INT8",
    "transfer": "a backbone of Keras applications, pretrained where weights are named",
}
# What is done to the gray levels inside the network, by a layer of fercourse.models.layers.
PREPROCESSING = {
    "none": None,
    "histogram_equalization": "HistogramEqualization",
    "denoising": "Denoising",
    "edges": "Edges",
    "background_removal": "BackgroundRemoval",
}
MOST_CLASSES = 1000


def build(
    name: str,
    classes: int | tuple[str, ...] = 7,
    preprocessing: str = "none",
    seed: int | None = None,
    **options,
):
    """Return a network that is not trained yet.

    Parameters
    ----------
    name : str
        One of `MODELS`.
    classes : int or tuple of str
        How many classes there are, or their names.
    preprocessing : str
        One of `PREPROCESSING`: what is done to the gray levels inside the network first.
    seed : int, optional
        Of the initial weights and of dropout; the same seed gives the same network.
    **options
        Of this architecture, as its ``network`` function names them.

    Returns
    -------
    keras.Model
        Functional. It takes float32 (N, 48, 48, 1) holding 0 to 255; its last two layers are named
        ``"logits"`` (linear) and ``"probabilities"`` (softmax).

    Raises
    ------
    ModelError
        If there is no such network, preprocessing or option, or fewer than two classes.
    """
    _check_choice("network", name, MODELS)
    _check_choice("preprocessing", preprocessing, PREPROCESSING)
    count = _count(classes)
    keras = import_keras()
    network = import_module(f"fercourse.models.{name}").network
    for option in options:
        _check_choice(f"option of {name}", option, [*signature(network).parameters][2:])
    with _seeded(seed):
        faces = keras.Input((SIDE, SIDE, 1), name="faces")
        scores = network(_prepared(faces, preprocessing), count, **options)
        probabilities = keras.layers.Activation("softmax", name="probabilities")(scores)
        return keras.Model(faces, probabilities, name=name)


def logits(model):
    """Return the same network, sharing its weights, that ends before the softmax.

    Parameters
    ----------
    model : keras.Model
        A model with a layer named ``"logits"``, or one that ends in a softmax: a layer of its own,
        or the activation of its last layer, which is then copied without it.

    Returns
    -------
    keras.Model
        It gives float32 (N, C) logits.

    Raises
    ------
    ModelError
        If the model has neither.
    """
    keras = import_keras()
    scores = _before_softmax(model) if isinstance(model, keras.Model) else None
    if scores is None:
        raise ModelError(
            "This model has no layer named 'logits' and does not end in a softmax; build it with "
            "fercourse.models.build, or name its last layer before the probabilities so."
        )
    source = model.inputs if isinstance(model, keras.Sequential) else model.input
    return keras.Model(source, scores, name=f"{model.name}_logits")


def _before_softmax(model):
    """Return the tensor that a model takes the softmax of, or None where there is no softmax."""
    import keras

    layers = {layer.name: layer for layer in model.layers}
    if "logits" in layers:
        return layers["logits"].output
    last = model.layers[-1] if model.layers else None
    softmax = getattr(last, "activation", None) is keras.activations.softmax
    if isinstance(last, keras.layers.Softmax) or (softmax and not last.weights):
        return last.input
    if not softmax:
        return None
    linear = type(last).from_config({**last.get_config(), "activation": "linear"})
    scores = linear(last.input)
    linear.set_weights(last.get_weights())
    return scores


def _check_choice(what: str, choice: str, known) -> None:
    if choice not in known:
        raise ModelError(f"There is no {what} {choice!r}; choose one of {', '.join(known)}.")


def _prepared(faces, preprocessing: str):
    """Return the faces after preprocessing, scaled to 0 to 1."""
    from keras.layers import Rescaling

    from fercourse.models import layers

    kind = PREPROCESSING[preprocessing]
    if kind is not None:
        faces = getattr(layers, kind)(name=preprocessing)(faces)
    return Rescaling(1 / 255)(faces)


def _count(classes) -> int:
    count = int(classes) if isinstance(classes, Integral) else len(tuple(classes))
    if isinstance(classes, str | bool) or not 2 <= count <= MOST_CLASSES:
        raise ModelError(
            f"A network needs a number of classes from 2 to {MOST_CLASSES}, or their names, not "
            f"{classes!r}."
        )
    return count


@contextmanager
def _seeded(seed: int | None) -> Iterator[None]:
    """Seed what Keras draws the seeds of layers from, and leave the caller's random numbers alone."""
    if seed is None:
        yield
        return
    before = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)
