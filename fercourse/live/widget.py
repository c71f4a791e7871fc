"""The browser widget: frames come as JPEG, results go back, nothing is kept.

The other half is ``widget.js``.
"""

import time as clock
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import anywidget
import cv2
import numpy as np
import traitlets

from fercourse.emotions import COLORS
from fercourse.errors import DataError, FercourseError, ModelError
from fercourse.explain import saliency
from fercourse.faces import Detector, Haar, decode_image
from fercourse.live.clip import RATE, SECONDS, draw_supplied_frame
from fercourse.live.session import Face, Session
from fercourse.live.where import elsewhere

_HERE = Path(__file__).parent
_OTHER_COLOR = "#444444"
# Views of one widget whose frames are kept apart; the oldest gives way.
_MOST_VIEWS = 8
_CLIP_FRAMES_A_MESSAGE = 8
_CLIP_QUALITY = 90
_PATCH = {"size": 12, "stride": 6}  # pixels that are hidden at a time: quick enough to wait for


@dataclass
class _Stream:
    """What is known of one view while it runs: its session, its last frame number and last face."""

    session: Session
    last: int = -1
    face: Face | None = None


class LiveWidget(anywidget.AnyWidget):
    """A camera, a video file or the supplied clip, with what a classifier sees in it.

    Introduced in notebook 07. It is off until Start is pressed, and then sends frames to the kernel
    one at a time; whatever comes is used and dropped. The messages of a view, each with its
    ``view``: ``frame`` (``number``, ``time``, a JPEG) is answered by ``result`` or ``skipped``,
    ``clip`` (``part``) by frames to play, ``heat`` by a face and a map, ``ping`` by ``alive``, and
    ``stop`` by nothing. What goes wrong is answered by ``problem`` with a sentence.

    Parameters
    ----------
    models : Classifier, path, or mapping from names to them
        What `Session` takes. The first is used at first.
    detectors : mapping from names to detectors, optional
        By default a Haar cascade.
    every : int
        The detector is asked at every so many frames.
    seconds : float
        Time constant of the smoothing.

    Raises
    ------
    ModelError
        If there is no model, or the first cannot be used.
    """

    _esm = (_HERE / "widget.js").read_text(encoding="utf-8")
    _css = (_HERE / "widget.css").read_text(encoding="utf-8")
    models = traitlets.List(traitlets.Unicode()).tag(sync=True)
    chosen_model = traitlets.Unicode().tag(sync=True)
    detectors = traitlets.List(traitlets.Unicode()).tag(sync=True)
    chosen_detector = traitlets.Unicode().tag(sync=True)
    classes = traitlets.List(traitlets.Unicode()).tag(sync=True)
    colors = traitlets.List(traitlets.Unicode()).tag(sync=True)
    elsewhere = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        models,
        *,
        detectors: Mapping[str, Detector] | None = None,
        every: int = 5,
        seconds: float = 0.3,
    ):
        self._models = dict(models) if isinstance(models, Mapping) else {"model": models}
        self._detectors = dict(detectors or {"Haar cascade": Haar()})
        if not self._models:
            raise ModelError("Give the widget at least one classifier.")
        self._options = {"every": every, "seconds": seconds}
        self._streams: dict[str, _Stream] = {}
        model, detector = next(iter(self._models)), next(iter(self._detectors))
        session = self._session(model, detector)
        super().__init__(
            models=list(self._models), chosen_model=model,
            detectors=list(self._detectors), chosen_detector=detector,
            elsewhere=elsewhere(), **_shown_classes(session),
        )  # fmt: skip
        self.on_msg(self._receive)
        self.observe(self._choose, ["chosen_model", "chosen_detector"])

    def _session(self, model: str, detector: str) -> Session:
        if model not in self._models or detector not in self._detectors:
            raise ModelError(f"This widget has no model {model!r} with detector {detector!r}.")
        session = Session(self._models[model], detector=self._detectors[detector], **self._options)
        self._models[model] = session.classifier  # a file is read once
        return session

    def _choose(self, change) -> None:
        """Use another model or detector from the next frame on; if that fails, the old ones."""
        try:
            session = self._session(self.chosen_model, self.chosen_detector)
        except FercourseError as error:
            self.send({"kind": "problem", "text": str(error)})
            self.set_trait(change["name"], change["old"])
            return
        self._streams.clear()
        with self.hold_sync():  # the page builds its bars of both
            for name, value in _shown_classes(session).items():
                self.set_trait(name, value)

    def _receive(self, _widget, content, buffers) -> None:
        """Answer a message; whatever is wrong with it, the next one can be answered."""
        answers = {
            "frame": self._see, "clip": self._send_clip, "heat": self._explain,
            "stop": self._stop, "ping": self._tell_alive,
        }  # fmt: skip
        content = content if isinstance(content, dict) else {}
        view, answer = content.get("view"), answers.get(content.get("kind"))
        if not isinstance(view, str) or answer is None:
            return
        try:
            answer(view, content, buffers)
        except FercourseError as error:
            self._tell_problem(view, content, str(error))
        except Exception:
            # The fault of a model or a detector that somebody brought; its traceback is for them.
            self._tell_problem(view, content, "The model or the detector failed; see the log.")
            raise

    def _tell_problem(self, view: str, content: dict, text: str) -> None:
        number = content.get("number")
        self.send({"kind": "problem", "view": view, "number": number, "text": text})

    def _tell_alive(self, view: str, content: dict, buffers) -> None:
        self.send({"kind": "alive", "view": view})

    def _see(self, view: str, content: dict, buffers) -> None:
        start = clock.perf_counter()
        number, time = content.get("number"), content.get("time")
        if type(number) is not int or not isinstance(time, int | float) or len(buffers) != 1:
            raise DataError("A frame came without its number, its time or its picture.")
        stream = self._stream(view)
        if number <= stream.last:
            self.send({"kind": "skipped", "view": view, "number": number})
            return
        stream.last = number
        image = decode_image(bytes(buffers[0]), "The frame")
        decode = 1000 * (clock.perf_counter() - start)
        found, milliseconds = stream.session.see(image, time)
        stream.face = max(found, key=lambda face: face.box.width, default=None)
        self.send({
            "kind": "result", "view": view, "number": number,
            "faces": [_as_message(face) for face in found],
            "milliseconds": {"decode": decode, **milliseconds},
        })  # fmt: skip

    def _stream(self, view: str) -> _Stream:
        if view not in self._streams:
            while len(self._streams) >= _MOST_VIEWS:
                del self._streams[next(iter(self._streams))]
            session = self._session(self.chosen_model, self.chosen_detector)
            self._streams[view] = _Stream(session)
        return self._streams[view]

    def _stop(self, view: str, content: dict, buffers) -> None:
        self._streams.pop(view, None)

    def _send_clip(self, view: str, content: dict, buffers) -> None:
        """Draw one part of the clip; the page asks for the next, so that others get their turn."""
        part, frames = content.get("part"), round(SECONDS * RATE)
        first = part * _CLIP_FRAMES_A_MESSAGE if type(part) is int else -1
        if not 0 <= first < frames:
            raise DataError(f"The clip has no part {part!r}.")
        numbers = range(first, min(first + _CLIP_FRAMES_A_MESSAGE, frames))
        quality = (cv2.IMWRITE_JPEG_QUALITY, _CLIP_QUALITY)
        drawn = [cv2.imencode(".jpg", draw_supplied_frame(n).image, quality)[1] for n in numbers]
        self.send(
            {
                "kind": "clip",
                "view": view,
                "part": part,
                "last": numbers.stop == frames,
                "rate": RATE,
            },
            [one.tobytes() for one in drawn],
        )

    def _explain(self, view: str, content: dict, buffers) -> None:
        stream = self._streams.get(view)
        if stream is None or stream.face is None:
            raise DataError("No face is in view; there is nothing to explain.")
        face = stream.face
        classifier = stream.session.classifier
        heat = saliency(classifier, face.image[None], "occlusion", **_PATCH).raw[0]
        largest = max(float(heat.max()), 1e-6)
        scaled = np.round(255 * np.clip(heat / largest, 0, 1)).astype(np.uint8)
        name = stream.session.classes[int(face.now.argmax())]
        self.send(
            {"kind": "heat", "view": view, "name": name, "largest": largest,
             "height": face.image.shape[0], "width": face.image.shape[1]},
            [face.image.tobytes(), scaled.tobytes()],
        )  # fmt: skip


def _shown_classes(session: Session) -> dict[str, list[str]]:
    classes = list(session.classes)
    return {"classes": classes, "colors": [COLORS.get(name, _OTHER_COLOR) for name in classes]}


def _as_message(face: Face) -> dict:
    return {"id": face.id, "box": list(face.box), "probabilities": face.probabilities.tolist()}
