"""The kernel's half of the widget: every message is answered, and nothing ends a session."""

import cv2
import numpy as np
import pytest

from fercourse.emotions import COLORS
from fercourse.errors import ModelError
from fercourse.live import LiveWidget, Session
from fercourse.live.where import elsewhere


def jpeg(image, quality=90):
    return cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, quality))[1].tobytes()


class Page:
    """What a page does: it sends messages, and keeps what comes back."""

    def __init__(self, widget, view="a"):
        self.widget, self.view, self.heard, self.buffers = widget, view, [], []
        widget.send = self.hear

    def hear(self, content, buffers=()):
        self.heard.append(content)
        self.buffers.append(list(buffers))

    def tell(self, kind, buffers=(), **more):
        """Send a message, and return what it was answered by."""
        before = len(self.heard)
        content = {"kind": kind, "view": self.view, **more}
        self.widget._handle_custom_msg(content, [memoryview(one) for one in buffers])
        return self.heard[before:]

    def frame(self, number, image):
        data = image if isinstance(image, bytes) else jpeg(image)
        return self.tell("frame", [data], number=number, time=number / 15)


@pytest.fixture
def page(classifier):
    return Page(LiveWidget(classifier))


def test_a_frame_is_answered_by_boxes_probabilities_and_milliseconds(page, clip):
    (answer,) = page.frame(0, clip[0][0])
    assert (answer["kind"], answer["view"], answer["number"]) == ("result", "a", 0)
    (face,) = answer["faces"]
    assert face["id"] == 1
    assert len(face["box"]) == 4
    assert sum(face["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert set(answer["milliseconds"]) == {"decode", "track", "detect", "crop", "classify"}


def test_the_widget_path_differs_from_the_session_by_the_jpegs_error_alone(page, classifier, clip):
    frame = clip[0][0]
    decoded = cv2.imdecode(np.frombuffer(jpeg(frame), np.uint8), cv2.IMREAD_GRAYSCALE)
    (shown,) = page.frame(0, frame)[0]["faces"]
    (same,) = Session(classifier).see(decoded, 0.0).faces
    (exact,) = Session(classifier).see(frame, 0.0).faces
    np.testing.assert_allclose(shown["probabilities"], same.probabilities, atol=1e-6)
    np.testing.assert_allclose(shown["probabilities"], exact.probabilities, atol=0.01)


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"\xff\xd8\xff\xe0 and then nothing",
        b"no picture",
        jpeg(np.zeros((48, 64), np.uint8))[:-9],
    ],
)
def test_a_damaged_frame_is_told_and_the_next_one_is_seen(page, clip, damaged):
    page.frame(0, clip[0][0])
    (answer,) = page.frame(1, damaged)
    assert (answer["kind"], answer["number"]) == ("problem", 1)
    assert answer["text"].startswith("The frame ")
    (after,) = page.frame(2, clip[0][2])
    assert [face["id"] for face in after["faces"]] == [1]


def test_frames_out_of_order_are_skipped(page, clip):
    page.frame(5, clip[0][0])
    for late in (5, 3):
        assert page.frame(late, clip[0][1])[0]["kind"] == "skipped"
    assert page.frame(6, clip[0][1])[0]["kind"] == "result"


@pytest.mark.parametrize("image", [np.zeros((1, 1), np.uint8), np.full((37, 501, 3), 9, np.uint8)])
def test_frames_of_odd_sizes_without_faces_are_answered(page, image):
    assert page.frame(0, image)[0]["faces"] == []


@pytest.mark.parametrize(
    "content",
    [
        None, "text", {}, {"kind": "frame"}, {"view": "a"}, {"kind": "delete", "view": "a"},
        {"kind": "frame", "view": "a"}, {"kind": "frame", "view": "a", "number": "1", "time": 0},
        {"kind": "frame", "view": "a", "number": True, "time": 0}, {"kind": "heat", "view": "a"},
        {"kind": "frame", "view": "a", "number": 1, "time": float("nan")},
        {"kind": "frame", "view": 3, "number": 1, "time": 0}, {"kind": ["frame"], "view": "a"},
    ],
)  # fmt: skip
def test_messages_that_make_no_sense_end_nothing(page, clip, content):
    page.widget._handle_custom_msg(content, [memoryview(jpeg(clip[0][0]))])
    assert all(answer["kind"] == "problem" for answer in page.heard)
    assert page.frame(2, clip[0][0])[0]["kind"] == "result"


def test_a_ping_is_answered(page):
    assert page.tell("ping") == [{"kind": "alive", "view": "a"}]


def test_a_detector_that_fails_is_told_to_the_page_and_the_next_frame_is_answered(classifier, clip):
    mistakes = [ZeroDivisionError("mine")]

    def detector(image):
        if mistakes:
            raise mistakes.pop()
        return []

    page = Page(LiveWidget(classifier, detectors={"mine": detector}))
    (answer,) = page.frame(0, clip[0][0])
    assert (answer["kind"], answer["number"]) == ("problem", 0)
    assert page.frame(1, clip[0][0])[0]["kind"] == "result"


