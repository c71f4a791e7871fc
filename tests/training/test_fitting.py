"""`fit` learns, keeps the best weights, says what is wrong, and harms nothing."""

import json

import keras
import numpy as np
import pandas as pd
import pytest

from fercourse.classifier import load_classifier
from fercourse.errors import DataError, ModelError
from fercourse.models import build
from fercourse.training import Augmentation, Config, fit, resume
from fercourse.training.files import check_new

QUICK = Config(epochs=2, batch_size=16, augmentation=None, learning_rate=0.01, warmup_epochs=0)


def changed(**values) -> Config:
    return Config(**{**QUICK.to_dict(), "augmentation": None, **values})


def quietly(*arguments, **options):
    return fit(*arguments, progress=False, **options)


def test_a_network_learns_stripes(train, validation):
    run = quietly("tiny", train, validation, changed(epochs=6))
    right = run.classifier.predict_proba(validation.images).argmax(axis=1) == validation.labels
    assert right.mean() > 0.9
    assert run.best["val_accuracy"] == pytest.approx(right.mean())
    assert run.history["val_accuracy"].max() == run.best["val_accuracy"]
    assert run.classifier.classes == train.classes


def test_the_folder_holds_the_whole_run(train, validation, tmp_path):
    run = quietly("tiny", train, validation, QUICK, tmp_path / "run")
    folder = tmp_path / "run"
    assert run.folder == folder
    loaded = load_classifier(folder / "model.keras")
    faces = validation.images
    assert np.array_equal(loaded.predict_proba(faces), run.classifier.predict_proba(faces))
    assert loaded.classes == train.classes
    assert Config.from_dict(json.loads((folder / "config.json").read_text())["config"]) == QUICK
    assert json.loads((folder / "metrics.json").read_text())["best_epoch"] == run.best_epoch
    history = pd.read_csv(folder / "history.csv", index_col="epoch")
    assert np.allclose(history, run.history, equal_nan=True)
    again = keras.models.model_from_json((folder / "architecture.json").read_text())
    assert again.count_params() == run.model.count_params()
    assert not list(folder.glob(".*"))


