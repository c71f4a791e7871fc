"""A run that is killed at any moment goes on to the same result as one that was not."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from fercourse.datasets import FaceSet
from fercourse.errors import DataError, ModelError
from fercourse.models import build
from fercourse.training import Augmentation, Config, fit, load_run, resume
from fercourse.training.files import CHECKPOINT, HISTORY, METRICS, MODEL, start_folder
from tests.training.conftest import striped_faces

# Everything that has a state: momentum, average, plateaus, weights by recall, lots of all kinds.
CONFIG = Config(
    epochs=5,
    batch_size=16,
    schedule="plateau",
    plateau_patience=1,
    imbalance="dynamic_weights",
    average=0.9,
    mixup=0.2,
    monitor="loss",
    augmentation=Augmentation(erasing=0.3),
    learning_rate=0.01,
)
TRAIN = """
import sys
from fercourse.training import fit
from tests.training.conftest import striped_faces
from tests.training.test_resuming import CONFIG
fit("tiny", striped_faces(48), striped_faces(24, 1), CONFIG, sys.argv[1], progress=False)
"""


@pytest.fixture(scope="module")
def unbroken(train, validation):
    return fit("tiny", train, validation, CONFIG, progress=False)


def assert_same(run, other):
    timeless = [name for name in other.history if name != "seconds"]
    assert run.history[timeless].equals(other.history[timeless])
    for one, wanted in zip(run.model.get_weights(), other.model.get_weights(), strict=True):
        assert np.array_equal(one, wanted)


def kill_when(folder, ready):
    """Start a run in a process of its own and kill it as soon as `ready` holds."""
    process = subprocess.Popen([sys.executable, "-W", "ignore", "-c", TRAIN, str(folder)])
    try:
        end = time.monotonic() + 120
        while not ready() and process.poll() is None and time.monotonic() < end:
            time.sleep(0.002)
        assert process.poll() is None, "the run ended before it could be killed"
        os.kill(process.pid, signal.SIGKILL)
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_run_goes_on_to_the_same_result(unbroken, train, validation, tmp_path):
    folder = tmp_path / "run"
    kill_when(folder, (folder / CHECKPOINT).exists)
    assert_same(resume(folder, train, validation, progress=False), unbroken)


class Stopped(BaseException):
    """Stands for a kill at a certain line: nothing catches it."""


@pytest.mark.parametrize(
    ("when", "call"),
    [
        ("save", 1),
        ("save", 3),
        pytest.param("keep_model", 3, marks=pytest.mark.slow),
        pytest.param("put", 3, marks=pytest.mark.slow),
        pytest.param("finish", 1, marks=pytest.mark.slow),
    ],
)
def test_wherever_a_run_breaks_off_it_goes_on_to_the_same_result(
    when, call, unbroken, train, validation, tmp_path, monkeypatch
):
    from fercourse.training import checkpoint, files, loop

    place = {"save": checkpoint, "finish": loop.Loop}.get(when, files)
    real, calls = getattr(place, when), []

    def breaks_off(*arguments, **options):
        calls.append(1)
        if len(calls) == call:
            raise Stopped
        return real(*arguments, **options)

    monkeypatch.setattr(place, when, breaks_off)
    with pytest.raises(Stopped):
        fit("tiny", train, validation, CONFIG, tmp_path / "run", progress=False)
    monkeypatch.undo()
    assert_same(resume(tmp_path / "run", train, validation, progress=False), unbroken)


def test_a_run_goes_on_with_the_targets_it_was_begun_with_and_no_others(
    train, validation, tmp_path
):
    targets = np.full((len(train), 3), 1 / 3, np.float32)
    config = replace(CONFIG, epochs=1)
    fit("tiny", train, validation, config, tmp_path / "run", targets=targets, progress=False)
    resume(tmp_path / "run", train, validation, targets=targets + 1e-6, progress=False)
    for others in (None, targets * np.array((0, 1, 2), np.float32)):
        with pytest.raises(ModelError, match="other targets"):
            resume(tmp_path / "run", train, validation, targets=others, progress=False)


def test_what_cannot_begin_leaves_no_folder_behind(train, validation, tmp_path):
    voteless = FaceSet(train.images, train.labels, train.classes, train.table[[]])
    for options in ({"config": replace(CONFIG, soft_labels=1.0)}, {"targets": np.ones((2, 3))}):
        with pytest.raises(DataError):
            fit("tiny", voteless, validation, out=tmp_path / "run", progress=False, **options)
    assert not (tmp_path / "run").exists()


def test_a_finished_run_is_read_without_its_faces(train, validation, tmp_path):
    run = fit("tiny", train, validation, replace(CONFIG, epochs=2), tmp_path / "a", progress=False)
    read = load_run(tmp_path / "a")
    assert (read.best_epoch, read.classes, read.config) == (run.best_epoch, run.classes, run.config)
    assert read.minutes == pytest.approx(run.minutes)
    assert list(read.history) == list(run.history)
    for one, wanted in zip(read.model.get_weights(), run.model.get_weights(), strict=True):
        assert np.array_equal(one, wanted)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (METRICS, None, "not finished; resume"),
        (METRICS, '{"best_epoch": 99}', "damaged"),
        (METRICS, "[]", "damaged"),
        (HISTORY, "loss\n1\n", "damaged"),
    ],
)
def test_what_is_no_finished_run_is_one_sentence(train, tmp_path, name, content, said):
    network = build("tiny", train.classes, seed=0)
    folder = start_folder(tmp_path / "run", network, CONFIG, train, None)
    (folder / HISTORY).write_text("epoch,loss\n1,0.5\n")
    (folder / METRICS).write_text('{"best_epoch": 1}')
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_text(content)
    with pytest.raises(ModelError, match=said):
        load_run(folder)


@pytest.mark.slow
def test_a_run_that_is_done_is_returned_at_once(train, validation, tmp_path):
    run = fit("tiny", train, validation, CONFIG, tmp_path / "run", progress=False)
    before = (tmp_path / "run" / CHECKPOINT).read_bytes()
    assert_same(resume(tmp_path / "run", train, validation, progress=False), run)
    assert (tmp_path / "run" / CHECKPOINT).read_bytes() == before


@pytest.mark.slow
def test_a_stopped_run_leaves_the_best_weights_and_can_be_resumed(
    unbroken, train, validation, tmp_path, monkeypatch, capsys
):
    from fercourse.training.progress import Display

    def interrupt(self, epoch, step):
        if epoch == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(Display, "step", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fit("tiny", train, validation, CONFIG, tmp_path / "run", progress=False)
    monkeypatch.undo()
    assert "after 2 of 5 epochs" in capsys.readouterr().err
    assert_same(resume(tmp_path / "run", train, validation, progress=False), unbroken)


@pytest.mark.slow
def test_a_full_disk_is_told_and_harms_nothing(train, validation, tmp_path):
    resource = pytest.importorskip("resource")
    fit_once = Config.from_dict({**CONFIG.to_dict(), "epochs": 1})
    fit("tiny", train, validation, fit_once, tmp_path / "small", progress=False)
    most = (tmp_path / "small" / MODEL).stat().st_size + 1000
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        with pytest.raises(ModelError, match=r"cannot be written.*make room"):
            fit("tiny", train, validation, CONFIG, tmp_path / "run", progress=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not list((tmp_path / "run").glob(".*"))
    resume(tmp_path / "run", train, validation, progress=False)


def test_other_faces_and_folders_without_a_run_are_refused(train, validation, tmp_path):
    with pytest.raises(ModelError, match="holds no run"):
        resume(tmp_path, train, validation)
    fit_once = Config.from_dict({**CONFIG.to_dict(), "epochs": 1})
    fit("tiny", train, validation, fit_once, tmp_path / "run", progress=False)
    with pytest.raises(ModelError, match="other faces"):
        resume(tmp_path / "run", striped_faces(48, seed=7), validation)
    (tmp_path / "run" / CHECKPOINT).write_bytes(b"half a checkpoint")
    with pytest.raises(ModelError, match="damaged"):
        resume(tmp_path / "run", train, validation)
