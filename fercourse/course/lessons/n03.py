"""The exercises of notebook 03."""

from fercourse.course.lessons.n03_layers import (
    convolve,
    loss_of_ignorance,
    multiplications,
    sides,
)
from fercourse.course.lessons.n03_training import cosine, shuffled, weights_of

__all__ = [
    "convolve",
    "cosine",
    "loss_of_ignorance",
    "multiplications",
    "shuffled",
    "sides",
    "weights_of",
]
