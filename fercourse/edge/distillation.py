"""Knowledge distillation (Hinton, Vinyals and Dean, 2015): a network learns from another one."""

import numpy as np

from fercourse import models
from fercourse.errors import ModelError


def distil(
    teacher,
    student,
    faces,
    *,
    epochs: int = 10,
    temperature: float = 4.0,
    soft_share: float = 0.9,
    learning_rate: float = 1e-3,
    batch_size: int = 64,
    seed: int = 0,
    callbacks=(),
) -> list[float]:
    """Train a network on what another one says of faces. Introduced in notebook 06.

    The loss is ``soft_share * T**2 * CE(teacher's softmax at T, student's softmax at T)`` plus
    ``(1 - soft_share) * CE(labels, student)``. Faces are mirrored by lot, and the teacher is asked
    about each way round.

    Parameters
    ----------
    teacher, student : keras.Model
        With a layer named ``"logits"`` each, of as many classes. The student is changed.
    faces : FaceSet
        The faces to learn from.
    epochs : int
    temperature : float
        How much the softmax is flattened: the higher, the more is seen of the unlikely classes.
    soft_share : float
        How much the teacher counts against the labels, 0 to 1.
    learning_rate : float
        Of Adam; it sinks to zero along half a cosine.
    batch_size : int
    seed : int
        Of the order of the faces, of the mirroring, and of dropout.
    callbacks : sequence of keras.callbacks.Callback

    Returns
    -------
    list of float
        The mean loss of each epoch.

    Raises
    ------
    ModelError
        If a network has no logits, the student's are not a layer of its own, their numbers differ,
        or a setting is out of range.
    """
    import keras

    from fercourse.training.batches import Batches, readable
    from fercourse.training.trainer import reseed

    _check(teacher, student, faces, epochs, temperature, soft_share)
    reseed(student, seed)
    targets = _targets(models.logits(teacher), faces, temperature, soft_share)
    learner = models.logits(student)
    steps = epochs * -(-len(faces) // batch_size)
    learner.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(learning_rate, max(steps, 1))),
        _loss(targets.shape[2], temperature, soft_share),
    )
    # Otherwise its variables are made in the first step, which is then traced twice.
    learner.optimizer.build(learner.trainable_variables)
    rng, losses = np.random.default_rng(seed), []
    for _ in range(epochs):
        images, told = _shuffled(faces, targets, rng)
        batches = Batches(images, told, np.arange(len(images)), batch_size)
        history = learner.fit(
            readable(batches), shuffle=False, verbose=0, callbacks=list(callbacks)
        )
        losses += history.history["loss"]
    return losses


def _check(teacher, student, faces, epochs, temperature, soft_share) -> None:
    given, wanted = (models.logits(one).output_shape[-1] for one in (student, teacher))
    if given != wanted:
        raise ModelError(f"The teacher knows {wanted} classes, the student {given}.")
    # A softmax inside the last layer is taken off by copying that layer: the copy would be trained.
    if {id(one) for one in models.logits(student).weights} != {id(one) for one in student.weights}:
        raise ModelError(
            f"The last layer of {student.name!r} is a softmax with weights; give the student a layer "
            "named 'logits' and a softmax behind it, as the networks of models.build have."
        )
    if not len(faces) or faces.labels.max() >= wanted:
        raise ModelError("There are no faces of the teacher's classes to learn from.")
    if epochs < 0 or not temperature > 0 or not 0 <= soft_share <= 1:
        raise ModelError(
            "Epochs must be 0 or more, the temperature above 0, and soft_share from 0 to 1, not "
            f"{epochs}, {temperature} and {soft_share}."
        )


def _targets(teacher, faces, temperature: float, soft_share: float) -> np.ndarray:
    """Return the teacher's softmax for each face as it is and mirrored: float32 (2, N, C)."""
    from keras import ops

    if not soft_share:  # Nobody listens to it.
        return np.zeros((2, len(faces), teacher.output_shape[-1]), np.float32)
    both = []
    for step in (1, -1):
        parts = [
            ops.convert_to_numpy(
                teacher(_as_input(faces.images[start : start + 256][..., ::step]), training=False)
            )
            for start in range(0, len(faces), 256)
        ]
        scores = np.concatenate(parts) / temperature
        soft = np.exp(scores - scores.max(axis=1, keepdims=True))
        both.append(soft / soft.sum(axis=1, keepdims=True))
    return np.stack(both).astype(np.float32)


def _as_input(images: np.ndarray) -> np.ndarray:
    return np.asarray(images, np.float32)[..., None]


def _loss(classes: int, temperature: float, soft_share: float):
    from keras import ops

    def loss(told, logits):
        """`told` is the teacher's softmax and the labels, one-hot, side by side."""
        soft, hard = told[:, :classes], told[:, classes:]
        of_teacher = -ops.sum(soft * ops.log_softmax(logits / temperature), axis=1)
        of_labels = -ops.sum(hard * ops.log_softmax(logits), axis=1)
        return soft_share * temperature**2 * of_teacher + (1 - soft_share) * of_labels

    return loss


def _shuffled(faces, targets: np.ndarray, rng) -> tuple[np.ndarray, np.ndarray]:
    """Return the faces in an order drawn by lot, half of them mirrored, and what is told of each."""
    rows = rng.permutation(len(faces))
    mirrored = rng.random(len(faces)) < 0.5
    images = np.asarray(faces.images)[rows]
    images[mirrored] = images[mirrored][..., ::-1]
    labels = np.eye(targets.shape[2], dtype=np.float32)[faces.labels[rows]]
    return _as_input(images), np.concatenate([targets[mirrored.astype(int), rows], labels], axis=1)
