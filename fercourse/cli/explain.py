"""``fercourse explain``: where a classifier looked on the faces in photos."""

import json
from pathlib import Path

import typer
from rich.console import Console

from fercourse.errors import DataError, ModelError


def explain(
    model: Path = typer.Argument(help="A model file, or the name of a model that ships."),
    images: list[Path] = typer.Argument(help="Photos, or folders of photos."),
    method: str = typer.Option(
        None, help="How the maps are made: grad_cam for a network, occlusion for any other model."
    ),
    compare: bool = typer.Option(False, "--compare", help="Show all methods side by side."),
    target: str = typer.Option(
        None, "--class", help="The class to explain; by default the one predicted for each face."
    ),
    out: Path = typer.Option(Path("explained"), "--out", "-o", help="A folder for the pictures."),
    cropped: bool = typer.Option(
        False, "--cropped", help="Each photo is one face and nothing else: do not search it."
    ),
    as_json: bool = typer.Option(False, "--json", help="Print the answer as JSON."),
) -> None:
    """Find the faces in photos and show where the classifier looked on each."""
    from fercourse.classifier import load_classifier
    from fercourse.cli import photos as reading
    from fercourse.cli.targets import check_targets, write_whole
    from fercourse.datasets.tree import printable

    if compare and method is not None:
        raise ModelError("--compare shows all methods, so leave --method away.")
    classifier = load_classifier(model)
    methods = _methods(classifier, method, compare)
    listed = reading.list_photos(images)
    pictures = [photo.copy(out, reading.EXPLAINED) for photo in listed]
    check_targets(pictures, {photo.file: "one of the photos" for photo in listed})
    records, errors = [], []
    for photo in listed:
        try:
            boxes, cut, error = *_faces_of(classifier, photo.file, cropped), None
        except DataError as broken:
            boxes, cut, error = [], [], str(broken)
            errors.append(error)
        written = None
        if len(cut):
            picture, targets = _picture(classifier, cut, methods, target)
            written = photo.copy(out, reading.EXPLAINED)
            write_whole(written, picture)
            boxes = [
                {"box": box._asdict(), "explained": classifier.classes[one]}
                for box, one in zip(boxes, targets, strict=True)
            ]
        records.append(
            {
                "file": printable(photo.file),
                "faces": boxes,
                "picture": written and str(written),
                "error": error,
            }
        )
    if as_json:
        print(json.dumps({"model": str(model), "methods": methods, "photos": records}, indent=2))
    else:
        for record in records:
            _say(record)
    if errors:
        raise DataError(errors[0])


def _methods(classifier, method: str | None, compare: bool) -> list[str]:
    from fercourse.explain import METHODS
    from fercourse.explain.explorer import methods_for

    possible = methods_for(classifier)
    if compare:
        return possible
    chosen = method or ("grad_cam" if "grad_cam" in possible else "occlusion")
    if chosen not in METHODS:
        raise ModelError(f"There is no method {chosen!r}; choose one of {', '.join(METHODS)}.")
    return [chosen]


def _faces_of(classifier, file: Path, cropped: bool):
    from fercourse import faces
    from fercourse.cli import photos as reading

    return reading.cut_faces(classifier, faces.read_image(file), cropped)


def _picture(classifier, cut, methods: list[str], target: str | None):
    """Return a PNG file with the faces and their maps, and the class that each map explains."""
    from fercourse import plots
    from fercourse.explain import saliency
    from fercourse.explain.saliency import resolve_targets

    targets = resolve_targets(classifier, cut, target)
    rows = {name: saliency(classifier, cut, name, targets).values for name in methods}
    titles = [classifier.classes[one] for one in targets]
    return plots.map_grid(cut, rows, titles, title="Where the model looked").png(), targets


def _say(record: dict) -> None:
    words = record["error"] or "no face found"
    if record["picture"]:
        classes = ", ".join(face["explained"] for face in record["faces"])
        words = f"{classes}; see {record['picture']}"
    Console(soft_wrap=True).print(f"{record['file']}: {words}", highlight=False, markup=False)
