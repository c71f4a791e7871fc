"""Draw the picture in README: ``python docs/images/faces.py`` writes ``faces.png`` beside it."""

from pathlib import Path

from fercourse import plots, synth
from fercourse.emotions import CLASSES, PROTOTYPES

IDENTITIES = (4, 17)

drawn = [
    synth.draw_face(dict.fromkeys(PROTOTYPES[name][0], 0.9), identity=identity, size=192, yaw=yaw)
    for identity, yaw in zip(IDENTITIES, (0, 12), strict=True)
    for name in CLASSES
]
plots.mosaic(
    [drawing.images[0] for drawing in drawn],
    CLASSES * len(IDENTITIES),
    columns=len(CLASSES),
    title="Seven expression classes, drawn from facial action units",
).save(Path(__file__).with_suffix(".png"))
