"""From slices to lesion to patient: the sum rule, the any-slice rule and the contrast flag.

Source: method.md section 4 (Zhen et al. 2025, section 3.4); words from the clinical safety rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine import __version__
from engine.domain.caution_words import NO_LESION, make_caution
from engine.domain.flag_words import NOT_RAISED, RAISED, WITHHELD
from engine.domain.package import ModelPackage
from engine.domain.result import (
    BENIGN,
    Caution,
    ContrastFollowUp,
    Effect,
    LesionResult,
    PackageFacts,
    Prediction,
    SliceResult,
    StudyResult,
)
from engine.domain.roi import Roi


def slice_result(prediction: Prediction, labels: Sequence[str]) -> SliceResult:
    """Name the scores of one slice; the largest wins (the first of equal ones)."""
    scores = {label: float(p) for label, p in zip(labels, prediction.probabilities, strict=True)}
    return SliceResult(prediction.ref, scores, labels[int(np.argmax(prediction.probabilities))])


def lesion_result(
    roi: Roi,
    predictions: Sequence[Prediction],
    labels: Sequence[str],
    *,
    longest_diameter_mm: float,
    volume_ml: float,
) -> LesionResult:
    """Combine the slices of one lesion by both rules.

    Raises:
        ValueError: There is no prediction.
    """
    if not predictions:
        raise ValueError(f"lesion {roi.lesion_id} has no slice to combine")
    slices = tuple(slice_result(prediction, labels) for prediction in predictions)
    summed = {label: sum(s.scores[label] for s in slices) for label in labels}
    return LesionResult(
        lesion_id=roi.lesion_id,
        name=roi.name,
        slices=slices,
        summed_scores=summed,
        predicted=max(labels, key=lambda label: summed[label]),
        malignant_slices=tuple(s.ref.index for s in slices if s.predicted != BENIGN),
        longest_diameter_mm=longest_diameter_mm,
        volume_ml=volume_ml,
        roi_origin=roi.origin,
        interpolated=roi.has_interpolated,
    )


def study_result(
    lesions: Sequence[LesionResult],
    cautions: Sequence[Caution],
    package: ModelPackage,
    *,
    provider: str,
    case_digest: str,
    study_instance_uid: str,
    roles_used: Mapping[str, str],
    corrections: Mapping[str, Mapping[str, tuple[float, ...]]] | None = None,
) -> StudyResult:
    """Combine lesions into the statement about the patient.

    The patient's class and scores are those of the lesion with the highest malignant share of its summed scores; the
    any-slice rule holds for the patient when it holds for any lesion. A withholding caution withholds the flag,
    never the lesions.
    """
    manifest = package.manifest
    leading = max(lesions, key=malignant_share, default=None)
    any_slice = any(lesion.malignant_by_any_slice for lesion in lesions) if lesions else None
    return StudyResult(
        engine_version=__version__,
        case_digest=case_digest,
        study_instance_uid=study_instance_uid,
        package=PackageFacts(
            id=manifest.id,
            version=manifest.version,
            digest=package.digest,
            clinical_status=manifest.clinical_status.value,
            roles=tuple(role.value for role in package.roles),
            labels=manifest.labels,
        ),
        provider=provider,
        lesions=tuple(lesions),
        predicted=leading.predicted if leading else None,
        scores=leading.mean_scores if leading else None,
        malignant_by_any_slice=any_slice,
        follow_up=follow_up(lesions, cautions),
        cautions=tuple(cautions),
        roles_used=dict(roles_used),
        corrections=dict(corrections or {}),
    )


def malignant_share(lesion: LesionResult) -> float:
    """Return the part of the summed scores that is not benign, 0..1."""
    total = sum(lesion.summed_scores.values())
    return 1.0 - lesion.summed_scores[BENIGN] / total if total > 0 else 0.0


def follow_up(lesions: Sequence[LesionResult], cautions: Sequence[Caution]) -> ContrastFollowUp:
    """Word the flag. Withheld when a caution says so or when nothing could be classified.

    Headline and reason read as one sentence, "headline: reason"; shown apart, the reason takes a capital letter.
    """
    stop = next((caution for caution in cautions if caution.effect is Effect.WITHHOLD), None)
    if stop is not None:
        return ContrastFollowUp(None, WITHHELD, f"the result is withheld because {_inner(stop.text)}", stop.code)
    if not lesions:
        cause = make_caution(NO_LESION, Effect.WITHHOLD)
        return ContrastFollowUp(None, WITHHELD, f"the result is withheld because {_inner(cause.text)}", NO_LESION)
    total = sum(len(lesion.slices) for lesion in lesions)
    raised = [slice_ for lesion in lesions for slice_ in lesion.slices if slice_.predicted != BENIGN]
    if not raised:
        return ContrastFollowUp(
            False, NOT_RAISED, f"{_all_slices(total)} classified as benign. This does not exclude malignancy."
        )
    places = _join([_position(slice_.ref.position_mm) for slice_ in raised])
    was = "was" if len(raised) == 1 else "were"
    noun = "slice" if len(raised) == 1 else "slices"
    reason = (
        f"{len(raised)} of {total} {'slice' if total == 1 else 'slices'} {was} classified as malignant: "
        f"{noun} at {places}; the rule needs one. "
        "Consider contrast-enhanced MRI if clinically appropriate."
    )
    return ContrastFollowUp(True, RAISED, reason)


def _all_slices(total: int) -> str:
    return "the only slice was" if total == 1 else f"all {total} slices were"


def _position(position_mm: float) -> str:
    text = f"{position_mm + 0.0:.1f}"
    return f"{text.replace('-', '−')} mm"


def _join(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _inner(sentence: str) -> str:
    """Let a sentence follow 'because': its first letter small unless it begins a name or abbreviation."""
    return sentence if sentence[:2].isupper() else sentence[:1].lower() + sentence[1:]
