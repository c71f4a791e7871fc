"""The budget of notebook 06, with its examples."""

import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from fercourse.course.exercises import Wrong, exercise
from fercourse.errors import ModelError

MOST_BYTES = 150_000
MOST_MILLISECONDS = 1.0
MOST_POINTS = 3.0


@exercise(
    hints=[
        "What takes a quarter of the bytes of float32?",
        "INT8 alone leaves more than 150 kB. In section 7, which filters did it miss least?",
        "Of the two students of section 8, who lost less? Training for longer, on more faces, helps.",
    ]
)
def within_budget(answer, validation, float_accuracy):
    """A file of at most 150 kB and 1 ms that loses at most three points."""
    if not isinstance(answer, bytes | bytearray):
        raise Wrong(
            f"Your answer is a {type(answer).__name__}; give the content of a .tflite file, as "
            "to_litert returns it."
        )
    if len(answer) > MOST_BYTES:
        raise Wrong(f"It has {len(answer) / 1000:.0f} kB; at most 150 are allowed.")
    from fercourse.classifier.litert import LiteRTClassifier

    try:
        classifier = LiteRTClassifier(bytes(answer))
        said = classifier.predict_proba(np.asarray(validation.images)).argmax(axis=1)
    except ModelError as error:
        raise Wrong(f"It cannot be run: {error}") from None
    lost = 100 * (float_accuracy - (said == validation.labels).mean())
    if lost > MOST_POINTS + 1e-9:
        raise Wrong(f"It loses {lost:.1f} points of accuracy; at most three are allowed.")
    took = _milliseconds(classifier, np.asarray(validation.images[:1]))
    if took > MOST_MILLISECONDS:
        raise Wrong(f"A face takes {took:.2f} ms; at most 1 ms is allowed.")
    return f"{len(answer) / 1000:.0f} kB, {lost:.1f} points lost, {took:.2f} ms for a face."


def _milliseconds(classifier, face) -> float:
    """Return the median of 200 calls after 20 others."""
    seconds = []
    for _ in range(220):
        begin = time.perf_counter()
        classifier.predict_proba(face)
        seconds.append(time.perf_counter() - begin)
    return float(np.median(seconds[20:])) * 1000


# A network of pooling and one dense layer, by to_litert(..., "int8").
_SMALL = (Path(__file__).parent / "n06_small.tflite").read_bytes()
_FACES = SimpleNamespace(images=np.full((4, 48, 48), 90, np.uint8), labels=np.zeros(4, np.int64))
_NEVER = SimpleNamespace(images=_FACES.images, labels=np.full(4, 99))

within_budget.right(_SMALL, _FACES, 0.0)
within_budget.right(bytearray(_SMALL), _FACES, 0.0)
within_budget.wrong("int8.tflite", _FACES, 0.0, says="content of a .tflite file")
within_budget.wrong(b"\0" * 200_000, _FACES, 0.0, says="at most 150")
within_budget.wrong(b"no model", _FACES, 0.0, says="cannot be run")
within_budget.wrong(_SMALL, _NEVER, 0.5, says="loses 50.0 points")
