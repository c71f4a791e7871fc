"""From the frames of a camera or a video to expression classes, with nothing kept.

`Session` takes frames and gives results, without reading or writing anything; everything else
here brings it frames or shows what it found.
"""

from fercourse.live.session import STAGES, Face, Result, Session

__all__ = ["STAGES", "Face", "Result", "Session"]
