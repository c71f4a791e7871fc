"""A folder that runs a model anywhere: model, script, and the few modules that the script uses."""

import shutil
from pathlib import Path

import fercourse
from fercourse.classifier.litert import load
from fercourse.classifier.metadata import Metadata
from fercourse.errors import ModelError
from fercourse.whole import whole_folder

SCRIPT = "run.py"
# They import nothing but each other, NumPy, OpenCV and the model's runtime.
MODULES = (
    "errors.py",
    "classifier/protocol.py",
    "classifier/metadata.py",
    "quiet.py",
    "classifier/litert.py",
    "classifier/onnx.py",
    "faces",
)
PACKAGES = ("", "classifier")


def bundle(model: str | Path, folder: str | Path) -> Path:
    """Write a folder that runs a ``.tflite`` file on a Raspberry Pi. Introduced in notebook 06.

    There it needs Python, NumPy, OpenCV and ai-edge-litert, and not fercourse.

    Parameters
    ----------
    model : path
        A file of ``fercourse edge export``.
    folder : path
        The folder to make.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ModelError
        If the model cannot be used, the folder is there already, or it cannot be written.
    """
    model, folder = Path(model), Path(folder)
    if model.suffix != ".tflite":
        raise ModelError(f"A bundle holds a .tflite file, not {model.name}.")
    metadata = load(model).metadata
    if metadata is None:
        raise ModelError(f"{model.name} carries no metadata; make it with 'fercourse edge export'.")
    if folder.exists():
        raise ModelError(f"{folder} is there already; name a new folder.")
    try:
        with whole_folder(folder) as fresh:
            write_runner(fresh)
            shutil.copyfile(model, fresh / "model.tflite")
            (fresh / "requirements.txt").write_text(
                "ai-edge-litert>=2.0\nnumpy>=2.0\nopencv-python-headless>=4.10,<5\n"
            )
            (fresh / "README.md").write_text(_readme(metadata), encoding="utf-8")
    except OSError as error:
        raise ModelError(f"{folder} cannot be written: {error.strerror}.") from error
    return folder


def write_runner(folder: Path) -> None:
    """Write the script and the modules it uses, without a model."""
    source, target = Path(fercourse.__file__).parent, folder / "fercourse"
    for package in PACKAGES:
        (target / package).mkdir()
        (target / package / "__init__.py").write_text('"""A part of fercourse."""\n')
    for name in MODULES:
        if (source / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source / name, target / name, ignore=ignored)
        else:
            shutil.copyfile(source / name, target / name)
    shutil.copyfile(source / "edge" / "standalone.py", folder / SCRIPT)


def _readme(metadata: Metadata) -> str:
    height, width = metadata.face_shape
    return f"""# A facial-expression classifier

It needs Python 3.11 or later and three packages:

    pip install -r requirements.txt

Then

    python run.py                 measures it: latency, throughput, memory, start
    python run.py photo.jpg       finds the faces in a photo and classifies them

| | |
|---|---|
| classes | {", ".join(metadata.classes)} |
| input | one gray face of {width}x{height} pixels, levels 0 to 255 |
| precision | {metadata.precision} |
| trained on | {metadata.training_data} |
| SHA-256 of the weights | {metadata.source_sha256} |

A face shows an expression; it does not show what a person feels.
"""
