"""``fercourse synth``: draw faces, scenes, clips and folder trees."""

import json
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import Progress

from fercourse.errors import DataError

app = typer.Typer(no_args_is_help=True, help="Draw faces from action units.")
_console = Console(soft_wrap=True)

_OUT = typer.Option(..., "--out", "-o", help="The file to write.")
_OVERWRITE = typer.Option(False, "--overwrite", help="Replace a file that is there.")
_SEED = typer.Option(0, "--seed", min=0, help="Other seeds are other faces.")
_JSON = typer.Option(False, "--json", help="Print what was drawn as JSON.")


@app.command()
def mosaic(
    out: Path = _OUT,
    count: int = typer.Option(49, min=1, max=10_000, help="How many faces."),
    size: int = typer.Option(96, min=16, max=1024, help="Pixels of each face."),
    variant: str = typer.Option("default", help="default, balanced, easy or shifted."),
    seed: int = _SEED,
    overwrite: bool = _OVERWRITE,
) -> None:
    """Write faces drawn by lot, side by side."""
    from fercourse import synth

    _check_image(out, overwrite)
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("Drawing", total=count)
        drawing = synth.draw(
            count,
            seed=seed,
            size=size,
            variant=variant,
            progress=lambda done: bar.update(task, completed=done),
        )
    _save(out, _side_by_side(drawing.images))
    _console.print(f"Wrote {count} faces to {out}.", highlight=False)


@app.command()
def scene(
    out: Path = _OUT,
    faces: int = typer.Option(5, min=1, help="How many people."),
    width: int = typer.Option(640, min=64, max=8192, help="Pixels."),
    height: int = typer.Option(480, min=64, max=8192, help="Pixels."),
    seed: int = _SEED,
    as_json: bool = _JSON,
    overwrite: bool = _OVERWRITE,
) -> None:
    """Write a picture of several people and say where their faces are."""
    from fercourse import synth

    _check_image(out, overwrite)
    image, boxes, table = synth.draw_scene(faces, seed, (height, width))
    _save(out, image)
    if as_json:
        rows = table.assign(box=boxes.tolist()).to_dict("records")
        print(json.dumps({"file": str(out), "faces": rows}))
        return
    _console.print(f"Wrote {faces} faces to {out}; x, y, width and height of each:")
    for box in boxes.tolist():
        print(*box)


@app.command()
def clip(
    out: Path = _OUT,
    expression: str = typer.Option("happy", help="An expression class."),
    identity: int = typer.Option(0, min=0, help="The number of a person."),
    seconds: float = typer.Option(3.0, min=0.1, max=600.0),
    fps: float = typer.Option(25.0, min=1.0, max=240.0, help="Frames a second."),
    size: int = typer.Option(192, min=16, max=1024, help="Pixels of the square frames."),
    seed: int = _SEED,
    overwrite: bool = _OVERWRITE,
) -> None:
    """Write a video of an expression that comes, stays and goes."""
    from fercourse import synth
    from fercourse.cli.targets import check_free

    check_free(out, overwrite)
    drawing = synth.draw_clip(
        expression, identity=identity, seed=seed, seconds=seconds, frames_per_second=fps, size=size
    )
    synth.write_clip(drawing, out, fps)
    _console.print(f"Wrote {len(drawing)} frames to {out}.", highlight=False)


@app.command()
def tree(
    form: str = typer.Argument(help="The published form, such as ckplus, kdef or fer2013_csv."),
    folder: Path = typer.Argument(help="Where to write it: a new folder, or an empty one."),
    count: int = typer.Option(200, min=1, max=1_000_000, help="How many images."),
    seed: int = _SEED,
) -> None:
    """Write drawn faces as a folder tree in the form of a published data set."""
    from fercourse import synth

    where = synth.write_tree(form, folder, count, seed)
    _console.print(f"Wrote {count} images in the form {form} to {where}.", highlight=False)


def _side_by_side(images):
    """Return pictures (N, S, S) as one, in about as many rows as columns."""
    import numpy as np

    columns = int(np.ceil(np.sqrt(len(images))))
    rows = -(-len(images) // columns)
    side = images.shape[1]
    sheet = np.full((rows * columns, side, side), 255, np.uint8)
    sheet[: len(images)] = images
    return sheet.reshape(rows, columns, side, side).swapaxes(1, 2).reshape(rows * side, -1)


def _check_image(path: Path, overwrite: bool) -> None:
    """Find out before anything is drawn whether a picture can be written there."""
    import cv2

    from fercourse.cli.targets import check_free

    if not cv2.haveImageWriter(path.name):
        raise DataError(f"No image can be written to {path.name!r}; name a .png or .jpg file.")
    if not path.parent.is_dir():
        raise DataError(f"There is no folder {path.parent}; make it first.")
    check_free(path, overwrite)


def _save(path: Path, image) -> None:
    import cv2

    from fercourse.cli.targets import write_whole

    write_whole(path, cv2.imencode(path.suffix, image)[1].tobytes())