def test_a_folder_that_is_there_is_not_touched(train, validation, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ModelError, match="name another folder"):
        quietly("tiny", train, validation, QUICK, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_run_can_be_put_into_the_empty_folder_one_stands_in(
    train, validation, tmp_path, monkeypatch
):
    (tmp_path / ".run.part").mkdir()
    (tmp_path / ".run.part" / "mine").touch()
    (tmp_path / "run").mkdir()
    monkeypatch.chdir(tmp_path / "run")
    run = quietly("tiny", train, validation, changed(epochs=1), ".")
    assert load_classifier(tmp_path / "run").classes == run.classifier.classes
    assert (tmp_path / ".run.part" / "mine").is_file()


def test_a_loop_of_links_is_refused_before_data_are_read(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(ModelError, match="loop cannot be written"):
        check_new(tmp_path / "loop")


def test_the_weights_of_the_best_epoch_are_kept(train, validation):
    config = changed(epochs=4, learning_rate=0.02, schedule="constant", monitor="loss")
    network = build("tiny", train.classes, seed=1)
    run = quietly(network, train, validation, config)
    assert run.model is network
    losses = -np.log(
        run.classifier.predict_proba(validation.images)[np.arange(24), validation.labels]
    )
    assert run.best["val_loss"] == run.history["val_loss"].min()
    assert losses.mean() == pytest.approx(run.best["val_loss"], rel=1e-3)


def test_training_stops_when_nothing_gets_better(train, validation):
    config = changed(epochs=9, patience=2, learning_rate=1e-9, schedule="constant")
    run = quietly("tiny", train, validation, config)
    assert len(run.history) == run.best_epoch + 2


def test_one_seed_gives_the_same_weights_and_another_seed_others(train, validation):
    config = changed(augmentation=Augmentation(erasing=0.5), mixup=0.2, deterministic=True)
    first, second = (quietly("tiny", train, validation, config) for _ in range(2))
    for one, other in zip(first.model.get_weights(), second.model.get_weights(), strict=True):
        assert np.array_equal(one, other)
    other = quietly("tiny", train, validation, changed(seed=1))
    assert not np.allclose(first.model.get_weights()[0], other.model.get_weights()[0])


def test_a_loss_that_is_no_number_stops_and_overwrites_nothing(train, validation, tmp_path):
    targets = np.full((len(train), 3), 3e38, np.float32)
    with pytest.raises(ModelError, match=r"no number any more.*learning rate"):
        quietly("tiny", train, validation, QUICK, tmp_path / "run", targets=targets)
    kept = load_classifier(tmp_path / "run" / "model.keras")
    assert np.isfinite(kept.predict_proba(validation.images)).all()


@pytest.mark.parametrize(
    ("kept", "message"),
    [
        (lambda faces: faces[:1], "one face to train on"),
        (lambda faces: faces[faces.labels != 1], "labeled columns"),
    ],
)
def test_faces_that_cannot_be_learned_from_are_refused(train, validation, kept, message):
    with pytest.raises(DataError, match=message):
        quietly("tiny", kept(train), validation, QUICK)


def test_a_network_of_other_faces_or_classes_is_refused(train, validation):
    with pytest.raises(ModelError, match="3 classes need"):
        quietly(build("tiny", 7), train, validation, QUICK)
    small = keras.Sequential([keras.Input((32, 32, 1)), keras.layers.Flatten()])
    with pytest.raises(ModelError, match="48x48"):
        quietly(small, train, validation, QUICK)


@pytest.mark.parametrize(
    "values",
    [
        {"optimizer": "rmsprop"},
        {"epochs": 0},
        {"learning_rate": float("nan")},
        {"batch_size": 2.5},
        {"label_smoothing": 1.5},
        {"augmentation": "strong"},
        {"seed": -1},
    ],
)
def test_a_config_that_makes_no_sense_is_refused(values):
    with pytest.raises(ModelError, match=next(iter(values))):
        Config(**values)


def test_a_config_of_another_version_is_refused(train, validation, tmp_path):
    quietly("tiny", train, validation, changed(epochs=1), tmp_path / "run")
    path = tmp_path / "run" / "config.json"
    about = json.loads(path.read_text())
    about["config"]["future"] = 1
    path.write_text(json.dumps(about))
    with pytest.raises(ModelError, match=r"another version.*future"):
        resume(tmp_path / "run", train, validation)


def test_logs_for_tensorboard_hold_the_history(train, validation, tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.util.tensor_util import make_ndarray

    run = quietly("tiny", train, validation, changed(tensorboard=True), tmp_path / "run")
    logs = EventAccumulator(str(tmp_path / "run" / "tensorboard"))
    logs.Reload()
    values = [float(make_ndarray(event.tensor_proto)) for event in logs.Tensors("val_loss")]
    assert np.allclose(values, run.history["val_loss"])
    with pytest.raises(ModelError, match="give fit a folder"):
        quietly("tiny", train, validation, changed(tensorboard=True))


def test_an_average_of_the_weights_is_judged_and_kept(train, validation):
    config = changed(epochs=3, average=0.9)
    averaged, last = (
        quietly("tiny", train, validation, one) for one in (config, changed(epochs=3))
    )
    # The steps are the same, with or without it; what is judged is not.
    assert np.allclose(averaged.history["loss"], last.history["loss"], rtol=1e-4)
    assert not np.allclose(averaged.history["val_loss"], last.history["val_loss"])
    faces, labels = validation.images, validation.labels
    right = averaged.classifier.predict_proba(faces).argmax(axis=1) == labels
    assert right.mean() == pytest.approx(averaged.best["val_accuracy"])


def test_focal_loss_and_soft_labels_learn_too(train, validation):
    for values in ({"focal_gamma": 2.0}, {"soft_labels": 0.5, "label_smoothing": 0.1}):
        run = quietly("tiny", train, validation, changed(epochs=4, **values))
        assert run.best["val_accuracy"] > 0.6


def test_a_network_that_ends_in_a_softmax_of_its_own_is_trained_whole(train, validation):
    flat = [
        keras.Input((48, 48, 1)),
        keras.layers.Rescaling(1 / 255),
        keras.layers.AveragePooling2D(4),
        keras.layers.Flatten(),
        keras.layers.Dense(3, "softmax"),
    ]
    network = keras.Sequential(flat)
    before = network.get_weights()
    run = quietly(network, train, validation, changed(epochs=5))
    assert all((a != b).any() for a, b in zip(before, network.get_weights(), strict=True))
    assert run.best["val_accuracy"] > 0.9


@pytest.mark.filterwarnings("error::UserWarning:keras")
def test_training_warns_of_nothing(train, validation):
    quietly("tiny", train, validation, changed(epochs=1))


def test_a_pause_does_not_count_as_training(train, validation):
    run = quietly("tiny", train, validation, changed(epochs=3))
    run.history["seconds"] = [10.0, 5000.0, 20.0]
    assert run.minutes == pytest.approx(1.0)
