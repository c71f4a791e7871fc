import numpy as np
import pytest

import fercourse
from fercourse import emotions, synth
from fercourse.datasets import builtin


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(builtin.load_builtin, "__defaults__", (30,))


def test_they_are_a_face_set_with_the_truth_about_each_face(few):
    faces = fercourse.load(progress=False, processes=1)
    assert (faces.name, faces.classes, len(faces)) == ("builtin", emotions.CLASSES, 30)
    assert faces.images.shape == (30, 48, 48)
    assert list(faces.action_units) == list(synth.ACTION_UNIT_NAMES)
    assert faces.landmarks.shape == (30, 68, 2)
    assert faces.region("mouth").any(axis=(1, 2)).mean() > 0.9
    assert {"split", "subject"} <= set(faces.table)


def test_they_are_drawn_once_and_read_as_memory_maps(few, monkeypatch):
    first = fercourse.load(progress=False, processes=1)
    monkeypatch.setattr(synth, "draw", None)
    second = fercourse.load("builtin")
    assert isinstance(second.images, np.memmap)
    assert np.array_equal(first.images, second.images)
    assert first.table.equals(second.table)


def test_a_damaged_copy_is_drawn_anew(few, own_cache):
    first = np.array(fercourse.load(progress=False, processes=1).images)
    (file,) = own_cache.glob("builtin-*/images.npy")
    file.write_bytes(file.read_bytes()[:100])
    assert np.array_equal(fercourse.load(progress=False, processes=1).images, first)


def test_another_count_and_another_seed_are_other_faces():
    options = {"progress": False, "processes": 1}
    few, more = (builtin.load_builtin(count, **options) for count in (8, 12))
    other = builtin.load_builtin(8, seed=1, **options)
    assert np.array_equal(few.images, more.images[:8])
    assert not np.array_equal(few.images, other.images)


def test_other_drawing_code_draws_again_in_place_of_the_old(few, monkeypatch, own_cache):
    fercourse.load(progress=False, processes=1)
    monkeypatch.setattr(builtin, "_drawing_code", lambda: "newer")
    draw, counts = synth.draw, []
    monkeypatch.setattr(synth, "draw", lambda *a, **k: counts.append(a) or draw(*a, **k))
    fercourse.load(progress=False, processes=1)
    assert len(counts) == 1
    assert len(list(own_cache.glob("builtin-*"))) == 1


def test_a_variant_is_kept_beside_the_ordinary_faces(own_cache):
    options = {"progress": False, "processes": 1}
    shifted = builtin.load_builtin(12, variant="shifted", **options)
    ordinary = builtin.load_builtin(12, **options)
    assert (shifted.table["occluder"] == "none").all()
    assert not np.array_equal(shifted.images, ordinary.images)
    assert len(list(own_cache.glob("builtin-*"))) == 2
