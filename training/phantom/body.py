"""A patient's own body, drawn: its build, and the tissue of each organ.

The build begins with a template, which several patients of a cohort share and no two cohorts do; tissues begin with the
parameter table, and those that it lacks are made from their nearest relative there.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from training.phantom.anatomy import BodyPlan
from training.phantom.kinetics import NO_UPTAKE, Kinetics
from training.phantom.tissues import Tissue, draw_tissue

# First anatomy template of a cohort, and their number.
_TEMPLATES = {"train": (0, 70), "srrsh": (70, 10), "hzfph": (80, 10), "tdh": (90, 10)}

_ORGANS = (
    "spleen",
    "kidney_cortex",
    "kidney_medulla",
    "pancreas",
    "muscle",
    "subcutaneous_fat",
    "blood_arterial",
    "blood_venous",
    "bile_gallbladder",
    "bone_marrow",
    "bowel_wall_content",
    "stomach_fluid",
    "csf",
    "ascites",
    "lung",
    "air",
)


def draw_body(rng: np.random.Generator, cohort: str, seed: int, sex: str, cirrhotic: bool) -> BodyPlan:
    """Build of one patient: one of the cohort's templates, shared by several patients, and what is theirs alone."""
    first, count = _TEMPLATES[cohort]
    template = first + int(rng.integers(count))
    plan = np.random.default_rng([seed, 77, template])
    size = (1.02 if sex == "M" else 0.95) * float(np.clip(rng.normal(1.0, 0.035), 0.9, 1.1))
    oblique = rng.random() < 0.08
    tilt = (float(rng.uniform(-8, 8)), float(rng.uniform(-5, 5))) if oblique else (0.0, 0.0)
    return BodyPlan(
        template=template,
        scale=size,
        half_width_mm=float(plan.uniform(130, 146)),
        half_depth_mm=float(plan.uniform(90, 104)),
        fat_mm=float(np.clip(rng.lognormal(np.log(16), 0.45), 5, 38)),
        left_lobe_mm=float(plan.uniform(45, 92)),
        liver_low_mm=float(plan.uniform(-108, -80)),
        dome_mm=float(plan.uniform(80, 94)),
        spleen_scale=float(plan.uniform(0.85, 1.05)) * (1.18 if cirrhotic and rng.random() < 0.6 else 1.0),
        cirrhosis=float(rng.uniform(0.25, 1.0)) if cirrhotic else 0.0,
        ascites=bool(rng.random() < (0.15 if cirrhotic else 0.02)),
        gallbladder=bool(rng.random() < 0.88),
        tilt_deg=tilt,
        seed=int(rng.integers(2**31)),
        template_seed=int(plan.integers(2**31)),
    )


def draw_tissues(
    rng: np.random.Generator, field_t: float, liver_state: str, siderotic: bool, t2_score: float, spread: float
) -> dict[str, Tissue]:
    """Tissue of every organ, by layer name.

    Args:
        rng: source of chance.
        field_t: 1.5 or 3.0.
        liver_state: ``normal``, ``steatotic`` or ``cirrhotic``.
        siderotic: iron darkens liver and spleen on T2.
        t2_score: the liver's T2 as a standard normal score; that of the lesions follows it in part.
        spread: multiplier on the tissue SDs.
    """
    tissues = {name: draw_tissue(rng, name, field_t, spread=spread) for name in _ORGANS}
    liver = draw_tissue(
        rng, f"liver_{liver_state}", field_t, spread=spread, shared_t2_score=t2_score, shared_weight=1.0
    )
    if liver_state == "steatotic":
        liver = replace(liver, fat=float(rng.uniform(0.06, 0.28)))
    if siderotic:
        darker = float(rng.uniform(0.62, 0.88))
        liver = liver.scaled(t2=darker)
        tissues["spleen"] = tissues["spleen"].scaled(t2=float(rng.uniform(0.6, 1.0)))
    tissues["liver"] = liver
    muscle, fat = tissues["muscle"], tissues["subcutaneous_fat"]
    tissues["subcutaneous_fat"] = replace(fat, fat=1.0)
    tissues["visceral_fat"] = replace(fat, fat=1.0, pd=fat.pd * 0.93)
    tissues["bone_marrow"] = replace(tissues["bone_marrow"], fat=float(rng.uniform(0.35, 0.65)))
    tissues["bone_cortex"] = replace(muscle, pd=0.12, t2_ms=20.0, kinetics=NO_UPTAKE)
    tissues["skin"] = replace(muscle, pd=0.6, adc=1.2)
    tissues["myocardium"] = replace(muscle, t2_ms=muscle.t2_ms * 1.5, pd=0.8, kinetics=Kinetics(100, 1, 0.28))
    tissues["bowel_wall"] = replace(muscle, t2_ms=muscle.t2_ms * 1.9, pd=0.8, kinetics=Kinetics(70, 1, 0.28))
    tissues["cord"] = replace(muscle, t2_ms=80.0, pd=0.75, adc=0.95, kinetics=NO_UPTAKE)
    tissues["disc"] = replace(muscle, t2_ms=float(rng.uniform(32, 62)), pd=0.7, adc=1.6, kinetics=NO_UPTAKE)
    return tissues
