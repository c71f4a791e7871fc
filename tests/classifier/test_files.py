import io
import json
import os
import zipfile

import numpy as np
import pytest
import skops.io
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC, LinearSVC

from fercourse.classifier import as_classifier, load_classifier, save_classifier
from fercourse.errors import ModelError
from fercourse.features import HOG, LBP, Eigenfaces, Gabor

LAST = {
    "logistic": LogisticRegression(max_iter=20, tol=0.1),
    "svm": CalibratedClassifierCV(SVC(), cv=2),
    "linear svm": CalibratedClassifierCV(LinearSVC(), cv=2),
    "neighbors": KNeighborsClassifier(3, algorithm="brute"),
    "forest": RandomForestClassifier(5, random_state=0),
    "discriminant": LinearDiscriminantAnalysis(),
}


@pytest.fixture(scope="module")
def faces():
    return np.random.default_rng(0).integers(0, 256, (42, 16, 16), dtype=np.uint8)


@pytest.fixture(scope="module")
def labels():
    return np.arange(42) % 7


def fitted(faces, labels, last):
    union = make_union(LBP(grid=2), HOG(cell=4), Gabor((4,), orientations=2, grid=2), Eigenfaces(5))
    steps = union, StandardScaler(), PCA(10, random_state=0), clone(last)
    return make_pipeline(*steps).fit(faces, labels)


@pytest.fixture(scope="module")
def file(faces, labels, tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "model.skops"
    return save_classifier(fitted(faces, labels, LAST["svm"]), path)


def rewritten(file, tmp_path, change):
    """Write the file anew with each of its parts put through `change(name, content)`."""
    path = tmp_path / "hostile.skops"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(path, "w") as new:
        for part in old.namelist():
            new.writestr(part, change(part, old.read(part)))
    return path


@pytest.mark.parametrize("last", LAST.values(), ids=LAST)
def test_a_loaded_classifier_gives_the_same_probabilities(faces, labels, tmp_path, last):
    model = fitted(faces, labels, last)
    path = save_classifier(model, tmp_path / "model.skops")
    before, after = as_classifier(model), as_classifier(path)
    # To rounding: arrays may lie otherwise in memory, and then some processors add in another order.
    probabilities = before.predict_proba(faces)
    np.testing.assert_allclose(after.predict_proba(faces), probabilities, rtol=0, atol=2e-6)
    assert after.classes == before.classes


def test_the_classes_are_saved_with_the_model(faces, labels, tmp_path):
    model = as_classifier(fitted(faces, labels % 2, LAST["logistic"]), classes=("calm", "other"))
    path = save_classifier(model, tmp_path / "two.skops")
    assert load_classifier(str(path)).classes == ("calm", "other")


def test_a_model_with_a_function_of_ones_own_is_not_saved(faces, labels, tmp_path):
    model = make_pipeline(Eigenfaces(5), FunctionTransformer(np.abs), clone(LAST["logistic"]))
    path = tmp_path / "model.skops"
    with pytest.raises(ModelError, match="FunctionTransformer; fercourse's list has no such type"):
        save_classifier(model.fit(faces, labels), path)
    assert not path.exists()


def test_a_model_that_is_not_fitted_is_not_saved(tmp_path):
    with pytest.raises(ModelError, match="not fitted"):
        save_classifier(make_pipeline(HOG(), LAST["logistic"]), tmp_path / "model.skops")


def test_a_folder_that_is_not_there_is_named(faces, labels, tmp_path):
    with pytest.raises(ModelError, match="cannot be written"):
        save_classifier(fitted(faces, labels, LAST["logistic"]), tmp_path / "no" / "model.skops")


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_a_truncated_file_is_refused(file, tmp_path, share):
    path = tmp_path / "cut.skops"
    whole = file.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ModelError, match="damaged"):
        load_classifier(path)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing.skops", "cannot be read"),
        ("model.pkl", "not in model.pkl"),
        ("", "cannot be read"),
    ],
)
def test_a_file_that_is_not_there_or_of_another_kind_is_refused(tmp_path, name, words):
    folder = tmp_path / "folder.skops"
    folder.mkdir()
    with pytest.raises(ModelError, match=words):
        as_classifier(str(tmp_path / name) if name else folder)


def test_another_object_in_a_skops_file_is_no_classifier(tmp_path):
    path = tmp_path / "list.skops"
    skops.io.dump([1, 2, 3], path)
    with pytest.raises(ModelError, match="no classifier of fercourse"):
        load_classifier(path)


@pytest.mark.parametrize(
    "evil",
    [
        {"__module__": "os", "__class__": "system", "__loader__": "FunctionNode"},
        {"__module__": "builtins", "__class__": "eval", "__loader__": "TypeNode"},
        {"__module__": "operator", "__class__": "methodcaller", "__loader__": "OperatorFuncNode"},
        {"__module__": "sklearn.svm._classes", "__class__": "SVC", "__loader__": "MethodNode"},
        {
            "__module__": "subprocess",
            "__class__": "Popen",
            "__loader__": "ConstructorFromReduceNode",
        },
    ],
    ids=lambda evil: evil["__class__"],
)
def test_a_file_with_a_foreign_type_anywhere_is_refused_and_it_is_named(file, tmp_path, evil):
    def plant(part, content):
        if part != "schema.json":
            return content
        schema = json.loads(content)
        schema["content"]["classes"] = evil
        return json.dumps(schema)

    with pytest.raises(ModelError, match=f"{evil['__class__']}; fercourse's list has no"):
        load_classifier(rewritten(file, tmp_path, plant))


