"""What a classifier file may hold: a fixed list of types, and a look at what they hold."""

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
from sklearn.tree._tree import Tree

from fercourse.errors import ModelError
from fercourse.features import ActiveAppearanceModel
from fercourse.features.appearance import MOST_STEPS

# The parts of a file that skops builds without calling anything but the types below.
LOADERS = {
    "DictNode",
    "DTypeNode",
    "JsonNode",
    "ListNode",
    "NdArrayNode",
    "ObjectNode",
    "TreeNode",
    "TupleNode",
    "TypeNode",
}
OWN_TYPES = {
    "fercourse.classifier.kernel.MirrorKernelClassifier",
    "fercourse.features.appearance.ActiveAppearanceModel",
    "fercourse.features.eigenfaces.Eigenfaces",
    "fercourse.features.gabor.Gabor",
    "fercourse.features.geometry.LandmarkGeometry",
    "fercourse.features.hog.HOG",
    "fercourse.features.lbp.LBP",
    "fercourse.features.mirror.BothWays",
    "fercourse.features.shape.ShapeModel",
    "fercourse.features.smooth_hog.SmoothHOG",
    "fercourse.features.smooth_lbp.SmoothLBP",
    "fercourse.features.texture.Patch",
}
SKLEARN_TYPES = {
    "sklearn.calibration.CalibratedClassifierCV",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.decomposition._pca.PCA",
    "sklearn.discriminant_analysis.LinearDiscriminantAnalysis",
    "sklearn.dummy.DummyClassifier",
    "sklearn.ensemble._forest.ExtraTreesClassifier",
    "sklearn.ensemble._forest.RandomForestClassifier",
    "sklearn.feature_selection._variance_threshold.VarianceThreshold",
    "sklearn.frozen._frozen.FrozenEstimator",
    "sklearn.kernel_approximation.Nystroem",
    "sklearn.linear_model._logistic.LogisticRegression",
    "sklearn.multiclass.OneVsRestClassifier",
    "sklearn.naive_bayes.GaussianNB",
    "sklearn.neighbors._classification.KNeighborsClassifier",
    "sklearn.pipeline.FeatureUnion",
    "sklearn.pipeline.Pipeline",
    "sklearn.preprocessing._data.MinMaxScaler",
    "sklearn.preprocessing._data.Normalizer",
    "sklearn.preprocessing._data.RobustScaler",
    "sklearn.preprocessing._data.StandardScaler",
    "sklearn.preprocessing._label.LabelBinarizer",
    "sklearn.preprocessing._label.LabelEncoder",
    "sklearn.svm._classes.LinearSVC",
    "sklearn.svm._classes.SVC",
    "sklearn.tree._classes.DecisionTreeClassifier",
    "sklearn.tree._classes.ExtraTreeClassifier",
    "sklearn.tree._tree.Tree",
}
PLAIN_TYPES = {f"builtins.{name}" for name in ("dict", "list", "str", "tuple")} | {
    f"numpy.{name}"
    for name in ("bool", "dtype", "float32", "float64", "int32", "int64", "ndarray", "uint8")
}
ALLOWED = OWN_TYPES | SKLEARN_TYPES | PLAIN_TYPES
KERNELS = {"linear", "poly", "rbf", "sigmoid"}


def foreign_types(schema) -> set[str]:
    """Return the types in the schema of a file that are not on the list."""
    foreign, waiting = set(), [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting.extend(part)
        elif isinstance(part, dict):
            waiting.extend(part.values())
            if "__loader__" in part:
                name = f"{part.get('__module__')}.{part.get('__class__')}"
                if part["__loader__"] not in LOADERS or name not in ALLOWED:
                    foreign.add(name)
    return foreign


def estimators_in(model) -> list:
    """Return every estimator and tree in a model, the model included."""
    found, seen, waiting = [], set(), [model]
    while waiting:
        part = waiting.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, dict):
            waiting.extend(part.values())
        elif isinstance(part, list | tuple) or (
            isinstance(part, np.ndarray) and part.dtype == object
        ):
            waiting.extend(part)
        elif isinstance(part, BaseEstimator | Tree) or hasattr(part, "__dict__"):
            found.append(part)
            waiting.extend(getattr(part, "__dict__", {}).values())
    return found


def check_contents(model) -> None:
    """Raise a ModelError where compiled code would read outside its arrays.

    scikit-learn's trees, neighbors and support vector machines trust the numbers they were
    fitted to; those of a file may be anybody's.
    """
    for part in estimators_in(model):
        if isinstance(part, SVC) and hasattr(part, "support_vectors_"):
            _require(_is_sound_svm(part), "support vector machine")
        elif isinstance(part, KNeighborsClassifier) and hasattr(part, "_fit_X"):
            _require(_are_sound_neighbors(part), "nearest-neighbors classifier")
        elif isinstance(part, ActiveAppearanceModel):
            _require(part.steps in range(1, MOST_STEPS + 1), "appearance model")
        elif hasattr(part, "tree_") and isinstance(part.tree_, Tree):
            _require(_is_sound_tree(part), "decision tree")


def _require(sound: bool, what: str) -> None:
    if not sound:
        raise ModelError(f"The file is damaged: its {what} does not hold together.")


def _is_sound_svm(svm: SVC) -> bool:
    vectors, classes = svm.support_vectors_, len(svm.classes_)
    pairs = classes * (classes - 1) // 2
    return (
        svm.kernel in KERNELS
        and not svm._sparse
        and vectors.ndim == 2
        and svm.shape_fit_[1] == vectors.shape[1] == svm.n_features_in_
        and svm._n_support.shape == (classes,)
        and (svm._n_support >= 0).all()
        and svm._n_support.sum() == len(vectors) == len(svm.support_)
        and svm._dual_coef_.shape == svm.dual_coef_.shape == (classes - 1, len(vectors))
        and svm._intercept_.shape == svm.intercept_.shape == (pairs,)
        and svm._probA.shape == svm._probB.shape
        and svm._probA.shape in {(0,), (pairs,)}
    )


def _are_sound_neighbors(neighbors: KNeighborsClassifier) -> bool:
    faces, labels = neighbors._fit_X, neighbors._y
    return (
        neighbors.weights in {"uniform", "distance"}
        and faces.ndim == 2
        and neighbors.n_features_in_ == faces.shape[1]
        and 1 <= neighbors.n_neighbors <= neighbors.n_samples_fit_ == len(faces)
        and labels.shape == (len(faces),)
        and 0 <= labels.min() <= labels.max() < len(neighbors.classes_)
    )


def _is_sound_tree(estimator) -> bool:
    tree = estimator.tree_
    nodes = np.arange(tree.node_count)
    left, right, leaf = tree.children_left, tree.children_right, tree.children_left == -1
    inner = ~leaf
    return (
        tree.node_count > 0
        and (right[leaf] == -1).all()
        # A child comes after its parent, so that no way down is endless.
        and (left[inner] > nodes[inner]).all()
        and (right[inner] > nodes[inner]).all()
        and (left[inner] < tree.node_count).all()
        and (right[inner] < tree.node_count).all()
        and (tree.feature[inner] >= 0).all()
        and (tree.feature[inner] < tree.n_features).all()
        and tree.n_features == estimator.n_features_in_
        and tree.value.shape == (tree.node_count, 1, len(estimator.classes_))
    )
