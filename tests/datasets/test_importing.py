import csv
import errno
import signal
import subprocess
import sys
import time

import cv2
import joblib
import numpy as np
import pandas as pd
import pytest

from fercourse.datasets import cache, chunks, importing
from fercourse.datasets.importing import import_listing
from fercourse.datasets.listing import Listing
from fercourse.errors import DataError
from fercourse.synth import write_tree


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 16)


def write_noise(root, count, size=(48, 48)):
    """Write pictures of noise, and return them with a listing."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (count, *size), np.uint8)
    root.mkdir(parents=True, exist_ok=True)
    for index, image in enumerate(images):
        cv2.imwrite(str(root / f"{index:04}.png"), image)
    return images, list_noise(root)


def list_noise(root, **more):
    files = sorted(path.name for path in root.iterdir())
    table = pd.DataFrame({"file": files, "label": np.arange(len(files)) % 2, "subject": "S1"})
    return Listing(table, ("happy", "sad"), **more)


def run(listing, root, **options):
    target = cache.place("noise")
    import_listing(listing, root, target, name="noise", progress=False, **options)
    return cache.load(target)


def unused(folder):
    with (folder / "unused.csv").open(newline="") as file:
        return list(csv.reader(file))[1:]


@pytest.mark.parametrize("processes", [1, 2])
def test_every_file_becomes_a_face_in_order_whatever_the_number_of_processes(tmp_path, processes):
    images, listing = write_noise(tmp_path / "noise", 50)
    faces = run(listing, tmp_path / "noise", processes=processes)
    assert np.array_equal(faces.images, images)
    assert np.array_equal(faces.labels, listing.table["label"])
    assert faces.table.equals(listing.table.drop(columns="label"))
    assert faces.classes == listing.classes
    assert unused(cache.place("noise")) == []


def test_nothing_but_the_data_set_is_left(tmp_path, own_cache):
    run(write_noise(tmp_path / "noise", 20)[1], tmp_path / "noise")
    assert [path.name for path in own_cache.iterdir()] == [cache.place("noise").name]


def test_a_larger_picture_is_shrunk_by_area(tmp_path):
    images, listing = write_noise(tmp_path / "noise", 2, (96, 96))
    faces = run(listing, tmp_path / "noise")
    mean = images.reshape(2, 48, 2, 48, 2).mean((2, 4))
    assert np.abs(faces.images - mean).max() <= 0.5


def test_a_box_of_the_table_is_cut_out(tmp_path):
    images, listing = write_noise(tmp_path / "noise", 3, (100, 120))
    table = listing.table.assign(x=[0, 10, 72], y=[0, 20, 52], width=48, height=48)
    faces = run(Listing(table, listing.classes, "box"), tmp_path / "noise")
    for face, image, x, y in zip(faces.images, images, table["x"], table["y"], strict=True):
        assert np.array_equal(face, image[y : y + 48, x : x + 48])


def test_a_box_outside_its_picture_is_listed(tmp_path):
    _, listing = write_noise(tmp_path / "noise", 2)
    table = listing.table.assign(x=[0, 500], y=0, width=48, height=48)
    assert len(run(Listing(table, listing.classes, "box"), tmp_path / "noise")) == 1
    ((file, reason),) = unused(cache.place("noise"))
    assert file == "0001.png"
    assert "does not fit" in reason


def test_a_photo_without_a_face_is_listed(tmp_path):
    root = tmp_path / "photos"
    root.mkdir()
    write_noise(root, 1)
    cv2.imwrite(str(root / "blank.png"), np.full((100, 100), 128, np.uint8))
    with pytest.raises(DataError, match="None of the 2 files"):
        run(list_noise(root, crop="face"), root)


def test_the_only_file_is_named_where_it_is_of_no_use(tmp_path):
    root = tmp_path / "photos"
    root.mkdir()
    cv2.imwrite(str(root / "blank.png"), np.full((100, 100), 128, np.uint8))
    with pytest.raises(DataError, match=r"The only file in .*, blank\.png, cannot be used: "):
        run(list_noise(root, crop="face"), root)


def broken_files(root):
    sound = cv2.imencode(".jpg", np.zeros((200, 200), np.uint8))[1].tobytes()
    (root / "empty.png").write_bytes(b"")
    (root / "cut.jpg").write_bytes(sound[: len(sound) // 2])
    (root / "words.png").write_text("no picture")
    (root / "folder.png").mkdir()


def test_files_that_cannot_be_used_are_listed_with_their_reasons(tmp_path):
    root = tmp_path / "noise"
    write_noise(root, 40)
    broken_files(root)
    listing = list_noise(root, unused=[("Thumbs.db", "it is not a picture file")])
    faces = run(listing, root)
    assert faces.table["file"].tolist() == [f"{index:04}.png" for index in range(40)]
    listed = dict(unused(cache.place("noise")))
    assert set(listed) == {"Thumbs.db", "empty.png", "cut.jpg", "words.png", "folder.png"}
    assert all(listed.values())
    assert cache.read_meta(cache.place("noise"))["origin"]["unused"] == 5


def test_16_bits_palette_transparency_and_color_become_gray(tmp_path):
    root = tmp_path / "kinds"
    root.mkdir()
    gray = np.arange(48 * 48).reshape(48, 48) % 256
    kinds = {
        "a16.png": (gray * 257).astype(np.uint16),
        "alpha.png": np.dstack([gray, gray, gray, np.full_like(gray, 255)]).astype(np.uint8),
        "color.png": np.dstack([gray] * 3).astype(np.uint8),
        "gray.png": gray.astype(np.uint8),
    }
    for name, image in kinds.items():
        cv2.imwrite(str(root / name), image)
    faces = run(list_noise(root), root)
    assert len(faces) == 4
    assert all(np.array_equal(face, gray) for face in faces.images)


@pytest.mark.parametrize("count", [0, 3])
def test_a_folder_of_which_nothing_can_be_used_is_refused(tmp_path, count, own_cache):
    root = tmp_path / "noise"
    root.mkdir()
    for index in range(count):
        (root / f"{index}.png").write_bytes(b"")
    with pytest.raises(DataError, match="zero bytes" if count else "no image files"):
        run(list_noise(root), root)
    assert list(own_cache.iterdir()) == []


def read_count(monkeypatch):
    """Count the files that are read in this process from now on."""
    read, counted = chunks.faces.read_image, []
    monkeypatch.setattr(chunks.faces, "read_image", lambda path: counted.append(path) or read(path))
    return counted


def test_an_import_that_broke_off_goes_on_where_it_stopped(tmp_path, monkeypatch):
    images, listing = write_noise(tmp_path / "noise", 64)
    save, saved = importing.save_chunk, []

    def save_two(chunk, path):
        if len(saved) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        saved.append(save(chunk, path))

    with monkeypatch.context() as patch:
        patch.setattr(importing, "save_chunk", save_two)
        with pytest.raises(DataError, match="No space left on device; make room there"):
            run(listing, tmp_path / "noise", processes=1)
    assert not cache.is_cached(cache.place("noise"))
    counted = read_count(monkeypatch)
    assert np.array_equal(run(listing, tmp_path / "noise", processes=1).images, images)
    assert len(counted) == 32


def test_an_import_that_was_killed_goes_on_where_it_stopped(tmp_path, monkeypatch, own_cache):
    images, listing = write_noise(tmp_path / "noise", 400)
    code = (
        "import sys, time, pandas as pd; from pathlib import Path\n"
        "from fercourse.datasets import cache, chunks, importing\n"
        "from fercourse.datasets.listing import Listing\n"
        "importing.CHUNK, read = 16, chunks.faces.read_image\n"
        "chunks.faces.read_image = lambda path: time.sleep(0.005) or read(path)\n"
        "table = pd.read_json(sys.argv[2], dtype={'file': str})\n"
        "listing = Listing(table, ('happy', 'sad'))\n"
        "importing.import_listing(listing, Path(sys.argv[1]), cache.place('noise'),"
        " name='noise', progress=False, processes=1)\n"
    )
    listing.table.to_json(tmp_path / "table.json")
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "noise"), str(tmp_path / "table.json")]
    )
    wait_for(lambda: len(list(own_cache.glob("*/*.npz"))) >= 3)
    process.send_signal(signal.SIGKILL)
    process.wait()
    finished = 16 * len(list(own_cache.glob("*/*.npz")))
    assert finished < 400
    assert not cache.is_cached(cache.place("noise"))
    counted = read_count(monkeypatch)
    assert np.array_equal(run(listing, tmp_path / "noise", processes=1).images, images)
    assert len(counted) == 400 - finished
    assert [path.name for path in own_cache.iterdir()] == [cache.place("noise").name]


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_chunks_of_other_files_are_not_taken_up(tmp_path, monkeypatch):
    _, listing = write_noise(tmp_path / "noise", 40)
    with monkeypatch.context() as patch:
        patch.setattr(importing, "_assemble", lambda *arguments: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(listing, tmp_path / "noise", processes=1)
    images, listing = write_noise(tmp_path / "noise", 41)
    assert np.array_equal(run(listing, tmp_path / "noise").images, images)


@pytest.mark.slow
def test_several_processes_may_import_the_same_at_once(tmp_path, own_cache):
    root = write_tree("folder", tmp_path / "mine", 400)
    code = (
        "import sys; from fercourse.datasets import chunks, importing, load\n"
        "importing.CHUNK = 4\n"
        "assert len(load('folder', sys.argv[1], progress=False, processes=1)) == 400\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(root)]) for _ in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    assert len(list(own_cache.iterdir())) == 1


@pytest.mark.slow
def test_a_dask_cluster_can_be_put_under_an_import(tmp_path):
    distributed = pytest.importorskip("distributed")
    images, listing = write_noise(tmp_path / "noise", 200)
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with (
        distributed.LocalCluster(processes=True, **options) as cluster,
        distributed.Client(cluster) as client,
        joblib.parallel_config(backend="dask"),
    ):
        faces = run(listing, tmp_path / "noise")
        tasks = client.run(lambda dask_worker: dask_worker.state.executed_count)
    assert sum(tasks.values()) > 0
    assert np.array_equal(faces.images, images)


def test_a_process_that_reads_imports_neither_pandas_nor_joblib():
    code = (
        "import sys, fercourse.datasets.chunks\n"
        "print({'pandas', 'joblib', 'sklearn', 'scipy', 'matplotlib'} & set(sys.modules))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"
