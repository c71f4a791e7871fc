"""``train``, ``evaluate`` and ``predict``: from a data set to annotated photos, and every refusal."""

import csv
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.pipeline import make_pipeline

from fercourse import cli, faces, synth
from fercourse.classifier import save_classifier
from fercourse.classifier.files import shipped
from fercourse.cli import models, targets
from fercourse.emotions import CLASSES
from fercourse.features import Eigenfaces


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a folder with a small FER2013 file, a trained model and photos."""
    folder = tmp_path_factory.mktemp("models")
    drawing = synth.draw(84, variant="easy")
    usages = ["Training"] * 56 + ["PublicTest"] * 14 + ["PrivateTest"] * 14
    images = drawing.images.copy()
    images[70:73] = images[:3]  # three test images stand in train, too
    rows = [
        f"{row % 7},{' '.join(map(str, image.ravel()))},{usage}\n"
        for row, (image, usage) in enumerate(zip(images, usages, strict=True))
    ]
    (folder / "fer2013.csv").write_text("emotion,pixels,Usage\n" + "".join(rows))
    photos = folder / "photos"
    (photos / "deeper").mkdir(parents=True)
    scene, _, _ = synth.draw_scene(2, 3, (240, 320))
    cv2.imwrite(str(photos / "two.png"), scene)
    cv2.imwrite(str(photos / "deeper" / "wall.png"), np.full((90, 120), 128, np.uint8))
    return folder


@pytest.fixture
def run(capsys, monkeypatch, place):
    """Run the command line as the shell does; return status, output and errors."""
    monkeypatch.setenv("FERCOURSE_CACHE", str(place / "cache"))

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["fercourse", *map(str, words)])
        status = 0
        try:
            cli.main()
        except SystemExit as stop:
            status = stop.code or 0
        output = capsys.readouterr()
        return status, output.out, " ".join(output.err.split())

    return run


@pytest.fixture
def model(run, place):
    path = place / "model.skops"
    if not path.exists():
        run("train", "hog_svm", *data(place), "--out", path)
    return path


def data(place):
    return "--dataset", "fer2013", "--data", place / "fer2013.csv"


def test_the_recipes_are_listed(run):
    status, output, _ = run("train", "list", "--json")
    assert status == 0
    assert "hog_svm" in json.loads(output)
    assert "hog_svm" in run("train", "list")[1]


def test_training_writes_a_model_and_says_on_what(run, place):
    out = place / "few.skops"
    status, output, _ = run("train", "lbp_svm", *data(place), "--faces", 28, "-o", out, "--json")
    answer = json.loads(output)
    assert status == 0
    assert (answer["recipe"], answer["faces"], answer["split"]) == ("lbp_svm", 28, "train")
    assert answer["bytes"] == out.stat().st_size
    assert not list(place.glob(".fercourse-*"))


def test_a_model_is_not_replaced_unless_that_is_said(run, place, model):
    before = model.read_bytes()
    status, _, error = run("train", "hog_svm", *data(place), "-o", model)
    assert status == 1
    assert "is there already" in error
    assert model.read_bytes() == before
    assert run("train", "lbp_svm", *data(place), "-o", model, "--overwrite")[0] == 0
    assert model.read_bytes() != before
    model.write_bytes(before)


def test_evaluation_gives_every_metric_and_sets_leaked_images_apart(run, place, model):
    status, output, _ = run("evaluate", model, *data(place), "--resamples", 100, "--json")
    answer = json.loads(output)
    assert status == 0
    assert answer["n"] == 14
    assert answer["leaked"] == 3
    assert answer["without_leaked"]["n"] == 11
    assert answer["overall"]["accuracy"]["low"] <= answer["overall"]["accuracy"]["value"]
    status, output, _ = run("evaluate", model, *data(place), "--split", "validation")
    assert status == 0
    assert "balanced accuracy" in output
    assert "n = 14" in output


def test_prediction_names_every_face_of_every_photo(run, place, model):
    status, output, _ = run("predict", model, place / "photos", "--json")
    wall, two = json.loads(output)["photos"]
    assert status == 0
    assert wall["faces"] == []
    found = faces.detect(faces.read_image(two["file"]))
    assert [list(face["box"].values()) for face in two["faces"]] == [list(box) for box in found]
    for face in two["faces"]:
        assert list(face["probabilities"]) == list(CLASSES)
        assert sum(face["probabilities"].values()) == pytest.approx(1, abs=1e-4)
        assert face["class"] == max(face["probabilities"], key=face["probabilities"].get)
    status, output, _ = run("predict", model, place / "photos")
    assert status == 0
    assert "no face found" in output


@pytest.mark.skipif(not shipped(), reason="made by 'fercourse benchmark weights'")
def test_prediction_needs_no_model_of_ones_own(run, place):
    status, output, _ = run("predict", "builtin", place / "photos", "--json")
    assert status == 0
    assert json.loads(output)["model"] == "builtin"


def test_prediction_writes_a_table_and_annotated_copies_and_leaves_the_photos_alone(
    run, place, model, tmp_path
):
    photos, copies, table = place / "photos", tmp_path / "copies", tmp_path / "faces.csv"
    before = {path: path.read_bytes() for path in photos.rglob("*.png")}
    status, _, _ = run("predict", model, photos, "--csv", table, "--annotate", copies)
    assert status == 0
    rows = list(csv.DictReader(table.open()))
    count = len(faces.detect(faces.read_image(photos / "two.png")))
    assert count > 0
    assert [row["face"] for row in rows] == ["", *map(str, range(1, count + 1))]
    assert sum(float(rows[-1][name]) for name in CLASSES) == pytest.approx(1, abs=1e-4)
    original = cv2.imread(str(photos / "two.png"))
    copy = cv2.imread(str(copies / "two.png.annotated.png"))
    assert copy.shape == original.shape
    assert (copy != original).any()
    assert (copies / "deeper" / "wall.png.annotated.png").is_file()
    assert before == {path: path.read_bytes() for path in photos.rglob("*.png")}
    assert not list(tmp_path.rglob(".fercourse-*"))


def test_annotated_copies_are_not_taken_for_photos(run, place, model, tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.png").write_bytes((place / "photos" / "two.png").read_bytes())
    for _ in range(2):
        words = ("--annotate", tmp_path / "photos", "--json")
        _, output, _ = run("predict", model, tmp_path / "photos", *words)
        assert len(json.loads(output)["photos"]) == 1


@pytest.fixture
def own(place, tmp_path):
    """Return a folder with a model, two photos of one name and files with odd names."""
    (tmp_path / "model.skops").write_bytes(prior(tmp_path / "model.skops").read_bytes())
    photo = (place / "photos" / "two.png").read_bytes()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.png").write_bytes(photo)
    (tmp_path / "link.png").symlink_to(tmp_path / "a" / "x.png")
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "loop").symlink_to("loop")
    return tmp_path


def prior(path):
    images = synth.draw(6, variant="easy").images
    fitted = make_pipeline(Eigenfaces(2), DummyClassifier(strategy="prior"))
    return save_classifier(fitted.fit(images, np.arange(6)), path)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("model.skops", "is the model itself; name another file"),
        ("a/x.png", "is one of the photos; name another file"),
        ("link.png", "is one of the photos; name another file"),
        ("seen/x.png.annotated.png", "is named twice"),
        ("/dev/null", "not a file"),
        ("loop", "cannot be written"),
        ("a", "cannot be written: it is a folder"),
    ],
)
def test_a_table_never_takes_the_place_of_what_is_read(run, own, target, said):
    before = {path: path.read_bytes() for path in own.rglob("*.*") if path.is_file()}
    words = ("--annotate", own / "seen", "--csv", own / target, "--overwrite")
    status, _, error = run("predict", own / "model.skops", own / "a", *words)
    assert status == 1
    assert said in error
    assert before == {path: path.read_bytes() for path in own.rglob("*.*") if path.is_file()}
    assert Path("/dev/null").is_char_device()


def test_a_table_replaces_a_file_only_where_that_is_said(run, own):
    words = ("predict", own / "model.skops", own / "a" / "x.png", "--csv", own / "mine.txt")
    status, _, error = run(*words)
    assert status == 1
    assert "mine.txt is there already; name another file or add --overwrite" in error
    assert (own / "mine.txt").read_text() == "mine"
    assert run(*words, "--overwrite")[0] == 0
    assert (own / "mine.txt").read_text().startswith("file,face,")


def test_photos_of_one_name_have_copies_of_their_own(run, own):
    photos = (own / "a" / "x.png", own / "b" / "x.png")
    assert run("predict", own / "model.skops", *photos, "--annotate", own / "seen")[0] == 0
    assert run("explain", own / "model.skops", *photos, "-o", own / "seen", "--cropped")[0] == 0
    assert sorted(path.name for path in (own / "seen").iterdir()) == [
        "x.png.2.annotated.png",
        "x.png.2.explained.png",
        "x.png.annotated.png",
        "x.png.explained.png",
    ]


def test_a_cropped_photo_is_one_face_as_a_whole(run, model, tmp_path):
    cv2.imwrite(str(tmp_path / "face.png"), synth.draw_face({12: 1}, size=48).images[0])
    _, output, _ = run("predict", model, tmp_path / "face.png", "--cropped", "--json")
    (face,) = json.loads(output)["photos"][0]["faces"]
    assert face["box"] == {"x": 0, "y": 0, "width": 48, "height": 48}


def test_a_photo_that_cannot_be_read_is_named_and_the_others_are_done(run, place, model, tmp_path):
    (tmp_path / "broken.png").write_bytes(b"no picture")
    photos = (tmp_path / "broken.png", place / "photos" / "two.png")
    status, output, error = run("predict", model, *photos, "--csv", tmp_path / "out.csv")
    assert status == 1
    assert "broken.png" in error
    assert "not readable" in output
    assert len((tmp_path / "out.csv").read_text().splitlines()) > 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["train", "magic"], "no recipe or network 'magic'; there are"),
        (["train", "hog_svm", "-o", "model.pkl"], "must end in .skops"),
        (["train", "hog_svm", "-o", "missing/model.skops"], "no folder missing"),
        (["train", "hog_svm", "--faces", "3", "DATA", "-o", "x.skops"], "fewer than 2 faces of"),
        (["train", "eigenfaces_knn", "DATA", "-o", "x.skops"], "whole number up to 56"),
        (["train", "hog_svm", "-o", ""], "must end in .skops"),
        (["train", "hog_svm", "-o", f"{'x' * 300}.skops"], "cannot be written"),
        (["train", "hog_svm", "-o", f"{'x' * 250}.skops"], "cannot be written"),
        (["train", "hog_svm", "-o", "loop.skops"], "cannot be written"),
        (["evaluate", "missing.skops"], "missing.skops cannot be read"),
        (["evaluate", "TABLE"], ".onnx file"),
        (["evaluate", "MODEL", "DATA", "--split", "dev"], "no split 'dev'; it has train"),
        (["evaluate", "MODEL", "DATA", "--clusters", "subject"], "does not know the subject"),
        (["predict", "MODEL", "missing.png"], "no file or folder missing.png"),
        (["predict", "MODEL", f"{'x' * 300}.png"], "cannot be read"),
        (["predict", "MODEL", "PHOTOS", "--csv", ""], "no name of a file"),
        (["predict", "MODEL", "EMPTY"], "holds no photos"),
        (["predict", "MODEL", "PHOTOS", "--csv", "TABLE/x.csv"], "cannot be written"),
        (["predict", "MODEL", "PHOTOS", "--annotate", "TABLE"], "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(run, place, model, tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "loop.skops").symlink_to("loop.skops")
    places = {
        "MODEL": model,
        "TABLE": place / "fer2013.csv",
        "EMPTY": tmp_path / "empty",
        "PHOTOS": place / "photos",
    }
    filled = []
    for word in words:
        first, _, rest = word.partition("/")
        known = places[first] / rest if first in places and rest else places.get(word, word)
        filled += data(place) if word == "DATA" else [known]
    status, output, error = run(*filled)
    assert status == 1
    assert said in error
    assert error.count("fercourse:") == 1
    assert "Traceback" not in error + output
    assert not list(tmp_path.rglob(".fercourse-*")) + list(tmp_path.glob("x*.skops"))


@pytest.mark.parametrize("classes", [("happy",), ("[red]a", "[b]c[/b]")], ids=["one", "markup"])
def test_prediction_shows_the_words_of_a_models_classes_as_they_are(run, tmp_path, classes):
    images = synth.draw(6, variant="easy").images
    labels = np.arange(6) % len(classes)
    model = make_pipeline(Eigenfaces(2), DummyClassifier(strategy="prior")).fit(images, labels)
    save_classifier(model, tmp_path / "own.skops", classes)
    cv2.imwrite(str(tmp_path / "face.png"), images[0])
    status, output, _ = run("predict", tmp_path / "own.skops", tmp_path / "face.png", "--cropped")
    assert status == 0
    assert all(name in output for name in classes)


@pytest.mark.parametrize(
    "write",
    [
        lambda path: targets.write_whole(path, b"whole"),
        lambda path: save_classifier(
            make_pipeline(Eigenfaces(2), DummyClassifier()).fit(
                synth.draw(6, variant="easy").images, np.arange(6)
            ),
            path,
        ),
    ],
    ids=["table", "model"],
)
def test_a_stop_while_a_file_is_written_leaves_none(monkeypatch, tmp_path, write):
    def stop(path, target):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "new.skops")
    assert not list(tmp_path.iterdir())


def test_a_model_of_other_classes_than_the_data_is_refused(run, place, tmp_path):
    faces_of_two = tmp_path / "own"
    for number, name in enumerate(("happy", "contempt")):
        (faces_of_two / name).mkdir(parents=True)
        for row in range(6):
            image = synth.draw_face(identity=row, size=48).images[0]
            cv2.imwrite(str(faces_of_two / name / f"{number}{row}.png"), image)
    own = ("--dataset", "folder", "--data", faces_of_two, "--split", "all")
    assert run("train", "lbp_svm", *own, "-o", tmp_path / "own.skops")[0] == 0
    status, _, error = run("evaluate", tmp_path / "own.skops", *data(place))
    assert status == 1
    assert "knows contempt, which the data do not" in error


def test_the_commands_are_found_without_importing_scikit_learn():
    assert not {"sklearn", "cv2"} & set(vars(models))


@pytest.mark.parametrize("seed", ["-1", str(2**32)])
@pytest.mark.parametrize(
    "words", [["train", "hog_svm"], ["evaluate", "m.skops"], ["benchmark", "check"]]
)
def test_seeds_that_no_generator_takes_are_usage_errors(run, words, seed):
    status, _, error = run(*words, "--seed", seed)
    assert status == 2
    assert "--seed" in error
