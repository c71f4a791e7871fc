"""The size of a picture, told by its first bytes, before any pixel is decoded."""

import struct

_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"RIFF": "WebP",
    b"P5": "PGM",
    b"P6": "PPM",
}
_TIFF_WIDTH, _TIFF_HEIGHT, _TIFF_SHORT = 256, 257, 3
# Start-of-frame segments of JPEG (ITU T.81, table B.1); C4, C8 and CC mean something else.
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def picture_format(data: bytes) -> str | None:
    """Return the format that the first bytes of a file announce, such as ``"PNG"``, or None."""
    for signature, name in _SIGNATURES.items():
        if data.startswith(signature):
            return name if name != "WebP" or data[8:12] == b"WEBP" else None
    return None


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Return the width and height in pixels that a picture's header states.

    Parameters
    ----------
    data : bytes
        The content of the file. Nothing is decoded, so that a small file which would unpack
        to gigabytes can be refused in time.

    Returns
    -------
    (width, height) or None
        None when the header is broken or of a format that is not read here.
    """
    readers = {
        "PNG": _png_size,
        "JPEG": _jpeg_size,
        "BMP": _bmp_size,
        "TIFF": _tiff_size,
        "WebP": _webp_size,
        "PGM": _netpbm_size,
        "PPM": _netpbm_size,
    }
    reader = readers.get(picture_format(data))
    try:
        return reader(data) if reader else None
    except (struct.error, ValueError, IndexError, KeyError):
        return None


def is_cut_short(data: bytes) -> bool:
    """Return whether a PNG or JPEG file lacks the mark that ends it."""
    name = picture_format(data)
    if name == "PNG":
        return not _png_is_whole(data)
    if name == "JPEG":
        # A small preview has an end mark too: the one that counts follows the first scan.
        return data.find(b"\xff\xd9", _jpeg_segments(data).get(0xDA, len(data))) < 0
    return False


def _png_is_whole(data):
    """Follow the chunks to the last; one that states more than the file holds ends the walk.

    OpenCV would set aside the memory that such a chunk asks for.
    """
    at = 8
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IEND":
            return True
        at += 12 + length
    return False


def _png_size(data):
    return struct.unpack_from(">II", data, 16)


def _bmp_size(data):
    (header,) = struct.unpack_from("<I", data, 14)
    width, height = struct.unpack_from("<HH" if header == 12 else "<ii", data, 18)
    return width, abs(height)


def _jpeg_segments(data) -> dict[int, int]:
    """Return where each kind of segment, up to the first scan, begins after its marker."""
    found, at = {}, 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        kind = 0xC0 if marker in _JPEG_FRAMES else marker
        found.setdefault(kind, at + 2)
        if marker == 0xDA:
            break
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    return found


def _jpeg_size(data):
    height, width = struct.unpack_from(">HH", data, _jpeg_segments(data)[0xC0] + 3)
    return width, height


def _tiff_size(data):
    order = "<" if data.startswith(b"II") else ">"
    (at,) = struct.unpack_from(order + "I", data, 4)
    (count,) = struct.unpack_from(order + "H", data, at)
    sizes = {}
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        tag, kind = struct.unpack_from(order + "HH", data, entry)
        # Of a size that stands there twice libtiff takes the first.
        if tag in (_TIFF_WIDTH, _TIFF_HEIGHT) and tag not in sizes:
            form = order + ("H" if kind == _TIFF_SHORT else "I")
            (sizes[tag],) = struct.unpack_from(form, data, entry + 8)
    return sizes[_TIFF_WIDTH], sizes[_TIFF_HEIGHT]


def _webp_size(data):
    kind = data[12:16]
    if kind == b"VP8X":
        return tuple(1 + int.from_bytes(data[at : at + 3], "little") for at in (24, 27))
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", data, 26)
    return width & 0x3FFF, height & 0x3FFF


def _netpbm_size(data):
    lines = (line.split(b"#")[0] for line in data[2:1024].splitlines())
    width, height = b" ".join(lines).split()[:2]
    return int(width), int(height)
