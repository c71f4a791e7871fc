import errno
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fercourse import FaceSet
from fercourse.datasets import cache
from fercourse.errors import DataError


def some_faces(count=10):
    rng = np.random.default_rng(0)
    return FaceSet(
        images=rng.integers(0, 256, (count, 48, 48), np.uint8),
        labels=np.arange(count) % 2,
        classes=("happy", "sad"),
        table=pd.DataFrame(
            {"split": ["train"] * count, "file": [f"{i}.png" for i in range(count)]}
        ),
        name="drawn",
        truth={"landmarks": rng.random((count, 68, 2), np.float32)},
        action_unit_names=("AU1_left",),
    )


def test_what_is_saved_comes_back_as_memory_maps(own_cache):
    faces, folder = some_faces(), cache.place("drawn", 1)
    cache.save(faces, folder, source="here")
    found = cache.load(folder)
    assert isinstance(found.images, np.memmap)
    assert np.array_equal(found.images, faces.images)
    assert np.array_equal(found.labels, faces.labels)
    assert np.array_equal(found.landmarks, faces.landmarks)
    assert found.table.equals(faces.table)
    assert (found.name, found.classes) == (faces.name, faces.classes)
    assert found.action_unit_names == faces.action_unit_names
    assert cache.read_meta(folder)["origin"] == {"source": "here"}
    assert [path.name for path in own_cache.iterdir()] == [folder.name]


def test_the_map_cannot_be_written_to():
    cache.save(some_faces(), cache.place("drawn"))
    with pytest.raises(ValueError, match="read-only"):
        cache.load(cache.place("drawn")).images[0] = 0


def test_another_key_is_another_place():
    assert len({cache.place("a", 1), cache.place("a", 2), cache.place("b", 1)}) == 3


def test_saving_again_replaces():
    folder = cache.place("drawn")
    cache.save(some_faces(10), folder)
    cache.save(some_faces(20), folder)
    assert len(cache.load(folder)) == 20


def test_what_another_process_made_in_the_meantime_is_left_as_it_is(own_cache):
    faces, folder = some_faces(), cache.place("drawn", 1)
    with cache.building(folder) as ours:
        cache.write_array(ours / "images.npy", faces.images)
        cache.write_rest(faces, ours, made="ours")
        cache.save(faces, folder, made="theirs")
    assert cache.read_meta(folder)["origin"] == {"made": "theirs"}
    assert [path.name for path in own_cache.iterdir()] == [folder.name]


def test_the_last_import_comes_first():
    for key in (1, 2, 3):
        cache.save(some_faces(), cache.place("drawn", key))
        os.utime(cache.place("drawn", key) / "meta.json", (key, key))
    assert cache.imports("drawn") == [cache.place("drawn", key) for key in (3, 2, 1)]
    assert cache.imports("drawn2") == []


@pytest.mark.parametrize(
    "part", ["images.npy", "labels.npy", "table.npz", "meta.json", "truth_landmarks.npy"]
)
@pytest.mark.parametrize("damage", ["missing", "cut", "zeros", "empty"])
def test_damage_is_one_sentence_that_says_what_to_do(part, damage):
    folder = cache.place("drawn")
    cache.save(some_faces(), folder)
    content = (folder / part).read_bytes()
    (folder / part).unlink()
    if damage != "missing":
        new = {"cut": content[: len(content) // 2], "zeros": bytes(len(content)), "empty": b""}
        (folder / part).write_bytes(new[damage])
    with pytest.raises(cache.DamagedCacheError, match=r"is damaged; .* import drawn PATH --again"):
        cache.load(folder)


def test_another_format_is_taken_for_damage():
    folder = cache.place("drawn")
    cache.save(some_faces(), folder)
    meta = json.loads((folder / "meta.json").read_text())
    (folder / "meta.json").write_text(json.dumps({**meta, "format": 99}))
    with pytest.raises(cache.DamagedCacheError):
        cache.load(folder)


def test_a_full_disk_is_one_sentence_and_leaves_nothing(own_cache, monkeypatch):
    def full(self, rows):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(cache.GrowingArray, "append", full)
    with pytest.raises(DataError, match="No space left on device; make room there"):
        cache.save(some_faces(), cache.place("drawn"))
    assert list(own_cache.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_device_that_is_really_full_is_one_sentence(own_cache):
    def fill(target):
        with cache.building(target) as folder:
            (folder / "images.npy").symlink_to("/dev/full")
            cache.write_array(folder / "images.npy", np.zeros((10_000, 48), np.uint8))

    with pytest.raises(DataError, match="No space left"):
        fill(cache.place("drawn"))
    assert list(own_cache.iterdir()) == []


def test_a_place_that_cannot_be_a_folder_is_one_sentence(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FERCOURSE_CACHE", str(tmp_path / "file"))
    with pytest.raises(DataError, match="Cannot write to"):
        cache.save(some_faces(), cache.place("drawn"))


def test_a_writer_that_is_killed_leaves_no_data_set_and_is_cleared_away(own_cache):
    code = (
        "import os, signal; from fercourse.datasets import cache\n"
        "with cache.building(cache.place('drawn')) as folder:\n"
        "    (folder / 'images.npy').write_bytes(b'half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code])
    (left,) = own_cache.iterdir()
    assert cache.imports("drawn") == []
    assert not cache.is_cached(cache.place("drawn"))
    long_ago = time.time() - 3 * 86_400
    os.utime(left, (long_ago, long_ago))
    cache.save(some_faces(), cache.place("drawn"))
    assert [path.name for path in own_cache.iterdir()] == [cache.place("drawn").name]


def test_an_array_that_grows_is_an_ordinary_array(tmp_path):
    with cache.GrowingArray(tmp_path / "a.npy", (2, 3), np.float32) as out:
        for count in (0, 5, 1000):
            out.append(np.full((count, 2, 3), count))
    found = np.load(tmp_path / "a.npy", mmap_mode="r", allow_pickle=False)
    assert found.shape == (1005, 2, 3)
    assert found.dtype == np.float32
    assert found[4].max() == 5
    assert found[5].min() == 1000
