"""From the frames of a camera or a video to expression classes, with nothing kept.

`Session` takes frames and gives results, without reading or writing anything; everything else
here brings it frames or shows what it found. The browser widget, which needs the course's
packages, is imported when it is first used.
"""

from importlib import import_module

from fercourse.errors import MissingPackageError
from fercourse.live.clip import draw_supplied_clip
from fercourse.live.session import STAGES, Face, Result, Session

__all__ = ["STAGES", "Face", "LiveWidget", "Result", "Session", "draw_supplied_clip"]


def __getattr__(name: str):
    if name != "LiveWidget":
        raise AttributeError(f"module 'fercourse.live' has no attribute {name!r}")
    try:
        return import_module("fercourse.live.widget").LiveWidget
    except ModuleNotFoundError as error:
        raise MissingPackageError(
            f"The browser widget needs the package {error.name}; install fercourse[course]."
        ) from error
