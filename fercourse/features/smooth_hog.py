"""Histograms of oriented gradients as OpenCV computes them."""

import cv2
import numpy as np

from fercourse.features.base import Descriptor, check_setting, is_whole


class SmoothHOG(Descriptor):
    """Histograms of oriented gradients in which pixels vote for neighboring cells too.

    Each pixel's vote is shared between the nearest cells and directions, and fades toward the
    border of its block (Dalal and Triggs, 2005), so that a small shift of the face changes little.
    This is OpenCV's descriptor; `HOG` is scikit-image's, which leaves all that out.

    Parameters
    ----------
    orientations : int
        Directions between 0 and 360 degrees: dark to bright is not bright to dark.
    cell : int
        Side of a cell in pixels; it must divide the sides of the face.
    block : int
        Side of a block in cells. Blocks overlap.
    n_jobs : int, optional
        Processes, as in joblib.

    Attributes
    ----------
    face_shape_ : tuple of int
        Height and width of the faces it was fitted on.
    """

    def __init__(self, orientations=12, cell=8, block=3, n_jobs=None):
        self.orientations = orientations
        self.cell = cell
        self.block = block
        self.n_jobs = n_jobs

    def _check_settings(self):
        orientations, cell, block = self.orientations, self.cell, self.block
        accepted = is_whole(orientations, 2, 180)
        check_setting("orientations", orientations, accepted, "a whole number from 2 to 180")
        fits = is_whole(cell, 2, 256) and not any(side % cell for side in self.face_shape_)
        check_setting("cell", cell, fits, "a divisor of the face's sides, at least 2")
        most = min(self.face_shape_) // cell
        accepted = is_whole(block, 1, most)
        check_setting("block", block, accepted, f"a whole number from 1 to {most}")

    def _describe(self, faces):
        height, width = self.face_shape_
        side = self.cell * self.block
        # Gaussian over the block, "L2-Hys" with clipping at 0.2, one size, directions to 360.
        descriptor = cv2.HOGDescriptor(
            *((width, height), (side, side), (self.cell, self.cell), (self.cell, self.cell)),
            *(self.orientations, 1, -1, cv2.HOGDescriptor_L2Hys, 0.2, False, 1, True),
        )
        return np.stack([descriptor.compute(face).ravel() for face in np.ascontiguousarray(faces)])

    def _names(self):
        height, width = (size // self.cell - self.block + 1 for size in self.face_shape_)
        inner = range(self.block)
        return [
            f"smooth_hog_row{row + down}_column{column + right}_block{row}.{column}"
            f"_direction{direction}"
            for column in range(width)
            for row in range(height)
            for right in inner
            for down in inner
            for direction in range(self.orientations)
        ]
