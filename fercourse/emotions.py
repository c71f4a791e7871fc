"""The expression classes: order, colours, other data sets' codes, and their FACS prototypes."""

import math
from collections.abc import Mapping
from typing import NamedTuple

# FER2013's order (Goodfellow et al., 2013). Contempt is class 7 in the data sets that have it.
CLASSES = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
CLASSES_WITH_CONTEMPT = (*CLASSES, "contempt")

# Okabe and Ito's palette (2008), told apart by colour-blind readers too, and a gray that is dark
# enough for them not to be taken for green or pink.
COLORS = {
    "angry": "#D55E00",
    "disgust": "#009E73",
    "fear": "#CC79A7",
    "happy": "#E69F00",
    "sad": "#0072B2",
    "surprise": "#56B4E9",
    "neutral": "#555555",
    "contempt": "#000000",
}

_WORDS = {
    "angry": ("anger",),
    "disgust": ("disgusted",),
    "fear": ("afraid", "scared", "fearful"),
    "happy": ("happiness", "joy"),
    "sad": ("sadness",),
    "surprise": ("surprised",),
    "neutral": ("neutrality",),
    "contempt": ("contemptuous",),
}
SYNONYMS = {word: name for name, words in _WORDS.items() for word in (name, *words)}

# What other data sets write where we write a class; a code that is missing here is no expression.
CK_PLUS_CODES = {
    0: "neutral",
    1: "angry",
    2: "contempt",
    3: "disgust",
    4: "fear",
    5: "happy",
    6: "sad",
    7: "surprise",
}
JAFFE_CODES = {
    "AN": "angry",
    "DI": "disgust",
    "FE": "fear",
    "HA": "happy",
    "SA": "sad",
    "SU": "surprise",
    "NE": "neutral",
}
KDEF_CODES = {
    "AN": "angry",
    "DI": "disgust",
    "AF": "fear",
    "HA": "happy",
    "SA": "sad",
    "SU": "surprise",
    "NE": "neutral",
}
AFFECTNET_CODES = {
    0: "neutral",
    1: "happy",
    2: "sad",
    3: "surprise",
    4: "fear",
    5: "disgust",
    6: "angry",
    7: "contempt",
}
AFFECTNET_NOT_EXPRESSIONS = {8: "none", 9: "uncertain", 10: "no face"}
FERPLUS_COLUMNS = {
    "neutral": "neutral",
    "happiness": "happy",
    "surprise": "surprise",
    "sadness": "sad",
    "anger": "angry",
    "disgust": "disgust",
    "fear": "fear",
    "contempt": "contempt",
}


class ActionUnit(NamedTuple):
    """One unit of the Facial Action Coding System (Ekman and Friesen, 1978)."""

    name: str
    muscle: str


ACTION_UNITS = {
    1: ActionUnit("inner brow raiser", "frontalis, pars medialis"),
    2: ActionUnit("outer brow raiser", "frontalis, pars lateralis"),
    4: ActionUnit("brow lowerer", "corrugator supercilii, depressor supercilii"),
    5: ActionUnit("upper lid raiser", "levator palpebrae superioris"),
    6: ActionUnit("cheek raiser", "orbicularis oculi, pars orbitalis"),
    7: ActionUnit("lid tightener", "orbicularis oculi, pars palpebralis"),
    9: ActionUnit("nose wrinkler", "levator labii superioris alaeque nasi"),
    10: ActionUnit("upper lip raiser", "levator labii superioris"),
    12: ActionUnit("lip corner puller", "zygomaticus major"),
    14: ActionUnit("dimpler", "buccinator"),
    15: ActionUnit("lip corner depressor", "depressor anguli oris"),
    16: ActionUnit("lower lip depressor", "depressor labii inferioris"),
    17: ActionUnit("chin raiser", "mentalis"),
    20: ActionUnit("lip stretcher", "risorius"),
    22: ActionUnit("lip funneler", "orbicularis oris"),
    23: ActionUnit("lip tightener", "orbicularis oris"),
    24: ActionUnit("lip pressor", "orbicularis oris"),
    25: ActionUnit("lips part", "depressor labii inferioris, or relaxed mentalis"),
    26: ActionUnit("jaw drop", "relaxed masseter"),
    27: ActionUnit("mouth stretch", "pterygoids, digastric"),
    43: ActionUnit("eyes closed", "relaxed levator palpebrae superioris"),
}

# EMFACS prototypes (Friesen and Ekman, 1983, a manuscript). Each variant is a set of action units.
# Contempt is drawn on one side only.
PROTOTYPES = {
    "angry": ((4, 5, 7, 23), (4, 5, 7, 24), (4, 7, 17, 23), (4, 5, 7, 10, 22, 25, 26)),
    "disgust": ((9, 15), (9, 16, 25), (9, 17), (10, 15, 17)),
    "fear": ((1, 2, 4, 5, 7, 20, 26), (1, 2, 4, 5, 20, 25), (1, 2, 4, 5, 25, 26)),
    "happy": ((6, 12), (6, 12, 25), (12, 25), (12,)),
    "sad": ((1, 4, 15), (1, 4, 15, 17), (1, 4), (1, 15)),
    "surprise": ((1, 2, 5, 26), (1, 2, 26), (1, 2, 5, 27)),
    "neutral": ((),),
    "contempt": ((12,), (14,), (12, 14)),
}

# Movements up to this intensity are found in faces at rest too.
_AT_REST = 0.25


def nearest_prototype(intensities: Mapping[int, float]) -> tuple[str, float]:
    """Name the class whose prototype action units are most like. Introduced in notebook 01.

    Parameters
    ----------
    intensities : mapping of int to float
        Action units, by their numbers, and how far they moved, 0 to 1.

    Returns
    -------
    name : str
        One of `CLASSES`; "neutral" where nothing moved by more than 0.25.
    likeness : float
        The cosine between the intensities and the prototype, 0 to 1.
    """
    if max(intensities.values(), default=0) <= _AT_REST:
        return "neutral", 1.0
    length = math.hypot(*intensities.values())
    likeness = {
        name: max(
            sum(intensities.get(unit, 0) for unit in units) / (length * math.sqrt(len(units)))
            for units in PROTOTYPES[name]
        )
        for name in CLASSES
        if name != "neutral"
    }
    name = max(likeness, key=likeness.get)
    return name, likeness[name]
