"""What is on the head besides the face: ears and hair."""

from functools import lru_cache

import numpy as np

from fercourse.synth.curves import window
from fercourse.synth.field import Field, cut_grain, field_grain, make_field
from fercourse.synth.identity import TONES, Identity


def add_ears(field: Field, person: Identity, albedo: np.ndarray, height: np.ndarray) -> np.ndarray:
    """Put ears on albedo and height, in place; return how much of each texel they cover."""
    whole = np.zeros(field.shape, np.float32)
    reach = 0.40 * person.ears
    rows, _ = window(field, 0, 0, 0.22 - reach, 0.22 + reach)
    x, y = np.abs(field.x)[None, :], field.y[rows, None]
    across, down = (x - 0.955) / (0.13 * person.ears), (y - 0.22) / (0.32 * person.ears)
    radius = np.sqrt(across**2 + down**2)
    cover = np.clip((1 - radius) * 0.14 * field.density + 0.5, 0, 1) * (x > 0.8)
    shell = 0.16 - 0.9 * (x - 0.95) + 0.05 * np.exp(-(((radius - 0.8) / 0.22) ** 2))
    hollow = np.exp(-(((radius - 0.45) / 0.22) ** 2))
    skin = TONES[person.tone] * (0.92 - 0.30 * hollow)
    outside = cover * (height[rows] < shell)
    albedo[rows] += (skin - albedo[rows]) * outside
    height[rows] += (shell - height[rows]) * outside
    whole[rows] = cover
    return whole


def add_hair(
    field: Field, person: Identity, widths: np.ndarray, albedo: np.ndarray, height: np.ndarray
) -> np.ndarray:
    """Put hair on albedo and height, in place; return how much of each texel it covers."""
    if person.hair == "none":
        return np.zeros(field.shape, np.float32)
    x, y = np.abs(field.x)[None, :], field.y[:, None]
    strands = _strands(person.hair, person.seed, field.density)
    outer, rise = _outline(field, person)
    outer = outer[:, None] + 0.02 * strands
    inside = np.minimum(_hairline(field, person) + 0.035 * strands, person.hair_length)
    face = np.maximum(widths, 0.62 * (field.y > 0))
    beside = x > face[:, None] * person.side_lock
    end = np.where(beside, person.hair_length + 0.05 * strands, inside)
    cover = np.clip((outer - x) * field.density * 0.6 + 0.5, 0, 1)
    cover *= np.clip((end - y) / (0.05 + 1 / field.density) + 0.5, 0, 1)
    tone = person.hair_tone * (1 + person.hair_contrast * strands).clip(0.3, 2)
    albedo += (tone - albedo) * cover
    dome = (
        0.30
        + 0.82
        * np.sqrt(np.clip(1 - (x / np.maximum(outer, 0.1)) ** 2, 0, 1))
        * rise[:, None] ** 0.5
    )
    thick = (
        np.maximum(dome + 0.08, height + 0.05)
        + (0.004 if person.hair == "curly" else 0.012) * strands
    )
    height += (thick - height) * cover
    return cover.astype(np.float32)


@lru_cache(maxsize=32)
def _strands(hair: str, seed: int, density: int) -> np.ndarray:
    """Return the pattern of a person's hair: locks with finer strands, or curls."""
    field, rng = make_field(density), np.random.default_rng([seed, 1])
    if hair == "curly":
        return 0.7 * field_grain("curls", field, rng) + 0.5 * cut_grain("skin", field.shape, rng)
    return 0.8 * field_grain("strands", field, rng) + 0.5 * field_grain("locks", field, rng)


def _outline(field: Field, person: Identity) -> tuple[np.ndarray, np.ndarray]:
    """Return half the width of the hair in each row, and 0 to 1 from its top to the eyes."""
    top = person.head_top - 0.8 * person.hair_volume
    rise = np.clip((field.y - top) / (-0.1 - top), 0, 1)
    skull = (1 - (1 - rise) ** 2.4) ** 0.5
    taper = np.clip((person.hair_length - field.y) / 0.7, 0, 1) if person.hair_length < 0.5 else 1.0
    return skull * (1.0 + person.hair_volume * taper) - 0.02, rise


def _hairline(field: Field, person: Identity) -> np.ndarray:
    """Return the y above which hair grows, in each column."""
    x = field.x[None, :]
    away = np.abs(x)
    temple = -0.10 * person.recede * np.exp(-(((away - 0.5) / 0.16) ** 2))
    side = 1.2 * np.clip((away - 0.45) / 0.5, 0, 1.2) ** 2.0
    part = 0.05 * np.cos(3.2 * (x - person.hair_part))
    return person.hair_line + temple + side + part
