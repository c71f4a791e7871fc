"""Folders of drawn faces in the forms in which people hold the published data sets.

For tests and benchmarks of the readers: names, sizes, color modes and annotation files are those
of the real thing, the faces are varied cheaply from a small pool.
"""

import csv
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from fercourse.emotions import (
    AFFECTNET_CODES,
    CK_PLUS_CODES,
    CLASSES,
    CLASSES_WITH_CONTEMPT,
    JAFFE_CODES,
    KDEF_CODES,
)
from fercourse.errors import DataError
from fercourse.synth.drawing import check_numbers
from fercourse.synth.portraits import Pool
from fercourse.whole import whole_folder

_JAFFE_SUBJECTS = ("KA", "KL", "KM", "KR", "MK", "NA", "NM", "TM", "UY", "YM")
_KDEF_ANGLES = {"S": 0, "HL": -35, "HR": 35, "FL": -55, "FR": 55}
_CK48_FOLDERS = ("anger", "contempt", "disgust", "fear", "happy", "sadness", "surprise")
_AFFECTNET_COLUMNS = (
    "subDirectory_filePath", "face_x", "face_y", "face_width", "face_height",
    "facial_landmarks", "expression", "valence", "arousal",
)  # fmt: skip


def write_tree(form: str, folder: str | Path, count: int, seed: int = 0) -> Path:
    """Write drawn faces in the form of a published data set.

    Parameters
    ----------
    form : str
        One of `FORMS`.
    folder : path
        Made when it is missing; one that is there must be empty.
    count : int
        How many images; no two of them are equal.
    seed : int
        The same seed writes the same files.

    Returns
    -------
    Path
        The folder, or the file for the forms that are one CSV file.

    Raises
    ------
    DataError
        If the form is unknown, the count is not positive, or the folder is not empty or cannot be
        written; then nothing is left behind.
    """
    if form not in FORMS:
        raise DataError(f"There is no form {form!r}; choose one of {', '.join(FORMS)}.")
    if count < 1:
        raise DataError("Ask for at least one image.")
    check_numbers(seed=seed)
    folder = Path(folder)
    try:
        if folder.exists() and any(folder.iterdir()):
            raise DataError(f"{folder} is not empty; name a new folder.")
        with whole_folder(folder) as fresh:
            table = FORMS[form](fresh, count, Pool(seed))
    except OSError as error:
        raise DataError(f"{folder} cannot be written: {error.strerror}.") from error
    return folder / table.name if table else folder


