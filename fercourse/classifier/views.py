"""Test-time augmentation: ask a classifier about several views of a face, and take the mean."""

import cv2
import numpy as np

from fercourse.classifier.protocol import Classifier, check_faces
from fercourse.errors import ModelError


class WithFlip:
    """A classifier that is asked about each face and its mirror image. Introduced in notebook 03.

    Parameters
    ----------
    classifier : Classifier
    """

    def __init__(self, classifier: Classifier):
        self.classifier, self.classes = classifier, tuple(classifier.classes)

    def predict_proba(self, faces: np.ndarray) -> np.ndarray:
        """Return float32 (N, C) probabilities for uint8 (N, H, W) faces."""
        check_faces(faces)
        mirrored = np.ascontiguousarray(faces[:, :, ::-1])
        ask = self.classifier.predict_proba
        return ((ask(np.ascontiguousarray(faces)) + ask(mirrored)) / 2).astype(np.float32)


class WithTenCrops:
    """A classifier that is asked about the corners and the middle of each face, and mirrored ones.

    As in Krizhevsky et al. (2012); each crop is brought back to the size of the face.

    Parameters
    ----------
    classifier : Classifier
    margin : int
        A crop is so many pixels smaller than the face, in height and in width.

    Raises
    ------
    ModelError
        If there is no margin, or a crop of the faces would have no pixels.
    """

    def __init__(self, classifier: Classifier, margin: int = 4):
        if margin < 1:
            raise ModelError(f"Crops need a margin of at least 1 pixel, not {margin}.")
        self.flipped, self.classes, self.margin = WithFlip(classifier), classifier.classes, margin

    def predict_proba(self, faces: np.ndarray) -> np.ndarray:
        """Return float32 (N, C) probabilities for uint8 (N, H, W) faces."""
        check_faces(faces)
        far, near = self.margin, self.margin // 2
        if min(faces.shape[1:]) <= far:
            raise ModelError(f"Faces of {faces.shape[1:]} pixels are too small for ten crops.")
        corners = [(0, 0), (0, far), (far, 0), (far, far), (near, near)]
        views = [self._crop(faces, top, left) for top, left in corners]
        return np.mean([self.flipped.predict_proba(view) for view in views], 0, np.float32)

    def _crop(self, faces: np.ndarray, top: int, left: int) -> np.ndarray:
        height, width = faces.shape[1:]
        crops = faces[:, top : top + height - self.margin, left : left + width - self.margin]
        resized = [
            cv2.resize(crop, (width, height), interpolation=cv2.INTER_LINEAR) for crop in crops
        ]
        return np.array(resized, np.uint8).reshape(faces.shape)
