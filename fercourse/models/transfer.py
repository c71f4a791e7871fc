"""Backbones of Keras applications on raw faces: what transfer learning starts from."""

import warnings
from pathlib import Path
from typing import NamedTuple

import keras
from keras import layers

from fercourse.errors import ModelError
from fercourse.models.building import SIDE
from fercourse.models.transfer_weights import IMAGENET, fetching, load_weights

LARGEST = 512

# What each family was trained on, made from gray levels of 0 to 1. Some scale 0 to 255 themselves.
_RAW = {"scale": 255.0}
_SIGNED = {"scale": 2.0, "offset": -1.0}
# "Caffe": only the mean of each channel is taken off, in the order blue, green, red.
_CENTERED = {"scale": 255.0, "offset": [-103.939, -116.779, -123.68]}
# "Torch": mean 0 and deviation 1 over ImageNet, in the order red, green, blue.
_STANDARD = {
    "scale": [1 / 0.229, 1 / 0.224, 1 / 0.225],
    "offset": [-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225],
}


class Backbone(NamedTuple):
    """A network of Keras applications, and what it wants of a picture.

    `scaling` goes to a Rescaling layer. `least` is the smallest picture in pixels. Where
    `has_width`, the channels can be thinned.
    """

    application: str
    about: str
    scaling: dict
    least: int = 32
    has_width: bool = False


BACKBONES = {
    "mobilenet_v2": Backbone(
        "MobileNetV2", "inverted residuals (Sandler et al., 2018)", _SIGNED, has_width=True
    ),
    "mobilenet_v3_small": Backbone(
        "MobileNetV3Small", "found by search, for phones (Howard et al., 2019)", _RAW, has_width=True
    ),
    "vgg16": Backbone(
        "VGG16", "13 plain convolutions (Simonyan and Zisserman, 2015)", _CENTERED
    ),
    "vgg19": Backbone(
        "VGG19", "16 plain convolutions (Simonyan and Zisserman, 2015)", _CENTERED
    ),
    "resnet50": Backbone("ResNet50", "residual blocks (He et al., 2016)", _CENTERED),
    "inception_v3": Backbone(
        "InceptionV3", "branches of several widths (Szegedy et al., 2016)", _SIGNED, least=75
    ),
    "densenet121": Backbone(
        "DenseNet121", "every layer sees all before it (Huang et al., 2017)", _STANDARD
    ),
    "efficientnet_v2b0": Backbone(
        "EfficientNetV2B0", "depth, width and size in balance (Tan and Le, 2021)", _RAW
    ),
}  # fmt: skip


def network(
    x: "keras.KerasTensor",
    classes: int,
    backbone: str = "mobilenet_v2",
    weights: str | Path | None = None,
    size: int = 96,
    width: float = 1.0,
) -> "keras.KerasTensor":
    """Return the logits of a backbone, for gray faces (N, 48, 48, 1) from 0 to 1.

    Resizing, the two further channels and the backbone's own scaling are layers like its own:
    nothing is nested, so that maps and conversion reach every layer.

    Parameters
    ----------
    backbone : str
        One of `BACKBONES`.
    weights : str, path or None
        ``"imagenet"`` (fetched by Keras), ``"synthetic"`` or ``"fer2013"`` (pretrained by
        `fercourse.training.pretrain`), a ``.keras`` file or the folder of a run, of a network
        with the same backbone, whatever its classes; or None, for initial weights drawn by lot.
    size : int
        Pixels of the picture that the backbone gets; faces are enlarged to it.
    width : float
        Multiplies the channels of the MobileNets.

    Raises
    ------
    ModelError
        If there is no such backbone, size or width; if weights are missing, damaged, or of another
        architecture.
    """
    about = checked(backbone, size, width)
    seen = x if size == SIDE else layers.Resizing(size, size, name="resize")(x)
    seen = layers.Concatenate(name="three_channels")([seen, seen, seen])
    seen = layers.Rescaling(**about.scaling, name="backbone_scale")(seen)
    body = without_strided_pointwise(_application(backbone, seen, width, weights))
    if weights not in (None, IMAGENET):
        load_weights(body, weights, backbone, size, width)
    features = layers.GlobalAveragePooling2D(name="features")(body.output)
    return layers.Dense(classes, name="logits")(features)


def checked(backbone: str, size: int, width: float) -> Backbone:
    """Return what is known of a backbone, or say what cannot be."""
    if backbone not in BACKBONES:
        raise ModelError(f"There is no backbone {backbone!r}; there are {', '.join(BACKBONES)}.")
    about = BACKBONES[backbone]
    if not about.least <= size <= LARGEST:
        raise ModelError(
            f"{backbone} takes pictures of {about.least} to {LARGEST} pixels, not {size}."
        )
    if width != 1.0 and not about.has_width:
        thin = ", ".join(name for name, one in BACKBONES.items() if one.has_width)
        raise ModelError(f"{backbone} has one width only; these have several: {thin}.")
    if not 0 < width <= 2:
        raise ModelError(f"The width multiplies channels; choose 0.1 to 2, not {width}.")
    return about


def _application(backbone: str, seen, width: float, weights) -> keras.Model:
    about = BACKBONES[backbone]
    options = {"alpha": width} if about.has_width else {}
    with warnings.catch_warnings(), fetching(backbone):
        # MobileNets warn that they take the weights for 224 pixels for any other size.
        warnings.filterwarnings("ignore", message="`input_shape` is undefined")
        return getattr(keras.applications, about.application)(
            include_top=False,
            weights=IMAGENET if weights == IMAGENET else None,
            input_tensor=seen,
            **options,
        )


def without_strided_pointwise(model: keras.Model) -> keras.Model:
    """Return a model on the same input in which no 1x1 convolution has a stride.

    It takes every other pixel first and then convolves: the same weights and the same answer.
    TensorFlow's oneDNN kernels corrupt memory in the gradient of the strided kind (ResNet50).
    """
    strides = {layer.name: layer.strides for layer in model.layers if _is_strided(layer)}
    if not strides:
        return model

    def copy(layer):
        config = layer.get_config()
        if layer.name in strides:
            config["strides"] = (1, 1)
        return layer.__class__.from_config(config)

    def call(layer, tensor, *others, **options):
        if layer.name in strides:
            name = f"{layer.name}_every_other"
            tensor = layers.MaxPooling2D(1, strides=strides[layer.name], name=name)(tensor)
        return layer(tensor, *others, **options)

    changed = keras.models.clone_model(model, model.input, copy, call)
    changed.set_weights(model.get_weights())
    return changed


def _is_strided(layer) -> bool:
    pointwise = isinstance(layer, layers.Conv2D) and tuple(layer.kernel_size) == (1, 1)
    return pointwise and max(layer.strides) > 1
