"""Cautions: reasons for care that the software can see by itself, each from evidence.

The codes, effects and occasions are those of the clinical safety rules; every function returns the cautions it found
and raises nothing. `withhold` stops the flag, never the display of what is known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from engine.domain.case import Case
from engine.domain.package import FeatureStatistics, ModelPackage
from engine.domain.result import BENIGN, Caution, Effect, LesionResult, Prediction
from engine.domain.roi import LesionId, Roi
from engine.domain.sequence import SequenceRole
from engine.domain.study import Series, Study
from engine.domain.volume import VolumeSet
from engine.geometry.resample import covers

SMALL_LESION_MM = 10.0
ADULT_YEARS = 18.0
B_VALUE_STUDIED = (800.0, 1000.0)
B_VALUE_WITHHOLD_BELOW = 500.0
THICK_STEP_MM = 10.0

_OTHER_REGION = re.compile(
    r"\b(brain|head|skull|neck|cervical|c.?spine|l.?spine|t.?spine|spine|lumbar|prostate|pelvis|uterus|rectum|"
    r"breast|mamma|"
    r"heart|cardiac|knee|shoulder|hip|ankle|wrist|elbow|hand|foot|extremity|leg|arm)\b",
    re.IGNORECASE,
)
_LIVER_REGION = re.compile(r"liver|hepat|abdom|oberbauch|leber|foie|higado|fegato|upper.?abd|肝|腹", re.IGNORECASE)


def before_analysis(study: Study, case: Case, package: ModelPackage, volumes: VolumeSet) -> list[Caution]:
    """Return the cautions that follow from the study, the outlines and the choice of package."""
    series = {role: study.find(key) for role, key in case.roles.items()}
    used = {role: found for role, found in series.items() if role in package.roles and found is not None}
    return [
        *_age(study),
        *_treated(case),
        *_t2_only(package, case),
        *_b_value(used.get(SequenceRole.DWI)),
        *_coverage(package, volumes, case.rois),
        *_frames_of_reference(volumes, package),
        *_geometry(used),
        *_interpolated(case.rois),
        *_contrast(used),
        *_region(used, study),
    ]


def after_analysis(
    lesions: Sequence[LesionResult],
    predictions: Mapping[LesionId, Sequence[Prediction]],
    statistics: FeatureStatistics | None,
) -> list[Caution]:
    """Return the cautions that follow from the lesions' sizes and the network's answers."""
    return [
        *_small(lesions),
        *_unfamiliar(predictions, statistics),
        *_disagree(lesions),
    ]


def roles_covering(volumes: VolumeSet, rois: Sequence[Roi]) -> tuple[SequenceRole, ...]:
    """Return the roles whose volume covers every outline point of every lesion."""
    return tuple(role for role in volumes if not _uncovered(volumes, role, rois))


def _age(study: Study) -> list[Caution]:
    age = study.patient.age_years
    if age is None:
        text = "Neither the patient's age nor the birth date is stated; the method was studied on adults."
        return [Caution("age-unknown", Effect.INFORM, text)]
    if age < ADULT_YEARS:
        text = "The patient is younger than 18 years; the method was studied on adults only."
        return [Caution("age-under-18", Effect.WITHHOLD, text)]
    return []


def _treated(case: Case) -> list[Caution]:
    if not case.treated:
        return []
    text = "The reader states prior treatment of the lesion; the method was studied on untreated lesions only."
    return [Caution("treated-lesion", Effect.WITHHOLD, text)]


def _t2_only(package: ModelPackage, case: Case) -> list[Caution]:
    if SequenceRole.DWI in package.roles:
        return []
    chosen = "was not used" if SequenceRole.DWI in case.roles else "is not available"
    text = f"DWI {chosen}: the result rests on T2 alone."
    return [Caution("t2-only", Effect.INFORM, text)]


def _b_value(dwi: Series | None) -> list[Caution]:
    if dwi is None:
        return []
    b_value = dwi.facts.b_value_s_mm2
    if b_value is None:
        text = "The b-value of the diffusion series is not stated; the model was made for b 800 to 1000 s/mm²."
        return [Caution("b-value", Effect.INFORM, text)]
    low, high = B_VALUE_STUDIED
    if low <= b_value <= high:
        return []
    effect = Effect.WITHHOLD if b_value < B_VALUE_WITHHOLD_BELOW else Effect.INFORM
    text = f"The diffusion series has b {b_value:.0f} s/mm²; the model was made for b 800 to 1000 s/mm²."
    return [Caution("b-value", effect, text)]


def _coverage(package: ModelPackage, volumes: VolumeSet, rois: Sequence[Roi]) -> list[Caution]:
    cautions = []
    for role in package.roles:
        if role is SequenceRole.T2 or role not in volumes:
            continue
        uncovered = _uncovered(volumes, role, rois)
        if uncovered:
            text = (
                f"The {role.value} series does not cover lesion {', '.join(uncovered)} completely. "
                "Choose another series for this role or a model that does not need it."
            )
            cautions.append(Caution("coverage", Effect.WITHHOLD, text))
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
    text = (
        f"The frame of reference of {', '.join(other)} differs from that of T2 or is not stated: "
        "the images may not lie on one another. Check the outline on each series."
    )
    return [Caution("misaligned", Effect.INFORM, text)]


def _geometry(used: Mapping[SequenceRole, Series]) -> list[Caution]:
    notes = []
    for role, series in used.items():
        notes += [f"{role.value}: {note}" for note in series.geometry_notes]
        if series.slice_step_mm is not None and series.slice_step_mm > THICK_STEP_MM + 0.01:
            notes.append(f"{role.value}: slices are {series.slice_step_mm:.1f} mm apart")
    if not notes:
        return []
    return [Caution("geometry", Effect.INFORM, f"Slice positions need care: {'; '.join(notes)}.")]


def _interpolated(rois: Sequence[Roi]) -> list[Caution]:
    names = [roi.lesion_id for roi in rois if roi.has_interpolated]
    if not names:
        return []
    text = f"Interpolated outlines that nobody confirmed were used for lesion {', '.join(names)}."
    return [Caution("interpolated-roi", Effect.INFORM, text)]


def _contrast(used: Mapping[SequenceRole, Series]) -> list[Caution]:
    after = [
        role.value
        for role, series in used.items()
        if role in (SequenceRole.T2, SequenceRole.DWI) and series.facts.contrast_agent
    ]
    if not after:
        return []
    text = (
        f"The header of {' and '.join(after)} names a contrast agent: "
        "the images may have been acquired after injection."
    )
    return [Caution("contrast-images", Effect.INFORM, text)]


def _region(used: Mapping[SequenceRole, Series], study: Study) -> list[Caution]:
    stated = [series.facts.body_part_examined for series in used.values()]
    words = [study.study_description, *(series.facts.series_description for series in used.values())]
    if any(_LIVER_REGION.search(text) for text in (*stated, *words)):
        return []
    other = next((m for text in (*stated, *words) if (m := _OTHER_REGION.search(text))), None)
    if other is None:
        return []
    text = f"The headers speak of another region ({other.group(0).lower()}); the model was made for the liver."
    return [Caution("not-liver", Effect.INFORM, text)]


def _small(lesions: Sequence[LesionResult]) -> list[Caution]:
    small = [lesion for lesion in lesions if lesion.longest_diameter_mm < SMALL_LESION_MM]
    if not small:
        return []
    sizes = ", ".join(f"{lesion.lesion_id} ({lesion.longest_diameter_mm:.1f} mm)" for lesion in small)
    text = f"Lesion {sizes} is smaller than 10 mm; the method was studied on lesions usually larger than 1 cm."
    return [Caution("small-lesion", Effect.INFORM, text)]


def _unfamiliar(
    predictions: Mapping[LesionId, Sequence[Prediction]], statistics: FeatureStatistics | None
) -> list[Caution]:
    if statistics is None:
        return []
    far = [
        lesion
        for lesion, slices in predictions.items()
        if slices and np.median([statistics.distance(s.features) for s in slices]) > statistics.threshold
    ]
    if not far:
        return []
    text = (
        f"Lesion {', '.join(far)} does not look like the images that the model was trained on; "
        "its scores may be meaningless."
    )
    return [Caution("unfamiliar-input", Effect.INFORM, text)]


def _disagree(lesions: Sequence[LesionResult]) -> list[Caution]:
    split = [lesion.lesion_id for lesion in lesions if lesion.malignant_by_any_slice != (lesion.predicted != BENIGN)]
    if not split:
        return []
    text = f"The two rules disagree for lesion {', '.join(split)}: look at the slices one by one."
    return [Caution("slices-disagree", Effect.INFORM, text)]
