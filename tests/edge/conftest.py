"""The small network of the classifier's tests, and its files."""

from tests.classifier.conftest import expected, faces, litert, network

__all__ = ["expected", "faces", "litert", "network"]
