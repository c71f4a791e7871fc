"""Where the evidence for a class lies on a face whose action units are known.

Which region counts was settled before any map was scored. An action unit is evidence for a class
in so far as the class's prototypes show it more often than those of all classes do: its *weight of
evidence* (Good, 1950), the logarithm of that ratio. The **telling region** of a face is the one
region in which the raised units weigh most. Two simpler truths were refused, because no look at the
face is needed to satisfy them: if every region with a raised unit of the prototype counts, one fixed
pixel on the lower lip is right on 90 % of faces. With the telling region the best fixed pixel is right
on some 40 % (``benchmarks/results/explain/pointing.json``), which is still more than the maps are.
"""

import cv2
import numpy as np
import pandas as pd

from fercourse.datasets.faceset import REGIONS, FaceSet
from fercourse.emotions import ACTION_UNITS, PROTOTYPES
from fercourse.errors import DataError

# Where each action unit changes the face most (Ekman, Friesen and Hager, 2002).
REGION_OF_UNIT = {
    1: "brows", 2: "brows", 4: "brows",
    5: "eyes", 7: "eyes", 43: "eyes",
    6: "cheeks",
    9: "nose",
    10: "mouth", 12: "mouth", 14: "mouth", 15: "mouth", 16: "mouth", 17: "mouth", 20: "mouth",
    22: "mouth", 23: "mouth", 24: "mouth", 25: "mouth", 26: "mouth", 27: "mouth",
}  # fmt: skip
# Keeps the logarithm finite: a unit that no prototype of a class shows says nothing for it.
_FLOOR = 0.05

# A cheek lies well inside the outline of its neighbors.
_CHEEK = 0.55
# Landmarks of iBUG 300-W around each region; the cheeks lie between eye, nose, mouth and jaw.
_OUTLINES = {
    "brows": (range(17, 22), range(22, 27)),
    "eyes": (range(36, 42), range(42, 48)),
    "nose": ((27, 31, 32, 33, 34, 35),),
    "mouth": (range(48, 60),),
    "cheeks": ((41, 31, 48, 3, 2), (46, 35, 54, 13, 14)),
}


def evidence(faces: FaceSet, targets: np.ndarray) -> pd.DataFrame:
    """Return how much the raised action units in each region speak for the target class.

    Parameters
    ----------
    faces : FaceSet
        Drawn faces, which know their action units.
    targets : ndarray, int, shape (N,)
        Indices into ``faces.classes``.

    Returns
    -------
    DataFrame
        One row a face, one column a region; intensity times weight of evidence, summed.
    """
    units = faces.action_units
    sums = np.zeros((len(faces), len(REGIONS)))
    weights = weights_of_evidence(faces.classes)
    for code, region in REGION_OF_UNIT.items():
        raised = units[[f"AU{code}_left", f"AU{code}_right"]].max(axis=1).to_numpy()
        sums[:, REGIONS.index(region)] += raised * weights[code].to_numpy()[targets]
    return pd.DataFrame(sums, columns=list(REGIONS))


def weights_of_evidence(classes: tuple[str, ...]) -> pd.DataFrame:
    """Return how much each action unit speaks for each class (rows), 0 where it does not."""
    shares = pd.DataFrame(
        [
            [np.mean([code in variant for variant in PROTOTYPES[name]]) for code in ACTION_UNITS]
            for name in classes
        ],
        index=list(classes),
        columns=list(ACTION_UNITS),
    )
    weights = np.log((shares + _FLOOR) / (shares.mean() + _FLOOR))
    return weights.clip(lower=0) * (shares > 0)


def telling_regions(faces: FaceSet, targets: np.ndarray) -> np.ndarray:
    """Return the pixels of the region that tells most of each face's target: bool (N, H, W).

    All False where nothing is raised that speaks for the class, and for the class neutral.
    """
    weighed = evidence(faces, targets).to_numpy()
    best = weighed.argmax(axis=1)
    found = faces.truth["regions"] >> best[:, None, None].astype(np.uint8) & 1
    return found.astype(bool) & (weighed.max(axis=1) > 0)[:, None, None]


def regions_by_landmarks(landmarks: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return the regions of real faces from their 68 landmarks: uint8 bit masks (N, H, W).

    The bits are those of `fercourse.datasets.REGIONS`; each region is the hull of its landmarks,
    widened by a pixel in 48. With `expected_regions` they take the place of a drawn face's truth.

    Raises
    ------
    DataError
        If the landmarks are not of shape (N, 68, 2).
    """
    faces = np.asarray(landmarks, np.float32)
    if faces.ndim != 3 or faces.shape[1:] != (68, 2):
        raise DataError(f"Landmarks must have the shape (N, 68, 2), not {faces.shape}.")
    wide = 2 * max(1, round(shape[0] / 48)) + 1
    bits = np.zeros((len(faces), *shape), np.uint8)
    for face, picture in zip(faces, bits, strict=True):
        for number, name in enumerate(REGIONS):
            mask = np.zeros(shape, np.uint8)
            for outline in _OUTLINES[name]:
                points = face[list(outline)]
                if name == "cheeks":
                    points = points.mean(axis=0) + _CHEEK * (points - points.mean(axis=0))
                hull = cv2.convexHull(np.round(points).astype(np.int32))
                cv2.fillConvexPoly(mask, hull, 1)
            picture |= cv2.dilate(mask, np.ones((wide, wide), np.uint8)) << number
    return bits


def expected_regions(regions: np.ndarray, targets: np.ndarray, classes) -> np.ndarray:
    """Return the pixels where a class's prototypes are expected to show: bool (N, H, W).

    For faces whose action units nobody has coded: the region that weighs most over the class's
    prototypes, by the same weights of evidence.

    Parameters
    ----------
    regions : ndarray, uint8, shape (N, H, W)
        Bit masks, as `regions_by_landmarks` gives them.
    targets : ndarray, int, shape (N,)
    classes : tuple of str
    """
    weights = weights_of_evidence(tuple(classes))
    shown = pd.DataFrame({
        name: {code: np.mean([code in one for one in PROTOTYPES[name]]) for code in ACTION_UNITS}
        for name in classes
    }).T  # fmt: skip
    sums = (weights * shown).T.groupby(REGION_OF_UNIT).sum().T.reindex(columns=list(REGIONS))
    best = sums.to_numpy().argmax(axis=1)[targets]
    known = (sums.to_numpy().max(axis=1) > 0)[targets]
    found = regions >> best[:, None, None].astype(np.uint8) & 1
    return found.astype(bool) & known[:, None, None]
