"""Classify faces with the Python package ``fer``; runs in an environment of its own.

``python fer_peer.py FACES.npy OUT.npz``: uint8 (N, 48, 48) in; probabilities (N, 7) in the order of
FER2013's classes, milliseconds a face and the bytes of the model file out. The faces are cut out
already, so the package's search for faces is left out; its own resizing, scaling and network are run.
"""

import sys
import time
from pathlib import Path

import cv2
import fer
import numpy as np
from fer.fer import FER

TIMED = 300


def classify(detector, faces: np.ndarray) -> np.ndarray:
    large = np.stack([cv2.resize(face, (64, 64)) for face in faces]).astype(np.float32)
    return np.asarray(detector._classify_emotions((large / 255 - 0.5) * 2))


def main(source: str, target: str) -> None:
    faces = np.load(source)
    detector = FER()
    classify(detector, faces[:10])
    times = []
    for face in faces[:TIMED]:
        start = time.perf_counter()
        classify(detector, face[None])
        times.append(time.perf_counter() - start)
    file = Path(fer.__file__).parent / "data" / "emotion_model_quantized.tflite"
    np.savez(
        target,
        probabilities=classify(detector, faces),
        ms=np.median(times) * 1000,
        bytes=file.stat().st_size,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
