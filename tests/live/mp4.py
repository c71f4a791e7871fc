"""Change what an MP4 file says of itself: how it is turned, and when its frames are shown."""

import struct
from pathlib import Path

QUARTER_TURN = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)


def turn(path: Path) -> None:
    """Note in a file that its picture is to be shown turned by 90 degrees clockwise."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4
    begin = at + (52 if data[at] == 1 else 40)
    data[begin : begin + 36] = QUARTER_TURN
    path.write_bytes(data)


def slow_down(path: Path, after: int, times: int) -> None:
    """Show the frames after number `after` for `times` as long as those before.

    OpenCV writes the index (moov) behind the pictures, so that it may grow.
    """
    data = bytearray(path.read_bytes())
    assert data.index(b"mdat") < data.index(b"moov")
    at = data.index(b"stts")
    count, delta = struct.unpack_from(">II", data, at + 12)
    entries = struct.pack(">IIIII", 2, after, delta, count - after, delta * times)
    for name in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stts"):
        begin = data.index(name, data.index(b"moov")) - 4
        (size,) = struct.unpack_from(">I", data, begin)
        struct.pack_into(">I", data, begin, size + 8)
    data[at + 8 : at + 20] = entries
    if (edits := data.find(b"edts")) >= 0:  # it would end the film where it ended before
        data[edits : edits + 4] = b"free"
    path.write_bytes(data)
