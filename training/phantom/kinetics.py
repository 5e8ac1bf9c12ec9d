"""Contrast kinetics of an extracellular agent: arterial and portal input, dual-input one-compartment tissue.

Times in seconds after the start of injection, concentrations in mM of tissue or whole blood, flows in mL/100 mL/min.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

STEP_S = 0.5
END_S = 260.0
HAEMATOCRIT = 0.42
ARTERIAL_DELAY_S = 2.0
PORTAL_DELAY_S = 8.0
PORTAL_SPREAD_S = 9.0
BLOOD_POOL_SHARE = 0.85

# Plasma relaxivity r1 in 1/(mM s).
RELAXIVITY = {
    ("gadopentetate", 1.5): 4.1,
    ("gadopentetate", 3.0): 3.7,
    ("gadodiamide", 1.5): 4.3,
    ("gadodiamide", 3.0): 4.0,
}
R2_STAR_RELAXIVITY = 5.5


@dataclass(frozen=True)
class Kinetics:
    """How one tissue takes up contrast.

    Attributes:
        flow: perfusion in mL/100 mL/min; zero for what does not enhance.
        arterial: share of the inflow that is arterial.
        volume: distribution volume (fraction).
        blood: share of the voxel that is arterial blood itself (vessels, haemangioma pools); portal: portal blood.
    """

    flow: float = 0.0
    arterial: float = 1.0
    volume: float = 0.2
    blood: float = 0.0
    portal: float = 0.0


NO_UPTAKE = Kinetics()
_LIVER, _MUSCLE, _CORE = Kinetics(110, 0.20, 0.22), Kinetics(8, 1, 0.11), Kinetics(14, 1, 0.45)
_METASTASIS, _NODULE = Kinetics(80, 0.9, 0.28), Kinetics(75, 0.35, 0.29)

KINETICS: dict[str, Kinetics] = {
    "liver_normal": _LIVER,
    "liver_steatotic": _LIVER,
    "liver_cirrhotic": Kinetics(75, 0.40, 0.30),
    "spleen": Kinetics(150, 1, 0.30),
    "kidney_cortex": Kinetics(300, 1, 0.35),
    "kidney_medulla": Kinetics(110, 1, 0.35),
    "pancreas": Kinetics(160, 1, 0.25),
    "muscle": _MUSCLE,
    "bone_marrow": Kinetics(12, 1, 0.10),
    "bowel_wall_content": Kinetics(15, 1, 0.10),
    "blood_arterial": Kinetics(blood=1.0),
    "blood_venous": Kinetics(portal=1.0),
    "hcc": Kinetics(130, 0.90, 0.20),
    "hcc_well_differentiated": Kinetics(95, 0.70, 0.22),
    "hcc_capsule": _CORE,
    "fnh": Kinetics(230, 0.95, 0.24),
    "fnh_central_scar": Kinetics(14, 1, 0.42),
    "adenoma_hnf1a": Kinetics(95, 0.85, 0.22),
    "adenoma_inflammatory": Kinetics(140, 0.85, 0.24),
    "regenerative_nodule": _NODULE,
    "dysplastic_nodule": _NODULE,
    "siderotic_nodule": _NODULE,
    "icc_viable_rim": Kinetics(85, 0.85, 0.30),
    "icc_fibrotic_core": _CORE,
    "mixed_hcc_icc": Kinetics(105, 0.88, 0.26),
    "met_colorectal": _METASTASIS,
    "met_breast": _METASTASIS,
    "met_lung": _METASTASIS,
    "met_pancreas": Kinetics(60, 0.9, 0.28),
    "met_mucinous": Kinetics(45, 0.9, 0.28),
    "met_net_hypervascular": Kinetics(180, 0.95, 0.27),
    "abscess_wall": Kinetics(80, 0.8, 0.36),
    "abscess_perilesional_edema": Kinetics(90, 0.4, 0.30),
    "hemangioma_typical": Kinetics(blood=BLOOD_POOL_SHARE),
    "hemangioma_sclerosed": Kinetics(35, 0.9, 0.30),
    "necrosis_coagulative": Kinetics(6, 1, 0.15),
}


def kinetics_of(tissue: str) -> Kinetics:
    """Uptake of a tissue of the table; fluids, fat and air take up nothing."""
    return KINETICS.get(tissue, NO_UPTAKE)


@dataclass(frozen=True)
class Bolus:
    """One injection.

    Attributes:
        arrival_s: when contrast reaches the aorta.
        amplitude: individual factor on the dose-scaled arterial curve.
        stretch: individual factor on its time axis.
        dose_mmol_kg: injected dose.
    """

    arrival_s: float = 14.0
    amplitude: float = 1.0
    stretch: float = 1.0
    dose_mmol_kg: float = 0.1


def draw_bolus(rng: np.random.Generator, dose_mmol_kg: float) -> Bolus:
    """Arrival 14 ± 3 s, amplitude and stretch lognormal with SD 0.25 and 0.20."""
    return Bolus(
        float(np.clip(rng.normal(14, 3), 7, 24)),
        float(rng.lognormal(0, 0.25)),
        float(rng.lognormal(0, 0.20)),
        dose_mmol_kg,
    )


def aorta(minutes: NDArray[np.floating]) -> NDArray[np.float64]:
    """Parker's population arterial input (mM of blood at 0.1 mmol/kg), `minutes` after arrival."""
    t = np.asarray(minutes, float)
    first = 0.809 / (0.0563 * np.sqrt(2 * np.pi)) * np.exp(-((t - 0.17046) ** 2) / (2 * 0.0563**2))
    second = 0.330 / (0.132 * np.sqrt(2 * np.pi)) * np.exp(-((t - 0.365) ** 2) / (2 * 0.132**2))
    wash = 1.050 * np.exp(-0.1685 * t) / (1 + np.exp(-38.078 * (t - 0.483)))
    return np.asarray(np.where(t >= 0, first + second + wash, 0.0))


