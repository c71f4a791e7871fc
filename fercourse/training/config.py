"""How a network is trained: plain numbers and words, checked, and readable as JSON."""

from dataclasses import asdict, dataclass, fields

from fercourse.errors import ModelError

OPTIMIZERS = ("adamw", "adam", "sgd")
SCHEDULES = ("constant", "plateau", "cosine")
IMBALANCE = ("none", "class_weights", "dynamic_weights", "oversampling")
MONITORS = ("accuracy", "balanced_accuracy", "loss")


def _require(holds: bool, rule: str, value) -> None:
    if not holds:
        raise ModelError(f"In a training config, {rule}, not {value!r}.")


def _whole(name: str, value, least: int) -> None:
    whole = isinstance(value, int) and not isinstance(value, bool) and value >= least
    _require(whole, f"{name} must be a whole number of at least {least}", value)


def _within(name: str, value, least: float, most: float) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    _require(
        number and least <= value <= most, f"{name} must lie between {least:g} and {most:g}", value
    )


@dataclass(frozen=True)
class Augmentation:
    """How far each training face is changed, anew each time it is seen. Introduced in notebook 03.

    Parameters
    ----------
    flip : bool
        Mirror half of the faces.
    rotation : float
        Turn by at most so many degrees.
    shift : float
        Move by at most so many whole pixels, in x and in y.
    zoom : float
        Magnify by a factor of at most 1 + zoom, or 1 - zoom at least.
    brightness, contrast : float
        Scale gray levels, or their distance from the face's mean, by 1 - value to 1 + value.
    erasing : float
        The share of faces in which a rectangle is painted over (Zhong et al., 2020).
    """

    flip: bool = True
    rotation: float = 10.0
    shift: float = 4.0
    zoom: float = 0.1
    brightness: float = 0.2
    contrast: float = 0.0
    erasing: float = 0.0

    def __post_init__(self):
        _require(isinstance(self.flip, bool), "flip must be true or false", self.flip)
        _within("rotation", self.rotation, 0, 180)
        _within("shift", self.shift, 0, 48)
        for name in ("zoom", "brightness", "contrast"):
            _within(name, getattr(self, name), 0, 0.9)
        _within("erasing", self.erasing, 0, 1)


