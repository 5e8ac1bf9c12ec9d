"""Four phantom cohorts: who is in them, and the whole draw of one patient.

`draw_patient` is pure: (cohort, index, seed) fixes everything. Cohorts use disjoint seed namespaces, anatomy templates
and scanners, so that nothing of a held-out patient can have been seen in training.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np

from training.phantom.anatomy import BodyPlan
from training.phantom.artefacts import Mishaps, draw_mishaps
from training.phantom.body import draw_body, draw_tissues
from training.phantom.lesion_types import CASE_MIX, LESION_TYPES, MEMBERS, Label
from training.phantom.lesions import Difficulty, Lesion, draw_lesion
from training.phantom.scanner import NAMESPACE, Protocol, Scanner, draw_protocols, draw_scanner
from training.phantom.tissues import Tissue

DEFAULT_SEED = 20251
COHORTS = tuple(CASE_MIX)

# Diameter scale, height over diameter, spectral exponent of the textures, share of atypical lesions.
_DIAMETER_SCALE = {"train": 1.0, "srrsh": 0.98, "hzfph": 0.82, "tdh": 0.80}
_HEIGHT = {"train": 0.92, "srrsh": 0.82, "hzfph": 0.69, "tdh": 0.77}
_TEXTURE_EXPONENT = {"train": (2.0, 2.6), "srrsh": (2.0, 2.6), "hzfph": (1.7, 2.2), "tdh": (2.4, 3.0)}
_ATYPICAL = {"train": 0.025, "srrsh": 0.025, "hzfph": 0.08, "tdh": 0.08}


@dataclass(frozen=True)
class PhantomPatient:
    """One simulated patient: every drawn value, no image.

    Attributes:
        patient_id: such as ``PH-TRAIN-0001``.
        lesion_type: key of `LESION_TYPES`; label: its class.
        diameter_mm: longest diameter of the main lesion.
        tissues: drawn tissue of every organ, by layer name.
        texture_exponent: fall of the texture's spectrum.
    """

    cohort: str
    index: int
    seed: int
    patient_id: str
    age: int
    sex: str
    lesion_type: str
    label: Label
    diameter_mm: float
    field_t: float
    vendor: str
    scanner: Scanner
    protocols: Mapping[str, Protocol]
    mishaps: Mishaps
    body: BodyPlan
    tissues: Mapping[str, Tissue]
    liver_state: str
    lesion: Lesion
    difficulty: Difficulty
    fov_mm: tuple[float, float]
    texture_exponent: float

    @property
    def n_slices(self) -> int:
        """Analysis slices of 10 mm that the main lesion fills."""
        return max(1, round(2 * self.lesion.radii_mm[2] / 10.0))

    def rng(self, purpose: int) -> np.random.Generator:
        """Chance of this patient alone, for one purpose (a number of the caller's own)."""
        return np.random.default_rng([self.seed, NAMESPACE[self.cohort], self.index, purpose])

    def __reduce__(self) -> tuple[object, ...]:  # mapping proxies do not pickle: plain mappings do
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return (_unpickle, ({**values, "protocols": dict(self.protocols), "tissues": dict(self.tissues)},))


def _unpickle(values: dict[str, Any]) -> PhantomPatient:
    frozen = {name: MappingProxyType(values[name]) for name in ("protocols", "tissues")}
    return PhantomPatient(**{**values, **frozen})


@cache
def _type_order(cohort: str, seed: int) -> tuple[str, ...]:
    """Lesion type of every patient of a cohort: the case mix, shuffled once."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, NAMESPACE[cohort], 7]))
    types: list[str] = []
    for group, count in CASE_MIX[cohort].items():
        members = MEMBERS.get(group)
        if members is None:
            types += [group] * count
            continue
        # Largest remainders, so that the shares hold in every cohort.
        exact = np.array([share for _, share in members]) * count
        whole = np.floor(exact).astype(int)
        for extra in np.argsort(whole - exact, kind="stable")[: count - int(whole.sum())]:
            whole[extra] += 1
        for (name, _), n in zip(members, whole, strict=True):
            types += [name] * int(n)
    if cohort in ("hzfph", "tdh"):
        # Two subtypes that training never sees, one per hundred each.
        for old, new in (("icc", "ehe_like"), ("rn", "ipt_like")):
            for _ in range(max(1, round(0.01 * len(types)))):
                if old in types:
                    types[types.index(old)] = new
    order = rng.permutation(len(types))
    return tuple(types[i] for i in order)


def cohort_size(cohort: str) -> int:
    """Number of patients of a cohort with a lesion type."""
    return sum(CASE_MIX[cohort].values())


def cohort_labels(cohort: str, seed: int = DEFAULT_SEED) -> tuple[Label, ...]:
    """Class of every patient of a cohort, in the order of their indices."""
    return tuple(LESION_TYPES[kind].label for kind in _type_order(cohort, seed))


def _draw_diameter(rng: np.random.Generator, kind: str, cohort: str) -> float:
    spec = LESION_TYPES[kind]
    mean = spec.mean_mm * _DIAMETER_SCALE[cohort]
    value = rng.lognormal(np.log(mean) - spec.sigma_ln**2 / 2, spec.sigma_ln)
    return float(np.clip(value, 8.0, 170.0))


def draw_patient(
    cohort: str, index: int, seed: int = DEFAULT_SEED, difficulty: Difficulty | None = None
) -> PhantomPatient:
    """Draws one patient, the same for the same arguments.

    Args:
        cohort: ``train``, ``srrsh``, ``hzfph`` or ``tdh``.
        index: from 0 to `cohort_size` − 1.
        seed: root of the whole phantom; another seed is another world.
        difficulty: knobs; None takes the cohort's own.

    Raises:
        ValueError: for an unknown cohort or an index outside it.
    """
    if cohort not in CASE_MIX:
        raise ValueError(f"unknown phantom cohort {cohort!r}: use one of {', '.join(COHORTS)}")
    if not 0 <= index < cohort_size(cohort):
        raise ValueError(f"cohort {cohort} has patients 0 to {cohort_size(cohort) - 1}, not {index}")
    return draw_enrolled(cohort, index, seed, difficulty)


def draw_enrolled(
    cohort: str, index: int, seed: int = DEFAULT_SEED, difficulty: Difficulty | None = None
) -> PhantomPatient:
    """Draws a patient of the cohort or, beyond its size, one who was enrolled and left out (see `exclusions`)."""
    knobs = difficulty or Difficulty(atyp=_ATYPICAL[cohort])
    root = np.random.SeedSequence([seed, NAMESPACE[cohort], 1000 + index])
    person, machine, body_rng, lesion_rng, tissue_rng, artefact_rng = map(np.random.default_rng, root.spawn(6))
    order = _type_order(cohort, seed)
    # Whoever was left out is drawn from the same mix of types.
    kind = order[index] if index < len(order) else str(person.choice(order))
    spec = LESION_TYPES[kind]
    sex = "M" if person.random() < spec.male else "F"
    age = int(np.clip(round(person.normal(*spec.age)), 18, 88))
    cirrhotic = bool(person.random() < spec.cirrhosis)
    steatotic = not cirrhotic and bool(person.random() < 0.22)
    siderotic = bool(person.random() < (0.30 if cirrhotic else 0.04))
    liver_state = "cirrhotic" if cirrhotic else "steatotic" if steatotic else "normal"
    scanner = draw_scanner(machine, cohort, seed)
    body = draw_body(body_rng, cohort, seed, sex, cirrhotic)
    outer_x = 2 * body.scale * (body.half_width_mm + 11 + body.fat_mm) + 22
    outer_y = 2 * body.scale * (body.half_depth_mm + 11 + 0.75 * body.fat_mm) + 22
    fov = (float(np.clip(outer_x, 330, 450)), float(np.clip(outer_y, 250, 350)))
    t2_score = float(tissue_rng.standard_normal())
    tissues = draw_tissues(tissue_rng, scanner.field_t, liver_state, siderotic, t2_score, knobs.s)
    diameter = _draw_diameter(lesion_rng, kind, cohort)
    lesion = draw_lesion(
        lesion_rng,
        kind,
        diameter,
        scanner.field_t,
        knobs,
        liver_t2_score=t2_score,
        height_factor=_HEIGHT[cohort],
    )
    return PhantomPatient(
        cohort=cohort,
        index=index,
        seed=seed,
        patient_id=f"PH-{cohort.upper()}-{index + 1:04d}",
        age=age,
        sex=sex,
        lesion_type=kind,
        label=spec.label,
        diameter_mm=diameter,
        field_t=scanner.field_t,
        vendor=scanner.vendor,
        scanner=scanner,
        protocols=MappingProxyType(draw_protocols(machine, cohort, scanner, fov)),
        mishaps=draw_mishaps(
            artefact_rng,
            scanner.field_t,
            scanner.bias,
            1.5 if cohort == "hzfph" else 1.0,
            diameter_mm=diameter,
            height_mm=2 * lesion.radii_mm[2],
        ),
        body=body,
        tissues=MappingProxyType(tissues),
        liver_state=liver_state,
        lesion=lesion,
        difficulty=knobs,
        fov_mm=fov,
        texture_exponent=float(body_rng.uniform(*_TEXTURE_EXPONENT[cohort])),
    )


def cohort_table(cohort: str, seed: int = DEFAULT_SEED) -> list[dict[str, Any]]:
    """One row per patient for the cohort's CSV; drawn values only, nothing rendered."""
    rows = []
    for index in range(cohort_size(cohort)):
        patient = draw_patient(cohort, index, seed)
        rows.append(
            {
                "patient_id": patient.patient_id,
                "cohort": cohort,
                "age": patient.age,
                "sex": patient.sex,
                "lesion_type": patient.lesion_type,
                "label": patient.label,
                "diameter_mm": round(patient.diameter_mm, 1),
                "scanner": patient.scanner.name,
                "field_t": patient.field_t,
                "n_slices": patient.n_slices,
                "seed": seed,
            }
        )
    return rows
