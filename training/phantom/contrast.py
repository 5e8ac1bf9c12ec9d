"""T1-weighted signal before and after contrast: concentration in every tissue, fill-in and rims inside lesions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from engine.domain.sequence import SequenceRole
from training.phantom import sequences, signals
from training.phantom.cohort import PhantomPatient
from training.phantom.fields import Array, smooth_noise
from training.phantom.kinetics import (
    R2_STAR_RELAXIVITY,
    RELAXIVITY,
    Bolus,
    Kinetics,
    concentration,
    draw_bolus,
    kinetics_of,
)
from training.phantom.lesion_signs import PaintedLesion
from training.phantom.scene import Scene
from training.phantom.sequences import Value
from training.phantom.tissues import Tissue

# "15 / 60 / 180 s" name the start of the acquisition; k-space centre lies 45 % into the window of 12–18 s.
EFFECTIVE_S = {
    SequenceRole.T1_LATE_ARTERIAL: (24.0, 1.0),
    SequenceRole.T1_PORTAL_VENOUS: (67.0, 2.0),
    SequenceRole.T1_EQUILIBRIUM: (187.0, 4.0),
}
_RIM_SHARE = {"icc": 0.86, "ehe_like": 0.86, "mixed": 0.40, "primary_other": 0.40}


def agent_of(cohort: str) -> str:
    """Contrast agent of a cohort's hospital."""
    return "gadodiamide" if cohort == "tdh" else "gadopentetate"


def examination(patient: PhantomPatient, role: SequenceRole) -> tuple[Bolus, float | None]:
    """The patient's bolus and the effective time of one phase (None before contrast)."""
    rng = patient.rng(301)
    bolus = draw_bolus(rng, patient.scanner.contrast_mmol_kg)
    if role not in EFFECTIVE_S:
        return bolus, None
    mean, sd = EFFECTIVE_S[role]
    scores = {key: float(rng.normal()) for key in EFFECTIVE_S}
    return bolus, round(mean + sd * scores[role], 2)


def _scattered(kinetics: Kinetics, flow: float, volume: float) -> Kinetics:
    return replace(kinetics, flow=kinetics.flow * flow, volume=kinetics.volume * volume)


def lesion_concentration(
    painted: PaintedLesion, bolus: Bolus, at_s: float, grid_axes: tuple[Array, Array, Array]
) -> Array:
    """Contrast concentration (mM) in a lesion's box; the same lesion draws the same pattern in every phase."""
    lesion = painted.lesion
    rng = np.random.default_rng([lesion.seed, 7])
    flow, volume = float(rng.lognormal(-0.08, 0.39)), float(rng.lognormal(-0.02, 0.20))
    depth = painted.depth_mm
    radius = float(np.cbrt(np.prod(lesion.radii_mm)))
    base = lesion.base.kinetics
    since = max(0.0, at_s - bolus.arrival_s)
    if lesion.looks == "hcc" and rng.random() < 0.15:
        base = replace(base, flow=0.45 * base.flow, arterial=0.5)
    if base.blood and lesion.looks == "haemangioma":
        speed = radius * _fill_speed(rng, lesion.diameter_mm)
        scale = max(4.0, 0.45 * radius)
        noise = smooth_noise(rng, grid_axes, (scale, scale, scale))
        # Enhancement starts as separate nodules on the shell and closes up with time.
        filled = np.clip((np.float32(speed * since) - depth) / 3.0 + 0.5, 0, 1)
        filled *= np.clip((noise - np.float32(0.5 - since / 45.0)) / 0.5, 0, 1)
        level = filled * np.float32(concentration(base, bolus, at_s))
    else:
        level = np.full_like(depth, concentration(_scattered(base, flow, volume), bolus, at_s))
        rim_share = 0.72 if lesion.looks.startswith("met_") else _RIM_SHARE.get(lesion.looks, 0.0)
        if rng.random() < rim_share:
            inner = kinetics_of("icc_fibrotic_core") if lesion.looks == "icc" else Kinetics(12, 1, 0.30)
            start, width = float(rng.uniform(0.10, 0.30)) * radius, float(rng.uniform(0.15, 0.35)) * radius
            weight = np.clip((depth - start) / width, 0, 1) * np.float32(rng.uniform(0.6, 1.0))
            level += weight * (np.float32(concentration(inner, bolus, at_s)) - level)
    for weight, kinetics in painted.maps.uptake:
        level += weight * (np.float32(concentration(_scattered(kinetics, 1.0, volume), bolus, at_s)) - level)
    return np.asarray(level, np.float32)


def _fill_speed(rng: np.random.Generator, diameter_mm: float) -> float:
    """Speed of a haemangioma's fill front in radii per second: flash, complete by equilibrium, or incomplete."""
    small = diameter_mm < 15
    kind = rng.choice(["flash", "complete", "slow"], p=[0.6, 0.35, 0.05] if small else [0.12, 0.55, 0.33])
    low, high = {"flash": (0.10, 0.25), "complete": (0.0065, 0.015), "slow": (0.0015, 0.0045)}[str(kind)]
    return float(rng.uniform(low, high))


