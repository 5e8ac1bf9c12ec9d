"""Cautions: reasons for care that the software can see by itself, each from evidence.

The codes, effects and occasions are those of the clinical safety rules; every function returns the cautions it found
and raises nothing. `withhold` stops the flag, never the display of what is known.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

import numpy as np

from engine.domain.case import Case
from engine.domain.caution_words import make_caution
from engine.domain.package import ClinicalStatus, FeatureStatistics, ModelPackage
from engine.domain.result import BENIGN, Caution, Effect, Fact, LesionResult, Prediction
from engine.domain.roi import LesionId, Roi
from engine.domain.sample import SliceInput
from engine.domain.sequence import SequenceFacts, SequenceRole
from engine.domain.study import Series, Study
from engine.domain.volume import VolumeSet
from engine.geometry.align import estimate_shift
from engine.geometry.resample import covers
from engine.quality.texture import texture_of

SMALL_LESION_MM = 10.0
ADULT_YEARS = 18.0
B_VALUE_STUDIED = (800.0, 1000.0)
B_VALUE_WITHHOLD_BELOW = 500.0
MISALIGNED_MM = 5.0
MISALIGNED_WITHHOLD_MM = 15.0
_B_UNIT = "s/mm²"
_BEFORE_CONTRAST = ("PRE_CONTRAST", "NONE")

_OTHER_REGION = re.compile(
    r"\b(brain|head|skull|neck|cervical|c.?spine|l.?spine|t.?spine|spine|lumbar|prostate|pelvis|uterus|rectum|"
    r"breast|mamma|"
    r"heart|cardiac|knee|shoulder|hip|ankle|wrist|elbow|hand|foot|extremity|leg|arm)\b",
    re.IGNORECASE,
)
_LIVER_REGION = re.compile(r"liver|hepat|abdom|oberbauch|leber|foie|higado|fegato|upper.?abd|肝|腹", re.IGNORECASE)


def before_analysis(
    study: Study,
    case: Case,
    package: ModelPackage,
    volumes: VolumeSet,
    after_contrast_s: Mapping[SequenceRole, float] | None = None,
) -> list[Caution]:
    """Return the cautions that follow from the study, the outlines and the choice of package.

    Args:
        after_contrast_s: T2 and DWI that began after a contrast-enhanced series, and how many seconds after.
    """
    series = {role: study.find(key) for role, key in case.roles.items()}
    used = {role: found for role, found in series.items() if role in package.roles and found is not None}
    return [
        *_age(study),
        *_treated(case),
        *_t2_only(package, case),
        *_b_value(used.get(SequenceRole.DWI)),
        *_coverage(package, volumes, case.rois),
        *_frames_of_reference(volumes, package),
        *_misaligned(volumes, package, case.rois),
        *_geometry(used),
        *_interpolated(case.rois),
        *_contrast(used, after_contrast_s or {}),
        *_region(used, study),
    ]


def after_analysis(
    lesions: Sequence[LesionResult],
    inputs: Mapping[LesionId, Sequence[SliceInput]],
    predictions: Mapping[LesionId, Sequence[Prediction]],
    package: ModelPackage,
    statistics: FeatureStatistics | None,
) -> list[Caution]:
    """Return the cautions that follow from the lesions' sizes and the network's answers.

    Args:
        inputs: What the network saw, aligned with `predictions`.
        statistics: Of the package's training set; None where the package has none.
    """
    return [
        *_small(lesions),
        *_unfamiliar(inputs, predictions, package, statistics),
        *_disagree(lesions),
    ]


def roles_covering(volumes: VolumeSet, rois: Sequence[Roi]) -> tuple[SequenceRole, ...]:
    """Return the roles whose volume covers every outline point of every lesion."""
    return tuple(role for role in volumes if not _uncovered(volumes, role, rois))


def _age(study: Study) -> list[Caution]:
    age = study.patient.age_years
    if age is None:
        return [make_caution("age-unknown", Effect.INFORM)]
    if age < ADULT_YEARS:
        return [make_caution("age-under-18", Effect.WITHHOLD, {"age": Fact(math.floor(age), "years")})]
    return []


def _treated(case: Case) -> list[Caution]:
    return [make_caution("treated-lesion", Effect.WITHHOLD)] if case.treated else []


def _t2_only(package: ModelPackage, case: Case) -> list[Caution]:
    if SequenceRole.DWI in package.roles:
        return []
    return [make_caution("t2-only", Effect.INFORM, sentence="t2-only-chosen" if SequenceRole.DWI in case.roles else "")]


def _b_value(dwi: Series | None) -> list[Caution]:
    if dwi is None:
        return []
    b_value = dwi.facts.b_value_s_mm2
    low, high = B_VALUE_STUDIED
    facts = {"low": Fact(low), "high": Fact(high, _B_UNIT)}
    if b_value is None:
        return [make_caution("b-value", Effect.INFORM, facts, "b-value-unknown")]
    if low <= b_value <= high:
        return []
    facts["b_value"] = Fact(b_value, _B_UNIT)
    if b_value < B_VALUE_WITHHOLD_BELOW:
        facts["limit"] = Fact(B_VALUE_WITHHOLD_BELOW, _B_UNIT)
        return [make_caution("b-value", Effect.WITHHOLD, facts, "b-value-low")]
    return [make_caution("b-value", Effect.INFORM, facts)]


def _coverage(package: ModelPackage, volumes: VolumeSet, rois: Sequence[Roi]) -> list[Caution]:
    cautions = []
    for role in package.roles:
        if role is SequenceRole.T2 or role not in volumes:
            continue
        uncovered = _uncovered(volumes, role, rois)
        if uncovered:
            facts = {"role": Fact(role.value), "lesions": Fact(tuple(uncovered))}
            cautions.append(make_caution("coverage", Effect.WITHHOLD, facts))
    return cautions


def _uncovered(volumes: VolumeSet, role: SequenceRole, rois: Sequence[Roi]) -> list[str]:
    volume = volumes[role]
    return [
        roi.lesion_id
        for roi in rois
        if roi.contours and not covers(volume, np.concatenate([contour.points_mm for contour in roi.contours])).all()
    ]


def _frames_of_reference(volumes: VolumeSet, package: ModelPackage) -> list[Caution]:
    frames = {role: volumes[role].frame_of_reference_uid for role in package.roles if role in volumes}
    reference = frames.get(SequenceRole.T2)
    other = [role.value for role, frame in frames.items() if frame != reference or frame is None]
    if not other or len(frames) < 2:
        return []
    return [make_caution("misaligned", Effect.INFORM, {"roles": Fact(tuple(other))}, "misaligned-frames")]


def _misaligned(volumes: VolumeSet, package: ModelPackage, rois: Sequence[Roi]) -> list[Caution]:
    """Compare every channel with T2 around every lesion; the largest shift that is certain speaks for the channel."""
    if SequenceRole.T2 not in volumes:
        return []
    cautions = []
    for role in package.roles:
        if role is SequenceRole.T2 or role not in volumes:
            continue
        estimates = [
            estimate_shift(volumes[SequenceRole.T2], volumes[role], np.concatenate([c.points_mm for c in roi.contours]))
            for roi in rois
            if roi.contours
        ]
        certain = [found for found in estimates if found is not None and found.certain]
        worst = max(certain, key=lambda found: found.length_mm, default=None)
        if worst is None or worst.length_mm <= MISALIGNED_MM:
            continue
        far = worst.length_mm > MISALIGNED_WITHHOLD_MM
        facts = {
            "role": Fact(role.value),
            "shift": Fact(worst.length_mm, "mm"),
            "shift_xyz": Fact(worst.shift_mm, "mm", 1),
            "uncertainty": Fact(worst.spread_mm, "mm", 1),
            "limit": Fact(MISALIGNED_WITHHOLD_MM if far else MISALIGNED_MM, "mm"),
        }
        effect = Effect.WITHHOLD if far else Effect.INFORM
        cautions.append(make_caution("misaligned", effect, facts, "misaligned-far" if far else ""))
    return cautions


def _geometry(used: Mapping[SequenceRole, Series]) -> list[Caution]:
    cautions = []
    for role, series in used.items():
        if not series.is_stack:
            facts = {"role": Fact(role.value), "notes": Fact(series.stack_problem or "")}
            cautions.append(make_caution("geometry", Effect.WITHHOLD, facts, "geometry-no-stack"))
            continue
        if series.geometry_notes:
            facts = {"role": Fact(role.value), "notes": Fact(series.geometry_notes)}
            cautions.append(make_caution("geometry", Effect.INFORM, facts))
    return cautions


def _interpolated(rois: Sequence[Roi]) -> list[Caution]:
    names = tuple(roi.lesion_id for roi in rois if roi.has_interpolated)
    return [make_caution("interpolated-roi", Effect.INFORM, {"lesions": Fact(names)})] if names else []


def _contrast(used: Mapping[SequenceRole, Series], after_s: Mapping[SequenceRole, float]) -> list[Caution]:
    """Two kinds of evidence: the clock against the enhanced series, and, where that is silent, the own header."""
    cautions = []
    late = {role: after_s[role] for role in used if role in after_s}
    if late:
        minutes = tuple(seconds / 60 for seconds in late.values())
        facts = {"roles": Fact(tuple(role.value for role in late)), "delay": Fact(minutes, "min", 1)}
        cautions.append(make_caution("contrast-images", Effect.INFORM, facts, "contrast-images-late"))
    stated = tuple(
        role.value
        for role, series in used.items()
        if role in (SequenceRole.T2, SequenceRole.DWI) and role not in late and _states_contrast(series.facts)
    )
    if stated:
        cautions.append(make_caution("contrast-images", Effect.INFORM, {"roles": Fact(stated)}))
    return cautions


def _states_contrast(facts: SequenceFacts) -> bool:
    """Where AgentPhase is given it decides; else a named agent counts."""
    if facts.contrast_phase:
        return facts.contrast_phase not in _BEFORE_CONTRAST
    return bool(facts.contrast_agent)


def _region(used: Mapping[SequenceRole, Series], study: Study) -> list[Caution]:
    stated = [series.facts.body_part_examined for series in used.values()]
    words = [study.study_description, *(series.facts.series_description for series in used.values())]
    if any(_LIVER_REGION.search(text) for text in (*stated, *words)):
        return []
    other = next((m for text in (*stated, *words) if (m := _OTHER_REGION.search(text))), None)
    if other is None:
        return []
    return [make_caution("not-liver", Effect.INFORM, {"region": Fact(other.group(0).lower())})]


def _small(lesions: Sequence[LesionResult]) -> list[Caution]:
    small = [lesion for lesion in lesions if lesion.longest_diameter_mm < SMALL_LESION_MM]
    if not small:
        return []
    facts = {
        "lesions": Fact(tuple(lesion.lesion_id for lesion in small)),
        "diameters": Fact(tuple(lesion.longest_diameter_mm for lesion in small), "mm", 1),
        "limit": Fact(SMALL_LESION_MM, "mm"),
    }
    return [make_caution("small-lesion", Effect.INFORM, facts)]


def _unfamiliar(
    inputs: Mapping[LesionId, Sequence[SliceInput]],
    predictions: Mapping[LesionId, Sequence[Prediction]],
    package: ModelPackage,
    statistics: FeatureStatistics | None,
) -> list[Caution]:
    if statistics is None:
        return []
    far = {}
    for lesion, answers in predictions.items():
        if not answers:
            continue
        features = np.stack([answer.features for answer in answers])
        textures = np.stack([texture_of(item.array, package.manifest.preprocess) for item in inputs[lesion]])
        distance = statistics.distance_of_lesion(features, textures)
        if distance > statistics.threshold:
            far[lesion] = distance
    if not far:
        return []
    facts = {
        "lesions": Fact(tuple(far)),
        "distances": Fact(tuple(far.values()), "", 2),
        "limit": Fact(statistics.threshold, "", 2),
    }
    simulated = package.manifest.clinical_status is ClinicalStatus.SIMULATED
    sentence = "unfamiliar-input-simulated" if simulated else ""
    return [make_caution("unfamiliar-input", Effect.INFORM, facts, sentence)]


def _disagree(lesions: Sequence[LesionResult]) -> list[Caution]:
    split = tuple(
        lesion.lesion_id for lesion in lesions if lesion.malignant_by_any_slice != (lesion.predicted != BENIGN)
    )
    return [make_caution("slices-disagree", Effect.INFORM, {"lesions": Fact(split)})] if split else []
