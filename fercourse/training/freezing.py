"""Which layers of a network learn: the head, more and more of those below it, or all."""

import keras

from fercourse.errors import ModelError


def body_layers(model: keras.Model) -> list[keras.layers.Layer]:
    """Return the layers below the logits that have weights, from the pixels upwards.

    Batch normalization is not among them: what it has learned of a mean and a deviation belongs
    to the layer before it.
    """
    names = [layer.name for layer in model.layers]
    if "logits" not in names:
        raise ModelError("This model has no layer named 'logits'; build it with models.build.")
    below = model.layers[: names.index("logits")]
    return [
        layer
        for layer in below
        if layer.weights and not isinstance(layer, keras.layers.BatchNormalization)
    ]


def unfreeze(model: keras.Model, share: float) -> int:
    """Let the head and a share of the layers below it learn; freeze the rest.

    Batch normalization is frozen throughout, and goes on with the statistics it has: those of a
    small batch of new faces would ruin what the layers above it have learned to expect. Introduced
    in notebook 04.

    Parameters
    ----------
    model : keras.Model
        Of `models.build`; it is changed in place. Compile it, or call `fit`, after this.
    share : float
        0: the head alone; 0.3: the upper three of ten layers as well; 1: all.

    Returns
    -------
    int
        How many layers below the head learn.

    Raises
    ------
    ModelError
        If the share does not lie between 0 and 1, or nothing would learn.
    """
    if not 0 <= share <= 1:
        raise ModelError(f"The share of layers that learn lies between 0 and 1, not at {share}.")
    body = body_layers(model)
    count = round(share * len(body))
    if not count and not model.get_layer("logits").weights:
        raise ModelError(
            f"The logits of {model.name!r} are a mean over maps and have no weights to train; let a "
            "share of its layers learn."
        )
    learning = {layer.name for layer in body[len(body) - count :]} | {"logits"}
    for layer in model.layers:
        layer.trainable = not layer.weights or layer.name in learning
    return count