def compose_t1(built: Scene, patient: PhantomPatient, role: SequenceRole) -> tuple[Array, float]:
    """Fat-suppressed spoiled gradient echo on the grid, and the liver's own level before contrast."""
    protocol = patient.protocols["T1"]
    bolus, at_s = examination(patient, role)
    r1 = RELAXIVITY[agent_of(patient.cohort), patient.field_t]
    timing = {"tr_ms": protocol.tr_ms, "te_ms": protocol.te_ms, "flip_deg": protocol.flip_deg}
    grid = built.canvas.grid

    def spoiled(pd: Value, t1_ms: Value, t2_star_ms: Value, amount: Value) -> Value:
        rate = 1000.0 / t1_ms + r1 * amount
        decay = 1000.0 / t2_star_ms + R2_STAR_RELAXIVITY * amount
        return sequences.spgr(pd, 1000.0 / rate, decay, **timing)

    def signal(tissue: Tissue) -> tuple[float, float]:
        if tissue.pd <= 0:
            return 0.0, 0.0
        amount = 0.0 if at_s is None else concentration(tissue.kinetics, bolus, at_s)
        value = float(spoiled(tissue.pd, tissue.t1_ms, tissue.t2_star_ms, amount))
        return value * (1 - tissue.fat), value * tissue.fat

    def maps(painted: PaintedLesion) -> Array:
        m, box = painted.maps, painted.box
        axes = (grid.z_mm[box[0]], grid.y_mm[box[1]], grid.x_mm[box[2]])
        amount = np.float32(0) if at_s is None else lesion_concentration(painted, bolus, at_s, axes)
        base = painted.lesion.base
        share = base.t2_star_ms / base.t2_ms
        value = spoiled(m.pd, m.t1_ms, np.maximum(m.t2_ms * np.float32(share), 1.0), amount)
        return np.asarray(value * (1 - m.fat * (1 - patient.mishaps.fat_left)), np.float32)

    liver = patient.tissues["liver"]
    before = float(spoiled(liver.pd, liver.t1_ms, liver.t2_star_ms, 0.0))
    rng = patient.rng(302)
    moire = float(rng.uniform(2.5, 7.0))
    # Short echoes leave little of the flow void; fresh blood enters the aorta from above and the cava from below.
    volume = signals.compose(
        built,
        patient,
        signal,
        maps,
        patient.mishaps.fat_left,
        flow_power=0.15,
        gains=_inflow(grid.z_mm, float(rng.uniform(0.2, 0.9))) if at_s is None else None,
        coarseness={"spleen": moire} if role is SequenceRole.T1_LATE_ARTERIAL else None,
    )
    if at_s is not None:
        for painted in built.lesions:
            _add_hyperaemia(volume, built, patient, painted, signal)
    return volume, before * (1 - liver.fat)


def _inflow(z_mm: Array, strength: float) -> dict[str, Array]:
    """Factor per plane on blood that enters the slab unsaturated, shape (planes, 1, 1)."""
    from_above = 1 + strength * np.exp(-(z_mm[-1] - z_mm) / 14.0)
    from_below = 1 + strength * np.exp(-(z_mm - z_mm[0]) / 14.0)
    return {
        "blood_arterial": np.asarray(from_above[:, None, None], np.float32),
        "blood_venous": np.asarray(from_below[:, None, None], np.float32),
    }


def _add_hyperaemia(
    volume: Array,
    built: Scene,
    patient: PhantomPatient,
    painted: PaintedLesion,
    signal: Callable[[Tissue], tuple[float, float]],
) -> None:
    """Liver around some metastases and abscesses is fed by more arterial blood: bright in the arterial phase alone."""
    looks = painted.lesion.looks
    rng = np.random.default_rng([painted.lesion.seed, 8])
    share = 0.47 if looks.startswith("met_") else 0.30 if looks == "abscess" else 0.0
    if rng.random() >= share:
        return
    assert built.canvas.liver_distance is not None
    liver = patient.tissues["liver"]
    fed = replace(liver, kinetics=replace(liver.kinetics, arterial=float(rng.uniform(0.45, 0.9))))
    gain = signal(fed)[0] / max(signal(liver)[0], 1e-9) - 1
    # Within the lesion's box, which reaches 6 mm beyond its surface.
    ring = np.clip(1 + painted.depth_mm / np.float32(rng.uniform(3.0, 6.0)), 0, 1) * (painted.depth_mm < 0)
    ring *= built.canvas.liver_distance[painted.box] < 0
    volume[painted.box] *= 1 + np.float32(gain) * ring
