"""The built-in faces: drawn by `fercourse.synth` on first use, then read from the cache."""

import hashlib
from contextlib import suppress
from pathlib import Path

from fercourse import emotions, synth
from fercourse.datasets import cache
from fercourse.datasets.faceset import FaceSet
from fercourse.datasets.progress import progress_bar

NAME = "builtin"
COUNT = 9000


def load_builtin(
    count: int = COUNT,
    *,
    seed: int = 0,
    variant: str = "default",
    progress: bool = True,
    processes: int | None = None,
) -> FaceSet:
    """Return drawn faces with their truth: action units, regions and landmarks.

    Parameters
    ----------
    count : int
        How many faces.
    seed : int
        Another seed, other faces.
    variant : str
        One of ``synth.VARIANTS``, such as ``"shifted"``: other lamps, another camera.
    progress : bool
        Show a progress bar while they are drawn.
    processes : int, optional
        How many processes draw; the faces are the same. By default one a core.

    Returns
    -------
    FaceSet
        The faces, as memory maps.
    """
    origin = {"count": count, "seed": seed, "variant": variant}
    folder = cache.place(NAME, count, seed, variant, _drawing_code())
    if cache.is_cached(folder):
        with suppress(cache.DamagedCacheError):  # otherwise they are drawn anew
            return cache.load(folder)
    faces = draw_faces(count, seed, progress, processes, variant)
    cache.save(faces, folder, **origin)
    cache.remove_outdated(NAME, folder, **origin)
    return cache.load(folder)


def draw_faces(
    count: int, seed: int, progress: bool, processes: int | None, variant: str = "default"
) -> FaceSet:
    """Draw faces and return them as a `FaceSet` in memory."""
    with progress_bar("Drawing faces (once)", count, shown=progress) as tell:
        drawing = synth.draw(
            count, seed=seed, variant=variant, processes=processes or -1, progress=tell
        )
    return FaceSet(
        images=drawing.images,
        labels=drawing.labels,
        classes=emotions.CLASSES,
        table=drawing.table,
        name=NAME,
        truth={
            "action_units": drawing.action_units,
            "regions": drawing.regions,
            "landmarks": drawing.landmarks,
        },
        action_unit_names=synth.ACTION_UNIT_NAMES,
    )


def _drawing_code() -> str:
    """Return a digest of the code that draws, so that new code draws new faces."""
    digest = hashlib.sha256()
    for file in sorted(Path(synth.__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    digest.update(Path(emotions.__file__).read_bytes())
    return digest.hexdigest()
