"""What teachers say of the training faces: what the small network of the table learns from.

The teachers are the networks of other rows and the handcrafted pipeline, all of seed 0. The networks
have seen these faces; the pipeline is asked only about faces that it has not learned from, and so
does not repeat their labels (cross-fitting: Stone, 1974).
"""

from pathlib import Path

import numpy as np
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from fercourse.classifier.handcrafted import handcrafted
from fercourse.training import load_run
from fercourse.training.batches import soft_labels
from fercourse.training.files import write_whole

FOLDS = 5


def told(train, row: dict, work: Path) -> np.ndarray:
    """Return what a row's network is to learn of each face: float32 (N, C).

    A share of it is the mean over the teachers; the rest is what labels and votes say.
    """
    images = np.asarray(train.images)
    parts = [
        _left_out(train, work)
        if name == "handcrafted"
        else _both_ways(load_run(work / f"{name}-0").classifier, images)
        for name in row["teachers"]
    ]
    own = soft_labels(train, row.get("config", {}).get("soft_labels", 0.0))
    share = np.float32(row["told"])
    return share * np.mean(parts, axis=0, dtype=np.float32) + (1 - share) * own


def _both_ways(classifier, images: np.ndarray) -> np.ndarray:
    """Return the mean over each face and its mirror image."""
    mirrored = np.ascontiguousarray(images[..., ::-1])
    return (classifier.predict_proba(images) + classifier.predict_proba(mirrored)) / 2


def _left_out(train, work: Path) -> np.ndarray:
    """Return what the pipeline says of each face, learned from the other folds; kept in a file."""
    path = work / "handcrafted-0-left-out.npy"
    if not path.exists():
        model = handcrafted(0)
        # The features look at no label, so all faces may shape them.
        features = model["features"].fit_transform(np.asarray(train.images))
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
        said = cross_val_predict(
            model["classifier"], features, train.labels, cv=folds, method="predict_proba"
        )
        write_whole(path, lambda file: np.save(file, said.astype(np.float32)))
    return np.load(path, allow_pickle=False)
