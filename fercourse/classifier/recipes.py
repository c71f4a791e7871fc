"""Pipelines from raw faces to probabilities, by name: what ``fercourse train`` can train."""

from collections.abc import Callable
from typing import NamedTuple

from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline, make_union
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from fercourse.classifier.handcrafted import handcrafted
from fercourse.errors import ModelError
from fercourse.features import HOG, LBP, Eigenfaces

# Folds from which an SVM's distances learn what probability they stand for (Platt, 1999).
_CALIBRATION_FOLDS = 2


class Recipe(NamedTuple):
    """A pipeline and what it is."""

    about: str
    make: Callable[[int], Pipeline]


def _eigenfaces_knn(seed: int) -> Pipeline:
    return make_pipeline(
        Eigenfaces(100, random_state=seed), KNeighborsClassifier(15, algorithm="brute")
    )


def _eigenfaces_logistic(seed: int) -> Pipeline:
    return make_pipeline(
        Eigenfaces(150, random_state=seed),
        StandardScaler(),
        LogisticRegression(C=0.1, max_iter=500),
    )


def _lbp_svm(seed: int) -> Pipeline:
    return make_pipeline(LBP(square_root=True), StandardScaler(), _linear_svm(seed))


def _hog_svm(seed: int) -> Pipeline:
    return make_pipeline(HOG(), StandardScaler(), _linear_svm(seed))


def _hog_lbp_svm(seed: int) -> Pipeline:
    return make_pipeline(
        make_union(HOG(), LBP(square_root=True)),
        StandardScaler(),
        PCA(256, svd_solver="randomized", random_state=seed),
        _calibrated(SVC(C=5, cache_size=1000)),
    )


RECIPES = {
    "eigenfaces_knn": Recipe("100 eigenfaces, the 15 nearest neighbors", _eigenfaces_knn),
    "eigenfaces_logistic": Recipe("150 eigenfaces, logistic regression", _eigenfaces_logistic),
    "lbp_svm": Recipe("uniform LBP on a 4x4 grid, linear SVM", _lbp_svm),
    "hog_svm": Recipe("HOG, linear SVM", _hog_svm),
    "hog_lbp_svm": Recipe("HOG and LBP, 256 principal components, RBF-SVM", _hog_lbp_svm),
    "handcrafted": Recipe("smooth HOG and LBP, kernel blind to mirroring: the best", handcrafted),
}


def recipe(name: str, seed: int = 0) -> Pipeline:
    """Return an unfitted pipeline that takes uint8 faces (N, H, W) and has ``predict_proba``.

    Introduced in notebook 02.

    Parameters
    ----------
    name : str
        A key of `RECIPES`.
    seed : int
        The seed of whatever is drawn by lot.

    Returns
    -------
    sklearn.pipeline.Pipeline

    Raises
    ------
    ModelError
        If there is no such recipe.
    """
    if name not in RECIPES:
        raise ModelError(f"There is no recipe {name!r}; there are {', '.join(RECIPES)}.")
    return RECIPES[name].make(seed)


def _linear_svm(seed: int) -> CalibratedClassifierCV:
    return _calibrated(LinearSVC(C=0.001, dual=False, random_state=seed))


def _calibrated(classifier) -> CalibratedClassifierCV:
    return CalibratedClassifierCV(classifier, cv=_CALIBRATION_FOLDS, ensemble=False)