def array_bytes(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


@pytest.mark.parametrize("last", ["svm", "forest", "logistic", "neighbors"])
def test_arrays_of_another_size_never_crash_the_process(faces, labels, tmp_path, last):
    file = save_classifier(fitted(faces, labels, LAST[last]), tmp_path / "good.skops")
    with zipfile.ZipFile(file) as parts:
        arrays = [name for name in parts.namelist() if name.endswith(".npy")]
    refused = 0
    for victim in arrays:

        def shrink(part, content, victim=victim):
            if part != victim:
                return content
            array = np.load(io.BytesIO(content))
            return array_bytes(array[:1] if array.ndim else array)

        try:
            load_classifier(rewritten(file, tmp_path, shrink)).predict_proba(faces)
        except ModelError:
            refused += 1
    assert refused >= 1


def test_a_tree_that_leads_out_of_its_nodes_is_refused(faces, labels, tmp_path):
    file = save_classifier(fitted(faces, labels, LAST["forest"]), tmp_path / "good.skops")

    def mislead(part, content):
        array = np.load(io.BytesIO(content)) if part.endswith(".npy") else None
        if array is None or array.dtype.names is None:
            return content
        array["left_child"][0] = 10**6
        return array_bytes(array)

    with pytest.raises(ModelError, match="decision tree does not hold together"):
        load_classifier(rewritten(file, tmp_path, mislead))


def test_a_support_vector_machine_with_missing_vectors_is_refused(file, tmp_path):
    def cut(part, content):
        array = np.load(io.BytesIO(content)) if part.endswith(".npy") else np.empty(0)
        return array_bytes(array[:-1]) if array.ndim == 2 and array.shape[1] == 10 else content

    with pytest.raises(ModelError):
        load_classifier(rewritten(file, tmp_path, cut))


def test_neighbors_whose_labels_are_missing_or_out_of_range_are_refused(faces, labels, tmp_path):
    file = save_classifier(fitted(faces, labels, LAST["neighbors"]), tmp_path / "good.skops")

    def is_label(array):
        return array.shape == (42,) and array.dtype.kind == "i"

    for forge in (lambda array: array[:-1], lambda array: array + 10**6):

        def plant(part, content, forge=forge):
            array = np.load(io.BytesIO(content)) if part.endswith(".npy") else np.empty(0)
            return array_bytes(forge(array)) if is_label(array) else content

        with pytest.raises(ModelError, match="neighbors"):
            load_classifier(rewritten(file, tmp_path, plant))


@pytest.mark.parametrize(
    ("honest", "words"), [("16", "99999x99999 pixels"), ("2", "must be"), ("4", "must be")]
)
def test_numbers_that_would_ask_for_too_much_are_refused(file, tmp_path, honest, words):
    def inflate(part, content):
        if part != "schema.json":
            return content
        return content.replace(f'"content": "{honest}"'.encode(), b'"content": "99999"')

    with pytest.raises(ModelError, match=words):
        load_classifier(rewritten(file, tmp_path, inflate))


def test_a_model_that_holds_no_numbers_is_refused(faces, labels, tmp_path):
    model = fitted(faces, labels, LogisticRegression(max_iter=20, tol=0.1))
    model[-1].coef_[:] = np.nan
    path = save_classifier(model, tmp_path / "model.skops")
    with pytest.raises(ModelError, match=r"model\.skops"):
        load_classifier(path)


def test_a_name_too_long_for_the_disk_is_refused(faces, labels, tmp_path):
    with pytest.raises(ModelError, match="cannot be written"):
        save_classifier(fitted(faces, labels, LAST["svm"]), tmp_path / f"{'x' * 300}.skops")


@pytest.mark.parametrize("suffix", [".skops", ".keras", ".tflite", ".onnx", ""])
@pytest.mark.parametrize(
    ("name", "words"),
    [("a\0b", "is no path"), ("\ud800", "is no path"), ("x" * 300, "too long")],
    ids=["null byte", "half a character", "long"],
)
def test_a_name_that_no_file_can_have_is_refused(faces, labels, suffix, name, words):
    with pytest.raises(ModelError, match=words):
        load_classifier(name + suffix)
    with pytest.raises(ModelError, match=words):
        as_classifier(name + suffix)
    with pytest.raises(ModelError, match=words):
        save_classifier(None, name + suffix)


@pytest.mark.parametrize("path", [None, 3, b"model.skops"])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(ModelError, match="named by a path"):
        load_classifier(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
@pytest.mark.parametrize("suffix", [".skops", ".keras", ".tflite", ".onnx"])
def test_a_pipe_is_refused_and_not_waited_for(tmp_path, suffix):
    os.mkfifo(tmp_path / f"model{suffix}")
    with pytest.raises(ModelError, match="it is no file"):
        load_classifier(tmp_path / f"model{suffix}")


@pytest.mark.parametrize("suffix", [".skops", ".keras", ".tflite", ".onnx"])
def test_a_file_larger_than_any_model_is_not_read(tmp_path, suffix):
    with (tmp_path / f"model{suffix}").open("wb") as file:
        file.truncate(2**31 + 1)
    with pytest.raises(ModelError, match="larger than 2 GB"):
        load_classifier(tmp_path / f"model{suffix}")
