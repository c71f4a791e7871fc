"""What a model file for the edge says of itself: classes, input form, training data, source."""

import json
from dataclasses import asdict, dataclass

from fercourse.errors import ModelError
from fercourse.faces import MARGIN

FORMAT = "fercourse edge model 1"
MOST_BYTES = 1024**2
MOST_CLASSES = 1000
MOST_LETTERS = 1000
LARGEST_FACE = 1024
LARGEST_MARGIN = 2.0
PRECISIONS = ("float32", "float16", "dynamic", "int8")


@dataclass(frozen=True)
class Metadata:
    """The block of metadata in a ``.tflite`` or ``.onnx`` file.

    Parameters
    ----------
    classes : tuple of str
        The words of the classes, one for each output.
    face_shape : (int, int)
        Height and width of the faces, in pixels. Gray levels are given raw, 0 to 255.
    precision : str
        ``"float32"``, ``"float16"``, ``"dynamic"`` (INT8 weights) or ``"int8"``.
    training_data : str
        What the network has learned from.
    source_sha256 : str
        The SHA-256 of the weights of the Keras model that was converted, in hexadecimal.
    margin : float
        How much of a face's surroundings it was shown while it learned, as `faces.crop` counts.
    """

    classes: tuple[str, ...]
    face_shape: tuple[int, int]
    precision: str
    training_data: str
    source_sha256: str
    margin: float = MARGIN

    def to_json(self, **more: str) -> str:
        """Return the block as JSON, with what else a kind of file has to say."""
        return json.dumps({"format": FORMAT, **asdict(self), **more}, indent=1)


def read_metadata(text: str | bytes) -> Metadata:
    """Return the block of a file that may come from anybody.

    Raises
    ------
    ModelError
        If it is too long, or anything in it is not what it must be.
    """
    if len(text) > MOST_BYTES:
        raise ModelError("The model's block of metadata is too long.")
    try:
        known = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelError("The model's block of metadata is damaged.") from error
    if not isinstance(known, dict) or known.get("format") != FORMAT:
        raise ModelError(f"The model's block of metadata does not say {FORMAT!r}.")
    _require(_are_classes(known.get("classes")), "classes")
    _require(_is_shape(known.get("face_shape")), "face_shape")
    _require(known.get("precision") in PRECISIONS, "precision")
    for field in ("training_data", "source_sha256"):
        _require(_is_text(known.get(field)), field)
    margin = known.get("margin", MARGIN)
    _require(type(margin) in (int, float) and -0.4 <= margin <= LARGEST_MARGIN, "margin")
    return Metadata(
        tuple(known["classes"]),
        tuple(known["face_shape"]),
        known["precision"],
        known["training_data"],
        known["source_sha256"],
        float(margin),
    )


def _require(sound: bool, field: str) -> None:
    if not sound:
        raise ModelError(f"The model's block of metadata has no usable {field!r}.")


def _is_text(value) -> bool:
    return isinstance(value, str) and len(value) <= MOST_LETTERS


def _are_classes(value) -> bool:
    return (
        isinstance(value, list)
        and 2 <= len(value) <= MOST_CLASSES
        and all(_is_text(name) and name.strip() for name in value)
        and len(set(value)) == len(value)
    )


def _is_shape(value) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(type(side) is int and 1 <= side <= LARGEST_FACE for side in value)
    )
