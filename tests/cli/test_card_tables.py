import pytest

from fercourse.classifier import as_classifier
from fercourse.classifier.recipes import recipe
from fercourse.cli.card_tables import card_tables
from fercourse.datasets.builtin import draw_faces
from fercourse.evaluation import evaluate


@pytest.fixture(scope="module")
def part():
    """What the benchmark of weights writes, of a classifier that is fitted in a second."""
    faces = draw_faces(180, 0, False, 1)
    train, test = faces.split("train"), faces.split("test")
    model = recipe("eigenfaces_knn").fit(train.images, train.labels)
    share = {"value": 0.5, "low": 0.4, "high": 0.6, "n": 20}
    return {
        "figures": {
            "parameters": 1234.0,
            "int8_kb": 30.2,
            "keras_kb": 99.0,
            "int8_ms": 0.12,
            "test_accuracy": 0.7,
            "float_test_accuracy": 0.72,
            "minutes": 4.0,
        },
        "detail": {
            "network": "tiny",
            "best_epoch": 3,
            "config": {"epochs": 12},
            "faces": {"train": 140, "validation": 20, "test": 20},
            "report": evaluate(as_classifier(model), test, resamples=100).to_dict(),
            "true_class_accuracy": share,
            "robustness": {"blur": [{"amount": 0.5, "unit": "pixels", **share}]},
        },
        "command": "fercourse benchmark weights",
        "machine": {"cores": 2},
        "commit": "0123456789abcdef",
        "date": "2026-11-25T01:00:00+00:00",
    }


def test_every_table_of_a_card_is_made_from_what_was_measured(part):
    tables = card_tables(part)
    assert "| `tiny`, 1,234 parameters |" in tables["facts"]
    assert "| blur | 0.5 pixels | 50.0 (40.0 to 60.0) |" in tables["robustness"]
    assert tables["per_class"].count("\n") == 2 + 7
    assert tables["failures"].count("\n") == 2 + 5
    assert all(text.startswith("| ") and text.endswith(" |\n") for text in tables.values())


def test_confusions_are_those_that_were_counted(part):
    report = part["detail"]["report"]
    first = card_tables(part)["failures"].splitlines()[2]
    true, said = (cell.strip() for cell in first.split("|")[1:3])
    row = report["confusion"][report["classes"].index(true)]
    assert true != said
    assert row[report["classes"].index(said)] > 0


def test_a_card_of_photographs_names_its_split_and_has_no_groups(part):
    detail = {**part["detail"], "split": "public"}
    del detail["true_class_accuracy"]
    detail["report"] = {**detail["report"], "groups": {}}
    figures = {**part["figures"], "public_accuracy": 0.61, "float_public_accuracy": 0.62}
    tables = card_tables({**part, "detail": detail, "figures": figures})
    assert "| accuracy on the public split, INT8 and float | 61.0 and 62.0 % |" in tables["facts"]
    assert "groups" not in tables
