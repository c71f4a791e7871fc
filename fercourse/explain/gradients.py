"""Maps from the gradient of a class's logit with respect to the pixels."""

import numpy as np

from fercourse.explain.network import Network, as_input, peer, quiet, score_of

# Pictures that go through the network and back at once.
_BATCH = 256


def gradient(network: Network, faces, targets) -> np.ndarray:
    """Return the absolute gradient of the target's logit: float32 (N, H, W), per gray level.

    Simonyan, Vedaldi and Zisserman (2014), as tf-keras-vis computes it.
    """
    with quiet():
        raw = peer("saliency.Saliency")(network.model)(
            score_of(targets), as_input(faces), normalize_map=False
        )
    return np.asarray(raw, np.float32)


def smoothgrad(
    network: Network, faces, targets, *, samples: int = 25, noise: float = 0.1, seed: int = 0
) -> np.ndarray:
    """Return the mean absolute gradient over noisy copies: float32 (N, H, W), per gray level.

    SmoothGrad (Smilkov et al., 2017), as tf-keras-vis computes it, but with a seed of its own.

    Parameters
    ----------
    samples : int
        Copies of each face.
    noise : float
        Standard deviation, as a share of the face's range of gray levels.
    seed : int
    """
    rng = np.random.default_rng(seed)
    inputs = as_input(faces)
    reach = noise * np.ptp(inputs, axis=(1, 2, 3), keepdims=True)
    explainer = peer("saliency.Saliency")(network.model)
    total = np.zeros(faces.shape, np.float64)
    at_once = max(1, _BATCH // len(faces))
    for first in range(0, samples, at_once):
        count = min(at_once, samples - first)
        noisy = inputs + reach * rng.standard_normal((count, *inputs.shape), np.float32)
        score = score_of(np.tile(targets, count))
        with quiet():
            slopes = explainer(score, noisy.reshape(-1, *inputs.shape[1:]), normalize_map=False)
        total += np.reshape(slopes, (count, *faces.shape)).sum(axis=0)
    return (total / samples).astype(np.float32)


def integrated_gradients(
    network: Network, faces, targets, *, steps: int = 32, tolerance: float = 0.005
) -> np.ndarray:
    """Return each pixel's share of the target's logit, over that of a gray face: (N, H, W).

    Sundararajan, Taly and Yan (2017). The path runs from a face of its mean gray level to the face;
    the integral is taken by Gauss and Legendre's rule. The shares must add up to the difference of
    the logits at both ends (*completeness*): faces that miss it are done again with more steps.

    Parameters
    ----------
    steps : int
        Points on the path at first, doubled for those that need it, up to 256 times as many: where
        large shares cancel almost to nothing, a small miss of each is large beside their sum.
    tolerance : float
        By what share of the difference the sum may miss it.

    Returns
    -------
    ndarray, float32, shape (N, H, W)
        Positive where a pixel speaks for the class, negative where against it.
    """
    inputs = as_input(faces)
    starts = np.broadcast_to(inputs.mean(axis=(1, 2, 3), keepdims=True), inputs.shape)
    change = _logits(network, inputs, targets) - _logits(network, starts, targets)
    raw, missed = np.zeros(inputs.shape, np.float32), np.full(len(faces), np.inf)
    rows, most = np.arange(len(faces)), 256 * steps
    while len(rows) and steps <= most:
        shares = _along_path(network, starts[rows], inputs[rows], targets[rows], steps)
        misses = np.abs(shares.sum(axis=(1, 2, 3)) - change[rows])
        nearer = ~(misses >= missed[rows])  # what is no number is kept, and refused later
        raw[rows[nearer]], missed[rows[nearer]] = shares[nearer], misses[nearer]
        rows = rows[missed[rows] > tolerance * np.abs(change[rows])]
        steps *= 2
    return raw[..., 0]


def _along_path(network, starts, ends, targets, steps: int) -> np.ndarray:
    places, weights = np.polynomial.legendre.leggauss(steps)
    places, weights = (places + 1) / 2, weights / 2
    mean = np.zeros(ends.shape, np.float64)
    at_once = max(1, _BATCH // len(ends))
    for first in range(0, steps, at_once):
        part = slice(first, first + at_once)
        along = places[part, None, None, None, None].astype(np.float32)
        points = (starts + along * (ends - starts)).reshape(-1, *ends.shape[1:])
        slopes = _slopes(network, points, np.tile(targets, len(along)))
        mean += np.tensordot(weights[part], slopes.reshape(len(along), *ends.shape), axes=1)
    return ((ends - starts) * mean).astype(np.float32)


def _slopes(network, inputs, targets) -> np.ndarray:
    import tensorflow as tf

    points = tf.constant(inputs)
    with quiet(), tf.GradientTape() as tape:
        tape.watch(points)
        score = tf.gather(network.model(points, training=False), targets, batch_dims=1)
    return tape.gradient(score, points).numpy()


def _logits(network, inputs, targets) -> np.ndarray:
    parts = [
        network.model.predict_on_batch(inputs[start : start + _BATCH])
        for start in range(0, len(inputs), _BATCH)
    ]
    return np.concatenate(parts)[np.arange(len(inputs)), targets]
