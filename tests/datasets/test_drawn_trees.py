"""Trees of drawn faces, written by another hand than the readers, are read whole."""

from importlib import import_module

import pytest

from fercourse import faces, synth
from fercourse.emotions import CLASSES, CLASSES_WITH_CONTEMPT

FORMS = {
    "ckplus48": ("ckplus", "whole", 42),
    "jaffe": ("jaffe", "face", 42),
    "kdef": ("kdef", "face", 35),
    "affectnet2021": ("affectnet", "whole", 40),
    "folder": ("folder", "whole", 28),
    "folder_splits": ("folder", "whole", 40),
    "photos": ("photos", "face", 14),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_picture_of_a_tree_is_listed(tmp_path, form):
    reader, crop, count = FORMS[form]
    synth.write_tree(form, tmp_path, count)
    listing = import_module(f"fercourse.datasets.{reader}").list_files(tmp_path)
    assert len(listing.table) + left_out(listing) == count
    assert listing.crop == crop
    assert listing.classes in (CLASSES, CLASSES_WITH_CONTEMPT)
    assert listing.table["file"].is_unique
    for file in listing.table["file"][:5]:
        assert faces.read_image(tmp_path / file).dtype == "uint8"


def left_out(listing):
    """Count the pictures that are left out, from the counts at the ends of the reasons."""
    return sum(int(reason.rpartition(": ")[2]) for _, reason in listing.unused)


def test_boxes_of_a_tree_in_affectnets_form_lie_in_their_pictures(tmp_path):
    synth.write_tree("affectnet", tmp_path, 40)
    listing = import_module("fercourse.datasets.affectnet").list_files(tmp_path)
    assert len(listing.table) + left_out(listing) == 40
    assert {"train", "validation"} == set(listing.table["split"])
    for row in listing.table.head(5).itertuples():
        height, width = faces.read_image(tmp_path / row.file).shape[:2]
        assert 0 <= row.x < row.x + row.width <= width
        assert 0 <= row.y < row.y + row.height <= height


def test_sequences_of_a_tree_in_the_form_of_ckplus_are_cut_at_the_apex(tmp_path):
    synth.write_tree("ckplus", tmp_path, 70)
    listing = import_module("fercourse.datasets.ckplus").list_files(tmp_path)
    last = listing.table.groupby("sequence")["frame"].agg(list)
    assert len(last) > 1
    for frames in last:
        assert frames == [1, frames[-1] - 2, frames[-1] - 1, frames[-1]]
    assert any("no emotion label" in reason for _, reason in listing.unused)
