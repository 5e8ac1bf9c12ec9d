"""Lesions as values: one draw of size, shape, tissues and signs, ready to be painted.

Chance lives here and in `lesion_dress` alone. A sign is present by a Bernoulli draw and its strength is drawn again, so
that no constant of a class can reach the image; `lesion_signs` turns the values into parameter maps and draws nothing
but seeded noise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from training.phantom.lesion_dress import Hand, dress
from training.phantom.lesion_parts import Difficulty, Part
from training.phantom.lesion_types import BASE_TISSUE, BORROWED_LOOKS, LESION_TYPES
from training.phantom.tissues import Tissue, draw_tissue

__all__ = ["Difficulty", "Lesion", "Part", "draw_lesion"]


@dataclass(frozen=True)
class Lesion:
    """One lesion, complete: where it lies is decided when the liver is known.

    Attributes:
        looks: type whose signs it carries (its own type unless atypical).
        radii_mm: half axes before rotation; the longest is half the diameter.
        angles_rad: rotation about z, then y.
        lobulation, margin: 0–1 scores as drawn.
        slice_change: strength of slow changes along z.
        satellites: smaller relatives in the same liver, each with its distance class.
        near: True for a satellite that lies beside the main lesion.
    """

    looks: str
    diameter_mm: float
    radii_mm: tuple[float, float, float]
    angles_rad: tuple[float, float]
    lobulation: float
    margin: float
    texture_cv: float
    slice_change: float
    base: Tissue
    parts: tuple[Part, ...]
    signs: tuple[str, ...]
    seed: int
    near: bool = False
    satellites: tuple[Lesion, ...] = ()


def _draw_one(
    rng: np.random.Generator,
    kind: str,
    looks: str,
    diameter_mm: float,
    field_t: float,
    difficulty: Difficulty,
    liver_t2_score: float,
    height_factor: float,
) -> Lesion:
    spec = LESION_TYPES[looks]
    widen = difficulty.h / 0.9
    hand = Hand(rng, field_t, difficulty, diameter_mm, [], [])
    base = draw_tissue(
        rng,
        BASE_TISSUE[looks],
        field_t,
        spread=difficulty.s,
        shared_t2_score=liver_t2_score,
        shared_weight=float(np.sqrt(0.3)),
    )
    base = dress(hand, looks, base)
    lobulation = float(np.clip(rng.normal(spec.lobulation[0], spec.lobulation[1] * widen), 0.0, 1.0))
    margin = float(np.clip(rng.normal(spec.margin[0], spec.margin[1] * widen), 0.05, 1.0))
    if looks == "hcc" and hand.has(0.07, "infiltrative"):
        lobulation, margin = float(rng.uniform(0.4, 0.8)), float(rng.uniform(0.05, 0.2))
    cv = spec.texture_cv
    if looks == "hcc":
        cv *= 1 + 0.67 * float(np.clip((diameter_mm - 25) / 30, 0, 1))
    cv *= float(np.exp(rng.normal(0, 0.35 * widen)))
    malignant = LESION_TYPES[kind].label != "benign"
    change = abs(float(rng.normal(difficulty.hs * (1.0 if malignant else 0.5), 0.4 * difficulty.hs)))
    flat = spec.sphericity
    short = float(np.clip(rng.normal(flat, 0.07 * widen), 0.6, 1.0))
    middle = float(rng.uniform(short, 1.0))
    # The number of slices a lesion of this diameter spans is fixed per cohort by the published slice counts.
    tall = float(height_factor * rng.uniform(0.85, 1.15))
    r = diameter_mm / 2
    return Lesion(
        looks=looks,
        diameter_mm=diameter_mm,
        radii_mm=(r, r * short if rng.random() < 0.5 else r * middle, r * tall),
        angles_rad=(float(rng.uniform(0, np.pi)), float(rng.normal(0, 0.25))),
        lobulation=lobulation,
        margin=margin,
        texture_cv=cv,
        slice_change=change,
        base=base,
        parts=tuple(hand.parts),
        signs=tuple(hand.signs),
        seed=int(rng.integers(2**31)),
    )


def draw_lesion(
    rng: np.random.Generator,
    kind: str,
    diameter_mm: float,
    field_t: float,
    difficulty: Difficulty,
    *,
    liver_t2_score: float = 0.0,
    height_factor: float = 0.9,
) -> Lesion:
    """Draws the lesion of one patient, with its satellites.

    Args:
        rng: source of chance.
        kind: key of `LESION_TYPES`.
        diameter_mm: longest diameter.
        field_t: 1.5 or 3.0.
        difficulty: knobs; `atyp` decides whether the lesion borrows the looks of the other side.
        liver_t2_score: the patient's liver T2 as a standard normal score (correlation 0.3 with the lesion's).
        height_factor: mean height over diameter.
    """
    spec = LESION_TYPES[kind]
    looks = kind
    if rng.random() < difficulty.atyp:
        looks = str(rng.choice(BORROWED_LOOKS[spec.label]))
    main = _draw_one(rng, kind, looks, diameter_mm, field_t, difficulty, liver_t2_score, height_factor)
    satellites = []
    if rng.random() < spec.multiple:
        count = 1 + int(rng.geometric(0.35 if spec.label == "metastasis" else 0.55))
        for _ in range(min(count, 9)):
            size = float(np.clip(diameter_mm * rng.uniform(0.15, 0.55), 4.0, 45.0))
            small = _draw_one(rng, kind, looks, size, field_t, difficulty, liver_t2_score, 0.95)
            # One patient's lesions share their tissue up to a tenth.
            near_tissue = main.base.scaled(
                t1=float(np.exp(rng.normal(0, 0.08))),
                t2=float(np.exp(rng.normal(0, 0.08))),
                adc=float(np.exp(rng.normal(0, 0.08))),
            )
            satellites.append(replace(small, base=near_tissue, near=bool(rng.random() < 0.45)))
    return replace(main, satellites=tuple(satellites))