def _save(path: Path, image: np.ndarray) -> None:
    """Write an image; OpenCV's own writer cannot open every path on Windows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    quality = (cv2.IMWRITE_JPEG_QUALITY, 92) if path.suffix.lower() == ".jpg" else ()
    path.write_bytes(cv2.imencode(path.suffix.lower(), image, quality)[1].tobytes())


def _ckplus(folder: Path, count: int, pool: Pool) -> None:
    """Sequences of 10 to 16 frames, neutral to apex; about every second one has no emotion file."""
    number = 0
    for sequence in range(count):
        subject, take = f"S{5 + sequence // 4:03d}", f"{1 + sequence % 4:03d}"
        length = min(10 + 3 * (sequence % 3), count - number)
        code = sequence % len(CK_PLUS_CODES)
        portrait = pool.portrait(CK_PLUS_CODES[code], sequence)
        for frame in range(1, length + 1):
            stem = f"{subject}_{take}_{frame:08d}"
            image = pool.vary(portrait.at(frame / length), number, (490, 640))
            _save(folder / "cohn-kanade-images" / subject / take / f"{stem}.png", image)
            number += 1
        emotions = folder / "Emotion" / subject / take
        emotions.mkdir(parents=True, exist_ok=True)
        if sequence % 9 < 5:
            (emotions / f"{stem}_emotion.txt").write_text(f"   {code:.7e}\n", encoding="ascii")
        if number >= count:
            return


def _ckplus48(folder: Path, count: int, pool: Pool) -> None:
    """The last three frames of each sequence, cropped: 48x48 gray."""
    words = dict(
        zip(_CK48_FOLDERS, (CK_PLUS_CODES[code] for code in (1, 2, 3, 4, 5, 6, 7)), strict=True)
    )
    for number in range(count):
        sequence, frame = divmod(number, 3)
        word = _CK48_FOLDERS[sequence % len(_CK48_FOLDERS)]
        name = f"S{10 + sequence // 6:03d}_{1 + sequence % 6:03d}_{frame + 15:08d}.png"
        portrait = pool.portrait(words[word], sequence)
        _save(folder / word / name, pool.vary(portrait.at((8 + frame) / 10), number, (48, 48)))


def _jaffe(folder: Path, count: int, pool: Pool) -> None:
    """Flat: subject, expression and take, serial number; 256x256 gray TIFF."""
    codes = tuple(JAFFE_CODES)
    for number in range(count):
        rest, person = divmod(number, len(_JAFFE_SUBJECTS))
        take, code = divmod(rest, len(codes))
        name = f"{_JAFFE_SUBJECTS[person]}.{codes[code]}{take + 1}.{number + 1}.tiff"
        portrait = pool.portrait(JAFFE_CODES[codes[code]], person)
        _save(folder / name, pool.vary(portrait.apex, number, (256, 256)))


def _kdef(folder: Path, count: int, pool: Pool) -> None:
    """A folder a person and session; 562x762 color JPEG."""
    codes, angles = tuple(KDEF_CODES), tuple(_KDEF_ANGLES)
    most = 2 * 70 * len(codes) * len(angles)
    if count > most:
        raise DataError(f"KDEF has {most:,} pictures, two sessions of 70 people; ask for no more.")
    for number in range(count):
        rest, angle = divmod(number, len(angles))
        rest, code = divmod(rest, len(codes))
        session, person = divmod(rest, 70)
        stem = f"{'AB'[session % 2]}{'FM'[person // 35]}{person % 35 + 1:02d}"
        portrait = pool.portrait(KDEF_CODES[codes[code]], person, yaw=_KDEF_ANGLES[angles[angle]])
        image = pool.vary(portrait.apex, number, (762, 562))
        _save(folder / stem / f"{stem}{codes[code]}{angles[angle]}.JPG", pool.tint(image, number))


def _affectnet_codes(pool: Pool, count: int) -> np.ndarray:
    """Return expression codes; about one in ten is none, uncertain or no face (8, 9, 10)."""
    rng = np.random.default_rng([pool.seed, 3])
    common = rng.integers(0, len(AFFECTNET_CODES), count)
    return np.where(rng.random(count) < 0.1, rng.integers(8, 11, count), common)


def _affectnet(folder: Path, count: int, pool: Pool) -> None:
    """Color photos of many sizes in numbered folders, and two lists that say where the face is."""
    lists = folder / "Manually_Annotated_file_lists"
    lists.mkdir(exist_ok=True)
    with (
        (lists / "training.csv").open("w", newline="", encoding="ascii") as train,
        (lists / "validation.csv").open("w", newline="", encoding="ascii") as validation,
    ):
        writers = csv.writer(train), csv.writer(validation)
        for writer in writers:
            writer.writerow(_AFFECTNET_COLUMNS)
        for number, code in enumerate(_affectnet_codes(pool, count)):
            row = _affectnet_photo(folder / "Manually_Annotated_Images", number, int(code), pool)
            writers[number % 10 == 9].writerow(row)


def _affectnet_photo(folder: Path, number: int, code: int, pool: Pool) -> list:
    rng = np.random.default_rng([pool.seed, number, 4])
    face, margin = int(rng.integers(72, 140)), rng.integers(4, 40, 4)
    portrait = pool.portrait(AFFECTNET_CODES.get(code, "neutral"), number)
    image = pool.tint(pool.vary(portrait.apex, number, (face, face)), number)
    top, bottom, left, right = (int(value) for value in margin)
    photo = cv2.copyMakeBorder(image, top, bottom, left, right, cv2.BORDER_REFLECT)
    name = f"{number // 500 + 1}/{rng.bytes(28).hex()}.jpg"
    _save(folder / name, photo)
    points = portrait.landmarks * face / portrait.apex.shape[0] + (left, top)
    valence, arousal = rng.uniform(-1, 1, 2).round(6) if code < 8 else (-2, -2)
    return [
        name,
        left,
        top,
        face,
        face,
        ";".join(f"{v:.2f}" for v in points.ravel()),
        code,
        valence,
        arousal,
    ]


def _affectnet2021(folder: Path, count: int, pool: Pool) -> None:
    """224x224 color crops with four small arrays each; expressions 0 to 7 as text, as published."""
    for number in range(count):
        part = folder / ("val_set" if number % 10 == 9 else "train_set")
        code = number % len(AFFECTNET_CODES)
        portrait = pool.portrait(AFFECTNET_CODES[code], number)
        image = pool.tint(pool.vary(portrait.apex, number, (224, 224)), number)
        _save(part / "images" / f"{number}.jpg", image)
        notes = part / "annotations"
        notes.mkdir(exist_ok=True)
        landmarks = (portrait.landmarks * 224 / portrait.apex.shape[0]).ravel()
        values = {"exp": str(code), "val": "0.25", "aro": "-0.125", "lnd": landmarks}
        for key, value in values.items():
            np.save(notes / f"{number}_{key}.npy", np.array(value))


def _folder(folder: Path, count: int, pool: Pool, splits: tuple[str, ...] = ("",)) -> None:
    """A folder for each class, maybe below train, val and test; 48x48 gray PNG."""
    for number in range(count):
        word = CLASSES[number % len(CLASSES)]
        split = splits[number // len(CLASSES) % len(splits)]
        image = pool.vary(pool.portrait(word, number).apex, number, (48, 48))
        _save(folder / split / word / f"face_{number:06d}.png", image)


def _photos(folder: Path, count: int, pool: Pool) -> None:
    """A folder for each class of color photos, 320x240, in which the face is to be found."""
    for number in range(count):
        word = CLASSES[number % len(CLASSES)]
        face = pool.vary(pool.portrait(word, number).apex, number, (150, 150))
        photo = cv2.copyMakeBorder(face, 45, 45, 85, 85, cv2.BORDER_REPLICATE)
        _save(folder / word / f"photo_{number:06d}.jpg", pool.tint(photo, number))


def _usage(number: int) -> str:
    """Return the split of a face: two rounds of the classes in ten are for the two tests."""
    tests = {2: "PublicTest", 3: "PrivateTest"}
    return tests.get(number // len(CLASSES_WITH_CONTEMPT) % 10, "Training")


def _fer2013_faces(count: int, pool: Pool) -> Iterator[tuple[int, str, np.ndarray]]:
    """Yield class, usage and 48x48 image: eight of ten to train, one to each test set."""
    for number in range(count):
        label = number % len(CLASSES)
        portrait = pool.portrait(CLASSES[label], number)
        yield label, _usage(number), pool.vary(portrait.apex, number, (48, 48))


def _fer2013_folder(folder: Path, count: int, pool: Pool) -> None:
    for number, (label, usage, image) in enumerate(_fer2013_faces(count, pool)):
        split = "train" if usage == "Training" else "test"
        _save(folder / split / CLASSES[label] / f"{usage}_{number:08d}.jpg", image)


def _csv(folder: Path, count: int, pool: Pool, name: str, columns: str, order: str) -> Path:
    path = folder / name
    with path.open("w", newline="", encoding="ascii") as file:
        file.write(columns + "\n")
        for label, usage, image in _fer2013_faces(count, pool):
            cells = {"e": str(label), "p": " ".join(map(str, image.ravel())), "u": usage}
            file.write(",".join(cells[key] for key in order) + "\n")
    return path


def _ckextended(folder: Path, count: int, pool: Pool) -> Path:
    """Like fer2013.csv, with class 7 for contempt."""
    path = folder / "ckextended.csv"
    with path.open("w", newline="", encoding="ascii") as file:
        file.write("emotion,pixels,Usage\n")
        for number in range(count):
            label = number % len(CLASSES_WITH_CONTEMPT)
            portrait = pool.portrait(CLASSES_WITH_CONTEMPT[label], number)
            pixels = " ".join(map(str, pool.vary(portrait.apex, number, (48, 48)).ravel()))
            file.write(f"{label},{pixels},{_usage(number)}\n")
    return path


FORMS: dict[str, Callable[[Path, int, Pool], Path | None]] = {
    "ckplus": _ckplus,
    "ckplus48": _ckplus48,
    "ckextended_csv": _ckextended,
    "jaffe": _jaffe,
    "kdef": _kdef,
    "affectnet": _affectnet,
    "affectnet2021": _affectnet2021,
    "folder": _folder,
    "folder_splits": partial(_folder, splits=("train", "train", "train", "val", "test")),
    "photos": _photos,
    "fer2013_folder": _fer2013_folder,
    "fer2013_csv": partial(_csv, name="fer2013.csv", columns="emotion,pixels,Usage", order="epu"),
    "icml_csv": partial(
        _csv, name="icml_face_data.csv", columns="emotion, Usage, pixels", order="eup"
    ),
}
