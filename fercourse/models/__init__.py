"""Networks for 48x48 faces, by name: ``build("tiny")``.

All are written in Keras 3 alone, so they train on TensorFlow, JAX and PyTorch. A network takes
float32 (N, 48, 48, 1) holding gray levels from 0 to 255 and scales them itself.
"""

from fercourse.models.building import MODELS, PREPROCESSING, SIDE, build, logits

__all__ = ["MODELS", "PREPROCESSING", "SIDE", "build", "logits"]
