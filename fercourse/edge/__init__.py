"""Networks on small machines: convert, measure, compare, make smaller.

Names are imported when they are first used: measuring files needs neither Keras nor TensorFlow.
"""

from importlib import import_module

_HOMES = {
    "bench": "measuring",
    "bundle": "bundling",
    "distil": "distillation",
    "filters_for": "pruning",
    "fold": "folding",
    "measure_speed": "measuring",
    "multiply_adds": "pruning",
    "prunable": "pruning",
    "prune_filters": "pruning",
    "prune_weights": "pruning",
    "quantization_aware": "quantization_training",
    "read_graph": "graph",
    "representative_faces": "conversion",
    "to_litert": "conversion",
    "to_onnx": "onnx_conversion",
    "verify": "parity",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module 'fercourse.edge' has no attribute {name!r}")
    return getattr(import_module(f"fercourse.edge.{_HOMES[name]}"), name)


def __dir__():
    return __all__
