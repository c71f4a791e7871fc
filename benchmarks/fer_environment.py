"""An environment of its own for the Python package ``fer``, with which some benchmarks compare."""

import subprocess
from pathlib import Path

PLACE = Path(__file__).resolve().parents[1] / ".venv-peer-fer"
FER = "fer==25.10.3"
# All that the package imports, without the second detector that it can do without.
IMPORTED = (
    "tensorflow", "opencv-contrib-python-headless<5", "pandas", "matplotlib", "requests", "tqdm",
    "moviepy<2", "ffmpeg-python", "Pillow", "setuptools<81",
)  # fmt: skip


def python_with_fer() -> Path:
    """Return the interpreter; the environment is made with uv when it is asked for first."""
    python = PLACE / "bin" / "python"
    if not python.exists():
        subprocess.run(["uv", "venv", "-q", "--python", "3.11", PLACE], check=True)
        # The settings of this project pin versions that fer cannot have.
        install = ["uv", "pip", "install", "-q", "--no-config", "--python", python]
        subprocess.run([*install, *IMPORTED], check=True)
        subprocess.run([*install, "--no-deps", FER], check=True)
    return python
