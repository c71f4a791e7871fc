import keras
import numpy as np
import pytest

from fercourse import models, synth
from fercourse.classifier import load_classifier, save_classifier
from fercourse.edge import to_litert
from fercourse.errors import ModelError
from fercourse.models.transfer import BACKBONES, without_strided_pointwise

SIZES = {"inception_v3": 75}
QUICK = ("mobilenet_v2", "vgg16")
PREPROCESS = {
    "mobilenet_v2": "mobilenet_v2",
    "vgg16": "vgg16",
    "vgg19": "vgg19",
    "resnet50": "resnet",
    "inception_v3": "inception_v3",
    "densenet121": "densenet",
}


@pytest.fixture(scope="module")
def faces():
    return synth.draw(4, seed=0).images


def small(backbone, **options):
    width = 0.35 if BACKBONES[backbone].has_width else 1.0
    size = SIZES.get(backbone, 48)
    return models.build(
        "transfer", seed=0, backbone=backbone, size=size, **{"width": width} | options
    )


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow, pytest.mark.trial])
        for name in BACKBONES
    ],
)
def backbone(request):
    return request.param


@pytest.fixture(scope="module")
def trained(backbone, faces):
    """A network after one step of training, and the loss of that step."""
    network = small(backbone)
    network.compile("sgd", "sparse_categorical_crossentropy", jit_compile=False)
    before = network.get_weights()[0].copy()
    loss = network.train_on_batch(faces[..., None].astype(np.float32), np.arange(4))
    assert np.isfinite(loss)
    assert np.abs(network.get_weights()[0] - before).max() > 0
    return network


def test_a_backbone_trains_and_predicts_equally_after_saving(trained, faces, tmp_path):
    expected = trained.predict(faces[..., None].astype(np.float32), verbose=0)
    path = save_classifier(trained, tmp_path / "network.keras")
    found = load_classifier(path).predict_proba(faces)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)


def test_nothing_of_a_backbone_is_nested(trained):
    assert not any(isinstance(layer, keras.Model) for layer in trained.layers)
    assert [layer.name for layer in trained.layers[-3:]] == ["features", "logits", "probabilities"]


def test_a_backbone_converts_to_litert_and_answers_the_same(trained, faces, tmp_path):
    path = tmp_path / "network.tflite"
    path.write_bytes(to_litert(trained))
    found = load_classifier(path).predict_proba(faces)
    expected = trained.predict(faces[..., None].astype(np.float32), verbose=0)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_a_saliency_map_reaches_the_pixels_through_a_backbone(trained, faces):
    from tf_keras_vis.saliency import Saliency
    from tf_keras_vis.utils.scores import CategoricalScore

    map_ = Saliency(models.logits(trained), clone=False)(
        CategoricalScore([3]), faces[:1, :, :, None].astype(np.float32)
    )
    assert map_.shape == (1, 48, 48)
    assert map_.max() > 0


@pytest.mark.parametrize(("backbone", "module"), PREPROCESS.items())
def test_a_backbone_gets_what_its_own_preprocessing_gives(backbone, module, faces):
    network = models.build("transfer", backbone=backbone, size=96) if backbone in QUICK else None
    scaling = keras.layers.Rescaling(**BACKBONES[backbone].scaling)
    gray = np.repeat(faces[..., None].astype(np.float32), 3, axis=3)
    expected = getattr(keras.applications, module).preprocess_input(gray.copy())
    np.testing.assert_allclose(scaling(gray / 255), expected, atol=1e-3)
    if network is not None:
        scaled = keras.Model(network.inputs, network.get_layer("backbone_scale").output)
        assert scaled.output_shape == (None, 96, 96, 3)


def test_a_strided_1x1_convolution_is_replaced_without_changing_the_answer():
    keras.utils.set_random_seed(0)
    inputs = keras.Input((9, 9, 3))
    x = keras.layers.Conv2D(4, 1, strides=2)(inputs)
    x = keras.layers.Conv2D(5, 3, strides=2)(keras.layers.ReLU()(x))
    model = keras.Model(inputs, x)
    changed = without_strided_pointwise(model)
    images = np.random.default_rng(0).normal(size=(2, 9, 9, 3)).astype(np.float32)
    np.testing.assert_allclose(changed(images), model(images), atol=1e-6)
    strides = [one.strides for one in changed.layers if isinstance(one, keras.layers.Conv2D)]
    assert strides == [(1, 1), (2, 2)]
    assert without_strided_pointwise(changed) is changed


def test_weights_of_a_file_are_those_that_were_saved_whatever_the_classes(tmp_path, faces):
    network = small("mobilenet_v2")
    path = save_classifier(network, tmp_path / "network.keras")
    other = small("mobilenet_v2", weights=path)
    two = models.build(
        "transfer", classes=2, backbone="mobilenet_v2", size=48, width=0.35, weights=str(path)
    )
    x = faces[..., None].astype(np.float32)

    def features(model):
        return keras.Model(model.inputs, model.get_layer("features").output)(x)

    np.testing.assert_array_equal(features(other), features(network))
    np.testing.assert_array_equal(features(two), features(network))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"backbone": "resnet5"}, "no backbone 'resnet5'; there are mobilenet_v2"),
        ({"backbone": "inception_v3", "size": 48}, "75 to 512 pixels, not 48"),
        ({"size": 4096}, "32 to 512 pixels"),
        ({"backbone": "vgg16", "width": 0.5}, "one width only"),
        ({"width": -1.0}, "0.1 to 2"),
        ({"weights": "imagnet"}, "no weights 'imagnet'; choose imagenet"),
        ({"weights": "absent.keras"}, "no file absent.keras"),
        ({"weights": "synthetic"}, "do it once: fercourse.training.pretrain"),
    ],
)
def test_what_cannot_be_built_is_said_in_one_sentence(options, words, monkeypatch, tmp_path):
    monkeypatch.setenv("FERCOURSE_CACHE", str(tmp_path))
    options = {"size": 48, "width": 0.35} | options if "backbone" not in options else options
    with pytest.raises(ModelError, match=words):
        models.build("transfer", **options)


def test_weights_of_another_architecture_and_damaged_ones_are_refused(tmp_path):
    tiny = save_classifier(models.build("tiny", seed=0), tmp_path / "tiny.keras")
    cut = tmp_path / "cut.keras"
    cut.write_bytes(tiny.read_bytes()[:3000])
    empty = tmp_path / "empty.keras"
    empty.touch()
    for path in (tiny, cut, empty):
        with pytest.raises(ModelError, match="another architecture, or damaged"):
            small("mobilenet_v2", weights=path)
