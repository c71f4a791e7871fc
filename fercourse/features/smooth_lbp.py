"""Local binary patterns in cells without hard borders."""

import numpy as np

from fercourse.features.base import check_setting, is_whole
from fercourse.features.lbp import LBP


class SmoothLBP(LBP):
    """Histograms of local binary patterns in which pixels vote for neighboring cells too.

    Histograms of many small cells are averaged under triangular windows that reach to the centers
    of the neighboring cells, as the votes of gradients are shared in `SmoothHOG`, so that a small
    shift of the face changes little. Parameters and attributes are those of `LBP`.

    Parameters
    ----------
    method, points, radius, grid, square_root, n_jobs
        As for `LBP`; the square root is taken after averaging.
    """

    def _check_settings(self):
        super()._check_settings()
        most = self._small_cells()
        check_setting("grid", self.grid, is_whole(self.grid, 1, most), f"from 1 to {most}")

    def _small_cells(self) -> int:
        """Return how many small cells there are along each side: about three pixels each."""
        return max(1, min(self.face_shape_) // 3)

    def _describe(self, faces):
        small = self._small_cells()
        window = _windows(small, self.grid)
        shares = self._histograms(faces, small).astype(np.float32)
        down = window @ shares.reshape(len(faces), small, -1)
        shares = window @ down.reshape(len(faces), self.grid, small, -1)
        return (np.sqrt(shares) if self.square_root else shares).reshape(len(faces), -1)


def _windows(small: int, cells: int) -> np.ndarray:
    """Return the weight of each small cell in each cell: float32 (cells, small)."""
    centers = (np.arange(cells) + 0.5) * small / cells - 0.5
    distance = np.abs(np.arange(small) - centers[:, None]) * cells / small
    weights = np.maximum(0, 1 - distance)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
