"""Pruning and distillation: what is left, what it computes, and that it learns."""

import keras
import numpy as np
import pytest

from fercourse import models
from fercourse.edge import pruning
from fercourse.edge.conversion import to_litert
from fercourse.edge.distillation import distil
from fercourse.edge.graph import read_graph
from fercourse.errors import ModelError


@pytest.fixture(scope="module")
def few():
    from fercourse.datasets.builtin import draw_faces

    return draw_faces(70, seed=1, progress=False, processes=1)


def silence(layer, filters):
    """Make filters of a convolution weak, and nothing come out of them."""
    kernel, *rest = layer.get_weights()
    kernel[..., filters] = 0
    layer.set_weights([kernel, *rest])


@pytest.mark.parametrize("name", ["tiny", "four_block"])
def test_taking_out_filters_that_do_nothing_changes_nothing(name, faces):
    network = models.build(name, 3, seed=0)
    convolutions = [one for one in network.layers if isinstance(one, keras.layers.Conv2D)]
    for layer in convolutions:
        silence(layer, slice(0, layer.filters // 2))
    small = pruning.prune_filters(network, 0.5)
    x = faces[:4, ..., None].astype(np.float32)
    np.testing.assert_allclose(
        small.predict(x, verbose=0), network.predict(x, verbose=0), atol=1e-5
    )
    assert small.count_params() < 0.55 * network.count_params()


def test_filters_stay_in_groups_of_eight_and_sums_keep_theirs():
    network = models.build("edge_net", 3, seed=0)
    small = pruning.prune_filters(network, 0.6)
    for before, after in zip(network.layers, small.layers, strict=True):
        if isinstance(before, keras.layers.Conv2D):
            assert after.filters % 8 == 0
    for layer in small.layers:
        if isinstance(layer, keras.layers.Add):
            assert layer.output.shape == network.get_layer(layer.name).output.shape
    assert pruning.multiply_adds(small) < pruning.multiply_adds(network)


def test_filters_are_taken_out_of_the_named_convolutions_alone(faces):
    network = models.build("tiny", 3, seed=0)
    first, second, third = pruning.prunable(network)
    silence(network.get_layer(second), slice(0, 16))
    small = pruning.prune_filters(network, {second: 0.5})
    counts = [small.get_layer(name).filters for name in (first, second, third)]
    assert counts == [16, 16, 32]
    x = faces[:4, ..., None].astype(np.float32)
    np.testing.assert_allclose(
        small.predict(x, verbose=0), network.predict(x, verbose=0), atol=1e-5
    )


def test_what_is_added_to_something_else_is_not_prunable():
    network = models.build("edge_net", 3, seed=0)
    named = pruning.prunable(network)
    assert len(named) == 4  # the stem, and the first of each residual block
    assert all(isinstance(network.get_layer(name), keras.layers.Conv2D) for name in named)


def test_a_student_of_the_labels_alone_does_not_ask_its_teacher(few):
    teachers = models.build("tiny", 7, seed=0), models.build("tiny", 7, seed=5)
    losses = [
        distil(teacher, models.build("tiny", 7, seed=1), few, epochs=1, soft_share=0.0)
        for teacher in teachers
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


@pytest.mark.parametrize("name", ["tiny", "mini_xception", "edge_net"])
def test_multiply_adds_are_those_of_the_converted_file(name):
    network = models.build(name, 3, seed=0)
    counted = read_graph(to_litert(network, classes=("a", "b", "c"))).multiply_adds
    assert pruning.multiply_adds(network) == counted


def test_half_the_multiply_adds_are_half_or_a_little_less():
    network = models.build("four_block", 3, seed=0)
    small = pruning.filters_for(network, 0.5)
    share = pruning.multiply_adds(small) / pruning.multiply_adds(network)
    assert 0.4 < share <= 0.5


def test_wide_layers_keep_whole_groups_of_64_filters():
    small = pruning.filters_for(models.build("four_block", 3, seed=0), 0.5)
    kept = [small.get_layer(name).filters for name in pruning.prunable(small)]
    assert kept == [64, 192, 384, 384]


def test_a_small_budget_is_met_by_small_groups():
    network = models.build("four_block", 3, seed=0)
    small = pruning.filters_for(network, 0.02)
    assert 0.01 < pruning.multiply_adds(small) / pruning.multiply_adds(network) <= 0.02


def test_the_schedule_rises_fast_and_ends_where_it_should():
    shares = [pruning.sparsity_at(step, 100, 0.8) for step in (0, 25, 50, 100, 150)]
    assert shares[0] == 0
    assert shares[-2:] == [0.8, 0.8]
    assert shares[1] > 0.8 / 4
    assert np.all(np.diff(shares) >= 0)


def test_small_weights_become_zero_and_the_original_stays(few):
    network = models.build("tiny", 7, seed=0)
    before = network.get_weights()
    pruned = pruning.prune_weights(network, few, 0.75, epochs=2, seed=0, batch_size=32)
    for old, new in zip(before, network.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    for layer in pruned.layers:
        if hasattr(layer, "kernel"):
            assert np.mean(np.asarray(layer.kernel) == 0) == pytest.approx(0.75, abs=0.01)


@pytest.mark.filterwarnings("error::UserWarning:keras")
def test_a_student_comes_to_say_what_its_teacher_says(few):
    teacher = models.build("tiny", 7, seed=0)
    rng = np.random.default_rng(0)
    kernel, bias = teacher.get_layer("logits").get_weights()
    teacher.get_layer("logits").set_weights([rng.normal(0, 0.2, kernel.shape), bias])
    student = models.build("tiny", 7, seed=1)
    losses = distil(teacher, student, few, epochs=3, soft_share=1.0, batch_size=16, seed=0)
    again = models.build("tiny", 7, seed=1)
    assert losses[-1] < losses[0]
    assert distil(teacher, again, few, epochs=3, soft_share=1.0, batch_size=16, seed=0) == (
        pytest.approx(losses, rel=1e-5)
    )


def ends_in_softmax():
    """Return a network whose last layer computes logits and softmax at once."""
    inputs = keras.Input((48, 48, 1))
    pixels = keras.layers.Flatten()(inputs)
    return keras.Model(inputs, keras.layers.Dense(7, activation="softmax")(pixels))


def test_a_training_is_that_of_its_seed_whoever_built_the_student(few):
    def taught():
        student = keras.models.clone_model(teacher)  # its dropout has a new seed each time
        student.set_weights(teacher.get_weights())
        distil(teacher, student, few, epochs=1, seed=3, learning_rate=1e-3)
        return student.get_weights()

    teacher = models.build("tiny", 7, seed=0, filters=(4, 8))
    for one, other in zip(taught(), taught(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda few: distil(models.build("tiny", 7), models.build("tiny", 3), few), "7 classes"),
        (lambda few: distil(models.build("tiny"), models.build("tiny"), few[:0]), "no faces"),
        (
            lambda few: distil(models.build("tiny"), models.build("tiny"), few, temperature=0),
            "temperature above 0",
        ),
        (lambda few: distil(models.build("tiny"), ends_in_softmax(), few), "named 'logits'"),
        (lambda few: pruning.prune_filters(models.build("tiny"), 0), "above 0"),
        (
            lambda few: pruning.prune_filters(models.build("tiny"), {"nobody": 0.5}),
            "out of 'nobody'; choose from",
        ),
        (lambda few: pruning.prune_weights(models.build("tiny"), few, 1.0), "below 1"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(act, said, few):
    with pytest.raises(ModelError, match=said):
        act(few)
