"""The best pipeline of handcrafted features that this project knows for faces of 48x48 pixels."""

from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from fercourse.classifier.kernel import MirrorKernelClassifier
from fercourse.features import BothWays, Gabor, SmoothHOG, SmoothLBP

DESCRIPTORS = {
    "gradients": SmoothHOG(orientations=12, cell=8, block=3),
    "near_patterns": SmoothLBP(radius=1, grid=6, square_root=True),
    "far_patterns": SmoothLBP(radius=2, grid=5, square_root=True),
    "waves": Gabor((4, 6, 8, 12, 16), step=4, grid=6),
}
# Chosen on FER2013's validation split, as gamma and alpha below.
WEIGHTS = {"gradients": 1.3, "waves": 0.8}
COMPONENTS = 250


def handcrafted(
    seed: int = 0, *, components: int = COMPONENTS, gamma: float = 2.0, alpha: float = 0.05
) -> Pipeline:
    """Return the pipeline, not fitted: uint8 faces (N, 48, 48) to probabilities.

    Gradients, local binary patterns at two radii and Gabor energies, each standardized and reduced
    to its principal components; then regression with a kernel that is blind to mirroring.
    Introduced in notebook 02.

    Parameters
    ----------
    seed : int
        The seed of the randomized components and of the calibration.
    components : int
        Principal components of each descriptor.
    gamma, alpha : float
        As for `MirrorKernelClassifier`.

    Returns
    -------
    Pipeline
        It learns from at least `components` faces; 28,709 take 5 GB and some minutes.
    """
    parts = [
        (name, make_pipeline(clone(descriptor), StandardScaler(), _components(components, seed)))
        for name, descriptor in DESCRIPTORS.items()
    ]
    return Pipeline(
        [
            ("features", BothWays(FeatureUnion(parts, transformer_weights=dict(WEIGHTS)))),
            ("classifier", MirrorKernelClassifier(gamma=gamma, alpha=alpha, random_state=seed)),
        ]
    )


def _components(count: int, seed: int) -> PCA:
    return PCA(count, svd_solver="randomized", iterated_power=2, random_state=seed)
