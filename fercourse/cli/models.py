"""``fercourse evaluate`` and ``predict``."""

import json
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fercourse.errors import DataError

DATASET = typer.Option("builtin", help="The data set, as 'fercourse data list' names it.")
DATA = typer.Option(None, help="Your copy of it: a file or a folder; the last import by default.")
_MODEL = typer.Argument(
    help="A model file or a run's folder, as 'fercourse train' writes it, or a name such as edge_net."
)
SEED = typer.Option(0, "--seed", min=0, max=2**32 - 1, help="The seed of whatever is drawn by lot.")
JSON = typer.Option(False, "--json", help="Print the answer as JSON.")


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(evaluate)
    app.command()(predict)


def evaluate(
    model: Path = _MODEL,
    dataset: str = DATASET,
    data: Path = DATA,
    split: str = typer.Option("test", help="The faces to measure on; 'all' for all there are."),
    clusters: str = typer.Option(
        None, help="A column such as subject, whose faces are resampled together."
    ),
    resamples: int = typer.Option(1000, min=100, help="Bootstrap resamples."),
    seed: int = SEED,
    as_json: bool = JSON,
) -> None:
    """Measure a classifier on labeled faces: every metric, with its 95 % interval."""
    from fercourse import evaluation
    from fercourse.classifier import load_classifier

    classifier = load_classifier(model)
    everything = load(dataset, data)
    report = evaluation.evaluate(
        classifier,
        choose(everything, split),
        train=_seen_in_training(everything, split),
        clusters=clusters,
        resamples=resamples,
        seed=seed,
        progress=not as_json,
    )
    if as_json:
        print(report.to_json())
    else:
        Console().print(report)


def predict(
    model: Path = _MODEL,
    photos: list[Path] = typer.Argument(help="Photos, or folders of photos."),
    cropped: bool = typer.Option(
        False, "--cropped", help="Each photo is one face and nothing else: do not search it."
    ),
    csv: Path = typer.Option(None, "--csv", help="Write a table with a row for each face."),
    annotate: Path = typer.Option(None, help="A folder for copies with boxes and classes."),
    overwrite: bool = typer.Option(False, help="Replace a table that is there."),
    as_json: bool = JSON,
) -> None:
    """Find the faces in photos and give the probability of each expression class."""
    from fercourse.classifier import load_classifier
    from fercourse.classifier.files import model_file
    from fercourse.cli import photos as reading
    from fercourse.cli.targets import check_free, check_targets, write_whole
    from fercourse.datasets.progress import progress_bar

    classifier = load_classifier(model)
    listed = reading.list_photos(photos)
    copies = [photo.copy(annotate, reading.ANNOTATED) for photo in listed] if annotate else []
    read = {photo.file: "one of the photos" for photo in listed}
    check_targets([csv, *copies] if csv else copies, read | {model_file(model): "the model itself"})
    if csv is not None:
        check_free(csv, overwrite)
    records = []
    with progress_bar("Looking at photos", len(listed), shown=len(listed) > 1) as tell:
        for seen in reading.look_at(classifier, listed, cropped):
            records.append(reading.as_record(seen, classifier.classes))
            if annotate is not None and seen.image is not None:
                copy = seen.photo.copy(annotate, reading.ANNOTATED)
                write_whole(copy, reading.annotated(seen, classifier.classes))
            tell(len(records))
    if csv is not None:
        text = reading.as_csv(records, classifier.classes)
        write_whole(csv, text.encode("utf-8"))
    if as_json:
        answer = {"model": str(model), "classes": list(classifier.classes), "photos": records}
        print(json.dumps(answer, indent=2))
    else:
        _show(records)
    _refuse_unread(records)


def load(dataset: str, data: Path | None):
    from fercourse.cli.data import plain_warnings
    from fercourse.datasets import load

    with plain_warnings():
        return load(dataset, data)


def choose(faces, split: str):
    return faces if split == "all" else faces.split(split)


def _seen_in_training(faces, split: str):
    """Return the training faces where others are measured on."""
    if split in ("train", "all") or "train" not in faces.split_sizes():
        return None
    return faces.split("train")


def _show(records: list[dict]) -> None:
    table = Table("photo", "face at x, y", "class", "probability", "next")
    for record in records:
        file = Text(record["file"])
        for face in record["faces"]:
            ranked = sorted(face["probabilities"].items(), key=lambda pair: -pair[1])
            name, first = ranked[0]
            following = " ".join(f"{second} {value:.2f}" for second, value in ranked[1:2])
            place = f"{face['box']['x']}, {face['box']['y']}"
            # The words of a classifier's classes may be anybody's: they are no markup.
            table.add_row(file, place, Text(name), f"{first:.2f}", Text(following))
        if not record["faces"]:
            table.add_row(file, "not readable" if record["error"] else "no face found", "", "", "")
    Console().print(table)


def _refuse_unread(records: list[dict]) -> None:
    errors = [record["error"] for record in records if record["error"]]
    if errors:
        more = f" And {len(errors) - 1:,} more could not be read." if len(errors) > 1 else ""
        raise DataError(errors[0] + more)
