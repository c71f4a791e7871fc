import io
import json
import zipfile

import h5py
import keras
import numpy as np
import pytest

from fercourse import models
from fercourse.classifier import as_classifier, load_classifier, save_classifier
from fercourse.emotions import CLASSES
from fercourse.errors import ModelError


@pytest.fixture(scope="module")
def faces():
    return np.random.default_rng(0).integers(0, 256, (20, 48, 48), dtype=np.uint8)


@pytest.fixture(scope="module")
def network():
    return models.build("tiny", classes=("calm", "tense"), seed=0)


@pytest.fixture(scope="module")
def file(network, tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "model.keras"
    return save_classifier(network, path, classes=("calm", "tense"))


def rewritten(file, tmp_path, change):
    """Write the file anew with each of its parts put through `change(name, content)`."""
    path = tmp_path / "hostile.keras"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(path, "w") as new:
        for part in old.namelist():
            content = change(part, old.read(part))
            if content is not None:
                new.writestr(part, content)
    return path


def with_config(file, tmp_path, change):
    def rewrite(part, content):
        if part != "config.json":
            return content
        config = json.loads(content)
        change(config["config"]["layers"])
        return json.dumps(config)

    return rewritten(file, tmp_path, rewrite)


def test_a_loaded_network_gives_the_same_probabilities_and_classes(file, network, faces):
    loaded = load_classifier(file)
    expected = as_classifier(network, ("calm", "tense")).predict_proba(faces)
    np.testing.assert_allclose(loaded.predict_proba(faces), expected, atol=1e-6)
    assert loaded.classes == as_classifier(str(file)).classes == ("calm", "tense")


def test_a_network_that_was_trained_is_saved_with_its_optimizer_and_read_without(faces, tmp_path):
    network = models.build("tiny", seed=0)
    network.compile("adam", "sparse_categorical_crossentropy")
    network.fit(faces[..., None].astype(np.float32), np.arange(20) % 7, verbose=0)
    loaded = load_classifier(save_classifier(network, tmp_path / "trained.keras"))
    expected = as_classifier(network).predict_proba(faces)
    np.testing.assert_allclose(loaded.predict_proba(faces), expected, atol=1e-6)


def test_keras_itself_reads_the_file(file, network, faces):
    model, x = keras.saving.load_model(file), faces[..., None].astype(np.float32)
    np.testing.assert_allclose(np.asarray(model(x)), np.asarray(network(x)), atol=1e-6)


def test_a_file_of_a_newer_keras_is_read_by_one_that_knows_less(file, network, faces, monkeypatch):
    known = keras.initializers.GlorotUniform.__init__
    monkeypatch.setattr(
        keras.initializers.GlorotUniform, "__init__", lambda self, seed=None: known(self, seed=seed)
    )
    expected = as_classifier(network, ("calm", "tense")).predict_proba(faces)
    np.testing.assert_array_equal(load_classifier(file).predict_proba(faces), expected)


def test_the_file_of_somebody_else_is_read_with_the_classes_that_are_given(network, tmp_path):
    models.build("tiny").save(tmp_path / "seven.keras")
    network.save(tmp_path / "two.keras")
    assert load_classifier(tmp_path / "seven.keras").classes == CLASSES
    assert load_classifier(tmp_path / "two.keras", ("a", "b")).classes == ("a", "b")
    with pytest.raises(ModelError, match="2 outputs, but 7 classes"):
        load_classifier(tmp_path / "two.keras")


def test_the_folder_of_a_run_stands_for_the_model_in_it(file, network):
    assert load_classifier(file.parent).classes == ("calm", "tense")


def test_a_file_is_replaced_only_by_a_whole_one(file, network, tmp_path):
    path = tmp_path / "model.keras"
    path.write_bytes(file.read_bytes())
    with pytest.raises(ModelError, match="2 outputs"):
        save_classifier(network, path, CLASSES)
    assert path.read_bytes() == file.read_bytes()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("path", "words"),
    [("no/model.keras", "cannot be written"), ("model.pkl", "neither"), ("m.skops", "Functional")],
)
def test_a_file_that_cannot_be_written_is_refused_and_nothing_is_left(
    network, tmp_path, path, words
):
    with pytest.raises(ModelError, match=words):
        save_classifier(network, tmp_path / path, ("calm", "tense"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_a_truncated_file_is_refused(file, tmp_path, share):
    path = tmp_path / "cut.keras"
    whole = file.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ModelError, match="damaged"):
        load_classifier(path)


def test_a_lambda_is_neither_saved_nor_read(tmp_path):
    faces = keras.Input((48, 48, 1))
    x = keras.layers.Lambda(lambda x: x[:, 0, :7, 0], output_shape=(7,))(faces)
    network = keras.Model(faces, keras.layers.Softmax()(x))
    with pytest.raises(ModelError, match=r"Lambda; fercourse's list has no such layer"):
        save_classifier(network, tmp_path / "model.keras")
    network.save(tmp_path / "theirs.keras")
    with pytest.raises(ModelError, match=r"Lambda; fercourse's list has no such layer"):
        load_classifier(tmp_path / "theirs.keras")


EVIL = [
    {"module": "os", "class_name": "system", "config": {}},
    {"module": "keras.utils", "class_name": "get_file", "config": {}},
    {"module": "builtins", "class_name": "function", "config": "eval"},
    {"module": "keras.layers", "class_name": "TorchModuleWrapper", "config": {}},
    {"module": "subprocess", "class_name": "Popen", "registered_name": "fercourse>Popen"},
    {"module": "subprocess", "class_name": "Dense", "config": {}, "registered_name": "Popen"},
    {"module": "keras.layers", "class_name": "StringLookup", "config": {"vocabulary": "/etc/hosts"}},
]  # fmt: skip


@pytest.mark.parametrize("evil", EVIL, ids=lambda evil: evil["class_name"])
def test_a_file_that_names_anything_else_is_refused_and_it_is_named(file, tmp_path, evil):
    def plant(layers):
        layers[2]["config"]["kernel_initializer"] = evil

    with pytest.raises(ModelError, match=f"{evil['class_name']}; fercourse's list has no"):
        load_classifier(with_config(file, tmp_path, plant))


@pytest.mark.parametrize(
    ("layer", "setting", "said"),
    [
        (2, {"filters": 10**9}, "more than 16,384 outputs"),
        (2, {"kernel_size": [140, 140]}, "reaches over more than 64 pixels"),
        (2, {"padding": [[9000, 9000], [0, 0]]}, "reaches over more than 64 pixels"),
        (0, {"batch_shape": [None, 20_000, 20_000, 1]}, "more than 16,777,216 values"),
    ],
)
def test_a_layer_that_would_fill_the_memory_is_refused(file, tmp_path, layer, setting, said):
    def inflate(layers):
        layers[layer]["config"] |= setting

    with pytest.raises(ModelError, match=said):
        load_classifier(with_config(file, tmp_path, inflate))


def test_layers_for_which_the_file_has_not_enough_weights_are_refused(file, tmp_path):
    def inflate(layers):
        for layer in layers:
            if "filters" in layer["config"]:
                layer["config"]["filters"] = 16_000

    with pytest.raises(ModelError, match="fewer weights than its layers have outputs"):
        load_classifier(with_config(file, tmp_path, inflate))


@pytest.mark.parametrize("classes", ["ab", ("a", "a"), (1, 2)])
def test_classes_that_are_no_different_words_are_refused(file, classes):
    with pytest.raises(ModelError, match="classes must be"):
        load_classifier(file, classes)


@pytest.mark.parametrize("target", ["external", "soft"])
def test_weights_that_lead_out_of_the_file_are_refused(file, tmp_path, target):
    def link(part, content):
        if part != "model.weights.h5":
            return content
        stream = io.BytesIO(content)
        with h5py.File(stream, "a") as weights:
            kind = {"external": h5py.ExternalLink("/etc/x.h5", "/a"), "soft": h5py.SoftLink("/a")}
            weights["layers/more"] = kind[target]
        return stream.getvalue()

    with pytest.raises(ModelError, match="lead out of it"):
        load_classifier(rewritten(file, tmp_path, link))


def test_weights_that_hold_themselves_are_refused(file, tmp_path):
    def link(part, content):
        if part != "model.weights.h5":
            return content
        stream = io.BytesIO(content)
        with h5py.File(stream, "a") as weights:
            weights["layers/itself"] = weights["layers"]
        return stream.getvalue()

    with pytest.raises(ModelError, match="in a circle"):
        load_classifier(rewritten(file, tmp_path, link))


@pytest.mark.parametrize(
    "known",
    [
        b"[]",
        b'{"format": "fercourse network 9", "classes": ["a", "b"]}',
        b'{"format": "fercourse network 1", "classes": []}',
        b'{"format": "fercourse network 1", "classes": [1, 2]}',
        b'{"format": "fercourse network 1", "classes": ["a"]}',
    ],
)
def test_classes_that_make_no_sense_are_refused(file, tmp_path, known):
    with pytest.raises(ModelError, match=r"hostile\.keras"):
        load_classifier(
            rewritten(file, tmp_path, lambda part, content: known if "fer" in part else content)
        )


@pytest.mark.parametrize("missing", ["config.json", "model.weights.h5"])
def test_a_file_without_one_of_its_parts_is_refused(file, tmp_path, missing):
    with pytest.raises(ModelError, match="damaged"):
        load_classifier(
            rewritten(file, tmp_path, lambda part, content: None if part == missing else content)
        )
