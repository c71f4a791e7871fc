"""Paint a person's skin, brows, eyes, lips, teeth and hair onto the field of the face."""

import numpy as np

from fercourse.synth.curves import band, brow_curve, eye_curves, mouth_curves, window
from fercourse.synth.field import Field, field_grain
from fercourse.synth.identity import TONES, Identity
from fercourse.synth.relief import SIGNS


def paint_face(
    field: Field, shape: dict, person: Identity, dark: np.ndarray, gaze=(0.0, 0.0)
) -> np.ndarray:
    """Return the albedo of the face, float32 (H, W), 0 to 1."""
    rng = np.random.default_rng(person.seed)
    skin = TONES[person.tone]
    albedo = (
        skin
        * (1 - np.clip(dark, 0, 0.8))
        * (1 + (0.012 + person.freckles) * field_grain("skin", field, rng))
    )
    strands = field_grain("curls", field, rng)
    _facial_hair(field, shape, person, albedo, rng)
    for side in (0, 1):
        _brow(field, shape, person, albedo, strands, side)
        _eye(field, shape, person, albedo, gaze, side)
    _mouth(field, shape, person, albedo)
    _piercing(field, shape, person, albedo)
    return albedo.astype(np.float32)


def _blend(target: np.ndarray, value, cover: np.ndarray) -> None:
    target += (value - target) * cover


def _brow(field, shape, person, albedo, strands, side) -> None:
    outer = shape["brow_outer_x"][side]
    low = min(shape["brow_inner_y"][side], shape["brow_peak_y"][side], shape["brow_outer_y"][side])
    ends = sorted((0.0, SIGNS[side] * (outer + 0.06)))
    rows, columns = window(field, *ends, low - 0.16, low + 0.36)
    line, half = brow_curve(shape, side, np.abs(field.x[columns]))
    cover = band(field, rows, line - half, line + half, soft=0.045)
    cover *= person.brow_dark * (1 + 0.25 * strands[rows, columns])
    _blend(albedo[rows, columns], min(person.hair_tone, 0.35) * 0.8, cover.clip(0, 1))


def _eye(field, shape, person, albedo, gaze, side) -> None:
    inner, outer = shape["eye_inner_x"][side], shape["eye_outer_x"][side]
    middle = shape["eye_inner_y"][side]
    ends = sorted((SIGNS[side] * (inner - 0.06), SIGNS[side] * (outer + 0.08)))
    rows, columns = window(field, *ends, middle - 0.32, middle + 0.20)
    part = albedo[rows, columns]
    x, y = np.abs(field.x[columns]), field.y[rows, None]
    upper, lower, line = eye_curves(shape, side, x)
    inside = (x > inner) & (x < outer)
    lid = band(field, rows, upper - 0.11, upper, soft=0.05)
    part *= 1 - person.eye_shadow * lid * inside
    crease = band(field, rows, upper - 0.065, upper - 0.040, soft=0.02)
    part *= 1 - 0.16 * crease * inside
    opening = band(field, rows, upper, lower) * inside
    white = 0.24 + 0.52 * TONES[person.tone]
    ball = (
        white
        - 0.25 * np.clip(1 - (y - upper) / 0.05, 0, 1)
        - 0.6 * ((x - (inner + outer) / 2) / 0.5) ** 2
    )
    _blend(part, ball, opening)
    iris_x = (inner + outer) / 2 + SIGNS[side] * gaze[0]
    distance = np.hypot(x - iris_x, y - (line.mean() - 0.015 + gaze[1]))
    radius = shape["iris"][side]
    disc = np.clip((radius - distance) * field.density + 0.5, 0, 1)
    ring = person.iris_tone * (0.55 + 0.45 * np.clip((radius - distance) / (0.3 * radius), 0, 1))
    pupil = np.clip((0.42 * radius - distance) * field.density + 0.5, 0, 1)
    _blend(part, ring * (1 - pupil) + 0.02 * pupil, disc * opening)
    glint = np.exp(-((x - iris_x + 0.02) ** 2 + (y - line.mean() + 0.05) ** 2) / 0.02**2)
    _blend(part, 0.95, glint * opening)
    lash = band(field, rows, upper - 0.018, upper + 0.012, soft=0.01) * inside
    _blend(part, 0.05, person.lashes * lash)
    _blend(
        part,
        0.10,
        0.3 * person.lashes * band(field, rows, lower - 0.006, lower + 0.01, soft=0.01) * inside,
    )


def _mouth(field, shape, person, albedo) -> None:
    right, left = shape["corner_x"]
    jaw = shape["jaw"].mean()
    rest = shape["lips_y"].mean()
    rows, columns = window(field, -right - 0.05, left + 0.05, rest - 0.35, rest + 0.55 + jaw)
    part, x, y = albedo[rows, columns], field.x[columns], field.y[rows, None]
    c = mouth_curves(shape, x)
    tone = TONES[person.tone] * (1 - person.lip_dark)
    _blend(part, tone * 0.88, band(field, rows, c["outer_upper"], c["inner_upper"], soft=0.015))
    _blend(part, tone * 1.02, band(field, rows, c["inner_lower"], c["outer_lower"], soft=0.02))
    opening = band(field, rows, c["inner_upper"], c["inner_lower"])
    inside = 0.035 + 0.16 * np.clip((y - c["inner_lower"] + 0.10) / 0.1, 0, 1) * np.clip(
        jaw / 0.1, 0, 1
    )
    edge = person.length("lips_y") + 0.05
    shade = 1 - 0.55 * c["v"] ** 2 - 0.25 * np.clip(1 - (y - c["inner_upper"]) / 0.06, 0, 1)
    gaps = 1 - 0.12 * np.exp(-((((x + 0.065) % 0.13 - 0.065) / 0.010) ** 2))
    upper_teeth = np.clip((edge - y) * field.density + 0.5, 0, 1)
    lower_teeth = np.clip((y - edge - 0.03 - 0.9 * jaw) * field.density + 0.5, 0, 1)
    teeth = (0.36 + 0.46 * TONES[person.tone]) * shade * gaps
    inside = (
        inside
        + (teeth - inside) * upper_teeth
        + (0.7 * teeth - inside) * lower_teeth * (1 - upper_teeth)
    )
    _blend(part, inside, opening)
    seam = band(field, rows, c["inner_upper"] - 0.012, c["inner_upper"] + 0.012, soft=0.015)
    _blend(
        part,
        0.35 * tone,
        0.75
        * seam
        * (np.abs(c["v"]) < 1)
        * np.clip(1 - 8 * (c["inner_lower"] - c["inner_upper"]), 0.25, 1),
    )


def _facial_hair(field, shape, person, albedo, rng) -> None:
    if not (person.beard or person.mustache):
        return
    x, y = np.abs(field.x)[None, :], field.y[:, None]
    jaw = shape["jaw"].mean()
    lips = shape["lips_y"].mean()
    ground = np.clip((y - 0.88 - 0.35 * jaw + 1.4 * np.clip(x - 0.52, 0, 0.4)) / 0.12, 0, 1)
    lip = np.exp(-(((y - lips + 0.17) / 0.055) ** 2) - (x / 0.34) ** 4)
    cover = np.maximum(person.beard * ground, person.mustache * lip)
    cover = cover * (0.95 + 0.12 * field_grain("skin", field, rng))
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
