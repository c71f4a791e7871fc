"""Faces come in even batches, unchanged, blended when asked, with what is to be learned of them."""

import numpy as np
import pytest

from fercourse.errors import DataError
from fercourse.training.batches import Batches, one_hot, readable, soft_labels, vote_shares
from fercourse.training.config import Config
from fercourse.training.watching import best_of, is_over, plateau_rate
from tests.training.conftest import striped_faces

FACES = striped_faces(50)


def all_of(batches):
    return [
        np.concatenate(part)
        for part in zip(*(batches[i] for i in range(len(batches))), strict=True)
    ]


def test_batches_hold_each_face_once_and_differ_by_one_face_at_most():
    rows = np.random.default_rng(0).permutation(50)
    batches = Batches(FACES.images, one_hot(FACES), rows, 16)
    sizes = [len(batches[i][0]) for i in range(len(batches))]
    assert sizes == [13, 13, 12, 12]
    images, targets, weights = all_of(batches)
    assert images.dtype == np.uint8
    assert np.array_equal(images, FACES.images[rows])
    assert np.array_equal(targets.argmax(axis=1), FACES.labels[rows])
    assert (weights == 1).all()


def test_keras_reads_the_same_batches_in_order_and_through_no_tuner():
    batches = Batches(FACES.images, one_hot(FACES), np.arange(50)[::-1], 16)
    source = readable(batches)
    read = [[part.numpy() for part in batch] for batch in source]
    assert len(read) == len(source) == len(batches)
    for one, index in zip(read, range(len(batches)), strict=True):
        for part, wanted in zip(one, batches[index], strict=True):
            assert part.dtype == wanted.dtype
            np.testing.assert_array_equal(part, wanted)
    assert source.options().autotune.enabled is False


def test_a_memory_map_is_read_a_batch_at_a_time(tmp_path):
    np.save(tmp_path / "faces.npy", FACES.images)
    mapped = np.load(tmp_path / "faces.npy", mmap_mode="r")
    images, _, _ = Batches(mapped, one_hot(FACES), np.arange(50), 16)[1]
    assert not isinstance(images, np.memmap)
    assert np.array_equal(images, FACES.images[13:26])


def test_mixup_blends_faces_labels_and_weights_by_the_same_share():
    weights = np.linspace(0.5, 2, 50).astype(np.float32)
    rng = np.random.default_rng(1)
    batches = Batches(
        FACES.images, one_hot(FACES), np.arange(50), 16, weights=weights, mixup=0.4, rng=rng
    )
    for index, share in enumerate(batches.shares):
        rows = batches.parts[index]
        images, targets, mixed = batches[index]
        first, second = FACES.images[rows] * 1.0, np.roll(FACES.images[rows], 1, axis=0)
        assert np.allclose(images, share * first + (1 - share) * second, atol=0.51)
        assert np.allclose(targets.sum(axis=1), 1)
        assert np.allclose(mixed, share * weights[rows] + (1 - share) * np.roll(weights[rows], 1))


def test_votes_become_shares_and_faces_nobody_judged_keep_their_label():
    shares = vote_shares(FACES)
    assert np.allclose(shares[0], [0.8, 0.1, 0.1])
    unjudged = FACES[:2]
    unjudged.table.loc[0] = 0
    assert np.allclose(vote_shares(unjudged)[0], [1, 0, 0])
    bare = FACES[:2]
    del bare.table["votes_rows"]
    with pytest.raises(DataError, match="no votes"):
        vote_shares(bare)


def history(*values):
    return [{"val_accuracy": value} for value in values]


def test_the_first_of_equally_good_epochs_is_the_best():
    assert best_of([], Config()) == 0
    assert best_of(history(0.1, 0.5, 0.5, 0.2), Config()) == 2
    assert best_of([{"val_loss": 2.0}, {"val_loss": 1.0}], Config(monitor="loss")) == 2


def test_a_run_is_over_when_its_epochs_or_its_patience_are():
    config = Config(epochs=5, patience=2)
    assert not is_over([], config)
    assert not is_over(history(0.5, 0.4), config)
    assert is_over(history(0.5, 0.4, 0.5), config)
    assert is_over(history(1, 2, 3, 4, 5), config)


def test_the_learning_rate_is_halved_at_each_plateau():
    config = Config(schedule="plateau", plateau_patience=2, learning_rate=1.0)
    rates = [
        plateau_rate(history(*[0.5, 0.4, 0.3, 0.6, 0.6, 0.6, 0.6, 0.6][:n]), config)
        for n in range(9)
    ]
    assert rates == [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.125]


def test_soft_labels_are_votes_and_labels_by_their_share():
    assert (soft_labels(FACES, 0.0) == one_hot(FACES)).all()
    assert (soft_labels(FACES, 1.0) == vote_shares(FACES)).all()
    blended = soft_labels(FACES, 0.25)
    assert np.allclose(blended, 0.25 * vote_shares(FACES) + 0.75 * one_hot(FACES))
    assert blended.dtype == np.float32
