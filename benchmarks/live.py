"""How fast the live session is: in a browser, beside the package ``fer``, and over 20,000 frames.

How often it is right, on drawn people who are neutral, happy and surprised in turn, is measured
too: what makes detection quicker may cut faces out less well.

Run with ``fercourse benchmark live --data scenes/single_face.mp4``; without ``--data`` a drawn clip
stands beside the peer alone. The browser part is the browser test, run for a minute; it needs
Chromium. The peer gets an environment of its own, made with uv at the first run.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from fer_environment import python_with_fer
from synth import look_in_scenes

from fercourse import synth
from fercourse.classifier import load_classifier
from fercourse.faces import Box, Haar, detect, overlap
from fercourse.live import Session, draw_supplied_clip
from fercourse.live.video import Video, VideoWriter

TOP = Path(__file__).parents[1]
MODEL = "builtin"
BROWSER_SECONDS = 60
SOAK_FRAMES = 20_000
ROUNDS = 3
SCENES = 40
PEOPLE = range(20, 34)
RATE = 25.0


def run(options: dict) -> tuple[dict, dict]:
    """Return the figures that are kept and what stands behind them."""
    browser = _in_the_browser()
    frames, boxes = _drawn_clip(seconds=10)
    with tempfile.TemporaryDirectory() as folder:
        drawn = Path(folder) / "drawn.avi"
        with VideoWriter(drawn, RATE, (640, 480)) as video:
            for number, frame in enumerate(frames):
                video.add(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR), number / RATE)
        beside = {"drawn clip": _beside_the_peer(drawn)}
        if options["data"] is not None:
            beside[options["data"].name] = _beside_the_peer(options["data"])
    tracking, recognition, soak = _tracking(frames, boxes), _recognition(), _soak(frames)
    figures = {
        "browser_results_per_s": browser["results_per_s"],
        "frame_ms_median": browser["kernel_ms_median"],
        "frame_ms_p95": browser["kernel_ms_p95"],
        "end_to_end_ms_median": browser["end_to_end_ms_median"],
        "peer_speedup_detecting_every_frame": min(
            one["speedup_detecting_every_frame"] for one in beside.values()
        ),
        "tracking_iou": tracking["iou_median"],
        "right_at_rest_and_apex": recognition["right"],
        "soak_frames": soak["frames"],
        "soak_growth_mb": soak["growth_mb"],
    }
    return figures, {
        "browser": browser, "beside_fer": beside, "tracking": tracking,
        "recognition": recognition, "detectors": _detectors(), "soak": soak,
    }  # fmt: skip


def _in_the_browser() -> dict:
    """Run the browser test for a minute, and return what it measured."""
    answer = TOP / "artifacts" / "live_rates.json"
    answer.unlink(missing_ok=True)
    test = "tests/browser/test_live_in_browser.py::test_off_until_start_then_boxes_follow_the_face"
    environment = os.environ | {"FERCOURSE_LIVE_SECONDS": str(BROWSER_SECONDS)}
    command = [sys.executable, "-m", "pytest", "-q", "-m", "browser", test]
    subprocess.run(command, cwd=TOP, env=environment, check=True, stdout=sys.stderr)
    return json.loads(answer.read_text(encoding="utf-8"))


def _drawn_clip(seconds: float) -> tuple[list[np.ndarray], list[Box]]:
    """Draw a person who moves, comes nearer, turns, and smiles: frames and true boxes."""
    frames, boxes = [], []
    for number in range(round(seconds * RATE)):
        turn = 2 * np.pi * number / RATE / 5
        image, box = synth.draw_view(
            {12: 0.4 - 0.4 * np.cos(turn)}, identity=1,
            x=0.5 + 0.2 * np.sin(turn), y=0.5 + 0.05 * np.sin(2 * turn),
            side=0.45 + 0.1 * np.sin(turn / 2), yaw=12 * np.sin(turn), roll=8 * np.sin(turn / 2),
        )  # fmt: skip
        frames.append(image)
        boxes.append(Box(*box.tolist()))
    return frames, boxes


def _beside_the_peer(path: Path) -> dict:
    """Measure ours and theirs by turns on the same frames; the best of some rounds counts.

    Both search the whole of every frame; ours for slightly smaller faces than theirs (50 pixels).
    Ours is also measured as it is used, with the faces followed.
    """
    frames = [frame.image for frame in Video(path)]
    least = min(0.075, 50 / max(frames[0].shape))
    ours, tracked, theirs = [], [], []
    for _ in range(ROUNDS):
        ours.append(_look(frames, least, every=1, whole=1))
        tracked.append(_look(frames, least))
        theirs.append(_peer(path))
    rates = {
        name: max(len(frames) / sum(one["seconds"]) for one in rounds)
        for name, rounds in {"every": ours, "tracked": tracked, "peer": theirs}.items()
    }
    return {
        "frames": len(frames),
        "height_and_width": list(frames[0].shape[:2]),
        "frames_with_a_face": {"fercourse": ours[0]["found"], "fer": theirs[0]["found"]},
        "frames_per_s_detecting_every_frame": rates["every"],
        "frames_per_s_tracking": rates["tracked"],
        "frames_per_s_fer": rates["peer"],
        "speedup_detecting_every_frame": rates["every"] / rates["peer"],
        "speedup_tracking": rates["tracked"] / rates["peer"],
    }


def _look(frames: list[np.ndarray], least: float, **how) -> dict:
    session = Session(load_classifier(MODEL), detector=Haar(least=least), **how)
    seconds, found = [], 0
    for number, frame in enumerate(frames):
        start = time.perf_counter()
        result = session.see(frame, number / RATE)
        seconds.append(time.perf_counter() - start)
        found += len(result.faces) > 0
    return {"seconds": seconds, "found": found}


def _peer(path: Path) -> dict:
    command = [python_with_fer(), Path(__file__).with_name("live_peer.py"), path]
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": ""}
    ran = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return json.loads(ran.stdout.splitlines()[-1])


def _tracking(frames: list[np.ndarray], boxes: list[Box]) -> dict:
    """Compare followed boxes with the drawn truth."""
    session = Session(load_classifier(MODEL))
    shares, numbers, milliseconds = [], set(), []
    for number, (frame, box) in enumerate(zip(frames, boxes, strict=True)):
        result = session.see(frame, number / RATE)
        shares.append(max((overlap(face.box, box) for face in result.faces), default=0.0))
        numbers.update(face.id for face in result.faces)
        milliseconds.append(sum(result.milliseconds.values()))
    return {
        "frames": len(frames), "detector_every": 5, "ids": len(numbers),
        "iou_median": float(np.median(shares)), "iou_lowest": min(shares),
        "frames_per_s": 1000 * len(frames) / sum(milliseconds),
        "frame_ms_median": statistics.median(milliseconds),
        "frame_ms_p95": float(np.percentile(milliseconds, 95)),
    }  # fmt: skip


def _recognition() -> dict:
    """Compare the class named for drawn people, at rest and at the apex, with what they show."""
    right, widths = [], []
    for identity in PEOPLE:
        session = Session(load_classifier(MODEL))
        for frame in draw_supplied_clip(6.0, identity=identity):
            result = session.see(frame.image, frame.time)
            if frame.intensity in (0, 1):
                shown = session.classes.index(frame.expression)
                right.append(any(face.now.argmax() == shown for face in result.faces))
                widths += [face.box.width / frame.box.width for face in result.faces]
    return {
        "people": len(PEOPLE), "frames": len(right), "right": float(np.mean(right)),
        "width_ratio_mean": float(np.mean(widths)), "width_ratio_sd": float(np.std(widths)),
    }  # fmt: skip


def _detectors() -> dict:
    """Compare the session's quick search with the thorough one, on scenes of one to three people."""
    scenes = [synth.draw_scene(1 + number % 3, seed=500 + number) for number in range(SCENES)]
    compared = {}
    for name, find in {"Haar": Haar(), "detect": detect}.items():
        milliseconds = []
        for image, _, _ in scenes:
            start = time.perf_counter()
            find(image)
            milliseconds.append(1000 * (time.perf_counter() - start))
        compared[name] = {
            "ms_median": statistics.median(milliseconds),
            **look_in_scenes(find, scenes),
        }
    return {"scenes": SCENES, **compared}


def _soak(frames: list[np.ndarray]) -> dict:
    """Let a session see 20,000 small frames, and watch the memory and the face's number."""
    small = [cv2.resize(frame, (160, 120), interpolation=cv2.INTER_AREA) for frame in frames[:125]]
    there_and_back = small + small[::-1]
    session = Session(load_classifier(MODEL))
    memory, numbers, results = [], set(), 0
    for step in range(SOAK_FRAMES):
        result = session.see(there_and_back[step % len(there_and_back)], step / RATE)
        numbers.update(face.id for face in result.faces)
        results += len(result.faces) == 1
        if step % 1000 == 999:
            memory.append(_resident_mb())
    return {
        "frames": SOAK_FRAMES, "frames_with_one_face": results, "ids": len(numbers),
        "growth_mb": memory[-1] - memory[1], "resident_mb": memory,
    }  # fmt: skip


def _resident_mb() -> float:
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))
