import numpy as np
import pytest

from fercourse import synth
from fercourse.classifier import files, load_classifier
from fercourse.emotions import CLASSES
from fercourse.errors import ModelError

pytestmark = pytest.mark.skipif(
    "builtin" not in files.shipped(), reason="made by 'fercourse benchmark weights'"
)


@pytest.fixture(scope="module")
def faces():
    return synth.draw(150, seed=91)


@pytest.mark.parametrize("name", files.shipped())
def test_every_shipped_model_loads_by_name_and_has_a_card(name):
    assert load_classifier(name).classes == CLASSES
    card = (files.SHIPPED / f"{name}.md").read_text("utf-8")
    assert card.startswith(f"# Model card: `{name}`")
    assert "What it must not be used for" in card


def test_shipped_models_are_small():
    sizes = {file.name: file.stat().st_size for file in files.SHIPPED.glob("*.*")}
    assert sum(sizes.values()) < 5e6
    assert sizes["builtin.keras"] < 1e6


def test_the_model_of_drawn_faces_knows_drawn_faces_that_it_has_not_seen(faces):
    probabilities = load_classifier("builtin").predict_proba(faces.images)
    truth = faces.table["true_class"].to_numpy()
    assert (probabilities.argmax(axis=1) == truth).mean() > 0.6


def test_the_small_file_agrees_with_the_network_wherever_that_is_not_torn(faces):
    small, network = (
        load_classifier(name).predict_proba(faces.images) for name in ("builtin", "builtin.keras")
    )
    assert np.abs(small - network).mean() < 0.02
    runner_up, first = np.sort(network, axis=1)[:, -2:].T
    sure = first - runner_up > 0.1
    assert sure.mean() > 0.5
    assert np.mean(small[sure].argmax(1) == network[sure].argmax(1)) > 0.98


def test_a_file_of_ones_own_comes_before_a_shipped_one_of_that_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "builtin.keras").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="damaged"):
        load_classifier("builtin.keras")


def test_a_name_that_is_not_shipped_is_refused_with_those_that_are():
    with pytest.raises(ModelError, match="the models that are shipped are builtin"):
        load_classifier("bultin")
