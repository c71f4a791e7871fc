"""Augmentation changes training faces as far as asked, and nothing else."""

import keras
import numpy as np
import pytest
from scipy import ndimage

from fercourse.training import Augmentation, augmentation

STILL = {"flip": False, "rotation": 0, "shift": 0, "zoom": 0, "brightness": 0}


@pytest.fixture(scope="module")
def faces():
    noise = np.random.default_rng(0).uniform(0, 255, (64, 48, 48, 1))
    return ndimage.gaussian_filter(noise, (0, 3, 3, 0)).astype(np.float32) * 3 - 250


def changed(faces, seed=0, **options):
    model = augmentation(Augmentation(**{**STILL, **options}), seed)
    return keras.ops.convert_to_numpy(model(faces, training=True))


def test_faces_are_left_alone_outside_training(faces):
    model = augmentation(Augmentation(contrast=0.2, erasing=1.0))
    assert np.array_equal(keras.ops.convert_to_numpy(model(faces)), faces)


def test_a_change_of_nothing_changes_nothing(faces):
    assert np.allclose(changed(faces), faces, atol=1e-3)


def test_flip_mirrors_about_half_of_the_faces_exactly(faces):
    after = changed(faces, flip=True)
    mirrored = np.isclose(after, faces[:, :, ::-1], atol=1e-3).all(axis=(1, 2, 3))
    kept = np.isclose(after, faces, atol=1e-3).all(axis=(1, 2, 3))
    assert (mirrored ^ kept).all()
    assert 16 < mirrored.sum() < 48


def middle_and_turn(face):
    """Return where a bright bar lies (x, y) and its angle in degrees."""
    rows, columns = np.mgrid[:48, :48]
    weights = np.clip(face - 100, 0, None)
    x, y = np.average(columns, weights=weights), np.average(rows, weights=weights)
    spread = np.cov(np.stack([columns.ravel(), rows.ravel()]), aweights=weights.ravel())
    angle = np.degrees(0.5 * np.arctan2(2 * spread[0, 1], spread[0, 0] - spread[1, 1]))
    return x, y, angle, np.sqrt(np.linalg.eigvalsh(spread)[1])


@pytest.fixture(scope="module")
def bar():
    face = np.zeros((48, 48), np.float32)
    face[22:26, 10:38] = 255
    return np.repeat(face[None, ..., None], 200, axis=0)


def measured(faces):
    return np.array([middle_and_turn(face[..., 0]) for face in faces]).T


def test_rotation_turns_as_far_as_asked_and_about_the_middle(bar):
    x, y, angle, _ = measured(changed(bar, rotation=10))
    assert 8 < np.abs(angle).max() < 10.5
    assert np.allclose([x, y], 23.5, atol=0.1)


def test_shift_moves_as_far_as_asked_without_turning(bar):
    x, y, angle, _ = measured(changed(bar, shift=4))
    assert np.allclose(np.abs(x - 23.5).max(), 4, atol=1e-3)
    assert np.allclose(np.abs(y - 23.5).max(), 4, atol=1e-3)
    assert np.abs(angle).max() < 0.1


def test_zoom_magnifies_and_shrinks_as_far_as_asked(bar):
    length = measured(changed(bar, zoom=0.1))[3] / measured(bar[:1])[3]
    assert 0.88 < length.min() < 0.92
    assert 1.06 < length.max() < 1.12


def test_light_scales_gray_levels_and_keeps_them_in_range():
    faces = np.full((200, 48, 48, 1), 100, np.float32)
    after = changed(faces, brightness=0.2)
    assert after.min() >= 80
    assert after.max() <= 120
    assert after.max() - after.min() > 30
    assert changed(faces * 2.5, brightness=0.2).max() <= 255


def test_contrast_keeps_the_mean_and_scales_the_spread(faces):
    faces = 100 + faces / 10
    after = changed(faces, contrast=0.3)
    assert np.allclose(after.mean(axis=(1, 2, 3)), faces.mean(axis=(1, 2, 3)), atol=1e-2)
    ratio = after.std(axis=(1, 2, 3)) / faces.std(axis=(1, 2, 3))
    assert 0.7 <= ratio.min() < 0.8
    assert 1.2 < ratio.max() <= 1.3 + 1e-4


def test_erasing_paints_one_rectangle_over_its_share_of_the_faces(faces):
    after = changed(faces, erasing=0.5)
    erased = np.abs(after - faces)[..., 0] > 0.5
    hit = erased.any(axis=(1, 2))
    assert 16 < hit.sum() < 48
    for face, mask in zip(after[hit, ..., 0], erased[hit], strict=True):
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        painted = face[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        assert np.ptp(painted) < 1e-4
        assert 0.01 < painted.size / 48**2 < 0.25


def test_one_seed_draws_the_same_lots_and_another_seed_others(faces):
    assert np.array_equal(changed(faces, rotation=10), changed(faces, rotation=10))
    assert not np.allclose(changed(faces, rotation=10), changed(faces, seed=5, rotation=10))
