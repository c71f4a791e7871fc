"""A classifier is a function from raw faces to probabilities.

Everything that can be asked of a model in this package is asked through `Classifier`; the one
way to get one is `as_classifier`. What a model does to the pixels first (scaling, equalization,
features) is inside the model, so there is no second copy of it to disagree.
"""

from fercourse.classifier.adapter import as_classifier
from fercourse.classifier.files import load_classifier, save_classifier
from fercourse.classifier.protocol import Classifier, check_faces

__all__ = ["Classifier", "as_classifier", "check_faces", "load_classifier", "save_classifier"]
