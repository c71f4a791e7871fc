"""Every kind of picture file is read as 8-bit gray or RGB, or refused with one sentence."""

import os
import struct
import sys
import zlib

import cv2
import numpy as np
import pytest

from fercourse import faces
from fercourse.errors import DataError
from fercourse.faces.header import picture_format, picture_size

COLOR = np.zeros((30, 40, 3), np.uint8)
COLOR[:, :20], COLOR[:, 20:] = (200, 100, 50), (10, 220, 90)  # red, green, blue
GRAY = np.tile(np.arange(40, dtype=np.uint8) * 6, (30, 1))


def save(path, pixels):
    if pixels.ndim == 3:
        order = [2, 1, 0, 3][: pixels.shape[2]]
        pixels = np.ascontiguousarray(pixels[..., order])
    path.write_bytes(cv2.imencode(path.suffix, pixels)[1].tobytes())
    return path


def png(path, width, height, depth, kind, rows, *chunks):
    """Write a PNG file by hand: kinds of color that OpenCV does not write."""
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    parts = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    data = b"\x89PNG\r\n\x1a\n"
    for name, content in parts:
        data += struct.pack(">I", len(content)) + name + content
        data += struct.pack(">I", zlib.crc32(name + content))
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tiff", ".ppm"])
def test_color_is_read_as_red_green_blue(tmp_path, suffix):
    assert np.array_equal(faces.read_image(save(tmp_path / f"a{suffix}", COLOR)), COLOR)


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tiff", ".pgm"])
def test_gray_is_read_as_gray(tmp_path, suffix):
    assert np.array_equal(faces.read_image(save(tmp_path / f"a{suffix}", GRAY)), GRAY)


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_lossy_pictures_are_read_nearly(tmp_path, suffix):
    image = faces.read_image(save(tmp_path / f"a{suffix}", COLOR))
    assert np.abs(image.astype(int) - COLOR).mean() < 8


def test_the_content_counts_and_not_the_name(tmp_path):
    path = save(tmp_path / "a.png", GRAY).rename(tmp_path / "a.JPG")
    assert np.array_equal(faces.read_image(path), GRAY)
    assert np.array_equal(faces.read_image(str(path)), GRAY)


def test_16_bits_are_scaled_to_8(tmp_path):
    deep = np.array([[0, 257, 32896, 65535]], np.uint16)
    assert faces.read_image(save(tmp_path / "a.png", deep)).tolist() == [[0, 1, 128, 255]]
    color = np.full((2, 2, 3), 65535, np.uint16)
    assert (faces.read_image(save(tmp_path / "b.tiff", color)) == 255).all()


def test_a_palette_is_resolved(tmp_path):
    palette = bytes([255, 0, 0, 0, 0, 255])
    path = png(tmp_path / "a.png", 2, 1, 8, 3, b"\0\0\1", (b"PLTE", palette))
    assert faces.read_image(path).tolist() == [[[255, 0, 0], [0, 0, 255]]]


def test_transparent_pixels_are_shown_on_white(tmp_path):
    pixels = np.array([[[10, 20, 30, 255], [10, 20, 30, 0], [0, 0, 0, 127]]], np.uint8)
    image = faces.read_image(save(tmp_path / "a.png", pixels))
    assert image.tolist() == [[[10, 20, 30], [255, 255, 255], [128, 128, 128]]]
    gray_alpha = png(tmp_path / "b.png", 2, 1, 8, 4, bytes([0, 50, 255, 50, 0]))
    assert faces.to_gray(faces.read_image(gray_alpha)).tolist() == [[50, 255]]


def test_one_bit_is_black_and_white(tmp_path):
    path = png(tmp_path / "a.png", 8, 1, 1, 0, b"\0\xaa")
    assert faces.read_image(path).tolist() == [[255, 0] * 4]


