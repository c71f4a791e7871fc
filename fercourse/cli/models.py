"""``fercourse train``, ``evaluate`` and ``predict``."""

import json
import time
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fercourse.errors import DataError, ModelError

_DATASET = typer.Option("builtin", help="The data set, as 'fercourse data list' names it.")
_DATA = typer.Option(None, help="Your copy of it: a file or a folder; the last import by default.")
_MODEL = typer.Argument(help="A model file, as 'fercourse train' writes it.")
_SEED = typer.Option(
    0, "--seed", min=0, max=2**32 - 1, help="The seed of whatever is drawn by lot."
)
_JSON = typer.Option(False, "--json", help="Print the answer as JSON.")
# As many as the calibration of an SVM has folds.
_LEAST_OF_A_CLASS = 2


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(train)
    app.command()(evaluate)
    app.command()(predict)


def train(
    recipe: str = typer.Argument(help="What to train, or 'list' to see the recipes."),
    dataset: str = _DATASET,
    data: Path = _DATA,
    split: str = typer.Option("train", help="The faces to train on; 'all' for all there are."),
    faces: int = typer.Option(None, min=1, help="About so many faces; all by default."),
    out: Path = typer.Option(Path("model.skops"), "--out", "-o", help="The model file to write."),
    overwrite: bool = typer.Option(False, help="Replace a model file that is there."),
    seed: int = _SEED,
    as_json: bool = _JSON,
) -> None:
    """Train a classifier and write it to a file."""
    from fercourse.classifier import recipes, save_classifier

    if recipe == "list":
        _list_recipes(recipes.RECIPES, as_json)
        return
    pipeline = recipes.recipe(recipe, seed)
    _check_target(out, overwrite)
    chosen = _choose(_load(dataset, data), split)
    chosen = chosen if faces is None else chosen.sample(faces, seed)
    _check_classes(chosen)
    seconds = round(_fit(pipeline, chosen, recipe), 1)
    size = save_classifier(pipeline, out, chosen.classes).stat().st_size
    facts = {"recipe": recipe, "data": chosen.name, "split": split, "faces": len(chosen)}
    facts |= {"seed": seed, "seconds": seconds, "file": str(out), "bytes": size}
    if as_json:
        print(json.dumps(facts, indent=2))
    else:
        _say(
            f"Trained {recipe} on {len(chosen):,} faces of {chosen.name!r} in {seconds} s; wrote "
            f"{out} ({size / 1e6:.1f} MB). Measure it, and choose between models on the "
            f"validation split: fercourse evaluate {out} --dataset {dataset} --split validation"
        )


def evaluate(
    model: Path = _MODEL,
    dataset: str = _DATASET,
    data: Path = _DATA,
    split: str = typer.Option("test", help="The faces to measure on; 'all' for all there are."),
    clusters: str = typer.Option(
        None, help="A column such as subject, whose faces are resampled together."
    ),
    resamples: int = typer.Option(1000, min=100, help="Bootstrap resamples."),
    seed: int = _SEED,
    as_json: bool = _JSON,
) -> None:
    """Measure a classifier on labeled faces: every metric, with its 95 % interval."""
    from fercourse import evaluation
    from fercourse.classifier import load_classifier

    classifier = load_classifier(model)
    everything = _load(dataset, data)
    report = evaluation.evaluate(
        classifier,
        _choose(everything, split),
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
    as_json: bool = _JSON,
) -> None:
    """Find the faces in photos and give the probability of each expression class."""
    from fercourse.classifier import load_classifier
    from fercourse.cli import photos as reading
    from fercourse.datasets.progress import progress_bar

    classifier = load_classifier(model)
    listed = reading.list_photos(photos)
    records = []
    with progress_bar("Looking at photos", len(listed), shown=len(listed) > 1) as tell:
        for seen in reading.look_at(classifier, listed, cropped):
            records.append(reading.as_record(seen, classifier.classes))
            if annotate is not None and seen.image is not None:
                copy = annotate / seen.photo.copy
                reading.write_whole(copy, reading.annotated(seen, classifier.classes))
            tell(len(records))
    if csv is not None:
        text = reading.as_csv(records, classifier.classes)
        reading.write_whole(csv, text.encode("utf-8"))
    if as_json:
        answer = {"model": str(model), "classes": list(classifier.classes), "photos": records}
        print(json.dumps(answer, indent=2))
    else:
        _show(records)
    _refuse_unread(records)


def _list_recipes(recipes: dict, as_json: bool) -> None:
    if as_json:
        print(json.dumps({name: one.about for name, one in recipes.items()}, indent=2))
        return
    table = Table("recipe", "what it is")
    for name, one in recipes.items():
        table.add_row(name, one.about)
    Console().print(table)


def _load(dataset: str, data: Path | None):
    from fercourse.cli.data import plain_warnings
    from fercourse.datasets import load

    with plain_warnings():
        return load(dataset, data)


def _choose(faces, split: str):
    return faces if split == "all" else faces.split(split)


def _seen_in_training(faces, split: str):
    """Return the training faces where others are measured on."""
    if split in ("train", "all") or "train" not in faces.split_sizes():
        return None
    return faces.split("train")


def _check_target(out: Path, overwrite: bool) -> None:
    """Find out before training whether the model can be written."""
    if out.suffix != ".skops":
        raise ModelError(f"A model file must end in .skops: {out.with_suffix('.skops')}")
    if not out.parent.is_dir():
        raise ModelError(f"There is no folder {out.parent}; make it first.")
    if out.exists() and not overwrite:
        raise ModelError(f"{out} is there already; name another file or add --overwrite.")


def _check_classes(faces) -> None:
    import numpy as np

    counts = np.bincount(faces.labels, minlength=len(faces.classes))
    if np.count_nonzero(counts) < 2:
        raise DataError(f"The {len(faces):,} faces are of one class; train on at least two.")
    few = [
        name
        for name, count in zip(faces.classes, counts, strict=True)
        if 0 < count < _LEAST_OF_A_CLASS
    ]
    if few:
        raise DataError(
            f"There are fewer than {_LEAST_OF_A_CLASS} faces of {', '.join(few)}; train on more faces."
        )


def _fit(pipeline, faces, recipe: str) -> float:
    """Fit a pipeline and return how many seconds it took."""
    import numpy as np

    start = time.perf_counter()
    with Console(stderr=True).status(f"Training {recipe} on {len(faces):,} faces"):
        try:
            pipeline.fit(np.asarray(faces.images), faces.labels)
        except ValueError as error:
            raise ModelError(
                f"{recipe} cannot be trained on {len(faces):,} faces: {error}"
            ) from error
    return time.perf_counter() - start


def _show(records: list[dict]) -> None:
    table = Table("photo", "face at x, y", "class", "probability", "next")
    for record in records:
        file = Text(record["file"])
        for face in record["faces"]:
            ranked = sorted(face["probabilities"].items(), key=lambda pair: -pair[1])
            (name, first), (second, value) = ranked[:2]
            place = f"{face['box']['x']}, {face['box']['y']}"
            table.add_row(file, place, name, f"{first:.2f}", f"{second} {value:.2f}")
        if not record["faces"]:
            table.add_row(file, "not readable" if record["error"] else "no face found", "", "", "")
    Console().print(table)


def _refuse_unread(records: list[dict]) -> None:
    errors = [record["error"] for record in records if record["error"]]
    if errors:
        more = f" And {len(errors) - 1:,} more could not be read." if len(errors) > 1 else ""
        raise DataError(errors[0] + more)


def _say(sentence: str) -> None:
    Console(soft_wrap=True).print(sentence, highlight=False, markup=False)
