"""The named pipelines: they learn, give probabilities, and survive being written to a file."""

import numpy as np
import pytest

from fercourse import synth
from fercourse.classifier import as_classifier, load_classifier, save_classifier
from fercourse.classifier.recipes import RECIPES, recipe
from fercourse.errors import ModelError


@pytest.fixture(scope="module")
def drawn():
    drawing = synth.draw(420, variant="easy")
    return drawing.images, drawing.labels


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_learns_from_raw_faces_and_survives_a_file(name, drawn, tmp_path):
    images, labels = drawn
    fitted = recipe(name).fit(images[:300], labels[:300])
    before = as_classifier(fitted).predict_proba(images[300:])
    np.testing.assert_allclose(before.sum(axis=1), 1, atol=1e-5)
    # 300 faces are too few for the weakest recipe to do well on others; a model that mixed up faces
    # or labels would guess the classes of its own faces too, and guessing reaches 0.14.
    learned = as_classifier(fitted).predict_proba(images[:300]).argmax(axis=1) == labels[:300]
    assert learned.mean() > 0.25
    path = save_classifier(fitted, tmp_path / "model.skops")
    np.testing.assert_allclose(load_classifier(path).predict_proba(images[300:]), before, atol=1e-5)


def test_the_same_seed_gives_the_same_model(drawn):
    images, labels = drawn
    first, again = (
        recipe("hog_lbp_svm", 3).fit(images[:290], labels[:290]).predict_proba(images[300:])
        for _ in range(2)
    )
    np.testing.assert_array_equal(first, again)


def test_an_unknown_recipe_is_named_with_those_that_exist():
    with pytest.raises(ModelError, match="no recipe 'deep'; there are eigenfaces_knn"):
        recipe("deep")
