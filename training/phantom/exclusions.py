"""Who is left out: the enrolled patients that the flow diagram loses on its way to the cohort.

The paper enrolled 2,942 patients for training, excluded 1,260 of them for an undetermined diagnosis or an earlier
treatment, and discarded 13 % of the images for poor quality or because the sequences did not match; 1,494 patients are
left. The excluded stand beside the cohorts under numbers of their own and change nothing in them. Those excluded for
quality can be rendered: their examinations carry the fault. The others are drawn as people only, as a registry holds
them.

Shares that the paper does not print (other cohorts, single reasons) are assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from engine.domain.sequence import SequenceRole
from training.phantom.artefacts import Mishaps, draw_shift_t1, registered
from training.phantom.cohort import DEFAULT_SEED, PhantomPatient, cohort_size, draw_enrolled, draw_patient
from training.phantom.scanner import NAMESPACE

# Enrolled patients who never reach the images, and those whose images are all discarded. Training: 2,942 enrolled,
# 1,260 excluded, 1,494 left. Of the others the paper prints what is left alone (and four of HZFPH without a type):
# the same shares.
CLINICAL = {"train": 1260, "srrsh": 186, "hzfph": 143, "tdh": 61}
QUALITY = {"train": 188, "srrsh": 28, "hzfph": 22, "tdh": 9}
UNTYPED = {"hzfph": 4}
DISCARDED = 0.13
"""Share of all slices that the paper's quality control discarded (6,077 of 47,069 images)."""

_STRIDE = 100_000

REASONS: Mapping[str, str] = {
    "no-final-diagnosis": "Neither histology nor the consensus of two senior readers settled the diagnosis.",
    "treated-before": "The lesion was treated before the examination.",
    "not-registered": "T1 and T2 show the lesion at different places: the outline does not transfer.",
    "motion": "Respiratory ghosts run through the liver on T2.",
    "distorted-dwi": "DWI is distorted and fat-suppressed so poorly that the lesion cannot be recognised.",
    "incomplete": "A sequence is missing: the dynamic study was broken off.",
    "poor-slice": "Single slices of poor quality or out of register were discarded; the others of the patient stay.",
}
"""Code and words of every reason."""

_CLINICAL_SHARES = (("treated-before", 0.62), ("no-final-diagnosis", 0.38))
_QUALITY_SHARES = (("not-registered", 0.55), ("motion", 0.18), ("distorted-dwi", 0.17), ("incomplete", 0.10))


@dataclass(frozen=True)
class Excluded:
    """One enrolled patient who is not in the cohort.

    Attributes:
        patient: as drawn, with the fault where the reason is one of image quality.
        code: key of `REASONS`.
        step: ``clinical`` (before any image was read) or ``quality``.
    """

    patient: PhantomPatient
    code: str
    step: str

    @property
    def reason(self) -> str:
        """The reason in words."""
        return REASONS[self.code]

    @property
    def roles(self) -> tuple[SequenceRole, ...]:
        """Sequences that the examination has."""
        broken_off = (SequenceRole.T1_PORTAL_VENOUS, SequenceRole.T1_EQUILIBRIUM)
        return tuple(role for role in SequenceRole if self.code != "incomplete" or role not in broken_off)


def excluded_count(cohort: str) -> int:
    """Number of enrolled patients outside the cohort."""
    return CLINICAL[cohort] + UNTYPED.get(cohort, 0) + QUALITY[cohort]