@cache
def _inputs(bolus: Bolus) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Times, arterial and portal blood concentration."""
    times = np.arange(0, END_S, STEP_S)
    arterial = aorta((times - bolus.arrival_s) / 60 / bolus.stretch)
    arterial = arterial * bolus.amplitude * bolus.dose_mmol_kg / 0.1
    kernel = np.exp(-times / PORTAL_SPREAD_S)
    kernel /= kernel.sum()
    portal = np.convolve(arterial, kernel)[: len(times)]
    lag = round(PORTAL_DELAY_S / STEP_S)
    return times, arterial, np.concatenate([np.zeros(lag), portal[:-lag]])


@cache
def concentration(kinetics: Kinetics, bolus: Bolus, at_s: float) -> float:
    """Contrast concentration (mM) of a tissue `at_s` seconds after the start of injection."""
    times, arterial, portal = _inputs(bolus)
    value = 0.0
    if kinetics.blood:
        value += kinetics.blood * float(np.interp(at_s, times, arterial))
    if kinetics.portal:
        value += kinetics.portal * float(np.interp(at_s, times, portal))
    if kinetics.flow:
        lag = round(ARTERIAL_DELAY_S / STEP_S)
        delayed = np.concatenate([np.zeros(lag), arterial[:-lag]])
        inflow = kinetics.arterial * delayed + (1 - kinetics.arterial) * portal
        flow = kinetics.flow / 100 / 60
        # dC/dt = F·input/(1 − Hct) − (F/DV)·C has the exponential as its impulse response.
        response = np.exp(-times * flow / kinetics.volume)
        curve = np.convolve(inflow, response)[: len(times)] * flow / (1 - HAEMATOCRIT) * STEP_S
        value += float(np.interp(at_s, times, curve))
    return value
