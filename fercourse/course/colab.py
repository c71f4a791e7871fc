"""What is different on Google Colab: machines are taken back, and what is on them is lost."""

import os
import sys
from pathlib import Path

_DRIVE = Path("/content/drive/MyDrive")


def keep_on_drive() -> str:
    """Keep data sets and trained networks on the reader's Drive, where it is mounted.

    Returns
    -------
    str
        What the reader is told; nothing elsewhere than on Colab.
    """
    if "google.colab" not in sys.modules:
        return ""
    if os.environ.get("FERCOURSE_CACHE"):
        return f"Kept in:  {os.environ['FERCOURSE_CACHE']}"
    if not _DRIVE.is_dir():
        return (
            "Kept:     nothing, once Colab takes the machine back. To keep what is computed, and to "
            "use data of\n          your own, run the two lines below in a new cell, and then this "
            "cell again:\n\n"
            "          from google.colab import drive\n"
            '          drive.mount("/content/drive")'
        )
    os.environ["FERCOURSE_CACHE"] = str(_DRIVE / "fercourse")
    return f"Kept in:  {_DRIVE / 'fercourse'}"
