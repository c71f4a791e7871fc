"""The ways to train that ``fercourse benchmark training`` compares, each run in a process of its own.

``python training_ways.py WAY DATA SEED [...]`` prints as JSON what one of the functions without an
underscore returns, and the most memory that the process has taken.
"""

import json
import os
import sys
import time
from contextlib import nullcontext
from functools import partial

import numpy as np

from fercourse.edge.standalone import peak_mb
from fercourse.training.progress import Display

NETWORK = "mini_xception"
ROUNDS = 20
STEPS = 10  # of a turn
EPOCHS = 4
BATCH, THEIR_BATCH = 128, 32
QUANTILES = {"tenth": 0.1, "fourth": 0.25, "half": 0.5}
# Fewer, to see whether the benchmark itself works.
MOST_FACES = int(os.environ.get("FERCOURSE_BENCHMARK_FACES", "1000000"))


def _faces(data: str):
    from fercourse.datasets import load

    faces = load("fer2013", data) if data else load("builtin")
    return faces.split("train")[:MOST_FACES], faces.split("validation")[:MOST_FACES]


class Clock(Display):
    """Notes how long each step of training takes, but the first of a turn, which starts the pipeline."""

    def __init__(self):
        self.seconds, self.last = [], None

    def start(self) -> None:
        """Begin a turn."""
        self.last = None

    def step(self, epoch=0, step=0) -> None:
        """Tell that a step is done."""
        now = time.perf_counter()
        if self.last is not None:
            self.seconds.append(now - self.last)
        self.last = now

    def callback(self):
        """Return what tells Keras's own loop of it."""
        import keras

        return keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: self.step())


def _bare(train, seed: int, batch_size: int, context=None, clock=None):
    """Return a function that trains so many steps on one resident batch.

    Its batch normalization is fused, as in `fit`, unless another context is given.
    """
    import keras
    import tensorflow as tf

    from fercourse.models import build
    from fercourse.training.fused import fused_normalization

    network = build(NETWORK, train.classes, seed=seed)
    network.compile("adamw", "categorical_crossentropy", metrics=["accuracy"], jit_compile=False)
    images = tf.constant(train.images[:batch_size, ..., None].astype(np.float32))
    targets = tf.constant(keras.utils.to_categorical(train.labels[:batch_size], len(train.classes)))
    batches = tf.data.Dataset.from_tensors((images, targets)).repeat()
    callbacks = [clock.callback()] if clock else []

    def run(steps: int) -> None:
        with (context or fused_normalization)(network):
            network.fit(batches, steps_per_epoch=steps, verbose=0, callbacks=callbacks)

    return run


def _fit(train, validation, seed: int, clock=None, **options):
    """Return a function that trains an epoch as `fit` does, with every augmentation."""
    from fercourse.models import build
    from fercourse.training import Augmentation, Config
    from fercourse.training.batches import checked_targets
    from fercourse.training.fused import fused_normalization
    from fercourse.training.loop import Loop

    everything = Augmentation(contrast=0.2, erasing=0.5)
    config = Config(epochs=1, batch_size=BATCH, augmentation=everything, seed=seed, **options)
    network = build(NETWORK, train.classes, seed=seed)
    loop = Loop(network, train, validation, config, None, checked_targets(train, config, None))

    def run() -> None:
        with fused_normalization(network):
            loop.train_epoch([], clock or Display())

    return run


def _generator(train, seed: int, clock=None):
    """Return a function that trains some steps (all, by default) in the way of many courses."""
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    from fercourse.models import build

    images = train.images[..., None].astype("float32") / 255
    targets = np.eye(len(train.classes))[train.labels]
    changed = ImageDataGenerator(
        rotation_range=10, horizontal_flip=True, brightness_range=(0.8, 1.2), zoom_range=0.1
    )
    network = build(NETWORK, train.classes, seed=seed)
    network.compile("adam", "categorical_crossentropy", metrics=["accuracy"], jit_compile=False)
    flow = changed.flow(images, targets, batch_size=THEIR_BATCH, seed=seed)
    callbacks = [clock.callback()] if clock else []

    def run(steps: int | None = None) -> None:
        network.fit(flow, epochs=1, steps_per_epoch=steps, verbose=0, callbacks=callbacks)

    return run


