"""Scanners and protocols: which hospital owns which instance, and how each acquires T2, DWI and T1.

A scanner instance belongs to one cohort only, so that noise, tone and naming cannot cross from training to a held-out
set. Ranges are drawn per instance and jittered per patient by 2–5 %.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

Vendor = str
NAMESPACE = {"train": 1, "srrsh": 2, "hzfph": 3, "tdh": 4}


@dataclass(frozen=True)
class Protocol:
    """One sequence as acquired.

    Attributes:
        tr_ms, te_ms, flip_deg: timing.
        acq_matrix: acquired (rows, columns) of k-space.
        recon_matrix: (rows, columns) of the stored image.
        thickness_mm, step_mm: slice profile width and distance between slice centres.
        snr: liver signal over noise SD in the acquired voxel.
        b_high, b_low: b-values in s/mm², zero for anatomical sequences.
        bandwidth_hz_px: along the phase-encoding direction (EPI distortion).
    """

    tr_ms: float
    te_ms: float
    flip_deg: float
    acq_matrix: tuple[int, int]
    recon_matrix: tuple[int, int]
    thickness_mm: float
    step_mm: float
    snr: float
    b_high: float = 0.0
    b_low: float = 0.0
    bandwidth_hz_px: float = 0.0
    echo_train: int = 1


@dataclass(frozen=True)
class Scanner:
    """One machine of one hospital; `gamma` is its tone curve, `filter_strength` that of its k-space window."""

    name: str
    vendor: Vendor
    model: str
    field_t: float
    gamma: float
    gain: float
    snr_factor: float
    bias: float
    contrast_mmol_kg: float
    seed: int
    filter_strength: float = 0.5


_FLEET: dict[str, tuple[tuple[str, str, float, float], ...]] = {
    # vendor, model, field in tesla, share of the patients
    "train": (
        ("GE", "Signa HDxt", 1.5, 0.34),
        ("GE", "Discovery MR750", 3.0, 0.30),
        ("Siemens", "Skyra", 3.0, 0.22),
        ("Siemens", "Skyra", 3.0, 0.14),
    ),
    "srrsh": (
        ("GE", "Signa HDxt", 1.5, 0.34),
        ("GE", "Discovery MR750", 3.0, 0.30),
        ("Siemens", "Skyra", 3.0, 0.22),
        ("Siemens", "Skyra", 3.0, 0.14),
    ),
    "hzfph": (("Philips", "Ingenia", 3.0, 0.70), ("Siemens", "Aera", 1.5, 0.30)),
    "tdh": (("UIH", "uMR 588", 1.5, 1.0),),
}
_DOSE = {"train": 0.2, "srrsh": 0.2, "hzfph": 0.1, "tdh": 0.1}
_SNR = {"train": 1.0, "srrsh": 1.0, "hzfph": 0.8, "tdh": 1.1}


def draw_scanner(rng: np.random.Generator, cohort: str, seed: int) -> Scanner:
    """Picks the machine that examines a patient; its own properties depend on cohort, machine number and seed only."""
    fleet = _FLEET[cohort]
    number = int(rng.choice(len(fleet), p=[row[3] for row in fleet]))
    vendor, model, field_t, _ = fleet[number]
    own = np.random.default_rng([seed, NAMESPACE[cohort], 900 + number])
    gain = {"GE": 2.5, "Siemens": 1.0, "Philips": 1.4, "UIH": 1.0}[vendor]
    return Scanner(
        name=f"{cohort.upper()}-{vendor}-{field_t:g}T-{number + 1}",
        vendor=vendor,
        model=model,
        field_t=field_t,
        gamma=float(own.uniform(0.85, 1.15)),
        gain=gain * float(own.uniform(0.8, 1.25)),
        snr_factor=_SNR[cohort] * float(own.uniform(0.9, 1.1)),
        bias=0.08 if field_t < 2 else 0.11,  # what the vendor's filter leaves of the receive profile
        contrast_mmol_kg=_DOSE[cohort],
        seed=int(own.integers(2**31)),
        filter_strength=float(own.uniform(0.3, 0.75)),
    )


def _t2_echo(cohort: str, own: np.random.Generator) -> float:
    low, high = {"train": (76, 92), "srrsh": (76, 92), "hzfph": (84, 105), "tdh": (66, 80)}[cohort]
    return float(own.uniform(low, high))


def _dwi_echo(cohort: str, own: np.random.Generator) -> float:
    low, high = {"train": (60, 72), "srrsh": (60, 72), "hzfph": (66, 82), "tdh": (55, 64)}[cohort]
    return float(own.uniform(low, high))


def draw_protocols(
    rng: np.random.Generator, cohort: str, scanner: Scanner, fov_mm: tuple[float, float]
) -> dict[str, Protocol]:
    """T2, DWI and T1 protocols of one examination; `fov_mm` is (columns' extent x, rows' extent y)."""
    own = np.random.default_rng([scanner.seed, 1])
    fov_x, fov_y = fov_mm

    def jitter() -> float:
        return float(1 + rng.normal(0, 0.03))

    def matrix(pixel_mm: float) -> tuple[int, int]:
        return 2 * round(fov_y / pixel_mm / 2), 2 * round(fov_x / pixel_mm / 2)

    t2_pixel = float(own.uniform(0.90, 0.94)) if cohort == "hzfph" else float(own.uniform(0.70, 0.82))
    t2_acquired = float(own.uniform(1.15, 1.35))
    t2 = Protocol(
        tr_ms=float(own.uniform(3200, 6000)) * float(rng.uniform(0.85, 1.2)),
        te_ms=_t2_echo(cohort, own) * jitter(),
        flip_deg=float(own.choice([120, 140, 150, 160])),
        acq_matrix=matrix(t2_acquired),
        recon_matrix=matrix(t2_pixel),
        thickness_mm=float(own.choice([6.0, 7.0, 8.0])),
        step_mm=0.0,
        snr=float(np.clip(rng.normal(30, 6), 18, 48)) * scanner.snr_factor,
        echo_train=int(own.integers(12, 26)),
    )
    t2 = replace(t2, step_mm=t2.thickness_mm + float(own.choice([1.0, 1.5, 2.0])))
    dwi_acquired = 2.0 if scanner.vendor in ("Siemens", "UIH") else float(own.uniform(2.2, 2.8))
    if cohort == "hzfph" and scanner.vendor == "Philips":
        dwi_acquired = float(own.uniform(2.4, 3.0))
    share_b800 = {"train": 0.65, "srrsh": 0.65, "hzfph": 0.70, "tdh": 1.0}[cohort]
    dwi = Protocol(
        tr_ms=float(own.uniform(3000, 6400)) * float(rng.uniform(0.9, 1.1)),
        te_ms=_dwi_echo(cohort, own) * jitter(),
        flip_deg=90.0,
        acq_matrix=matrix(dwi_acquired),
        recon_matrix=matrix(float(own.uniform(1.35, 1.95))),
        thickness_mm=float(own.choice([6.0, 7.0])),
        step_mm=0.0,
        snr=float(np.clip(rng.normal(22, 6.5), 9, 40)) * scanner.snr_factor,
        b_high=800.0 if own.random() < share_b800 else 1000.0,
        b_low=50.0 if scanner.vendor in ("Siemens", "UIH") else 0.0,
        bandwidth_hz_px=18.0 if scanner.vendor != "Philips" else 14.0,
    )
    dwi = replace(dwi, step_mm=dwi.thickness_mm + float(own.choice([0.7, 1.0])))
    t1 = Protocol(
        tr_ms=float(own.uniform(3.4, 4.6)),
        te_ms=float(own.uniform(1.3, 2.2)),
        flip_deg=float(own.uniform(9.5, 13)),
        acq_matrix=matrix(float(own.uniform(1.2, 1.5))),
        recon_matrix=matrix(float(own.uniform(0.75, 0.9))),
        thickness_mm=float(own.choice([3.0, 4.0, 5.0])),
        step_mm=0.0,
        snr=float(np.clip(rng.normal(38, 8), 22, 60)) * scanner.snr_factor,
    )
    t1 = replace(t1, step_mm=2.5 if scanner.vendor == "GE" else t1.thickness_mm)
    return {"T2": t2, "DWI": dwi, "T1": t1}
