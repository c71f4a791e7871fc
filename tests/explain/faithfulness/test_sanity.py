import numpy as np
import pytest

from fercourse.errors import ModelError
from fercourse.explain import faithfulness


@pytest.fixture(scope="module")
def learned(drawn):
    """A tiny network that has learned a little."""
    keras = pytest.importorskip("keras")
    from fercourse import models

    network = models.build("tiny", seed=0)
    network.compile(keras.optimizers.Adam(3e-3), "sparse_categorical_crossentropy")
    network.fit(drawn.images[..., None], drawn.labels, epochs=8, shuffle=False, verbose=0)
    return network


def test_randomizing_the_weights_tells_an_edge_detector_from_gradients(learned, drawn):
    images = drawn.images[:16]
    before = learned.get_weights()
    found = faithfulness.cascade(learned, images, "gradient")
    assert not faithfulness.fails(found)
    assert found["similarity"].iloc[-1] < found["similarity"].max()
    blind = faithfulness.cascade(learned, images, lambda _, faces, __: faithfulness.edges(faces))
    assert faithfulness.fails(blind)
    np.testing.assert_allclose(blind["similarity"], 1)
    for left, right in zip(before, learned.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)


def test_layers_are_randomized_from_the_last_to_the_first(learned, drawn):
    found = faithfulness.cascade(learned, drawn.images[:2], "gradient")
    assert found["layer"].iloc[0] == "logits"
    assert len(found) == sum(bool(layer.weights) for layer in learned.layers)


def test_a_network_that_learned_nothing_has_other_maps(learned, drawn, tiny):
    images = drawn.images[:16]
    alike = faithfulness.random_labels(learned, tiny, images, "gradient")
    assert alike.high < 0.5
    assert faithfulness.random_labels(learned, learned, images, "gradient").value == pytest.approx(
        1
    )


def test_only_networks_have_layers_to_randomize(corner, marked):
    with pytest.raises(ModelError, match="Only a Keras network"):
        faithfulness.cascade(corner, marked, "rise")


def test_stability_is_measured_where_the_prediction_stays(corner, marked):
    still = faithfulness.stability(corner, marked, "occlusion", "happy", noise=0)
    np.testing.assert_allclose(still, 1)
    gray = marked.copy()
    gray[:, :6, :6] = 36  # happy is about as probable as any other class here
    assert np.isnan(faithfulness.stability(corner, gray, "occlusion", noise=60)).any()


def test_the_chance_of_a_method_is_a_part_of_what_moves(learned, drawn):
    still = faithfulness.stability(learned, drawn.images[:4], "smoothgrad", noise=0, samples=4)
    assert np.all(still < 1)
    np.testing.assert_allclose(
        faithfulness.stability(learned, drawn.images[:4], "gradient", noise=0), 1
    )