def test_the_orientation_of_a_camera_is_applied(tmp_path):
    data = cv2.imencode(".jpg", GRAY)[1].tobytes()
    entry = struct.pack("<HHIHxx", 0x0112, 3, 1, 6)  # orientation: turn right
    tiff = b"II*\0" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 0)
    exif = b"Exif\0\0" + tiff
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    (tmp_path / "a.jpg").write_bytes(data[:2] + segment + data[2:])
    assert faces.read_image(tmp_path / "a.jpg").shape == (40, 30)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".tiff", ".webp", ".ppm"])
@pytest.mark.parametrize("part", [0.02, 0.5, 0.97])
def test_a_file_that_is_cut_short_is_refused(tmp_path, suffix, part, capfd):
    path = save(tmp_path / f"a{suffix}", np.random.default_rng(0).integers(0, 255, (90, 90, 3)))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(DataError, match=r"copy it again|not a picture"):
        faces.read_image(path)


def test_a_preview_in_a_truncated_jpeg_does_not_hide_the_cut(tmp_path):
    data = cv2.imencode(".jpg", np.random.default_rng(0).integers(0, 255, (90, 90)))[1].tobytes()
    preview = b"\xff\xe1" + struct.pack(">H", 2 + 4) + b"\xff\xd8\xff\xd9"
    (tmp_path / "a.jpg").write_bytes((data[:2] + preview + data[2:])[:-500])
    with pytest.raises(DataError, match="cut short"):
        faces.read_image(tmp_path / "a.jpg")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"dear diary", "is not a picture that can be read"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is not a picture that can be read"),
        (b"\x89PNG\r\n\x1a\n", "cut short"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\0\0\0\0", "broken header"),
        (b"BM", "broken header"),
        (b"II*\0\xff\xff\xff\xff", "broken header"),
        (b"P5 wide high 255\n", "broken header"),
        (b"P5 0 0 255\n", "broken header"),
        (b"BM" + bytes(60), "broken header"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "broken header"),
    ],
)
def test_what_is_no_picture_is_refused(tmp_path, content, reason):
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(DataError, match=reason):
        faces.read_image(tmp_path / "a.png")


def test_damage_inside_a_file_is_refused(tmp_path):
    path = save(tmp_path / "a.png", COLOR)
    data = bytearray(path.read_bytes())
    data[40:60] = bytes(20)
    path.write_bytes(data)
    with pytest.raises(DataError, match="is damaged"):
        faces.read_image(path)


def test_a_decompression_bomb_is_refused_by_its_header(tmp_path):
    png(tmp_path / "a.png", 60_000, 60_000, 1, 0, b"")
    with pytest.raises(DataError, match="60000x60000 pixels, more than the 64 million"):
        faces.read_image(tmp_path / "a.png")
    (tmp_path / "a.pgm").write_bytes(b"P5 # big\n100000 100000 255\n")
    with pytest.raises(DataError, match="100000x100000 pixels"):
        faces.read_image(tmp_path / "a.pgm")


def test_a_chunk_that_states_gigabytes_is_refused(tmp_path):
    path = save(tmp_path / "a.png", COLOR)
    data = bytearray(path.read_bytes())
    start = data.index(b"IDAT") - 4
    data[start : start + 4] = b"\xff\xff\xff\xf0"
    path.write_bytes(data)
    with pytest.raises(DataError, match="cut short"):
        faces.read_image(path)


def test_floating_point_pixels_are_refused(tmp_path):
    path = save(tmp_path / "a.tiff", np.full((4, 4), 0.5, np.float32))
    with pytest.raises(DataError, match="holds float32 pixels"):
        faces.read_image(path)


