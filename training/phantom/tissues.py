"""Tissue parameters: the shipped table of T1, T2, proton density and ADC, and draws from it.

Times are in ms, ADC in 1e-3 mm²/s, proton density relative to free water. The table's sources stand in the last column.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from training.phantom.kinetics import NO_UPTAKE, Kinetics, kinetics_of

TABLE_PATH = Path(__file__).with_name("phantom_parameters.csv")

# Perfusion fraction and pseudo-diffusion (1e-3 mm²/s) per group of tissues: assumed hierarchy, liver > tumour > fluid.
_PERFUSION = {
    "liver_normal": (0.22, 60.0),
    "liver_steatotic": (0.20, 60.0),
    "liver_cirrhotic": (0.15, 60.0),
    "spleen": (0.12, 40.0),
    "kidney_cortex": (0.20, 40.0),
    "kidney_medulla": (0.15, 40.0),
    "pancreas": (0.18, 50.0),
    "hemangioma_typical": (0.15, 30.0),
    "hemangioma_sclerosed": (0.08, 30.0),
    "fnh": (0.20, 50.0),
    "adenoma_hnf1a": (0.16, 50.0),
    "adenoma_inflammatory": (0.18, 50.0),
    "regenerative_nodule": (0.15, 60.0),
    "dysplastic_nodule": (0.15, 60.0),
}
_FLUIDS = frozenset(
    (
        "cyst",
        "bile_gallbladder",
        "stomach_fluid",
        "csf",
        "ascites",
        "air",
        "subcutaneous_fat",
        "abscess_cavity",
        "necrosis_liquefactive",
        "necrosis_coagulative",
        "hemangioma_central_cleft",
        "met_mucinous",
        "hemorrhage_subacute",
    )
)


@dataclass(frozen=True)
class TissueRow:
    """One row of the table: mean and between-patient SD of each parameter at one field strength."""

    name: str
    field_t: float
    t1_ms: tuple[float, float]
    t2_ms: tuple[float, float]
    pd: tuple[float, float]
    adc: tuple[float, float]


@dataclass(frozen=True)
class Tissue:
    """One drawn tissue.

    Attributes:
        t1_ms, t2_ms: single-component spin-echo relaxation times.
        pd: proton density relative to free water.
        adc: what a two-point fit returns, 1e-3 mm²/s.
        perfusion, d_star: IVIM fraction and pseudo-diffusion (1e-3 mm²/s).
        fat: share of the proton signal that is fat (0–1).
        t2_star_ms: effective transverse decay of gradient echoes.
        kinetics: contrast uptake.
    """

    t1_ms: float
    t2_ms: float
    pd: float
    adc: float
    perfusion: float = 0.0
    d_star: float = 40.0
    fat: float = 0.0
    t2_star_ms: float = 30.0
    kinetics: Kinetics = NO_UPTAKE

    def scaled(self, *, t1: float = 1.0, t2: float = 1.0, adc: float = 1.0) -> Tissue:
        """The same tissue with parameters multiplied, kept inside the physical limits of the drawing rules."""
        return replace(
            self,
            t1_ms=self.t1_ms * t1,
            t2_ms=max(18.0, self.t2_ms * t2) if self.t2_ms > 1 else self.t2_ms,
            adc=float(np.clip(self.adc * adc, 0.02 if self.adc < 0.1 else 0.25, 3.3)),
        )


@cache
def load_table() -> dict[tuple[str, float], TissueRow]:
    """The parameter table, keyed by (tissue, field strength in tesla)."""
    rows = {}
    with TABLE_PATH.open(newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            name, field_t = line["tissue"], float(line["field_T"])
            rows[name, field_t] = TissueRow(
                name,
                field_t,
                (float(line["T1_mean"]), float(line["T1_sd"])),
                (float(line["T2_mean"]), float(line["T2_sd"])),
                (float(line["PD_mean"]), float(line["PD_sd"])),
                (float(line["ADC_mean"]), float(line["ADC_sd"])),
            )
    return rows


@cache
def table_digest() -> str:
    """SHA-256 of the parameter table, written into every cohort's manifest."""
    return hashlib.sha256(TABLE_PATH.read_bytes()).hexdigest()


