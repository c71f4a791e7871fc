"""Paint a person's skin, beard, brows, eyes, lips and teeth onto the field of the face."""

from functools import lru_cache

import numpy as np

from fercourse.synth.curves import Outlines, band, window
from fercourse.synth.field import Field, field_grain, make_field
from fercourse.synth.identity import TONES, Identity
from fercourse.synth.units import middle_of


def paint_face(
    field: Field,
    shape: dict,
    outlines: Outlines,
    person: Identity,
    dark: np.ndarray,
    gaze=(0.0, 0.0),
) -> np.ndarray:
    """Return the albedo of the face, float32 (H, W), 0 to 1."""
    skin, clouds, strands, stubble = _grains(person.seed, field.density)
    albedo = (
        TONES[person.tone]
        * (1 - np.clip(dark, 0, 0.8))
        * (1 + (0.012 + person.freckles) * skin)
        * (1 + person.blotches * clouds)
    )
    _facial_hair(field, shape, person, albedo, stubble)
    _brows(field, shape, person, albedo, strands, outlines)
    _eyes(field, shape, person, albedo, gaze, outlines)
    _mouth(field, shape, person, albedo, outlines)
    _piercing(field, shape, person, albedo)
    return albedo.astype(np.float32)


@lru_cache(maxsize=32)
def _grains(seed: int, density: int) -> list[np.ndarray]:
    """Return the textures of a person's skin, its blotches, brows and beard, the same in every picture."""
    field, rng = make_field(density), np.random.default_rng(seed)
    return [field_grain(kind, field, rng) for kind in ("skin", "clouds", "curls", "skin")]


def _blend(target: np.ndarray, value, cover: np.ndarray) -> None:
    target += (value - target) * cover


def _brows(field, shape, person, albedo, strands, outlines) -> None:
    right, left = shape["brow_outer_x"] + 0.06
    lows = np.minimum(
        np.minimum(shape["brow_inner_y"], shape["brow_peak_y"]), shape["brow_outer_y"]
    )
    rows, columns = window(field, -right, left, lows.min() - 0.16, lows.max() + 0.36)
    line, half = (curve[columns] for curve in outlines.brow)
    cover = band(field, rows, line - half, line + half, soft=0.045)
    cover *= person.brow_dark * (1 + 0.25 * strands[rows, columns])
    _blend(albedo[rows, columns], min(person.hair_tone, 0.35) * 0.8, cover.clip(0, 1))


def _eyes(field, shape, person, albedo, gaze, outlines) -> None:
    inner, outer, height = shape["eye_inner_x"], shape["eye_outer_x"], shape["eye_inner_y"]
    right, left = outer + 0.08
    rows, columns = window(field, -right, left, height.min() - 0.32, height.max() + 0.20)
    part = albedo[rows, columns]
    side, x, y = outlines.side[columns], outlines.away[columns], field.y[rows, None]
    upper, lower, line = (curve[columns] for curve in outlines.eye)
    inside = (x > inner[side]) & (x < outer[side])
    lid = band(field, rows, upper - 0.11, upper, soft=0.05)
    crease = band(field, rows, upper - 0.065, upper - 0.040, soft=0.02)
    part *= (1 - person.eye_shadow * lid * inside) * (1 - 0.16 * crease * inside)
    opening = band(field, rows, upper, lower) * inside
    middle = (inner + outer) / 2
    white = 0.20 + 0.43 * TONES[person.tone] - 0.6 * ((x - middle[side]) / 0.5) ** 2
    under_lid = np.clip(1 - (y - upper) / 0.05, 0, 1)
    _blend(part, white - 0.25 * under_lid, opening)
    near = x > inner[side] - 0.06
    level = np.stack([line[near & (side == number)].mean() for number in (0, 1)])
    iris_x = middle + np.float32((-gaze[0], gaze[0]))
    dx, dy = x - iris_x[side], y - (level - 0.015 + gaze[1])[side]
    _iris(field, part, dx, dy, shape["iris"][side], person.iris_tone, opening)
    above = band(field, rows, upper - 0.018, upper + 0.012, soft=0.01)
    below = band(field, rows, lower - 0.006, lower + 0.010, soft=0.01)
    _blend(part, 0.05, person.lashes * above * inside)
    _blend(part, 0.10, 0.3 * person.lashes * below * inside)


