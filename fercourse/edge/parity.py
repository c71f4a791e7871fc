"""Do two classifiers say the same, face by face, and if not, where do they part?"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from fercourse.classifier import load_classifier
from fercourse.classifier.files import model_file
from fercourse.classifier.litert import pixel_values
from fercourse.edge.graph import Graph, read_graph
from fercourse.errors import ModelError

# Layers are compared on so many faces.
LAYER_FACES = 16


@dataclass(frozen=True)
class Parity:
    """How two classifiers differ on the same faces. Introduced in notebook 06.

    Parameters
    ----------
    faces : int
    agreement : float
        The share of the faces for which both name the same class.
    largest, mean : float
        Difference in probability: the largest of all, and the mean over the faces of each face's
        largest.
    worst_face : int
        The face with the largest difference.
    layers : DataFrame or None
        For two ``.tflite`` files of the same network, in the order of computing: ``layer`` and
        ``difference``, the root mean square of the difference over that of the values.
    parts_at : str or None
        The first layer whose difference is above the tolerance.
    """

    faces: int
    agreement: float
    largest: float
    mean: float
    worst_face: int
    layers: pd.DataFrame | None
    parts_at: str | None


def verify(a: str | Path, b: str | Path, images: np.ndarray, tolerance: float = 0.05) -> Parity:
    """Compare two classifiers face by face, and two ``.tflite`` files also layer by layer.

    Introduced in notebook 06.

    Parameters
    ----------
    a, b : path
        What `load_classifier` reads.
    images : ndarray, uint8, shape (N, H, W)
        The faces.
    tolerance : float
        How far a layer may differ, as a share of its values' root mean square, before the files
        are said to part there.

    Returns
    -------
    Parity

    Raises
    ------
    ModelError
        If one of them cannot be used, their classes differ, or there are no faces.
    """
    a, b = model_file(a), model_file(b)
    first, second = load_classifier(a), load_classifier(b)
    if set(first.classes) != set(second.classes):
        raise ModelError(
            f"The classifiers know different classes: {', '.join(first.classes)}; and "
            f"{', '.join(second.classes)}."
        )
    if not len(images):
        raise ModelError("There are no faces to compare the classifiers on.")
    order = [second.classes.index(name) for name in first.classes]
    by_a, by_b = first.predict_proba(images), second.predict_proba(images)[:, order]
    differences = np.abs(by_a - by_b).max(axis=1)
    layers = None
    if a.suffix == b.suffix == ".tflite":
        layers = _layers(a.read_bytes(), b.read_bytes(), images[:LAYER_FACES])
    return Parity(
        len(images),
        float((by_a.argmax(axis=1) == by_b.argmax(axis=1)).mean()),
        float(differences.max()),
        float(differences.mean()),
        int(differences.argmax()),
        layers,
        _first_above(layers, tolerance),
    )


def layer_values(content: bytes, images: np.ndarray) -> dict[str, np.ndarray]:
    """Return what each operation of a ``.tflite`` file gives, by the name of its tensor, as floats.

    Computed by LiteRT's reference kernels.

    Parameters
    ----------
    content : bytes
    images : ndarray, uint8, shape (N, H, W)
    """
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    graph = read_graph(content)
    interpreter = Interpreter(
        model_content=content,
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True,
    )
    interpreter.allocate_tensors()
    takes = interpreter.get_input_details()[0]
    levels = pixel_values(takes)
    places = [one.outputs[0] for one in graph.operations]
    values = {place: [] for place in places}
    for face in images:
        interpreter.set_tensor(takes["index"], np.take(levels, face)[None, ..., None])
        interpreter.invoke()
        for place in places:
            values[place].append(_as_floats(graph, place, interpreter.get_tensor(place)))
    return {graph.tensors[place].name: np.concatenate(values[place]) for place in places}


def _as_floats(graph: Graph, place: int, values: np.ndarray) -> np.ndarray:
    tensor = graph.tensors[place]
    if not len(tensor.scales):
        return values.astype(np.float32)
    return (values.astype(np.float32) - tensor.zero_points[0]) * np.float32(tensor.scales[0])


def _layers(a: bytes, b: bytes, images: np.ndarray) -> pd.DataFrame:
    first, second = layer_values(a, images), layer_values(b, images)
    rows = []
    for name in first:
        if name not in second or first[name].shape != second[name].shape:
            continue
        size = np.sqrt(np.square(first[name]).mean())
        difference = np.sqrt(np.square(first[name] - second[name]).mean())
        rows.append((_short(name), float(difference / max(size, 1e-12))))
    return pd.DataFrame(rows, columns=["layer", "difference"])


def _short(name: str) -> str:
    """Return the layer in a converter's name such as ``net_1/conv2d_1/Relu;net_1/...``."""
    parts = name.split(";")[0].split("/")
    return "/".join(parts[-2:]) if len(parts) > 1 else name


def _first_above(layers: pd.DataFrame | None, tolerance: float) -> str | None:
    if layers is None:
        return None
    above = layers[layers["difference"] > tolerance]
    return None if above.empty else str(above["layer"].iloc[0])
