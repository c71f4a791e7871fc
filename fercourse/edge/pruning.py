"""Pruning: single weights set to zero, or whole filters taken out."""

from collections.abc import Mapping

import numpy as np

from fercourse.edge.distillation import distil
from fercourse.edge.folding import consumers, is_depthwise, kernel_of
from fercourse.errors import ModelError

GROUP = 8
# On some processors INT8 takes as long for 88 or 96 filters as for 128: it seems to compute 64 at once.
LARGE_GROUP = 64
# How often in a training the number of zeros grows.
RAISES = 20


def prune_weights(
    model, faces, sparsity: float = 0.8, *, epochs: int = 5, seed: int = 0, **training
):
    """Return a copy of a network with the smallest weights set to zero. Introduced in notebook 06.

    The share of zeros grows during training, fast at first and slowly in the end (Zhu and Gupta,
    2017), while the network learns from what it was. The file is no smaller and no faster for it:
    zeros are stored and multiplied like any number. It compresses better, that is all.

    Parameters
    ----------
    model : keras.Model
        A trained network; it stays as it is.
    faces : FaceSet
        Training faces.
    sparsity : float
        The share of zeros in each kernel at the end, 0 to 1.
    epochs, seed : int
    **training
        As for `distil`.

    Returns
    -------
    keras.Model
    """
    import keras

    if not 0 <= sparsity < 1:
        raise ModelError(f"The share of zeros must be at least 0 and below 1, not {sparsity}.")
    pruned = keras.models.clone_model(model)
    pruned.set_weights(model.get_weights())
    steps = max(1, epochs * -(-len(faces) // training.get("batch_size", 64)))
    kernels = [kernel_of(layer) for layer in pruned.layers if kernel_of(layer) is not None]
    every = max(1, steps // (2 * RAISES))

    class Schedule(keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.step, self.masks = 0, None

        def on_train_batch_end(self, batch, logs=None):
            if self.masks is None or self.step % every == 0:
                share = sparsity_at(self.step, steps // 2, sparsity)
                self.masks = [_largest(np.asarray(kernel), share) for kernel in kernels]
            self.step += 1
            for kernel, mask in zip(kernels, self.masks, strict=True):
                kernel.assign(kernel * mask)

    training = {"temperature": 1.0, "learning_rate": 5e-4, **training}
    distil(model, pruned, faces, epochs=epochs, seed=seed, callbacks=[Schedule()], **training)
    return pruned


def sparsity_at(step: int, steps: int, final: float) -> float:
    """Return the share of zeros at a step: ``final * (1 - (1 - step / steps)**3)``."""
    left = max(0.0, 1 - step / max(1, steps))
    return final * (1 - left**3)


def prune_filters(model, share: float | Mapping[str, float]):
    """Return a smaller network made of the strongest filters. Introduced in notebook 06.

    In each convolution those with the largest sum of absolute weights stay (Li, Kadav et al., 2017); their
    number is a multiple of 8, which is what kernels compute at once. Train it afterwards, with
    `distil` for one. Filters whose outputs are added to others stay, and so does what the logits
    are made of.

    Parameters
    ----------
    model : keras.Model
        A functional network; it stays as it is.
    share : float, or mapping of str to float
        The share of filters to keep, above 0 and up to 1: in every convolution, or in each that is
        named, while the others keep all of theirs.

    Returns
    -------
    keras.Model
        With fewer filters, and the weights of those that are left.

    Raises
    ------
    ModelError
        If a share is out of range, a named layer is not one of `prunable`, or a layer mixes
        channels in a way that is not known here.
    """
    import keras

    shares = dict(share) if isinstance(share, Mapping) else dict.fromkeys(prunable(model), share)
    _check_shares(model, shares)
    kept = {name: _strongest(model.get_layer(name), one) for name, one in shares.items()}

    def clone(layer):
        config = layer.get_config()
        if layer.name in kept:
            config["filters"] = len(kept[layer.name])
        return type(layer).from_config(config)

    small = keras.models.clone_model(model, clone_function=clone)
    channels = {}
    for layer in model.layers:
        before = _channels_before(layer, channels)
        channels[layer.name] = _channels_after(layer, before, kept)
        if layer.weights:
            weights = _selected(layer, before, channels[layer.name])
            small.get_layer(layer.name).set_weights(weights)
    return small


def prunable(model) -> list[str]:
    """Return the names of the convolutions of which filters can be taken out, first to last.

    Introduced in notebook 06.
    """
    import keras

    feeds = consumers(model)
    return [
        layer.name
        for layer in model.layers
        if isinstance(layer, keras.layers.Conv2D) and _is_free(layer, feeds)
    ]


def filters_for(model, budget: float):
    """Return a filter-pruned network with at most `budget` of the multiply-adds. Introduced in notebook 06.

    About the same share of the filters stays in each convolution. Where there are several times 64, a
    multiple of 64 stays, unless that leaves too much.

    Raises
    ------
    ModelError
        If no filter pruning leaves as little.
    """
    whole = multiply_adds(model)
    layers = {name: model.get_layer(name).filters for name in prunable(model)}
    for in_groups in (_in_large_groups, lambda filters, share: share):
        for share in np.arange(1.0, 0.0, -1 / 32).tolist():
            shares = {name: in_groups(filters, share) for name, filters in layers.items()}
            small = prune_filters(model, shares)
            if multiply_adds(small) <= budget * whole:
                return small
    raise ModelError(f"No filter pruning of this network leaves {budget:.0%} of the multiply-adds.")


def _in_large_groups(filters: int, share: float) -> float:
    """Return the share next to this one that keeps whole large groups, where there are several."""
    groups, rest = divmod(filters, LARGE_GROUP)
    return share if groups < 2 or rest else max(1, round(share * groups)) / groups


def multiply_adds(model) -> int:
    """Return the multiplications with an addition that one face takes in a Keras network."""
    import keras

    total = 0
    for layer in model.layers:
        if kernel_of(layer) is None:
            continue
        places = int(np.prod(layer.output.shape[1:-1]))
        if isinstance(layer, keras.layers.SeparableConv2D):
            total += places * sum(int(np.prod(one.shape)) for one in layer.weights[:2])
        else:
            total += places * int(np.prod(kernel_of(layer).shape))
    return total


def _largest(kernel: np.ndarray, sparsity: float) -> np.ndarray:
    """Return 0 for the smallest weights and 1 for the others, float32 in the kernel's shape."""
    zeros = round(sparsity * kernel.size)
    mask = np.ones(kernel.size, np.float32)
    mask[np.argsort(np.abs(kernel), axis=None, kind="stable")[:zeros]] = 0
    return mask.reshape(kernel.shape)


def _check_shares(model, shares: dict[str, float]) -> None:
    unknown = sorted(set(shares) - set(prunable(model)))
    if unknown:
        raise ModelError(
            f"No filters can be taken out of {unknown[0]!r}; choose from {', '.join(prunable(model))}."
        )
    for share in shares.values():
        if not 0 < share <= 1:
            raise ModelError(
                f"The share of filters to keep must be above 0 and at most 1, not {share}."
            )


def _strongest(layer, share: float) -> np.ndarray:
    """Return the places of the filters that stay, in order."""
    kernel = np.asarray(layer.kernel)
    count = kernel.shape[-1]
    wanted = min(count, max(GROUP, round(share * count / GROUP) * GROUP))
    strength = np.abs(kernel).sum(axis=(0, 1, 2))
    return np.sort(np.argsort(-strength, kind="stable")[:wanted])


def _is_free(layer, feeds) -> bool:
    """Tell whether only layers with weights of their own, or nothing but their sums, see a filter."""
    waiting, ends = list(feeds[layer.name]), []
    while waiting:
        follower = waiting.pop()
        kind = type(follower).__name__
        if kind in ("Conv2D", "Dense") and not is_depthwise(follower):
            ends.append(follower)
        elif kind in _CHANNEL_BY_CHANNEL or kind == "Flatten":
            if not feeds[follower.name]:
                return False
            waiting.extend(feeds[follower.name])
        else:
            return False
    return bool(ends)


_CHANNEL_BY_CHANNEL = (
    "Activation", "AveragePooling2D", "BatchNormalization", "Dropout", "GlobalAveragePooling2D",
    "GlobalMaxPooling2D", "MaxPooling2D", "ReLU", "SpatialDropout2D",
)  # fmt: skip


def _channels_before(layer, channels) -> np.ndarray | None:
    """Return which channels of the layers before a layer are left; None where all are."""
    import keras

    if isinstance(layer, keras.layers.InputLayer):
        return None
    names = [one._keras_history.operation.name for one in keras.tree.flatten(layer.input)]
    return channels[names[0]] if len(names) == 1 else None


def _channels_after(layer, before: np.ndarray | None, kept) -> np.ndarray | None:
    kind = type(layer).__name__
    if layer.name in kept:
        return kept[layer.name]
    if kind == "Flatten" and before is not None:
        places = int(np.prod(layer.input.shape[1:-1]))
        count = layer.input.shape[-1]
        return (np.arange(places)[:, None] * count + before).ravel()
    return before if kind in _CHANNEL_BY_CHANNEL else None


def _selected(layer, before: np.ndarray | None, after: np.ndarray | None) -> list[np.ndarray]:
    weights = layer.get_weights()
    if kernel_of(layer) is None:
        return weights if after is None else [one[after] for one in weights]
    kernel = weights[0] if before is None else np.take(weights[0], before, axis=-2)
    others = weights[1:]
    if after is not None:
        kernel, others = kernel[..., after], [one[after] for one in others]
    return [kernel, *others]