def test_two_views_have_people_and_numbers_of_their_own(page, clip):
    page.frame(9, clip[0][0])
    page.view = "b"
    (answer,) = page.frame(0, clip[0][0])
    assert (answer["view"], answer["kind"]) == ("b", "result")
    assert answer["faces"][0]["id"] == 1


def test_many_views_are_not_kept_for_ever(page, clip):
    for number in range(30):
        page.view = f"view {number}"
        page.frame(0, clip[0][0])
    assert len(page.widget._streams) == 8


def test_stop_forgets_what_was_seen(page, clip):
    page.frame(0, clip[0][0])
    assert page.tell("stop") == []
    assert page.widget._streams == {}
    assert page.tell("heat")[0]["text"].startswith("No face is in view")
    assert page.frame(0, clip[0][0])[0]["kind"] == "result"


def test_the_clip_comes_in_parts_that_are_pictures(page):
    parts = [page.tell("clip", part=number)[0] for number in range(12)]
    assert [part["last"] for part in parts] == [False] * 11 + [True]
    frames = [frame for buffers in page.buffers for frame in buffers]
    assert len(frames) == 96
    assert cv2.imdecode(np.frombuffer(frames[50], np.uint8), cv2.IMREAD_COLOR).shape == (
        240,
        320,
        3,
    )


@pytest.mark.parametrize("part", [12, -1, None, "0", True])
def test_a_part_that_the_clip_does_not_have_is_refused(page, part):
    assert "no part" in page.tell("clip", part=part)[0]["text"]


def test_the_heat_map_is_of_the_face_in_view_and_hottest_where_the_classifier_looks(clip):
    class LeftHalf:
        classes = ("no", "yes")

        def predict_proba(self, faces):
            yes = np.clip(0.5 + faces[:, :, :24].std(axis=(1, 2)) / 255, 0, 1)
            return np.stack([1 - yes, yes], axis=1).astype(np.float32)

    page = Page(LiveWidget(LeftHalf()))
    page.frame(0, clip[0][0])
    (answer,) = page.tell("heat")
    face, heat = (np.frombuffer(one, np.uint8).reshape(48, 48) for one in page.buffers[-1])
    assert (answer["kind"], answer["name"], answer["width"]) == ("heat", "yes", 48)
    assert face.std() > 5
    assert heat[:, :24].mean() > 2 * heat[:, 30:].mean()
    assert heat.max() == 255


def test_models_and_detectors_are_chosen_while_it_runs(classifier, clip, tmp_path):
    missing = tmp_path / "gone.skops"
    one_box = lambda image: []  # noqa: E731
    widget = LiveWidget(
        {"first": classifier, "gone": missing}, detectors={"all": None, "none": one_box}
    )
    page = Page(widget)
    assert len(page.frame(0, clip[0][0])[0]["faces"]) == 1
    widget.chosen_detector = "none"
    assert page.frame(1, clip[0][0])[0]["faces"] == []
    widget.chosen_model = "gone"
    assert "gone.skops" in page.heard[-1]["text"]
    assert widget.chosen_model == "first"
    assert page.frame(2, clip[0][0])[0]["kind"] == "result"


def test_another_models_words_and_colors_reach_the_page_in_one_message(classifier):
    other = type(classifier)()
    other.classes = ("happy", "sad", "a word of its own")
    widget = LiveWidget({"first": classifier, "other": other})
    sent = []
    widget.comm.send = lambda data=None, **_: sent.append(data["state"])
    widget.chosen_model = "other"
    words = [state for state in sent if "classes" in state or "colors" in state]
    assert [sorted(state) for state in words] == [["classes", "colors"]]
    assert words[0]["classes"] == ["happy", "sad", "a word of its own"]
    assert words[0]["colors"][0] == COLORS["happy"]
    assert len(set(words[0]["colors"])) == 3


def test_a_widget_without_a_usable_model_is_refused(tmp_path):
    with pytest.raises(ModelError, match="at least one"):
        LiveWidget({})
    with pytest.raises(ModelError, match=r"missing\.skops"):
        LiveWidget(tmp_path / "missing.skops")


def test_nothing_is_asked_of_the_network_and_the_page_is_told_where_the_kernel_is(
    classifier, monkeypatch
):
    for name in ("JUPYTERHUB_USER", "SSH_CONNECTION", "KUBERNETES_SERVICE_HOST", "CODESPACES",
                 "COLAB_RELEASE_TAG", "KAGGLE_KERNEL_RUN_TYPE", "JUPYTERHUB_API_URL"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    assert elsewhere() == LiveWidget(classifier).elsewhere == ""
    monkeypatch.setenv("JUPYTERHUB_USER", "reader")
    assert LiveWidget(classifier).elsewhere == "a JupyterHub"
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release")
    assert elsewhere() == "Google Colab"
    assert "://" not in LiveWidget._esm + LiveWidget._css
