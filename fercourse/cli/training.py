"""``fercourse train``: handcrafted recipes into a file, networks into the folder of a run."""

import json
import time
from dataclasses import replace
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from fercourse.backend import import_keras
from fercourse.cli.models import DATA, DATASET, JSON, SEED, choose, load
from fercourse.cli.transfer import Choice, train_transfer
from fercourse.errors import DataError, ModelError
from fercourse.whole import check_writable

# As many as the calibration of an SVM has folds.
_LEAST_OF_A_CLASS = 2
# What a transfer is made of unless one says otherwise.
_USUAL = Choice("mobilenet_v2", "synthetic", stages=2, size=96, width=1.0)


def train(
    model: str = typer.Argument(help="A recipe or a network to train, or 'list' to see them."),
    dataset: str = DATASET,
    data: Path = DATA,
    split: str = typer.Option(
        "train", help="The faces to train on; 'all' for all there are (recipes only)."
    ),
    faces: int = typer.Option(None, min=1, help="About so many faces; all by default."),
    epochs: int = typer.Option(None, min=1, help="Of a network; as its recipe says by default."),
    out: Path = typer.Option(
        None,
        "--out",
        "-o",
        help="The model file of a recipe, or the folder of a network's run, to write.",
    ),
    overwrite: bool = typer.Option(False, help="Replace a recipe's model file that is there."),
    resume: bool = typer.Option(False, "--resume", help="Go on with the run in the folder --out."),
    backbone: str = typer.Option(_USUAL.backbone, help="Of transfer: a network of Keras."),
    weights: str = typer.Option(
        _USUAL.weights,
        help="Of transfer: synthetic (made on first use), fer2013, imagenet, none, a .keras file "
        "or the folder of a run.",
    ),
    stages: int = typer.Option(
        _USUAL.stages,
        min=1,
        help="Of transfer: 1 trains all, 2 the head first, more thaw it step by step.",
    ),
    size: int = typer.Option(
        _USUAL.size, help="Of transfer: pixels of the picture for the backbone."
    ),
    width: float = typer.Option(
        _USUAL.width, help="Of transfer: multiplies the channels of a MobileNet."
    ),
    seed: int = SEED,
    as_json: bool = JSON,
) -> None:
    """Train a classifier and write it to a file, or to the folder of a run."""
    from fercourse.classifier import recipes
    from fercourse.models import MODELS

    choice = Choice(backbone, weights, stages, size, width)
    if model != "transfer":
        _refuse(
            choice != _USUAL,
            "--backbone, --weights, --stages, --size and --width are for transfer.",
        )
    if model == "list":
        _list(recipes.RECIPES, MODELS, as_json)
    elif model in MODELS:
        _refuse(overwrite, "--overwrite is for recipes; name another folder for a network.")
        _refuse(split != "train", "A network is trained on the split train; leave out --split.")
        if model == "transfer":
            _refuse(resume, "A stage is resumed by fercourse.training.resume; leave out --resume.")
            facts = _train_transfer(choice, dataset, data, faces, epochs, out, seed, as_json)
        else:
            facts = _train_network(model, dataset, data, faces, epochs, out, resume, seed, as_json)
        _tell(facts, dataset, as_json)
    elif model in recipes.RECIPES:
        _refuse(resume or epochs is not None, "--resume and --epochs are for networks.")
        facts = _train_recipe(
            model, dataset, data, split, faces, out or Path("model.skops"), overwrite, seed
        )
        _tell(facts, dataset, as_json)
    else:
        raise ModelError(
            f"There is no recipe or network {model!r}; there are "
            f"{', '.join([*recipes.RECIPES, *MODELS])}."
        )


