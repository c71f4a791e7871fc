import gzip
import io
import os
import tarfile
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fercourse.datasets.archives import read_lines
from fercourse.errors import DataError

NAMES = ("fer2013.csv", "icml_face_data.csv")
TEXT = b"emotion,pixels,Usage\n0,1 2 3,Training\n"


def read(path):
    return b"".join(read_lines(path, NAMES))


def write_zip(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def write_tar(path, members, mode="w:gz"):
    with tarfile.open(path, mode) as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def test_a_plain_and_a_gzipped_table_are_read_whatever_they_are_called(tmp_path):
    for name, content in {
        "a.csv": TEXT,
        "b.csv.gz": gzip.compress(TEXT),
        "c": gzip.compress(TEXT),
    }.items():
        (tmp_path / name).write_bytes(content)
        assert read(tmp_path / name) == TEXT


@pytest.mark.parametrize("write", [write_zip, write_tar])
@pytest.mark.parametrize("inner", ["fer2013.csv", "fer2013/fer2013.csv", "renamed.csv"])
def test_a_table_in_an_archive_is_read(tmp_path, write, inner):
    members = {"README": b"words", inner: TEXT}
    assert read(write(tmp_path / "archive", members)) == TEXT


@pytest.mark.parametrize("write", [write_zip, write_tar])
def test_of_several_tables_the_known_one_is_read(tmp_path, write):
    members = {"train.csv": b"x", "icml_face_data.csv": TEXT, "test.csv": b"x"}
    assert read(write(tmp_path / "archive", members)) == TEXT


@pytest.mark.parametrize("write", [write_zip, write_tar])
@pytest.mark.parametrize(
    "name", ["../fer2013.csv", "/fer2013.csv", "a/../../x.csv", "..\\x.csv", "C:\\x.csv"]
)
def test_an_archive_that_climbs_out_of_its_folder_is_refused(tmp_path, write, name):
    path = write(tmp_path / "archive", {"fer2013.csv": TEXT, name: TEXT})
    with pytest.raises(DataError, match="leads out of its folder"):
        read(path)


@pytest.mark.parametrize("write", [write_zip, write_tar])
def test_an_archive_of_pictures_is_to_be_unpacked(tmp_path, write):
    path = write(tmp_path / "archive", {"train/happy/1.jpg": b"", "train/sad/2.jpg": b""})
    with pytest.raises(
        DataError, match=r"holds no fer2013.csv or icml_face_data.csv; .* unpack it"
    ):
        read(path)


@pytest.mark.parametrize("kept", [5, 12, 600, -9])
@pytest.mark.parametrize("form", ["gz", "tar.gz", "zip"])
def test_a_truncated_archive_is_refused(tmp_path, kept, form):
    text = TEXT + os.urandom(5000).hex().encode() + b"\n"
    path = tmp_path / f"fer2013.{form}"
    if form == "gz":
        path.write_bytes(gzip.compress(text))
    else:
        (write_zip if form == "zip" else write_tar)(path, {"fer2013.csv": text})
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(
        DataError, match=r"Cannot read .*; if it was cut short on the way, get it again"
    ):
        read(path)


def test_damage_within_an_archive_is_found(tmp_path):
    path = write_zip(tmp_path / "fer2013.zip", {"fer2013.csv": os.urandom(4000).hex()})
    content = bytearray(path.read_bytes())
    content[1000] ^= 255
    path.write_bytes(content)
    with pytest.raises(DataError, match="Cannot read"):
        read(path)


def test_a_link_in_an_archive_leads_nowhere(tmp_path):
    path = tmp_path / "fer2013.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        link = tarfile.TarInfo("fer2013.csv")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with pytest.raises(DataError):
        read(path)


@pytest.mark.parametrize("form", ["gz", "tar.gz", "zip"])
def test_a_bomb_is_refused_before_it_fills_the_memory(tmp_path, form):
    path, zeros = tmp_path / f"fer2013.{form}", bytes(50_000_000)
    if form == "gz":
        path.write_bytes(gzip.compress(zeros, 1))
    else:
        (write_zip if form == "zip" else write_tar)(path, {"fer2013.csv": zeros})
    with pytest.raises(DataError, match="is no table of faces"):
        read(path)


def test_a_header_of_no_sensible_size_in_a_tar_is_refused(tmp_path):
    path, member = tmp_path / "fer2013.tar.gz", tarfile.TarInfo("fer2013.csv")
    member.type, member.size = tarfile.XHDTYPE, 1 << 32
    path.write_bytes(gzip.compress(member.tobuf() + bytes(1024)))
    with pytest.raises(DataError, match="no sensible size"):
        read(path)


def test_an_encrypted_zip_is_refused(tmp_path):
    path = write_zip(tmp_path / "fer2013.zip", {"fer2013.csv": TEXT})
    content = bytearray(path.read_bytes())
    for start in (content.index(b"PK\x03\x04") + 6, content.index(b"PK\x01\x02") + 8):
        content[start] |= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match="encrypted"):
        read(path)


def test_an_empty_and_an_unreadable_file_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "fer2013.csv"
    path.write_bytes(b"")
    with pytest.raises(DataError, match="is empty"):
        read(path)
    monkeypatch.setattr(type(path), "open", _denied)
    with pytest.raises(DataError, match="Permission denied"):
        read(path)


def _denied(*arguments):
    raise PermissionError(13, "Permission denied")


def test_progress_counts_the_bytes_of_the_file(tmp_path):
    path, told = tmp_path / "fer2013.csv.gz", []
    path.write_bytes(gzip.compress(TEXT * 100_000))
    list(read_lines(path, NAMES, told.append))
    assert told == sorted(told)
    assert told[-1] == path.stat().st_size


@pytest.fixture(scope="module")
def sound_archives(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archives")
    text = TEXT + b"0,7 7 7,Training\n" * 50
    (folder / "gz").write_bytes(gzip.compress(text))
    write_zip(folder / "zip", {"a/fer2013.csv": text, "b.txt": b"words"})
    write_tar(folder / "tar", {"b.txt": b"words", "a/fer2013.csv": text})
    inner = gzip.decompress((folder / "tar").read_bytes())
    return {form: (folder / form).read_bytes() for form in ("gz", "zip", "tar")}, inner


@settings(max_examples=300, deadline=None, database=None)
@given(st.data())
def test_a_mangled_archive_is_refused_or_read(tmp_path_factory, sound_archives, data):
    archives, inner = sound_archives
    form = data.draw(st.sampled_from([*archives, "inside the tar"]))
    content = bytearray(archives.get(form, inner))
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "mangled"
    path.write_bytes(content if form in archives else gzip.compress(content, 1))
    try:
        found = read(path)
    except DataError:
        return
    assert found
