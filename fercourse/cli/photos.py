"""Photos for ``fercourse predict``: find them, classify the faces in them, put the answer down."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from fercourse import faces
from fercourse.datasets.tree import printable
from fercourse.errors import DataError
from fercourse.live.annotating import annotate

SIDE = 48
ANNOTATED, EXPLAINED = ".annotated.png", ".explained.png"


class Photo(NamedTuple):
    """A photo file, and where below a folder of copies its own stand, but for their ending."""

    file: Path
    place: Path

    def copy(self, folder: Path, ending: str) -> Path:
        """Return the name of a copy; a.jpg and a.png have copies of their own."""
        return folder / self.place.with_name(self.place.name + ending)


class Seen(NamedTuple):
    """What was seen in a photo: pixels, boxes, probabilities (F, C); or why it could not be read."""

    photo: Photo
    image: np.ndarray | None
    boxes: list
    probabilities: np.ndarray
    error: str | None


def list_photos(paths: list[Path]) -> list[Photo]:
    """Return the photos that were named, and those in the folders that were named.

    Copies that an earlier run annotated or explained are left out of folders.
    """
    photos = []
    for path in paths:
        check_name(path)
        if path.is_dir():
            inside = sorted(
                file
                for file in path.rglob("*")
                if file.suffix.lower() in faces.PICTURE_SUFFIXES
                and not file.name.endswith((ANNOTATED, EXPLAINED))
                and file.is_file()
            )
            if not inside:
                raise DataError(f"The folder {printable(path)} holds no photos.")
            photos += [Photo(file, file.relative_to(path)) for file in inside]
        elif path.exists():
            photos.append(Photo(path, Path(path.name)))
        else:
            raise DataError(f"There is no file or folder {printable(path)}; check the path.")
    return _apart(photos)


def check_name(path: Path) -> None:
    """Raise a DataError where a path cannot be looked up at all, such as one that is too long."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{printable(path)} cannot be read: {reason}.") from error


def look_at(classifier, photos: list[Photo], cropped: bool) -> Iterator[Seen]:
    """Classify the faces of each photo; with `cropped`, each photo is one face and nothing else."""
    nothing = np.empty((0, len(classifier.classes)), np.float32)
    for photo in photos:
        try:
            image = faces.read_image(photo.file)
        except DataError as error:
            yield Seen(photo, None, [], nothing, str(error))
            continue
        boxes, cut = cut_faces(classifier, image, cropped)
        probabilities = classifier.predict_proba(cut) if len(cut) else nothing
        yield Seen(photo, image, boxes, probabilities, None)


def cut_faces(classifier, image: np.ndarray, cropped: bool) -> tuple[list, np.ndarray]:
    """Return the boxes of a photo's faces, and the faces as a classifier wants them cut.

    The faces are uint8 (F, SIDE, SIDE); with `cropped`, the photo is one face and nothing else.
    """
    margin = getattr(classifier, "crop_margin", faces.MARGIN)
    height, width = image.shape[:2]
    boxes = [faces.Box(0, 0, width, height)] if cropped else faces.detect(image)
    cut = [
        _whole(image) if cropped else faces.crop(image, box, size=SIDE, margin=margin)
        for box in boxes
    ]
    return boxes, np.stack(cut) if cut else np.empty((0, SIDE, SIDE), np.uint8)


def as_record(seen: Seen, classes: tuple[str, ...]) -> dict:
    """Return what was seen in a photo as plain numbers and words."""
    found = []
    for box, row in zip(seen.boxes, seen.probabilities, strict=True):
        named = {name: round(float(value), 6) for name, value in zip(classes, row, strict=True)}
        best = classes[int(row.argmax())]
        found.append({"box": box._asdict(), "class": best, "probabilities": named})
    return {"file": printable(seen.photo.file), "faces": found, "error": seen.error}


def as_csv(records: list[dict], classes: tuple[str, ...]) -> str:
    """Return records as a table with a row for each face; a photo without any has one row too."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["file", "face", "x", "y", "width", "height", "class", *classes, "error"])
    for record in records:
        for number, face in enumerate(record["faces"], 1):
            numbers = face["probabilities"].values()
            table.writerow(
                [record["file"], number, *face["box"].values(), face["class"], *numbers, ""]
            )
        if not record["faces"]:
            table.writerow([record["file"], *[""] * (6 + len(classes)), record["error"] or ""])
    return text.getvalue()


def annotated(seen: Seen, classes: tuple[str, ...]) -> bytes:
    """Return the photo as a PNG file with a box and the most probable class at each face."""
    picture = cv2.cvtColor(
        seen.image, cv2.COLOR_GRAY2BGR if seen.image.ndim == 2 else cv2.COLOR_RGB2BGR
    )
    for box, row in zip(seen.boxes, seen.probabilities, strict=True):
        annotate(picture, box, classes[int(row.argmax())], float(row.max()))
    return cv2.imencode(".png", picture)[1].tobytes()


def _apart(photos: list[Photo]) -> list[Photo]:
    """Number the copies of photos that have one name, in folders of their own."""
    taken, apart = set(), []
    for photo in photos:
        place, count = photo.place, 1
        # Where capitals do not count, A.png and a.png are one name.
        while str(place).casefold() in taken:
            count += 1
            place = photo.place.with_name(f"{photo.place.name}.{count}")
        taken.add(str(place).casefold())
        apart.append(photo._replace(place=place))
    return apart


def _whole(image: np.ndarray) -> np.ndarray:
    gray = faces.to_gray(image)
    shrinks = min(gray.shape) >= SIDE
    kind = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(gray, (SIDE, SIDE), interpolation=kind)
