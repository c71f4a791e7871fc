"""``fercourse live``: a camera in a window, or a video file to an annotated copy and a table."""

import csv as tables
import io
import json
import statistics
from contextlib import ExitStack
from pathlib import Path

import typer
from rich.console import Console

from fercourse.errors import DataError


def live(
    model: str = typer.Argument(
        "builtin", help="A .tflite, .onnx or .skops file, or the name of a model that ships."
    ),
    camera: int = typer.Option(0, min=0, help="The number of the camera; 0 is the first."),
    video: Path = typer.Option(None, help="A video file instead of a camera."),
    out: Path = typer.Option(None, help="With --video: an annotated copy, .mp4 or .avi."),
    csv: Path = typer.Option(None, "--csv", help="With --video: a table, a row for each face."),
    yunet: Path = typer.Option(None, help="Find faces with this YuNet file, not a Haar cascade."),
    every: int = typer.Option(5, min=1, help="Ask the face detector at every so many frames."),
    overwrite: bool = typer.Option(False, help="Replace files that are there."),
    as_json: bool = typer.Option(False, "--json", help="Print the answer as JSON."),
) -> None:
    """Say what faces show, live: from a camera (nothing is stored) or from a video file.

    Only your own face may be in the picture, or faces of people who agreed. At work and in
    education the EU forbids such inference of emotions, whoever agrees (AI Act, Article 5(1)(f)).
    """
    from fercourse.faces import Haar, YuNet
    from fercourse.live import Session

    _check([path for path in (out, csv) if path is not None], model, video, yunet, overwrite)
    detector = YuNet(yunet) if yunet is not None else Haar()
    session = Session(model, detector=detector, every=every)
    if video is None:
        from fercourse.live.player import watch

        watch(session, camera)
        return
    facts = _see(session, video, out, csv, shown=not as_json)
    if as_json:
        print(json.dumps(facts, indent=2))
    else:
        _say(facts)


def _check(
    targets: list[Path], model: str, video: Path | None, yunet: Path | None, overwrite: bool
) -> None:
    from fercourse.classifier.files import model_file
    from fercourse.cli.targets import check_free, check_targets

    if video is None and targets:
        raise DataError("What a camera sees is not stored; --out and --csv go with --video.")
    read = {model_file(model): "the model", video: "the video", yunet: "the YuNet file"}
    check_targets(targets, {path: f"{what} itself" for path, what in read.items() if path})
    for path in targets:
        check_free(path, overwrite)


def _see(session, path: Path, out: Path | None, csv: Path | None, shown: bool) -> dict:
    """Go through a video, write what is wanted of it, and return what there is to say."""
    from fercourse.cli.targets import write_whole
    from fercourse.datasets.progress import progress_bar
    from fercourse.live.player import as_rows, columns, see_video
    from fercourse.live.video import Video, VideoWriter, check_target

    if out is not None:
        check_target(out)
    film = Video(path)
    text, spent, ids = io.StringIO(), [], set()
    table = tables.writer(text, lineterminator="\n")
    table.writerow(columns(session.classes))
    with ExitStack() as stack:
        copy = out and stack.enter_context(VideoWriter(out, film.rate, (film.width, film.height)))
        tell = stack.enter_context(
            progress_bar("Looking at frames", film.expected_frames, shown=shown)
        )
        for number, seen in enumerate(see_video(session, film, copy)):
            table.writerows(as_rows(number, seen, session.classes))
            spent.append(sum(seen.result.milliseconds.values()))
            ids.update(face.id for face in seen.result.faces)
            tell(number + 1)
    if csv is not None:
        write_whole(csv, text.getvalue().encode("utf-8"))
    return {
        "video": str(path), "frames": len(spent), "faces": len(ids),
        "milliseconds_a_frame": round(statistics.median(spent), 2),
        "annotated": out and str(out), "table": csv and str(csv),
    }  # fmt: skip


def _say(facts: dict) -> None:
    written = [str(facts[name]) for name in ("annotated", "table") if facts[name]]
    sentence = (
        f"{facts['frames']:,} frames, {facts['faces']} faces followed, "
        f"{facts['milliseconds_a_frame']} ms a frame (median)."
    )
    ending = f" Wrote {' and '.join(written)}." if written else ""
    Console(soft_wrap=True).print(sentence + ending, highlight=False, markup=False)