@dataclass(frozen=True)
class Config:
    """How `fit` trains. Introduced in notebook 03.

    Parameters
    ----------
    epochs : int
        How often each face is seen, at most.
    batch_size : int
        Faces of one step.
    optimizer : {"adamw", "adam", "sgd"}
        AdamW (Loshchilov and Hutter, 2019), Adam (Kingma and Ba, 2015), or SGD with Nesterov's
        momentum.
    learning_rate : float
        Its largest value.
    schedule : {"constant", "plateau", "cosine"}
        Keep the learning rate; halve it whenever `plateau_patience` epochs bring nothing better;
        or let it rise for `warmup_epochs` and fall like a cosine to zero (as Loshchilov and Hutter,
        2017, have it fall, without their restarts).
    weight_decay : float
        Of ``adamw`` and ``sgd``.
    momentum : float
        Of ``sgd``.
    patience : int or None
        Stop when so many epochs bring nothing better on the validation faces; None: never.
    monitor : {"accuracy", "balanced_accuracy", "loss"}
        What is to be better on the validation faces; the best weights are kept.
    augmentation : Augmentation or None
        How training faces are changed.
    mixup : float
        Blend pairs of faces and their labels, by shares from Beta(mixup, mixup) (Zhang, Cissé et al.,
        2018); 0: do not.
    label_smoothing : float
        The share of each label that is spread over all classes (Szegedy et al., 2016).
    focal_gamma : float
        Above 0, the focal loss (Lin et al., 2017), which counts easy faces less.
    imbalance : {"none", "class_weights", "dynamic_weights", "oversampling"}
        Weigh faces by how rare their class is; by how badly it was recognized in the last epoch;
        or show faces of rare classes more often.
    soft_labels : float
        How much of what is learned comes from the shares of the raters' votes; the rest comes
        from the label. 0: labels alone; 1: votes alone.
    average : float
        Above 0, judge and keep an exponential moving average of the weights, of this momentum
        a step (Polyak and Juditsky, 1992); 0.999 is usual.
    seed : int
        Of everything that is drawn by lot.
    deterministic : bool
        Ask TensorFlow for operations that give the same bits each time. On two processor cores
        mini-Xception trains as fast with it (``deterministic_share`` of
        ``fercourse benchmark training``); on a GPU this was not measured.
    tensorboard : bool
        Write logs for TensorBoard into the run's folder.

    Raises
    ------
    ModelError
        If a value makes no sense.
    """

    epochs: int = 20
    batch_size: int = 64
    optimizer: str = "adamw"
    learning_rate: float = 1e-3
    schedule: str = "cosine"
    warmup_epochs: int = 1
    plateau_patience: int = 5
    weight_decay: float = 1e-4
    momentum: float = 0.9
    patience: int | None = None
    monitor: str = "accuracy"
    augmentation: Augmentation | None = Augmentation()
    mixup: float = 0.0
    label_smoothing: float = 0.0
    focal_gamma: float = 0.0
    imbalance: str = "none"
    soft_labels: float = 0.0
    average: float = 0.0
    seed: int = 0
    deterministic: bool = False
    tensorboard: bool = False

    def __post_init__(self):
        for name, words in {
            "optimizer": OPTIMIZERS,
            "schedule": SCHEDULES,
            "imbalance": IMBALANCE,
            "monitor": MONITORS,
        }.items():
            value = getattr(self, name)
            _require(value in words, f"{name} must be one of {', '.join(words)}", value)
        for name in ("deterministic", "tensorboard"):
            value = getattr(self, name)
            _require(isinstance(value, bool), f"{name} must be true or false", value)
        for name, least in {"epochs": 1, "batch_size": 2, "warmup_epochs": 0,
                            "plateau_patience": 1, "seed": 0}.items():  # fmt: skip
            _whole(name, getattr(self, name), least)
        if self.patience is not None:
            _whole("patience", self.patience, 1)
        _require(self.seed < 2**32, "seed must be below 2**32", self.seed)
        _within("learning_rate", self.learning_rate, 1e-12, 1000)
        _within("weight_decay", self.weight_decay, 0, 1)
        _within("momentum", self.momentum, 0, 0.999)
        _within("mixup", self.mixup, 0, 10)
        _within("label_smoothing", self.label_smoothing, 0, 0.9)
        _within("focal_gamma", self.focal_gamma, 0, 10)
        _within("soft_labels", self.soft_labels, 0, 1)
        _within("average", self.average, 0, 0.999999)
        _require(
            isinstance(self.augmentation, Augmentation | None),
            "augmentation must be an Augmentation or None",
            self.augmentation,
        )

    def to_dict(self) -> dict:
        """Return the values as JSON can hold them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict) -> "Config":
        """Return the config that `to_dict` wrote.

        Raises
        ------
        ModelError
            If a key is unknown or missing, as in a config of another version, or a value wrong.
        """
        values = dict(_checked_keys(cls, values))
        if values["augmentation"] is not None:
            values["augmentation"] = Augmentation(
                **_checked_keys(Augmentation, values["augmentation"])
            )
        return cls(**values)


def _checked_keys(cls, values) -> dict:
    known = {field.name for field in fields(cls)}
    if not isinstance(values, dict) or set(values) != known:
        found = set(values) if isinstance(values, dict) else set()
        odd = ", ".join(sorted(map(str, found ^ known))[:3])
        raise ModelError(
            f"The config was written by another version of fercourse (it differs in {odd}); "
            "train anew, or use the version that wrote it."
        )
    return values
