"""Which signs each lesion type may carry, and with what frequency: presence, tissue, size and strength are all drawn.

Frequencies are those of published series where they exist and are assumed otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from training.phantom.lesion_parts import Difficulty, Part
from training.phantom.tissues import Tissue, draw_tissue


@dataclass
class Hand:
    """Draws signs for one lesion: presence, strength, tissue."""

    rng: np.random.Generator
    field_t: float
    difficulty: Difficulty
    diameter_mm: float
    parts: list[Part]
    signs: list[str]

    def has(self, share: float, sign: str = "") -> bool:
        present = bool(self.rng.random() < share)
        if present and sign:
            self.signs.append(sign)
        return present

    def strength(self, fades: bool = False) -> float:
        h = self.difficulty.h
        value = self.rng.normal(1.0 - 0.22 * h, 0.30 * h)
        if fades and self.diameter_mm < 20:
            value *= 0.4
        return float(np.clip(value, 0.05, 1.0))

    def tissue(self, name: str) -> Tissue:
        return draw_tissue(self.rng, name, self.field_t, spread=self.difficulty.s)

    def add(
        self,
        kind: str,
        tissue: Tissue,
        size: float,
        *,
        fades: bool = False,
        strength: float | None = None,
        off_centre: float = 0.12,
    ) -> None:
        offset = self.rng.normal(0, off_centre, 3)
        self.parts.append(
            Part(
                kind,
                tissue,
                self.strength(fades) if strength is None else strength,
                float(size),
                (float(offset[0]), float(offset[1]), float(offset[2])),
                int(self.rng.integers(2**31)),
            )
        )

    def uniform(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))


def _cyst(hand: Hand, base: Tissue) -> Tissue:
    if hand.has(0.10, "septum"):
        hand.add("septum", hand.tissue("abscess_wall"), hand.uniform(0.2, 0.7))
    if hand.has(0.05, "proteinaceous"):
        base = replace(base.scaled(t1=hand.uniform(0.2, 0.5), t2=hand.uniform(0.35, 0.8)), pd=base.pd)
    return base


def _haemangioma(hand: Hand, base: Tissue) -> Tissue:
    if hand.has(0.07, "sclerosed"):
        base = hand.tissue("hemangioma_sclerosed")
        hand.add("patches", hand.tissue("hcc_capsule"), hand.uniform(0.3, 1.0))
    elif hand.diameter_mm > 50 and hand.has(0.60, "cleft"):
        hand.add("scar", hand.tissue("hemangioma_central_cleft"), hand.uniform(0.35, 0.65))
    if hand.has(0.25, "septa"):
        hand.add("septa", hand.tissue("hcc_capsule"), hand.uniform(0.25, 0.45))
    if hand.has(0.10, "thrombus"):
        hand.add("patches", hand.tissue("necrosis_coagulative"), hand.uniform(0.9, 1.5))
    return base


def _abscess(hand: Hand, base: Tissue) -> Tissue:
    wall = hand.tissue("abscess_wall")
    pattern = hand.rng.random()
    if pattern < 0.26:
        hand.signs.append("central_restriction")
        base = replace(base, adc=float(np.clip(hand.rng.normal(0.75, 0.25), 0.35, 1.3)))
    elif pattern < 0.68:
        hand.signs.append("peripheral_restriction")
        base = replace(base, adc=float(np.clip(hand.rng.normal(1.6, 0.4), 0.9, 2.6)))
        wall = replace(wall, adc=float(np.clip(hand.rng.normal(1.0, 0.15), 0.6, 1.4)))
    if hand.has(0.45, "multilocular"):
        hand.add("septa", wall, hand.uniform(0.35, 0.7))
    hand.add("rim", wall, hand.uniform(0.06, 0.16) * hand.diameter_mm + 1.5)
    if hand.has(0.35, "oedema"):
        hand.add("halo", hand.tissue("abscess_perilesional_edema"), hand.uniform(5, 14))
    if hand.has(0.10, "gas"):
        hand.add("gas", Tissue(1, 1, 0, 0), hand.uniform(0.2, 0.5), strength=1.0)
    return base


def _fnh(hand: Hand, base: Tissue) -> Tissue:
    if hand.has(0.64, "scar"):
        scar = hand.tissue("fnh_central_scar")
        if hand.has(0.17, "dark_scar"):
            scar = scar.scaled(t2=0.42)
        hand.add("scar", scar, hand.uniform(0.25, 0.55), fades=True)
    if hand.has(0.14, "pseudocapsule"):
        hand.add("rim", hand.tissue("fnh_central_scar"), hand.uniform(1.2, 2.4), fades=True)
    if hand.has(0.07, "bright"):
        base = base.scaled(t2=hand.uniform(1.3, 1.7))
    if hand.has(0.20, "septa"):
        hand.add("septa", hand.tissue("fnh_central_scar"), hand.uniform(0.2, 0.35), strength=hand.uniform(0.2, 0.5))
    return base


def _nodule(hand: Hand, base: Tissue) -> Tissue:
    if hand.has(0.22, "siderotic"):
        base = hand.tissue("siderotic_nodule")
    if hand.has(0.08, "nodule_in_nodule"):
        hand.add("nodule", hand.tissue("hcc_well_differentiated"), hand.uniform(0.25, 0.5), off_centre=0.3)
    if hand.has(0.12, "rim"):
        hand.add("rim", hand.tissue("hcc_capsule"), hand.uniform(1.0, 2.0), fades=True)
    return base


def _adenoma(hand: Hand, base: Tissue, inflammatory: bool) -> Tissue:
    if not inflammatory and hand.has(0.80, "fat"):
        base = replace(base, fat=hand.uniform(0.08, 0.30))
    if inflammatory and hand.has(0.40, "atoll"):
        hand.add("rim", base.scaled(t2=hand.uniform(1.2, 1.6)), hand.uniform(3, 7))
    if hand.has(0.15, "haemorrhage"):
        hand.add("patches", hand.tissue("hemorrhage_subacute"), hand.uniform(0.8, 1.5))
    if hand.has(0.20, "capsule"):
        hand.add("rim", hand.tissue("hcc_capsule"), hand.uniform(1.2, 2.2), fades=True)
    return base


def _hcc(hand: Hand, base: Tissue) -> Tissue:
    d = hand.diameter_mm
    if hand.has(0.18, "well_differentiated"):
        base = hand.tissue("hcc_well_differentiated")
    if hand.has(0.40 if d > 30 else 0.12, "mosaic"):
        hand.add("mosaic", hand.tissue("hcc_capsule"), hand.uniform(0.25, 0.5))
    if hand.has(0.15, "fat"):
        hand.add("patches", replace(base, fat=hand.uniform(0.15, 0.45)), hand.uniform(0.0, 0.8))
    if hand.has(0.15, "haemorrhage"):
        hand.add("patches", hand.tissue("hemorrhage_subacute"), hand.uniform(0.8, 1.5))
    if hand.has(0.35 if d > 40 else 0.06, "liquefaction"):
        hand.add("patches", hand.tissue("necrosis_liquefactive"), hand.uniform(0.7, 1.5))
    if hand.has(0.15 if d > 30 else 0.08, "nodule_in_nodule"):
        hand.add("nodule", base.scaled(t2=hand.uniform(1.15, 1.5), adc=0.85), hand.uniform(0.25, 0.5), off_centre=0.3)
    if hand.has(0.031, "target"):
        hand.add("core", hand.tissue("icc_fibrotic_core"), hand.uniform(0.4, 0.65))
    if hand.has(0.52, "capsule"):
        hand.add("rim", hand.tissue("hcc_capsule"), hand.uniform(1.6, 3.4), fades=True)
    if hand.has(0.08, "portal_thrombus"):
        hand.add("thrombus", base, hand.uniform(4, 7), strength=1.0)
    return base


def _icc(hand: Hand, base: Tissue, target: float = 0.75) -> Tissue:
    if hand.has(target, "target"):
        core = hand.tissue("icc_fibrotic_core")
        if hand.has(0.5, "dark_core"):
            core = core.scaled(t2=hand.uniform(0.6, 0.85))
        hand.add("core", core, hand.uniform(0.45, 0.75))
    if hand.has(0.20, "necrosis"):
        hand.add("patches", hand.tissue("necrosis_liquefactive"), hand.uniform(1.0, 1.7))
    if hand.has(0.45, "ducts"):
        hand.add("ducts", hand.tissue("bile_gallbladder"), hand.uniform(1.4, 2.8), strength=1.0)
    return base


def _mixed(hand: Hand, base: Tissue) -> Tissue:
    base = _icc(hand, base, 0.40)
    if hand.has(0.30, "capsule"):
        hand.add("rim", hand.tissue("hcc_capsule"), hand.uniform(1.5, 3.0), fades=True)
    if hand.has(0.10, "fat"):
        hand.add("patches", replace(base, fat=hand.uniform(0.15, 0.4)), hand.uniform(0.4, 1.0))
    if hand.has(0.30, "mosaic"):
        hand.add("mosaic", hand.tissue("hcc_capsule"), hand.uniform(0.25, 0.5))
    return base


def _metastasis(hand: Hand, base: Tissue) -> Tissue:
    d = hand.diameter_mm
    pattern = hand.rng.random()
    rim_share = 0.65 if d > 12 else 0.30
    if pattern < rim_share:
        hand.signs.append("rim_pattern")
        kind = hand.rng.choice(["coagulative", "liquefactive", "fibrous"], p=[0.40, 0.35, 0.25])
        if kind == "fibrous":
            core = hand.tissue("icc_fibrotic_core")
        elif kind == "liquefactive":
            core = hand.tissue("necrosis_liquefactive")
        else:
            core = hand.tissue("necrosis_coagulative")
            core = replace(core, adc=float(np.clip(core.adc * hand.uniform(1.05, 1.5), 0.9, 2.4)))
        hand.add("core", core, hand.uniform(0.45, 0.80))
    elif pattern > 0.93:
        hand.signs.append("variegate")
        hand.add("patches", hand.tissue("necrosis_liquefactive"), hand.uniform(0.5, 1.1))
        hand.add("patches", hand.tissue("necrosis_coagulative"), hand.uniform(0.5, 1.1))
    if hand.has(0.35, "halo"):
        hand.add("halo", base.scaled(t2=hand.uniform(0.75, 0.95)), hand.uniform(3, 9), strength=hand.uniform(0.3, 0.8))
    if hand.has(0.05, "cystic"):
        hand.add("core", hand.tissue("necrosis_liquefactive").scaled(t2=1.4), hand.uniform(0.7, 0.9))
    if hand.has(0.05, "haemorrhage"):
        hand.add("patches", hand.tissue("hemorrhage_subacute"), hand.uniform(0.8, 1.5))
    return base


def dress(hand: Hand, looks: str, base: Tissue) -> Tissue:
    """Adds the signs of one type and returns the base tissue, which some signs replace."""
    if looks == "cyst":
        return _cyst(hand, base)
    if looks == "haemangioma":
        return _haemangioma(hand, base)
    if looks == "abscess":
        return _abscess(hand, base)
    if looks == "fnh":
        return _fnh(hand, base)
    if looks in ("rn", "dn"):
        return _nodule(hand, base)
    if looks.startswith("adenoma"):
        return _adenoma(hand, base, looks.endswith("inflammatory"))
    if looks == "hcc":
        return _hcc(hand, base)
    if looks == "icc":
        return _icc(hand, base)
    if looks == "ehe_like":
        return _icc(hand, base, 0.85)
    if looks in ("mixed", "primary_other"):
        return _mixed(hand, base)
    if looks.startswith("met_"):
        return _metastasis(hand, base)
    if hand.has(0.4, "halo"):
        hand.add("halo", hand.tissue("abscess_perilesional_edema"), hand.uniform(3, 9))
    if hand.has(0.3, "core"):
        hand.add("core", hand.tissue("necrosis_coagulative"), hand.uniform(0.4, 0.7))
    return base
