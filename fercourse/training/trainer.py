"""The network as it is trained: augmentation before it, loss and metrics behind it."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras
import numpy as np
from keras import ops

from fercourse.errors import ModelError
from fercourse.models import logits
from fercourse.training.augmenting import augmentation
from fercourse.training.config import Config


class BalancedAccuracy(keras.metrics.Metric):
    """The mean over the classes of the share of their faces that is recognized."""

    def __init__(self, classes: int, name: str = "balanced_accuracy"):
        super().__init__(name=name)
        self.hits, self.counts = (
            self.add_variable((classes,), "zeros", name=part) for part in ("hits", "counts")
        )

    def update_state(self, targets, outputs, sample_weight=None):
        """Count faces and hits of each class; weights do not count."""
        classes = ops.shape(targets)[1]
        labels = ops.argmax(targets, axis=1)
        faces = ops.one_hot(labels, classes)
        right = ops.cast(labels == ops.argmax(outputs, axis=1), "float32")
        self.counts.assign_add(ops.sum(faces, axis=0))
        self.hits.assign_add(ops.sum(faces * right[:, None], axis=0))

    def result(self):
        seen = ops.cast(self.counts > 0, "float32")
        return ops.sum(self.hits / ops.maximum(self.counts, 1)) / ops.maximum(ops.sum(seen), 1)

    def recalls(self) -> np.ndarray:
        """Return the share of each class that is recognized; NaN for a class not seen."""
        hits, counts = map(ops.convert_to_numpy, (self.hits, self.counts))
        return np.divide(hits, counts, np.full(len(hits), np.nan), where=counts > 0)


def make_trainer(network, config: Config, steps: int, balanced: BalancedAccuracy):
    """Return a compiled model that takes uint8 faces (N, H, W) and shares the network's weights.

    Parameters
    ----------
    network : keras.Model
        Float32 (N, H, W, 1) to probabilities.
    config : Config
    steps : int
        Of an epoch.
    balanced : BalancedAccuracy
        Measured beside the accuracy.
    """
    height, width = network.input_shape[1:3]
    faces = keras.Input((height, width), dtype="uint8")
    x = ops.cast(ops.expand_dims(faces, -1), "float32")
    if config.augmentation is not None:
        x = augmentation(config.augmentation, config.seed, side=height)(x)
    ending, from_logits = _ending(network)
    trainer = keras.Model(faces, ending(x))
    trainer.compile(
        optimizer=_optimizer(config, steps),
        loss=_loss(config, from_logits),
        metrics=[keras.metrics.CategoricalAccuracy("accuracy"), balanced],
        jit_compile=False if keras.backend.backend() == "tensorflow" else "auto",
    )
    trainer.optimizer.build(trainer.trainable_variables)
    if config.average:
        # Keras puts the average in the weights' place when its fit ends; here that is each epoch.
        trainer.optimizer.finalize_variable_values = lambda variables: None
    reseed(trainer, config.seed)
    return trainer


def seeds(trainer) -> list:
    """Return the variables from which augmentation and dropout draw their lots."""
    return [one for one in trainer.variables if one.path.endswith("seed_generator_state")]


@contextmanager
def average_in_place(trainer, config: Config) -> Iterator[None]:
    """Let the network have the moving average of its weights for a while, if one is kept."""
    if not config.average:
        yield
        return
    variables, optimizer = trainer.trainable_variables, trainer.optimizer
    own = [ops.convert_to_numpy(one).copy() for one in variables]
    type(optimizer).finalize_variable_values(optimizer, variables)
    try:
        yield
    finally:
        for one, value in zip(variables, own, strict=True):
            one.assign(value)


def set_learning_rate(trainer, rate: float) -> None:
    """Set the learning rate of a trainer whose schedule is not a function of the step."""
    trainer.optimizer.learning_rate.assign(rate)


def learning_rate(trainer) -> float:
    """Return the learning rate of the next step."""
    return float(ops.convert_to_numpy(trainer.optimizer.learning_rate))


def _ending(network):
    """Return the network that gives logits, and True; where it has none of its own, itself."""
    try:
        ending = logits(network)
    except ModelError:
        return network, False
    # A softmax inside the last layer is taken off by copying that layer: a copy is not trained.
    own = {id(one) for one in network.weights}
    return (ending, True) if own == {id(one) for one in ending.weights} else (network, False)


def _loss(config: Config, from_logits: bool):
    options = {"from_logits": from_logits, "label_smoothing": config.label_smoothing}
    if config.focal_gamma:
        # Without the factor alpha, which would only scale the learning rate.
        return keras.losses.CategoricalFocalCrossentropy(1.0, config.focal_gamma, **options)
    return keras.losses.CategoricalCrossentropy(**options)


def _optimizer(config: Config, steps: int):
    rate = config.learning_rate
    if config.schedule == "cosine":
        rate = _cosine(config, steps)
    average = {"use_ema": True, "ema_momentum": config.average} if config.average else {}
    if config.optimizer == "sgd":
        return keras.optimizers.SGD(
            rate, config.momentum, nesterov=True, weight_decay=config.weight_decay, **average
        )
    if config.optimizer == "adam":
        return keras.optimizers.Adam(rate, **average)
    return keras.optimizers.AdamW(rate, weight_decay=config.weight_decay, **average)


def _cosine(config: Config, steps: int):
    warmup = min(config.warmup_epochs, config.epochs - 1) * steps
    total = config.epochs * steps
    if not warmup:
        return keras.optimizers.schedules.CosineDecay(config.learning_rate, total)
    return keras.optimizers.schedules.CosineDecay(
        0.0, total - warmup, warmup_target=config.learning_rate, warmup_steps=warmup
    )


def reseed(trainer, seed: int) -> None:
    """Make the lots depend on the config's seed alone, whoever built the network."""
    rng = np.random.default_rng(seed)
    for one in seeds(trainer):
        one.assign(rng.integers(0, 2**31, one.shape).astype("uint32"))
