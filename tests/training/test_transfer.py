import keras
import numpy as np
import pytest

from fercourse import models
from fercourse.datasets.builtin import draw_faces
from fercourse.errors import DataError, ModelError
from fercourse.models.transfer_weights import pretrained_file
from fercourse.training import Config
from fercourse.training.adaptation import (
    GradientReversal,
    adapt_adversarially,
    adapt_batch_norm,
    adapt_coral,
    coral,
)
from fercourse.training.budgets import (
    draw_labels,
    gain,
    label_curve,
    learn_briefly,
    mean_over_draws,
)
from fercourse.training.fine_tuning import Stage, fine_tune, gradual
from fercourse.training.freezing import body_layers, unfreeze
from fercourse.training.head import features, train_head
from fercourse.training.layer_rates import LayerwiseAdam, layer_rates
from fercourse.training.pretraining import pretrain

SMALL = {"size": 32, "width": 0.1}


@pytest.fixture(scope="module")
def faces():
    return draw_faces(180, 0, progress=False, processes=1, variant="balanced")


@pytest.fixture
def tiny():
    return models.build("tiny", seed=0, filters=(4, 8, 8))


def weights_of(model, name):
    return [weight.copy() for weight in model.get_layer(name).get_weights()]


def changed(model, before):
    """Return the names of the layers whose weights are no longer those of before."""
    return {
        layer.name
        for layer in model.layers
        if any(
            np.abs(a - b).max() > 0
            for a, b in zip(layer.get_weights(), before[layer.name], strict=True)
        )
    }


def snapshot(model):
    return {layer.name: weights_of(model, layer.name) for layer in model.layers}


@pytest.mark.parametrize(("share", "count"), [(0, 0), (0.34, 1), (1, 3)])
def test_what_is_frozen_stays_and_what_is_not_learns(tiny, faces, share, count):
    body = [layer.name for layer in body_layers(tiny)]
    assert unfreeze(tiny, share) == count
    before = snapshot(tiny)
    tiny.compile("sgd", "sparse_categorical_crossentropy", jit_compile=False)
    tiny.train_on_batch(faces.images[:32, ..., None].astype(np.float32), faces.labels[:32])
    assert changed(tiny, before) == {*body[len(body) - count :], "logits"}


def test_a_share_beyond_all_layers_is_refused(tiny):
    with pytest.raises(ModelError, match="between 0 and 1"):
        unfreeze(tiny, 30)
    with pytest.raises(ModelError, match="no layer named 'logits'"):
        unfreeze(models.logits(tiny).__class__(tiny.inputs, tiny.inputs), 0.5)


def test_stages_train_the_head_first_and_then_more(tiny, faces, tmp_path):
    train, validation = faces.split("train"), faces.split("validation")
    before = snapshot(tiny)
    config = Config(batch_size=32, augmentation=None, schedule="constant")
    stages = (Stage(0.0, 1e-2, 1), Stage(0.34, 1e-3, 2))
    runs = fine_tune(tiny, train, validation, stages, config, tmp_path, progress=False)
    assert [len(run.history) for run in runs] == [1, 2]
    assert [run.history["learning_rate"].iloc[-1] for run in runs] == pytest.approx([1e-2, 1e-3])
    assert changed(tiny, before) == {body_layers(tiny)[-1].name, "logits"}
    assert (tmp_path / "stage-2" / "model.keras").is_file()
    assert all(layer.trainable for layer in tiny.layers)


def test_gradual_unfreezing_goes_from_the_head_to_all_layers_with_falling_rates():
    stages = gradual(3, learning_rate=1e-3, factor=0.1)
    assert [stage.share for stage in stages] == [0, 0.5, 1]
    assert [stage.learning_rate for stage in stages] == pytest.approx([1e-3, 1e-4, 1e-5])
    with pytest.raises(ModelError, match="two stages"):
        gradual(1)


def test_rates_fall_from_the_head_down(tiny):
    rates = layer_rates(tiny, 0.5)
    kernels = [layer.kernel.path for layer in body_layers(tiny)]
    assert [rates[path] for path in kernels] == [0.125, 0.25, 0.5]
    assert {rates[variable.path] for variable in tiny.get_layer("logits").variables} == {1}
    norms = [one for one in tiny.layers if isinstance(one, keras.layers.BatchNormalization)]
    assert [rates[one.gamma.path] for one in norms] == [0.125, 0.25, 0.5]


