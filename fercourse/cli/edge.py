"""``fercourse edge``: networks on small machines."""

import json
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from fercourse.cli.models import DATA, DATASET, JSON, SEED, choose, load
from fercourse.errors import ModelError

app = typer.Typer(
    no_args_is_help=True, help="Export, measure, bundle and compare networks for small machines."
)
_SPLIT = typer.Option("test", help="The faces to compare on; 'all' for all there are.")
_FACES = typer.Option(None, min=2, help="About so many faces; all by default.")


@app.command()
def export(
    model: Path = typer.Argument(help="A .keras file or a run's folder."),
    out: Path = typer.Option(..., "--out", "-o", help="The file to write: .tflite or .onnx."),
    precision: str = typer.Option(
        "int8", help="int8 or float32; for .tflite also float16 or dynamic."
    ),
    dataset: str = DATASET,
    data: Path = DATA,
    representative: int = typer.Option(
        200, min=1, help="Training faces on which INT8 measures its ranges."
    ),
    overwrite: bool = typer.Option(False, help="Replace a file that is there."),
    seed: int = SEED,
    as_json: bool = JSON,
) -> None:
    """Convert a network to a .tflite or .onnx file."""
    from fercourse import edge
    from fercourse.classifier import load_classifier
    from fercourse.classifier.keras import KerasClassifier
    from fercourse.cli.targets import check_free, write_whole

    converters = {".tflite": edge.to_litert, ".onnx": edge.to_onnx}
    if out.suffix not in converters:
        raise ModelError(f"An exported network is a .tflite or .onnx file; {out.name} is neither.")
    check_free(out, overwrite)
    classifier = load_classifier(model)
    if not isinstance(classifier, KerasClassifier):
        raise ModelError(f"{model} is no Keras network; export a .keras file or a run's folder.")
    faces = None
    if precision == "int8":
        faces = edge.representative_faces(load(dataset, data).split("train"), representative, seed)
    content = converters[out.suffix](
        classifier.model,
        precision,
        representative=faces,
        classes=classifier.classes,
        training_data=dataset,
    )
    write_whole(out, content)
    facts = {"file": str(out), "precision": precision, "bytes": len(content)}
    if as_json:
        print(json.dumps(facts, indent=2))
    else:
        _say(f"Wrote {out} ({precision}, {len(content) / 1000:.0f} kB).")


@app.command()
def bench(
    files: list[Path] = typer.Argument(
        help=".tflite and .onnx files; the first is what the others are compared with."
    ),
    dataset: str = DATASET,
    data: Path = DATA,
    split: str = _SPLIT,
    faces: int = _FACES,
    threads: int = typer.Option(1, min=1, help="How many threads may compute."),
    plot: Path = typer.Option(None, help="Write latency against accuracy as a PNG file."),
    overwrite: bool = typer.Option(False, help="Replace a picture that is there."),
    seed: int = SEED,
    as_json: bool = JSON,
) -> None:
    """Measure model files: size, accuracy, calibration, latency, memory, start."""
    from fercourse import edge
    from fercourse.cli.targets import check_free, check_targets, write_whole

    if plot is not None:
        read = {data: "the data themselves"} if data else {}
        check_targets([plot], read | dict.fromkeys(files, "one of the models"))
        check_free(plot, overwrite)
    table = edge.bench(
        files, _faces(dataset, data, split, faces, seed), threads=threads, progress=not as_json
    )
    if plot is not None:
        from fercourse.plots import pareto

        picture = pareto(table, cost="p50_ms", xlabel="milliseconds for one face")
        write_whole(plot, picture.png())
    if as_json:
        rows = table.reset_index().to_json(orient="records")
        print(json.dumps({"threads": threads, "files": json.loads(rows)}, indent=2))
    else:
        Console().print(_shown(table))


@app.command()
def bundle(
    model: Path = typer.Argument(help="A .tflite file of 'fercourse edge export'."),
    out: Path = typer.Option(..., "--out", "-o", help="The folder to make."),
) -> None:
    """Write a folder that runs a model with ai-edge-litert, NumPy and OpenCV alone."""
    from fercourse import edge

    edge.bundle(model, out)
    _say(f"Wrote {out}. Copy it to the small machine; its README.md says how it is run.")


@app.command()
def verify(
    a: Path = typer.Argument(help="A classifier."),
    b: Path = typer.Argument(help="The one to compare it with."),
    dataset: str = DATASET,
    data: Path = DATA,
    split: str = _SPLIT,
    faces: int = _FACES,
    tolerance: float = typer.Option(
        0.05, min=0.0, help="How far a layer may differ, as a share of its values."
    ),
    least: float = typer.Option(
        None, min=0.0, max=1.0, help="Fail where they agree on a smaller share of the faces."
    ),
    seed: int = SEED,
    as_json: bool = JSON,
) -> None:
    """Compare two classifiers face by face, and two .tflite files also layer by layer."""
    from fercourse import edge

    chosen = _faces(dataset, data, split, faces, seed)
    parity = edge.verify(a, b, chosen.images, tolerance)
    if as_json:
        facts = {key: value for key, value in vars(parity).items() if key != "layers"}
        layers = parity.layers
        facts["layers"] = None if layers is None else layers.to_dict(orient="records")
        print(json.dumps(facts, indent=2))
    else:
        _say(
            f"On {parity.faces:,} faces they name the same class in {parity.agreement:.2%}. "
            f"Probabilities differ by {parity.largest:.4f} at most (face {parity.worst_face}), by "
            f"{parity.mean:.4f} on average."
        )
        _say(_parting(parity, tolerance))
    if least is not None and parity.agreement < least:
        raise ModelError(
            f"They agree on {parity.agreement:.4f} of the faces; at least {least} was asked for."
        )


def _faces(dataset: str, data: Path | None, split: str, count: int | None, seed: int):
    chosen = choose(load(dataset, data), split)
    return chosen if count is None else chosen.sample(count, seed)


def _shown(table) -> Table:
    shown = Table(
        "file", "kB", "accuracy", "agrees", "p", "ms (95 %, 99 %)", "faces/s", "start ms", "MB"
    )
    for name, row in table.iterrows():
        shown.add_row(
            name,
            f"{row.kb:.0f}",
            f"{row.accuracy:.3f} ({row.low:.3f} to {row.high:.3f})",
            f"{row.agreement:.3f}",
            f"{row.mcnemar_p:.2g}",
            f"{row.p50_ms:.3f} ({row.p95_ms:.3f}, {row.p99_ms:.3f})",
            f"{row.faces_per_s:,.0f}",
            f"{row.cold_start_ms:.0f}",
            f"{row.peak_mb:.0f}",
        )
    return shown


def _parting(parity, tolerance: float) -> str:
    if parity.layers is None:
        return "Layers are compared between two .tflite files."
    if parity.parts_at is None:
        return f"No layer differs by more than {tolerance:.0%} of its values."
    return f"The first layer that differs by more than {tolerance:.0%} is {parity.parts_at}."


def _say(sentence: str) -> None:
    Console(soft_wrap=True).print(sentence, highlight=False, markup=False)