def _iris(field, part, dx, dy, radius, tone, opening) -> None:
    """Paint iris, pupil and the lamp's reflection, as far as the lids let them be seen."""
    inward = radius - np.hypot(dx, dy)
    disc = np.clip(inward * field.density + 0.5, 0, 1)
    pupil = np.clip((inward - 0.58 * radius) * field.density + 0.5, 0, 1)
    ring = tone * (0.55 + 0.45 * np.clip(inward / (0.3 * radius), 0, 1))
    _blend(part, ring * (1 - pupil) + 0.02 * pupil, disc * opening)
    glint = np.exp(-((dx + 0.02) ** 2 + (dy + 0.035) ** 2) / 0.02**2)
    _blend(part, 0.95, glint * opening)


def _mouth(field, shape, person, albedo, outlines) -> None:
    right, left = shape["corner_x"]
    jaw, middle = middle_of(shape, "jaw"), middle_of(shape, "lips_y")
    rows, columns = window(field, -right - 0.05, left + 0.05, middle - 0.35, middle + 0.55 + jaw)
    part = albedo[rows, columns]
    c = {name: curve[columns] for name, curve in outlines.mouth.items()}
    tone = TONES[person.tone] * (1 - person.lip_dark)
    _blend(part, 0.88 * tone, band(field, rows, c["outer_upper"], c["inner_upper"], soft=0.015))
    _blend(part, 0.98 * tone, band(field, rows, c["inner_lower"], c["outer_lower"], soft=0.02))
    opening = band(field, rows, c["inner_upper"], c["inner_lower"])
    _blend(part, _mouth_inside(field, rows, columns, c, jaw, person), opening)
    seam = band(field, rows, c["inner_upper"] - 0.012, c["inner_upper"] + 0.012, soft=0.015)
    closed = np.clip(1 - 8 * (c["inner_lower"] - c["inner_upper"]), 0.25, 1)
    _blend(part, 0.35 * tone, 0.75 * seam * closed * (np.abs(c["v"]) < 1))


def _mouth_inside(field, rows, columns, c, jaw, person) -> np.ndarray:
    """Return the albedo behind the lips: dark, tongue, and teeth that do not move with the lips."""
    x, y = field.x[columns], field.y[rows, None]
    tongue = np.clip((y - c["inner_lower"] + 0.10) / 0.1, 0, 1) * np.clip(jaw / 0.1, 0, 1)
    inside = 0.035 + 0.16 * tongue
    edge = person.length("lips_y") + 0.05
    gaps = 1 - 0.12 * np.exp(-((((x + 0.065) % 0.13 - 0.065) / 0.010) ** 2))
    under_lip = np.clip(1 - (y - c["inner_upper"]) / 0.06, 0, 1)
    light = 0.31 + 0.43 * TONES[person.tone]
    teeth = light * gaps * (1 - 0.55 * c["v"] ** 2 - 0.25 * under_lip)
    lower_teeth = np.clip((y - edge - 0.03 - 0.9 * jaw) * field.density + 0.5, 0, 1)
    upper_teeth = np.clip((edge - y) * field.density + 0.5, 0, 1)
    inside = inside + (0.7 * teeth - inside) * lower_teeth
    return inside + (teeth - inside) * upper_teeth


def _facial_hair(field, shape, person, albedo, stubble) -> None:
    if not (person.beard or person.mustache):
        return
    x, y = np.abs(field.x)[None, :], field.y[:, None]
    jaw = middle_of(shape, "jaw")
    lips = middle_of(shape, "lips_y")
    ground = np.clip((y - 0.88 - 0.35 * jaw + 1.4 * np.clip(x - 0.52, 0, 0.4)) / 0.12, 0, 1)
    lip = np.exp(-(((y - lips + 0.17) / 0.055) ** 2) - (x / 0.34) ** 4)
    cover = np.maximum(person.beard * ground, person.mustache * lip)
    cover = cover * (0.95 + 0.12 * stubble)
    _blend(albedo, person.hair_tone * 0.7, cover.clip(0, 1).astype(np.float32))


def _piercing(field, shape, person, albedo) -> None:
    """A steel ball on the left of the person."""
    places = {
        "nose": (0.85 * shape["nose_x"][1], shape["nose_y"][1] - 0.07),
        "brow": (shape["brow_outer_x"][1] - 0.07, shape["brow_outer_y"][1] - 0.05),
        "lip": (0.15, shape["lips_y"][1] + shape["part_lower"][1] + 0.85 * shape["jaw"][1] + 0.16),
    }
    if person.piercing not in places:
        return
    x, y = places[person.piercing]
    rows, columns = window(field, x - 0.08, x + 0.08, y - 0.08, y + 0.08)
    distance = np.hypot(field.x[columns] - x, field.y[rows, None] - y)
    _blend(
        albedo[rows, columns],
        0.9 - 8 * distance,
        np.clip((0.035 - distance) * field.density + 0.5, 0, 1),
    )