def test_a_layer_at_a_tenth_of_the_rate_moves_a_tenth_as_far(tiny, faces):
    x, labels = faces.images[:32, ..., None].astype(np.float32), faces.labels[:32]
    start, moved = tiny.get_weights(), []
    path = body_layers(tiny)[-1].kernel.path
    tiny.trainable = True
    for layer in tiny.layers:
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0
    for factors in ({}, {path: 0.1}):
        tiny.set_weights(start)
        before = weights_of(tiny, body_layers(tiny)[-1].name)[0]
        tiny.compile(
            LayerwiseAdam(1e-3, factors), "sparse_categorical_crossentropy", jit_compile=False
        )
        tiny.train_on_batch(x, labels)
        moved.append(weights_of(tiny, body_layers(tiny)[-1].name)[0] - before)
    np.testing.assert_allclose(moved[1], 0.1 * moved[0], atol=1e-6)


def test_training_the_head_on_cached_features_equals_running_the_frozen_network(faces):
    """The reference runs the whole network in every step, in the same order of the faces."""
    cached = models.build("tiny", seed=1, filters=(4, 8), dropout=0.0)
    reference = keras.models.clone_model(cached)
    reference.set_weights(cached.get_weights())
    losses = train_head(cached, faces, epochs=3, learning_rate=1e-2, batch_size=50, seed=4)
    unfreeze(reference, 0)
    reference.compile(
        keras.optimizers.Adam(1e-2), "sparse_categorical_crossentropy", jit_compile=False
    )
    rng, images = np.random.default_rng(4), faces.images[..., None].astype(np.float32)
    for _ in range(3):
        for rows in np.array_split(rng.permutation(len(faces)), 4):
            reference.train_on_batch(images[rows], faces.labels[rows])
    for a, b in zip(cached.get_weights(), reference.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=2e-4)
    assert losses[-1] < losses[0]


def test_a_head_with_too_few_classes_is_refused(faces):
    with pytest.raises(ModelError, match="has 3 classes, but a label is 6"):
        train_head(models.build("tiny", classes=3), faces)


def test_adapted_statistics_are_those_of_the_new_faces(tiny, faces):
    """The first normalization layer sees what the first convolution makes of the new faces."""
    dark = faces.images[:100] // 4
    before = tiny.get_weights()
    adapt_batch_norm(tiny, dark)
    norm = next(one for one in tiny.layers if isinstance(one, keras.layers.BatchNormalization))
    seen = np.asarray(
        keras.Model(tiny.inputs, norm.input)(dark[..., None].astype(np.float32)), np.float64
    )
    np.testing.assert_allclose(norm.moving_mean, seen.mean(axis=(0, 1, 2)), rtol=1e-4)
    np.testing.assert_allclose(norm.moving_variance, seen.var(axis=(0, 1, 2)), rtol=1e-3)
    assert norm.momentum == 0.99
    fixed = [i for i, weight in enumerate(tiny.weights) if "moving" not in weight.path]
    for i in fixed:
        np.testing.assert_array_equal(tiny.get_weights()[i], before[i])


def test_coral_gives_source_features_the_mean_and_covariance_of_the_target():
    rng = np.random.default_rng(0)
    source = 100 * rng.normal(size=(500, 4)) @ rng.normal(size=(4, 4))
    target = 100 * rng.normal(size=(400, 4)) @ rng.normal(size=(4, 4)) + 70
    moved = coral(source, target)
    np.testing.assert_allclose(moved.mean(axis=0), target.mean(axis=0), rtol=1e-3)
    difference = np.cov(moved, rowvar=False) - np.cov(target, rowvar=False)
    assert np.abs(difference).max() < 0.01 * np.abs(np.cov(target, rowvar=False)).max()


def test_coral_trains_the_head_and_nothing_else(tiny, faces):
    before = snapshot(tiny)
    adapt_coral(tiny, faces, 255 - faces.images, epochs=2)
    assert changed(tiny, before) == {"logits"}


def test_a_reversed_gradient_is_the_gradient_times_minus_the_strength():
    tensorflow = pytest.importorskip("tensorflow")
    x = tensorflow.Variable([1.0, -2.0])
    with tensorflow.GradientTape() as tape:
        y = GradientReversal(0.3)(x)
        loss = tensorflow.reduce_sum(y * y)
    np.testing.assert_allclose(y, x, rtol=1e-6)
    np.testing.assert_allclose(tape.gradient(loss, x), [-0.6, 1.2], rtol=1e-5)