def _train_network(
    name: str,
    dataset: str,
    data: Path | None,
    faces: int | None,
    epochs: int | None,
    out: Path | None,
    resume: bool,
    seed: int,
    quiet: bool,
) -> dict:
    """Train a network, or go on with it, and return what is told of it."""
    import_keras()  # quietly, before what follows would do it aloud
    from fercourse import training
    from fercourse.training.files import check_new, read_about
    from fercourse.training.recipes import recipe_for

    folder = out or Path("runs") / f"{name}-{seed}"
    if not resume:
        check_new(folder)
    everything = load(dataset, data)
    chosen, validation = everything.split("train"), everything.split("validation")
    chosen = chosen if faces is None else chosen.sample(faces, seed)
    if resume:
        _refuse(epochs is not None, "A run keeps its epochs; leave out --epochs to resume it.")
        begun = read_about(folder)[0]["network"]
        _refuse(begun != name, f"The run in {folder} is one of {begun}; resume that.")
        run = training.resume(folder, chosen, validation, progress=not quiet)
    else:
        config = replace(recipe_for(name), seed=seed)
        config = config if epochs is None else replace(config, epochs=epochs)
        run = training.fit(name, chosen, validation, config, folder, progress=not quiet)
    return {
        "network": name,
        "data": chosen.name,
        "faces": len(chosen),
        "seed": run.config.seed,
        "epochs": len(run.history),
        "best_epoch": run.best_epoch,
        "validation_accuracy": run.best["val_accuracy"],
        "seconds": round(float(run.history["seconds"].sum()), 1),
        "folder": str(folder),
    }


def _train_transfer(
    choice: Choice,
    dataset: str,
    data: Path | None,
    faces: int | None,
    epochs: int | None,
    out: Path | None,
    seed: int,
    quiet: bool,
) -> dict:
    """Fine-tune a backbone and return what is told of it."""
    from fercourse.training.files import check_new

    folder = out or Path("runs") / f"transfer-{choice.backbone}-{seed}"
    check_new(folder)
    everything = load(dataset, data)
    chosen, validation = everything.split("train"), everything.split("validation")
    chosen = chosen if faces is None else chosen.sample(faces, seed)
    return train_transfer(choice, chosen, validation, epochs, folder, seed, quiet)


def _train_recipe(
    name: str,
    dataset: str,
    data: Path | None,
    split: str,
    faces: int | None,
    out: Path,
    overwrite: bool,
    seed: int,
) -> dict:
    """Train a recipe, write its model file, and return what is told of it."""
    from fercourse.classifier import recipes, save_classifier

    pipeline = recipes.recipe(name, seed)
    _check_target(out, overwrite)
    chosen = choose(load(dataset, data), split)
    chosen = chosen if faces is None else chosen.sample(faces, seed)
    _check_classes(chosen)
    seconds = round(_fit(pipeline, chosen, name), 1)
    size = save_classifier(pipeline, out, chosen.classes).stat().st_size
    facts = {"recipe": name, "data": chosen.name, "split": split, "faces": len(chosen)}
    return facts | {"seed": seed, "seconds": seconds, "file": str(out), "bytes": size}


def _list(recipes: dict, networks: dict[str, str], as_json: bool) -> None:
    about = {name: one.about for name, one in recipes.items()}
    if as_json:
        print(json.dumps(about | networks, indent=2))
        return
    table = Table("name", "kind", "what it is")
    for kind, known in {"recipe": about, "network": networks}.items():
        for name, words in known.items():
            table.add_row(name, kind, words)
    Console().print(table)


def _tell(facts: dict, dataset: str, as_json: bool) -> None:
    if as_json:
        print(json.dumps(facts, indent=2))
        return
    if "network" in facts:
        name, written = facts["network"], facts["folder"]
        told = (
            f"; wrote {written}. Best of {facts['epochs']} epochs: number {facts['best_epoch']}, "
            f"{facts['validation_accuracy']:.1%} of the validation faces right. "
        )
    else:
        name, written = facts["recipe"], facts["file"]
        told = f"; wrote {written} ({facts['bytes'] / 1e6:.1f} MB). "
    sentence = (
        f"Trained {name} on {facts['faces']:,} faces of {facts['data']!r} in {facts['seconds']} s"
        f"{told}Measure it, and choose between models on the validation split: "
        f"fercourse evaluate {written} --dataset {dataset} --split validation"
    )
    Console(soft_wrap=True).print(sentence, highlight=False, markup=False)


def _refuse(when: bool, sentence: str) -> None:
    if when:
        raise ModelError(sentence)


def _check_target(out: Path, overwrite: bool) -> None:
    """Find out before training whether the model can be written."""
    if out.suffix != ".skops":
        raise ModelError(f"A model file must end in .skops, such as model.skops, unlike {out}.")
    try:
        if not out.parent.is_dir():
            raise ModelError(f"There is no folder {out.parent}; make it first.")
        if out.exists() and not overwrite:
            raise ModelError(f"{out} is there already; name another file or add --overwrite.")
        check_writable(out)
    except OSError as error:
        raise ModelError(f"{out} cannot be written: {error.strerror}.") from error


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
