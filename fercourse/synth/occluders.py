"""What hides parts of a face: glasses, sunglasses, a mask, a scarf, a hand, a lock of hair.

Things worn are put on the frontal face and turn with it; a hand and a scarf lie on the picture.
The truth about a face (regions, landmarks, action units) stays that of the face underneath.
"""

import numpy as np

from fercourse.synth.curves import window
from fercourse.synth.field import Field, cut_grain, field_grain
from fercourse.synth.identity import TONES, Identity
from fercourse.synth.light import Light
from fercourse.synth.pose import Pose, project
from fercourse.synth.relief import chin_of
from fercourse.synth.units import middle_of

OCCLUDERS = ("none", "sunglasses", "mask", "scarf", "hand", "hair")
_SHARES = (0.88, 0.02, 0.02, 0.015, 0.045, 0.02)


def draw_occluder(rng: np.random.Generator) -> str:
    """Draw what hides the face, if anything, by lot."""
    return str(rng.choice(OCCLUDERS, p=_SHARES))


def put_on(
    name: str, field: Field, shape: dict, person: Identity, albedo: np.ndarray, height: np.ndarray
) -> None:
    """Put the person's glasses and a thing worn on albedo and height, in place."""
    rng = np.random.default_rng([person.seed, 2])
    if name == "sunglasses":
        _glasses(field, shape, albedo, height, rng, lens=0.93, rim=1.0)
    elif person.glasses:
        _glasses(field, shape, albedo, height, rng, lens=0.0, rim=person.glasses)
    if name == "mask":
        _mask(field, shape, albedo, height, rng)
    if name == "hair":
        _lock(field, person, albedo, height, rng)


def _cover(albedo: np.ndarray, tone, cover: np.ndarray) -> None:
    albedo += (tone - albedo) * cover


def _glasses(field, shape, albedo, height, rng, lens: float, rim: float) -> None:
    rows, columns = window(field, -1.1, 1.1, -0.40, 0.40)
    x, y = np.abs(field.x[columns]), field.y[rows, None]
    middle = float(middle_of(shape, "eye_inner_x") + middle_of(shape, "eye_outer_x")) / 2 + 0.02
    half, tall = rng.uniform(0.25, 0.30), rng.uniform(0.15, 0.22)
    power = rng.uniform(2.2, 4.0)
    thick, tone = 0.012 + 0.022 * rng.random(), rng.uniform(0.03, 0.25)
    across, down = np.abs(x - middle) / half, np.abs(y - 0.03) / tall
    distance = ((across**power + down**power) ** (1 / power) - 1) * tall
    ring = np.clip((thick - np.abs(distance)) * field.density + 0.5, 0, 1)
    bar = np.clip((thick - np.abs(y + 0.04)) * field.density + 0.5, 0, 1)
    frame = np.maximum(ring, bar * ((x < middle - half) | (x > middle + half)))
    glass = np.clip(-distance * field.density + 0.5, 0, 1)
    _cover(albedo[rows, columns], 0.06, lens * glass)
    _cover(albedo[rows, columns], tone, rim * frame)
    height[rows, columns] += 0.04 * frame + 0.05 * glass * (lens > 0)


def _mask(field, shape, albedo, height, rng) -> None:
    x, y = np.abs(field.x)[None, :], field.y[:, None]
    top = 0.28 + 0.35 * x**1.5 + rng.uniform(-0.03, 0.08)
    bottom = chin_of(shape) + 0.02 - 0.45 * x**2
    cover = np.clip((y - top) * field.density + 0.5, 0, 1)
    cover *= np.clip((bottom - y) * field.density + 0.5, 0, 1)
    pleats = 1 + 0.05 * np.sin(y * rng.uniform(18, 30))
    _cover(albedo, rng.choice((0.12, 0.62, 0.8), p=(0.3, 0.4, 0.3)) * pleats, cover)
    cloth = 1.30 * np.sqrt(np.clip(1 - (x / 1.05) ** 2, 0, 1)) + 0.20 * np.exp(
        -((x / 0.22) ** 2) - ((y - 0.5) / 0.3) ** 2
    )
    height += (cloth.astype(np.float32) - height) * cover


