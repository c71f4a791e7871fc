"""Tables of noise in the form of fer2013.csv: no faces, but every value of a pixel."""

import numpy as np

USAGES = ("Training", "PublicTest", "PrivateTest")


def noise(count, classes=7, seed=0):
    """Return images, labels and usages of a table that is not there yet."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, 48, 48), np.uint8)
    return images, np.arange(count) % classes, [USAGES[row % 3] for row in range(count)]


def as_rows(images, labels, usages):
    return [
        [str(label), " ".join(map(str, image.ravel())), usage]
        for image, label, usage in zip(images, labels, usages, strict=True)
    ]


def as_csv(rows, header="emotion,pixels,Usage", end="\n"):
    return end.join([header, *(",".join(row) for row in rows), ""])
