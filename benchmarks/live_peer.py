"""Look at a video with the Python package ``fer``; runs in an environment of its own.

``python live_peer.py VIDEO``: prints, as JSON, the seconds that each frame took and in how many of
them a face was found. Frames are read before the clock starts. The package's own search for faces
(a Haar cascade in every frame), its cropping and its network are run, with its default settings.
"""

import json
import sys
import time

import cv2
from fer.fer import FER


def main(path: str) -> None:
    video, frames = cv2.VideoCapture(path), []
    while (read := video.read())[0]:
        frames.append(read[1])
    detector = FER()
    detector.detect_emotions(frames[0])
    seconds, found = [], 0
    for frame in frames:
        start = time.perf_counter()
        faces = detector.detect_emotions(frame)
        seconds.append(time.perf_counter() - start)
        found += len(faces) > 0
    print(json.dumps({"seconds": seconds, "found": found}))


if __name__ == "__main__":
    main(sys.argv[1])
