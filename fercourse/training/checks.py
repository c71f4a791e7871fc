"""What can be wrong with faces before a network is trained on them."""

import numpy as np

from fercourse.datasets.faceset import FaceSet
from fercourse.errors import DataError, ModelError


def check_faces(train: FaceSet, validation: FaceSet) -> None:
    """Raise a DataError that says what is wrong with the faces, if anything."""
    if len(train) < 2:
        count = "one face" if len(train) else "no face"
        raise DataError(f"There is {count} to train on; a network needs at least two.")
    if not len(validation):
        raise DataError("There is no face to validate on; give some that are not trained on.")
    if train.classes != validation.classes:
        raise DataError(
            f"Training and validation faces have other classes: {', '.join(train.classes)}; and "
            f"{', '.join(validation.classes)}."
        )
    if train.images.shape[1:] != validation.images.shape[1:]:
        raise DataError("Training and validation faces must have the same number of pixels.")
    missing = np.bincount(train.labels, minlength=len(train.classes)) == 0
    if missing.any():
        names = ", ".join(np.array(train.classes)[missing])
        raise DataError(
            f"No face to train on is labeled {names}; take more faces, or a data set without "
            "that class."
        )


def check_network(network, train: FaceSet) -> None:
    """Raise a ModelError if a network does not fit the faces and their classes."""
    height, width = train.images.shape[1:]
    inputs, outputs = network.input_shape, network.output_shape
    if inputs != (None, height, width, 1):
        raise ModelError(
            f"The network takes inputs of shape {inputs}; faces of {width}x{height} pixels need "
            f"{(None, height, width, 1)}."
        )
    if outputs != (None, len(train.classes)):
        raise ModelError(
            f"The network's output has the shape {outputs}; {len(train.classes)} classes need "
            f"{(None, len(train.classes))}."
        )
    if not network.trainable_variables:
        raise ModelError("Nothing in this network can be trained; set trainable = True on layers.")