def by_turns(data: str, seed: str) -> dict:
    """Return how long a step of each way takes."""
    train, validation = _faces(data)
    train = train[: STEPS * BATCH]
    clocks = {way: Clock() for way in ("bare", "fit", "generator")}
    bare = _bare(train, int(seed), BATCH, clock=clocks["bare"])
    ways = {
        "bare": partial(bare, len(train) // BATCH),
        "fit": _fit(train, validation[:64], int(seed), clocks["fit"]),
        "generator": _generator(train, int(seed), clocks["generator"]),
    }
    return _timed(ways, clocks)


def normalizations(data: str, seed: str) -> dict:
    """Return the same of the bare step with batch normalization fused and as Keras has it."""
    train = _faces(data)[0][: STEPS * BATCH]
    contexts, clocks = {"fused": None, "plain": nullcontext}, {"fused": Clock(), "plain": Clock()}
    ways = {
        way: partial(_bare(train, int(seed), BATCH, context, clocks[way]), STEPS)
        for way, context in contexts.items()
    }
    return _timed(ways, clocks)


def any_order(data: str, seed: str) -> dict:
    """Return the same of `fit`."""
    return _timed_fit(data, seed, deterministic=False)


def same_bits(data: str, seed: str) -> dict:
    """Return the same of `fit` where operations give the same bits each time."""
    return _timed_fit(data, seed, deterministic=True)


def _timed_fit(data: str, seed: str, **options) -> dict:
    train, validation = _faces(data)
    clock = Clock()
    run = _fit(train[: STEPS * BATCH], validation[:64], int(seed), clock, **options)
    return _timed({"fit": run}, {"fit": clock})


def _timed(ways: dict, clocks: dict[str, Clock]) -> dict[str, dict]:
    """Return of each way the seconds below which a tenth, a fourth and a half of its steps stay."""
    for run in ways.values():
        run()  # compiles
    for clock in clocks.values():
        clock.seconds.clear()
    for _ in range(ROUNDS):
        for way, run in ways.items():
            clocks[way].start()
            run()
    return {
        way: {name: float(np.quantile(clock.seconds, share)) for name, share in QUANTILES.items()}
        for way, clock in clocks.items()
    }


def whole_epochs(data: str, seed: str) -> dict:
    """Return how long each epoch takes with tf.data's tuner, as Keras has it, and without."""
    from fercourse.models import build
    from fercourse.training.batches import Batches, one_hot, readable
    from fercourse.training.fused import fused_normalization

    train, _ = _faces(data)
    batches = Batches(train.images[..., None], one_hot(train), np.arange(len(train)), BATCH)
    network = build(NETWORK, train.classes, seed=int(seed))
    network.compile("adamw", "categorical_crossentropy", jit_compile=False)
    seconds: dict[str, list[float]] = {"without": [], "tuner": []}
    with fused_normalization(network):
        network.fit(batches, verbose=0)  # compiles
        for _ in range(EPOCHS):
            for way, source in (("without", readable(batches)), ("tuner", batches)):
                start = time.perf_counter()
                network.fit(source, shuffle=False, verbose=0)
                seconds[way].append(time.perf_counter() - start)
    return seconds


def bare_step(data: str, seed: str, batch_size: int = BATCH) -> dict:
    """Hold the set as it is kept, and train a few steps."""
    train, _ = _faces(data)
    _bare(train, int(seed), batch_size)(5)
    return {}


def bare_step_32(data: str, seed: str) -> dict:
    """Do the same with batches as the other pipeline has them."""
    return bare_step(data, seed, THEIR_BATCH)


def fit_epoch(data: str, seed: str) -> dict:
    """Train one epoch over the whole set."""
    train, validation = _faces(data)
    _fit(train, validation[:64], int(seed))()
    return {}


def generator_steps(data: str, seed: str) -> dict:
    """Train a few steps in the way of many courses, which holds the whole set from the start."""
    train, _ = _faces(data)
    _generator(train, int(seed))(20)
    return {}


def train(data: str, seed: str, folder: str) -> dict:
    """Train a short run into a folder."""
    from fercourse.training import Config
    from fercourse.training import fit as train_network

    train, validation = _faces(data)
    config = Config(epochs=1, batch_size=BATCH, seed=int(seed), warmup_epochs=0)
    train_network(NETWORK, train[:2560], validation[:256], config, folder, progress=False)
    return {}


def answer(data: str, seed: str, folder: str) -> dict:
    """Ask the network in a folder about 200 validation faces."""
    from fercourse.classifier import load_classifier

    _, validation = _faces(data)
    return {"answer": load_classifier(folder).predict_proba(validation.images[:200]).tolist()}


def layers(data: str, seed: str) -> dict:
    """Time each layer's step alone, forward and back, on inputs of the shape it has in the network."""
    import keras

    from fercourse.models import build

    network = build(NETWORK, seed=int(seed))
    milliseconds = {}
    for layer in network.layers:
        if isinstance(layer, keras.layers.InputLayer) or isinstance(layer.input, list):
            continue
        kind = type(layer).__name__
        spent = _milliseconds(type(layer).from_config(layer.get_config()), layer.input.shape)
        milliseconds[f"{layer.name} ({kind})"] = round(spent, 2)
    kinds: dict[str, float] = {}
    for name, spent in milliseconds.items():
        kind = name.split(" (")[1].rstrip(")")
        kinds[kind] = round(kinds.get(kind, 0) + spent, 2)
    return {"batch_size": BATCH, "ms_by_kind": kinds, "ms_by_layer": milliseconds}


def _milliseconds(layer, shape) -> float:
    import tensorflow as tf

    layer.build((BATCH, *shape[1:]))
    x = tf.random.normal((BATCH, *shape[1:]))

    @tf.function
    def step(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(layer(x, training=True) if _trains(layer) else layer(x))
        return tape.gradient(y, [x, *layer.trainable_weights])

    step(x)
    spans = []
    for _ in range(5):
        begin = time.perf_counter()
        step(x)
        spans.append(time.perf_counter() - begin)
    return 1000 * min(spans)


def _trains(layer) -> bool:
    import keras

    return isinstance(layer, keras.layers.BatchNormalization | keras.layers.Dropout)


if __name__ == "__main__":
    known = globals()[sys.argv[1]](*sys.argv[2:])
    print(json.dumps({**known, "peak_mb": peak_mb()}))