def test_adversarial_training_changes_the_body_and_leaves_no_second_head(tiny, faces):
    before, layers = snapshot(tiny), len(tiny.layers)
    adapt_adversarially(tiny, faces, 255 - faces.images, steps=2, batch_size=16)
    assert body_layers(tiny)[0].name in changed(tiny, before)
    assert len(tiny.layers) == layers
    assert tiny.output_shape == (None, 7)


def test_adversarial_training_depends_on_its_seed_alone(tiny, faces):
    weights, ends = tiny.get_weights(), []
    for _ in range(2):
        tiny.set_weights(weights)
        adapt_adversarially(tiny, faces, 255 - faces.images, steps=2, batch_size=16, seed=3)
        ends.append(tiny.get_weights())
    for one, other in zip(*ends, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_a_head_without_weights_is_told_apart(faces):
    network = models.build("mini_xception", 7, seed=0)
    for act in (lambda: train_head(network, faces, epochs=1), lambda: unfreeze(network, 0)):
        with pytest.raises(ModelError, match="no weights to train"):
            act()


def test_labels_are_drawn_evenly_and_by_their_seed(faces):
    drawn = draw_labels(faces, 5, seed=3)
    assert np.bincount(drawn.labels).tolist() == [5] * 7
    assert np.array_equal(drawn.images, draw_labels(faces, 5, seed=3).images)
    assert not np.array_equal(drawn.images, draw_labels(faces, 5, seed=4).images)
    with pytest.raises(DataError, match="but 500 were asked for"):
        draw_labels(faces, 500, seed=0)


def test_a_brief_training_learns_and_depends_on_weights_and_seed_alone(tiny, faces):
    start = tiny.get_weights()
    few, results = draw_labels(faces, 5, seed=0), []
    for _ in range(2):
        learn_briefly(tiny, start, few, steps=30, learning_rate=3e-3)
        results.append(tiny.predict(few.images[..., None].astype(np.float32), verbose=0))
    np.testing.assert_allclose(results[0], results[1], atol=1e-4)
    assert (results[0].argmax(axis=1) == few.labels).mean() > 0.4


def test_each_way_gets_the_same_labels_and_gains_are_paired(faces):
    seen = []

    def better(drawn, draw):
        seen.append(drawn.images[0].sum())
        return 0.5 + 0.1 * draw

    def worse(drawn, draw):
        seen.append(drawn.images[0].sum())
        return 0.3 + 0.1 * draw

    curve = label_curve({"better": better, "worse": worse}, faces, (2, 5), draws=3)
    assert len(curve) == 12
    assert seen[::2] == seen[1::2]
    mean, low, high = gain(curve, "better", over="worse", labels=5)
    assert mean == pytest.approx(0.2)
    assert (low, high) == pytest.approx((0.2, 0.2), abs=1e-9)


def test_the_interval_over_draws_is_students():
    mean, low, high = mean_over_draws([0.1, 0.2, 0.3, 0.4, 0.5])
    assert mean == pytest.approx(0.3)
    assert high - mean == mean - low == pytest.approx(2.776 * np.sqrt(0.025 / 5), rel=1e-3)
    with pytest.raises(DataError, match="at least two"):
        mean_over_draws([0.5])


@pytest.mark.slow
def test_pretraining_is_done_once_and_found_by_its_name(monkeypatch, tmp_path, faces):
    monkeypatch.setenv("FERCOURSE_CACHE", str(tmp_path))
    monkeypatch.setattr("fercourse.training.pretraining.load", lambda name, path: faces)
    config = Config(epochs=1, batch_size=64, augmentation=None)
    path = pretrain("mobilenet_v2", "synthetic", config=config, progress=False, **SMALL)
    assert path == pretrained_file("synthetic", "mobilenet_v2", **SMALL)
    written = path.stat().st_mtime_ns
    assert pretrain("mobilenet_v2", "synthetic", config=config, progress=False, **SMALL) == path
    assert path.stat().st_mtime_ns == written
    options = {"backbone": "mobilenet_v2", **SMALL}
    network = models.build("transfer", seed=5, weights="synthetic", **options)
    own = models.build("transfer", seed=5, weights=path, **options)
    np.testing.assert_array_equal(
        features(network, faces.images[:4]), features(own, faces.images[:4])
    )
    with pytest.raises(ModelError, match="one of synthetic, fer2013"):
        pretrain(source="imagenet")