def test_missing_files_and_folders_are_named(tmp_path):
    with pytest.raises(DataError, match=r"There is no file .*nowhere\.png"):
        faces.read_image(tmp_path / "nowhere.png")
    with pytest.raises(DataError, match="is not a file"):
        faces.read_image(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
def test_a_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(DataError, match="is not a file"):
        faces.read_image(tmp_path / "a.png")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root reads everything")
def test_unreadable_permissions_are_named(tmp_path):
    path = save(tmp_path / "a.png", GRAY)
    path.chmod(0)
    with pytest.raises(DataError, match="may not be read; change its permissions"):
        faces.read_image(path)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_name_that_is_not_utf8_is_read_and_can_be_printed(tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.png")
    save(path, GRAY)
    assert np.array_equal(faces.read_image(path), GRAY)
    path.write_bytes(b"")
    with pytest.raises(DataError, match=r"caf\\xe9.png is empty") as caught:
        faces.read_image(path)
    str(caught.value).encode()


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".tiff", ".webp", ".ppm", ".pgm"])
def test_the_header_tells_format_and_size(suffix):
    pixels = GRAY if suffix == ".pgm" else COLOR
    data = cv2.imencode(suffix, pixels)[1].tobytes()
    names = {".jpg": "JPEG", ".webp": "WebP"}
    assert picture_format(data) == names.get(suffix, suffix[1:].upper())
    assert tuple(picture_size(data)) == (40, 30)


def test_the_header_of_lossless_webp_tells_the_size():
    data = cv2.imencode(".webp", COLOR, (cv2.IMWRITE_WEBP_QUALITY, 101))[1].tobytes()
    assert data[12:16] == b"VP8L"
    assert picture_size(data) == (40, 30)


def test_gray_weighs_red_green_and_blue():
    assert faces.to_gray(COLOR)[0, [0, -1]].tolist() == [124, 142]
    assert faces.to_gray(GRAY) is GRAY
    assert faces.to_gray(GRAY[..., None]).shape == GRAY.shape


@pytest.mark.parametrize(
    "image",
    [np.zeros((4, 4)), np.zeros((4, 4, 2), np.uint8), np.zeros(4, np.uint8), np.zeros((0, 4))],
)
def test_gray_refuses_what_is_no_image(image):
    with pytest.raises(DataError, match="image must"):
        faces.to_gray(image)


def test_of_a_size_that_stands_twice_the_one_counts_that_would_be_decoded(tmp_path):
    tags = [(256, 30_000), (257, 30_000), (256, 64), (257, 64)]
    entries = b"".join(struct.pack("<HHIHH", tag, 3, 1, value, 0) for tag, value in tags)
    (tmp_path / "bomb.tif").write_bytes(b"II*\0" + struct.pack("<IH", 8, 4) + entries)
    with pytest.raises(DataError, match="30000x30000 pixels"):
        faces.read_image(tmp_path / "bomb.tif")


def mangled(count, seed=0):
    """Yield picture files with bytes changed, taken out and put in, mostly in their headers."""
    rng = np.random.default_rng(seed)
    noise = rng.integers(0, 256, (40, 50, 3), dtype=np.uint8)
    suffixes = (".png", ".jpg", ".bmp", ".tiff", ".webp", ".ppm")
    whole = [cv2.imencode(suffix, noise)[1].tobytes() for suffix in suffixes]
    for number in range(count):
        data = bytearray(whole[number % len(whole)])
        for _ in range(rng.integers(1, 6)):
            at = int(rng.integers(0, min(len(data), 200 if rng.random() < 0.7 else len(data))))
            length = int(rng.integers(0, 20))
            data[at : at + int(rng.integers(0, 20))] = rng.bytes(length) or b"\xff" * 4
        yield bytes(data)


def test_mangled_pictures_are_read_or_refused_and_nothing_else(tmp_path, capfd):
    path, read, refusals = tmp_path / "a.png", 0, []
    for data in mangled(500):
        path.write_bytes(data)
        try:
            read += faces.to_gray(faces.read_image(path)).size > 0
        except DataError as error:
            refusals.append(str(error))
    assert read + len(refusals) == 500
    assert min(read, len(refusals)) > 50
    assert all(refusal.startswith(str(path)) for refusal in refusals)