def _lock(field, person, albedo, height, rng) -> None:
    y, strands = field.y[:, None], field_grain("strands", field, rng)
    line = rng.uniform(-0.2, 0.2) + rng.choice((-1, 1)) * (0.35 * (y + 1.0) + rng.uniform(0, 0.3))
    end = rng.uniform(-0.15, 0.4)
    wide = rng.uniform(0.10, 0.24) * np.clip((end - y) / 0.6, 0, 1) ** 0.5
    cover = np.clip((wide - np.abs(field.x - line)) / 0.04 + strands * 0.5, 0, 1) * (y < end)
    _cover(albedo, person.hair_tone * (1 + 0.25 * strands), 0.92 * cover)
    height += 0.05 * cover


def lay_over(
    name: str,
    picture: np.ndarray,
    pose: Pose,
    light: Light,
    person: Identity,
    rng: np.random.Generator,
) -> None:
    """Lay a hand or a scarf over the picture, in place."""
    if name == "hand":
        _hand(picture, pose, light, TONES[person.tone], rng)
    if name == "scarf":
        _scarf(picture, pose, light, rng)


def _hand(picture, pose, light, skin, rng) -> None:
    """Four fingers over the mouth, a cheek, the chin or the brow, and the palm behind them."""
    side = rng.choice((-1, 1))
    target = np.array([(0.1, 1.0), (0.75, 0.6), (0.3, 1.4), (0.5, -0.5)][rng.integers(4)])
    tip = project(np.array((side * target[0], target[1], 1.15)), pose)
    angle = np.radians(rng.uniform(-35, 35))
    along = np.array((side * (0.35 + np.abs(np.sin(angle))), np.cos(angle))) * pose.scale
    along /= np.linalg.norm(along) / pose.scale
    across = np.array((-along[1], along[0]))
    fingers = [
        (
            tip + across * 0.21 * (finger - 1.5) + along * (0.12 * abs(finger - 1.3)),
            along * 1.1 + across * 0.05 * (finger - 1.5),
            np.array((0.085, 0.125)) * pose.scale,
        )
        for finger in range(4)
    ]
    palm = (tip + along * 1.15, along * 1.2, np.array((0.42, 0.36)) * pose.scale)
    for start, spread, radii in [palm, *fingers]:
        _limb(picture, light, skin, start, spread, radii)


def _limb(picture, light, skin, start, spread, radii) -> None:
    """A rounded bar from `start` along `spread`, as thick as `radii` at its two ends."""
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]].astype(np.float32)
    length = float(spread @ spread)
    at = np.clip(((x - start[0]) * spread[0] + (y - start[1]) * spread[1]) / length, 0, 1)
    dx, dy = x - start[0] - at * spread[0], y - start[1] - at * spread[1]
    radius = radii[0] + (radii[1] - radii[0]) * at
    off = np.sqrt(dx * dx + dy * dy) / radius
    bulge = np.sqrt(np.clip(1 - off**2, 0, 1))
    facing = 0.75 * bulge + 0.5 * (np.sin(np.radians(light.azimuth)) * dx - 0.5 * dy) / radius
    knuckle = 1 - 0.10 * np.exp(-(((at - 0.45) / 0.05) ** 2))
    lit = skin * knuckle * (0.75 * light.ambient + light.strength * np.clip(facing, 0, 1))
    shade = 0.35 * np.clip(1.5 - off, 0, 1)
    picture *= 1 - shade * (off >= 1)
    _cover(picture, lit, np.clip((1 - off) * radius + 0.5, 0, 1))


def _scarf(picture, pose, light, rng) -> None:
    mouth = project(np.array((0.0, rng.uniform(0.9, 1.3), 1.1)), pose)
    y, x = np.ogrid[: picture.shape[0], : picture.shape[1]]
    sag = 0.25 * ((x - mouth[0]) / pose.scale) ** 2 * pose.scale
    cover = np.clip(y - mouth[1] + sag * rng.choice((-1, 1)) * 0.6 + 0.5, 0, 1)
    knit = (
        1
        + 0.12 * cut_grain("curls", picture.shape, rng, max(1.0, picture.shape[0] / 48))
        + 0.12 * cut_grain("clouds", picture.shape, rng, max(1.0, picture.shape[0] / 48))
    )
    _cover(picture, rng.uniform(0.1, 0.8) * knit * (light.ambient + 0.5 * light.strength), cover)
