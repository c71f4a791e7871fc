"""``fercourse live`` from the outside: a video to its copy and table, a camera in a window."""

import csv
import json
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from fercourse import synth
from fercourse.classifier import save_classifier
from fercourse.classifier.recipes import recipe
from fercourse.cli import main
from fercourse.errors import DataError
from fercourse.live import Session, player
from fercourse.live.video import Video, VideoWriter


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    drawn = synth.draw(60, variant="balanced")
    fitted = recipe("lbp_svm").fit(drawn.images, drawn.table["true_class"].to_numpy())
    return save_classifier(fitted, tmp_path_factory.mktemp("model") / "small.skops")


@pytest.fixture
def film(tmp_path, clip):
    path = tmp_path / "film.avi"
    with VideoWriter(path, 25.0, (320, 240)) as video:
        for number, frame in enumerate(clip[0][:20]):
            video.add(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR), number / 25)
    return path


def run(monkeypatch, capsys, *words):
    """Run the command line; return its status, what it printed and what it complained of."""
    monkeypatch.setattr("sys.argv", ["fercourse", "live", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    return ended.value.code or 0, said.out, said.err


def test_a_video_becomes_an_annotated_copy_and_a_table(
    tmp_path, monkeypatch, capsys, model, film, clip
):
    out, table = tmp_path / "seen.mp4", tmp_path / "seen.csv"
    status, said, _ = run(
        monkeypatch, capsys, model, "--video", film, "--out", out, "--csv", table, "--json"
    )
    assert status == 0
    facts = json.loads(said)
    assert (facts["frames"], facts["faces"]) == (20, 1)
    copied, read = list(Video(out)), list(csv.DictReader(table.open()))
    assert len(copied) == len(read) == 20
    assert [row["face"] for row in read] == ["1"] * 20
    assert [float(row["time"]) for row in read] == pytest.approx(np.arange(20) / 25, abs=0.01)
    classes = [name for name in read[0] if name in synth_classes()]
    assert all(
        sum(float(row[name]) for name in classes) == pytest.approx(1, abs=1e-3) for row in read
    )
    colored = np.ptp(copied[10].image.astype(int), axis=2) > 60
    assert colored.any()
    assert not colored[:20, :40].any()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film.avi", "seen.csv", "seen.mp4"]


def synth_classes():
    from fercourse.emotions import CLASSES

    return CLASSES


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--out", "copy.mp4"], "go with --video"),
        (["--video", "missing.mp4"], "There is no file missing.mp4"),
        (["--video", "{film}", "--out", "{film}", "--overwrite"], "is the video itself"),
        (["--video", "{film}", "--csv", "{model}", "--overwrite"], "is the model itself"),
        (["--video", "{film}", "--out", "o.avi", "--csv", "./o.avi"], "is named twice"),
        (
            ["--video", "{film}", "--yunet", "{film}.csv", "--csv", "{film}.csv", "--overwrite"],
            "is the YuNet file itself",
        ),
        (["--video", "{film}", "--out", "loop.mp4"], "cannot be written"),
        (["--video", "{film}", "--csv", "loop.mp4", "--overwrite"], "cannot be written"),
        (["--video", "loop.mp4", "--csv", "new.csv"], "There is no file loop.mp4"),
        (["--video", "{film}", "--out", "copy.gif"], "must end in"),
        (["--video", "{film}", "--csv", "{film}.csv"], "is there already"),
        (["--video", "{film}", "--yunet", "missing.onnx"], "There is no file missing.onnx"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    tmp_path, monkeypatch, capsys, model, film, options, says
):
    film.with_name(f"{film.name}.csv").touch()
    film.with_name("loop.mp4").symlink_to("loop.mp4")
    monkeypatch.chdir(tmp_path)
    before, written = sorted(tmp_path.iterdir()), model.read_bytes()
    status, _, complaint = run(
        monkeypatch, capsys, model, *(word.format(film=film, model=model) for word in options)
    )
    assert status == 1
    assert says in complaint.replace("\n", " ")
    assert "Traceback" not in complaint
    assert sorted(tmp_path.iterdir()) == before
    assert model.read_bytes() == written


def test_a_missing_model_is_one_sentence(monkeypatch, capsys, film):
    status, _, complaint = run(monkeypatch, capsys, "missing.skops", "--video", film)
    assert status == 1
    assert "missing.skops" in complaint


class Camera:
    """A camera that shows the frames of a clip, then nothing."""

    def __init__(self, frames):
        self.frames, self.released = list(frames), False

    def __call__(self, index):
        return self

    def isOpened(self):  # noqa: N802
        return True

    def read(self):
        if not self.frames:
            return False, None
        return True, cv2.cvtColor(self.frames.pop(0), cv2.COLOR_GRAY2BGR)

    def release(self):
        self.released = True


@pytest.fixture
def window(monkeypatch):
    """A screen that remembers what it was shown."""
    shown = SimpleNamespace(pictures=[], key=-1, is_open=1.0)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(cv2, "imshow", lambda name, picture: shown.pictures.append(picture))
    monkeypatch.setattr(cv2, "waitKey", lambda delay: shown.key)
    monkeypatch.setattr(cv2, "getWindowProperty", lambda name, what: shown.is_open)
    monkeypatch.setattr(cv2, "destroyAllWindows", lambda: None)
    return shown


def test_the_window_shows_the_picture_mirrored_with_a_box_where_the_face_then_is(
    monkeypatch, window, classifier, clip
):
    frames, boxes = clip
    camera = Camera(frames[15:16])
    monkeypatch.setattr(cv2, "VideoCapture", camera)
    with pytest.raises(DataError, match="no picture any more"):
        player.watch(Session(classifier))
    (picture,) = window.pictures
    assert camera.released
    plain = np.repeat(frames[15][:, ::-1, None], 3, axis=2)
    np.testing.assert_array_equal(picture[200:, :20], plain[200:, :20])
    drawn = (picture != plain).any(axis=2)[30:]
    middle = np.flatnonzero(drawn.any(axis=0)).mean()
    assert middle == pytest.approx(320 - boxes[15].x - boxes[15].width / 2, abs=20)


@pytest.mark.parametrize(("key", "is_open"), [(ord("q"), 1.0), (27, 1.0), (-1, 0.0)])
def test_q_escape_and_the_window_s_own_button_turn_the_camera_off(
    monkeypatch, window, classifier, clip, key, is_open
):
    camera = Camera(clip[0])
    monkeypatch.setattr(cv2, "VideoCapture", camera)
    window.key, window.is_open = key, is_open
    player.watch(Session(classifier))
    assert camera.released
    assert len(window.pictures) == 1


def test_no_camera_and_no_screen_are_sentences(monkeypatch, window, classifier):
    closed = SimpleNamespace(isOpened=lambda: False, release=lambda: None)
    monkeypatch.setattr(cv2, "VideoCapture", lambda index: closed)
    with pytest.raises(DataError, match="There is no camera 3"):
        player.watch(Session(classifier), 3)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(DataError, match="no screen"):
        player.watch(Session(classifier))
