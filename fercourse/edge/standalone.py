"""Run or measure a model file. Needs Python, NumPy, OpenCV and ai-edge-litert, and nothing else.

    python run.py                      measure: latency, throughput, memory, start
    python run.py photo.jpg ...        find the faces in photos and classify them

In a bundle this file is called run.py, and stands beside the model and the few modules it uses.
"""

import time

STARTED = time.perf_counter()

import argparse  # noqa: E402
import json  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402

WARM_UP = 50
RUNS = 1000
BATCH = 256


def main() -> int:
    """Read the command line, and print what was asked for."""
    parser = argparse.ArgumentParser(description="Measure the model, or classify faces in photos.")
    parser.add_argument("photos", nargs="*", help="photos; without any, the model is measured")
    parser.add_argument("--model", help="the model file; by default the one beside this script")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    options = parser.parse_args()
    from fercourse.errors import FercourseError

    try:
        path = Path(options.model) if options.model else _model_beside()
        if options.photos:
            return _classify(path, options)
        answer = measure(path, options.threads)
    except FercourseError as error:
        print(f"run.py: {error}", file=sys.stderr)
        return 1
    print(json.dumps(answer) if options.json else _as_text(answer))
    return 0


def measure(path: Path, threads: int) -> dict:
    """Return how fast and how large a model file is, all in milliseconds and megabytes."""
    before, begin = peak_mb(), time.perf_counter()
    classifier = load(path, threads)
    loaded = time.perf_counter()
    faces = np.random.default_rng(0).integers(0, 256, (BATCH, *classifier.face_shape), np.uint8)
    classifier.predict_proba(faces[:1])
    first = time.perf_counter()
    latencies = [_seconds(classifier, faces[k % BATCH][None]) for k in range(WARM_UP + RUNS)]
    p50, p95, p99 = np.percentile(latencies[WARM_UP:], [50, 95, 99]) * 1000
    batches = [_seconds(classifier, faces) for _ in range(3)]
    return {
        "model": path.name,
        "kb": path.stat().st_size / 1000,
        "threads": threads,
        "p50_ms": p50,
        "p95_ms": p95,
        "p99_ms": p99,
        "faces_per_s": BATCH / min(batches),
        "load_ms": (loaded - begin) * 1000,
        "cold_start_ms": (first - STARTED) * 1000,
        "peak_mb": peak_mb(),
        "model_mb": peak_mb() - before,
    }


def load(path: Path, threads: int):
    """Return the classifier in a ``.tflite`` or ``.onnx`` file."""
    if path.suffix == ".onnx":
        from fercourse.classifier.onnx import load
    else:
        from fercourse.classifier.litert import load
    return load(path, threads=threads)


def peak_mb() -> float:
    """Return the most memory that this process has held, in megabytes; 0 where nobody knows."""
    # Linux hands the largest size that getrusage tells on to the processes one starts.
    status = Path("/proc/self/status")
    if status.is_file():
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        if "VmHWM" in fields:
            return int(fields["VmHWM"].split()[0]) / 1e3
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / (1e6 if sys.platform == "darwin" else 1e3)


def _seconds(classifier, faces: np.ndarray) -> float:
    begin = time.perf_counter()
    classifier.predict_proba(faces)
    return time.perf_counter() - begin


def _model_beside() -> Path:
    return next(Path(__file__).resolve().parent.glob("model.*"))


def _classify(path: Path, options) -> int:
    from fercourse.faces import crop, detect, read_image

    classifier = load(path, options.threads)
    for photo in options.photos:
        picture = read_image(Path(photo))
        for box in detect(picture):
            face = crop(picture, box, size=classifier.face_shape[0], margin=classifier.crop_margin)
            (row,) = classifier.predict_proba(face[None])
            best = int(row.argmax())
            print(
                f"{photo}: face at {box[0]}, {box[1]}: {classifier.classes[best]} {row[best]:.2f}"
            )
    return 0


def _as_text(answer: dict) -> str:
    return (
        f"{answer['model']}: {answer['kb']:.0f} kB, {answer['threads']} thread(s)\n"
        f"one face: {answer['p50_ms']:.3f} ms (95 %: {answer['p95_ms']:.3f}, "
        f"99 %: {answer['p99_ms']:.3f}); in batches {answer['faces_per_s']:,.0f} faces a second\n"
        f"loaded in {answer['load_ms']:.1f} ms; first answer {answer['cold_start_ms']:.0f} ms after "
        f"the start of the script; peak memory {answer['peak_mb']:.0f} MB, "
        f"{answer['model_mb']:.1f} MB of it with the model"
    )


if __name__ == "__main__":
    sys.exit(main())
