"""On Colab the reader is told what is lost, and their Drive is used where it is mounted."""

import os
import sys
from types import ModuleType

import pytest

from fercourse.course import colab
from fercourse.course.colab import keep_on_drive


@pytest.fixture
def on_colab(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    # Set first, so that what is set in the test is taken back after it.
    monkeypatch.setenv("FERCOURSE_CACHE", "")
    monkeypatch.setattr(colab, "_DRIVE", tmp_path / "MyDrive")
    return tmp_path / "MyDrive"


def test_elsewhere_nothing_is_said_and_nothing_changed(monkeypatch):
    before = dict(os.environ)
    assert keep_on_drive() == ""
    assert dict(os.environ) == before


def test_without_a_drive_the_reader_is_told_how_to_mount_it(on_colab):
    assert "drive.mount(" in keep_on_drive()
    assert os.environ["FERCOURSE_CACHE"] == ""


def test_what_is_computed_is_kept_on_a_mounted_drive(on_colab):
    on_colab.mkdir()
    assert str(on_colab) in keep_on_drive()
    assert os.environ["FERCOURSE_CACHE"] == str(on_colab / "fercourse")
    assert "fercourse" in keep_on_drive()


def test_a_place_that_the_reader_chose_is_left(on_colab, monkeypatch):
    on_colab.mkdir()
    monkeypatch.setenv("FERCOURSE_CACHE", "/elsewhere")
    assert keep_on_drive() == "Kept in:  /elsewhere"
    assert os.environ["FERCOURSE_CACHE"] == "/elsewhere"