@cache
def _codes(cohort: str, seed: int) -> tuple[str, ...]:
    """Reason of every excluded patient, those for quality last."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, NAMESPACE[cohort], 8]))
    clinical = _share_out(_CLINICAL_SHARES, CLINICAL[cohort], rng)
    untyped = ("no-final-diagnosis",) * UNTYPED.get(cohort, 0)
    return (*clinical, *untyped, *_share_out(_QUALITY_SHARES, QUALITY[cohort], rng))


def _share_out(shares: tuple[tuple[str, float], ...], count: int, rng: np.random.Generator) -> tuple[str, ...]:
    exact = np.array([share for _, share in shares]) * count
    whole = np.floor(exact).astype(int)
    for extra in np.argsort(whole - exact, kind="stable")[: count - int(whole.sum())]:
        whole[extra] += 1
    codes = [code for (code, _), n in zip(shares, whole, strict=True) for _ in range(int(n))]
    return tuple(codes[i] for i in rng.permutation(count))


def draw_excluded(cohort: str, number: int, seed: int = DEFAULT_SEED) -> Excluded:
    """Draws one excluded patient, the same for the same arguments.

    Args:
        cohort: ``train``, ``srrsh``, ``hzfph`` or ``tdh``.
        number: from 0 to `excluded_count` − 1; the last ones are those excluded for quality.
        seed: root of the phantom.

    Raises:
        ValueError: for a number outside the cohort's exclusions.
    """
    if not 0 <= number < excluded_count(cohort):
        raise ValueError(f"cohort {cohort} excluded patients 0 to {excluded_count(cohort) - 1}, not {number}")
    code = _codes(cohort, seed)[number]
    # Numbers beyond the cohort: their seeds are nobody else's.
    index = cohort_size(cohort) + number
    patient = draw_enrolled(cohort, index, seed)
    rng = np.random.default_rng(np.random.SeedSequence([seed, NAMESPACE[cohort], 9, number]))
    if code == "not-registered":
        # Whoever's breath-hold fails the reader's test: small lesions more often than large ones.
        shift = draw_shift_t1(rng)
        while registered(shift, patient.diameter_mm, 2 * patient.lesion.radii_mm[2]):
            index += _STRIDE
            patient = draw_enrolled(cohort, index, seed)
            shift = draw_shift_t1(rng)
        patient = replace(patient, mishaps=replace(patient.mishaps, shift_t1=shift))
    elif code in _FAULTS:
        patient = replace(patient, mishaps=_FAULTS[code](rng, patient))
    patient = replace(patient, patient_id=f"PH-{cohort.upper()}-X{number + 1:04d}")
    return Excluded(patient, code, "clinical" if code in dict(_CLINICAL_SHARES) else "quality")


def _moved(rng: np.random.Generator, patient: PhantomPatient) -> Mishaps:
    return replace(patient.mishaps, ghost=float(rng.uniform(0.20, 0.40)))


def _distorted(rng: np.random.Generator, patient: PhantomPatient) -> Mishaps:
    return replace(
        patient.mishaps,
        b0_scale=float(rng.uniform(2.2, 3.5)),
        fat_fails=True,
        epi_ghost=float(rng.uniform(0.12, 0.25)),
        g_noise=float(rng.uniform(2.2, 3.2)),
    )


_FAULTS: Mapping[str, Callable[[np.random.Generator, PhantomPatient], Mishaps]] = {
    "motion": _moved,
    "distorted-dwi": _distorted,
}


def exclusion_table(cohort: str, seed: int = DEFAULT_SEED) -> list[dict[str, Any]]:
    """One row per excluded patient, and per patient of the cohort who lost single slices; nothing is rendered.

    Keys: who, at which `step` (``clinical``, ``quality``, ``slices``), why, and how many slices went.
    """
    rows = []
    for number in range(excluded_count(cohort)):
        item = draw_excluded(cohort, number, seed)
        slices = item.patient.n_slices if item.step == "quality" else 0
        rows.append(_row(item.patient, item.step, item.code, slices))
    whole = sum(row["n_slices"] for row in rows)
    patients = [draw_patient(cohort, index, seed) for index in range(cohort_size(cohort))]
    kept = sum(patient.n_slices for patient in patients)
    single = max(0.0, DISCARDED / (1 - DISCARDED) * kept - whole) / len(patients)
    counts = np.random.default_rng(np.random.SeedSequence([seed, NAMESPACE[cohort], 10])).poisson(single, len(patients))
    rows += [_row(p, "slices", "poor-slice", int(n)) for p, n in zip(patients, counts, strict=True) if n]
    return rows


def _row(patient: PhantomPatient, step: str, code: str, slices: int) -> dict[str, Any]:
    return {
        "patient_id": patient.patient_id,
        "cohort": patient.cohort,
        "age": patient.age,
        "sex": patient.sex,
        "step": step,
        "code": code,
        "reason": REASONS[code],
        "n_slices": slices,
        "seed": patient.seed,
    }