def perfusion_of(name: str) -> tuple[float, float]:
    """IVIM fraction and pseudo-diffusion (1e-3 mm²/s) assumed for a tissue of the table."""
    if name in _FLUIDS:
        return 0.0, 40.0
    return _PERFUSION.get(name, (0.10, 40.0))


def mean_tissue(name: str, field_t: float) -> Tissue:
    """The tissue at the table's means, for tests and noise-free reference renderings."""
    row = load_table()[name, field_t]
    perfusion, d_star = perfusion_of(name)
    return Tissue(
        row.t1_ms[0],
        row.t2_ms[0],
        row.pd[0],
        row.adc[0],
        perfusion,
        d_star,
        t2_star_ms=t2_star_of(name, row.t2_ms[0], field_t),
        kinetics=kinetics_of(name),
    )


def t2_star_of(name: str, t2_ms: float, field_t: float) -> float:
    """T2* in ms: about 0.6 T2 at 1.5 T and half of T2 at 3 T (liver 28 and 18), far shorter at iron and gas."""
    if name == "siderotic_nodule":
        return 0.3 * t2_ms * (1.0 if field_t < 2 else 0.5)
    if name == "lung":
        return 1.5
    return max(1.0, t2_ms * (0.6 if field_t < 2 else 0.5))


def lognormal_at(mean: float, sd: float, z: float) -> float:
    """Value at standard normal score `z` of the lognormal law with this mean and SD."""
    if mean <= 0 or sd <= 0:
        return mean
    sigma2 = np.log1p((sd / mean) ** 2)
    return float(mean * np.exp(z * np.sqrt(sigma2) - sigma2 / 2))


def draw_tissue(
    rng: np.random.Generator,
    name: str,
    field_t: float,
    *,
    spread: float = 1.0,
    shared_t2_score: float = 0.0,
    shared_weight: float = 0.0,
) -> Tissue:
    """Draws one tissue: lognormal laws, T2–ADC correlation 0.45, T1–T2 correlation 0.5.

    Args:
        rng: source of chance.
        name: tissue of the table.
        field_t: 1.5 or 3.0.
        spread: multiplier `s` on the table's SDs.
        shared_t2_score: a patient's own standard normal score, mixed into T2 so that liver and lesion of one
            patient go together.
        shared_weight: square root of that correlation.
    """
    row = load_table()[name, field_t]
    perfusion, d_star = perfusion_of(name)
    e = rng.standard_normal(4)
    z_t2 = shared_weight * shared_t2_score + np.sqrt(1 - shared_weight**2) * e[0]
    z_adc = 0.45 * z_t2 + np.sqrt(1 - 0.45**2) * e[1]
    z_t1 = 0.5 * z_t2 + np.sqrt(1 - 0.5**2) * e[2]
    t2 = lognormal_at(row.t2_ms[0], row.t2_ms[1] * spread, float(z_t2))
    adc = lognormal_at(row.adc[0], row.adc[1] * spread, float(z_adc))
    return Tissue(
        t1_ms=lognormal_at(row.t1_ms[0], row.t1_ms[1] * spread, float(z_t1)),
        t2_ms=max(18.0, t2) if row.t2_ms[0] > 18 else t2,
        pd=float(np.clip(row.pd[0] + row.pd[1] * spread * e[3], 0.0, 1.05)),
        adc=float(np.clip(adc, 0.25, 3.3)) if row.adc[0] > 0.25 else adc,
        perfusion=perfusion,
        d_star=d_star,
        t2_star_ms=t2_star_of(name, t2, field_t),
        kinetics=kinetics_of(name),
    )
