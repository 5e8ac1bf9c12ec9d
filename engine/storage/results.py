"""Results out: `result.json` (schema lobule.result/1) and `slices.csv`."""

from __future__ import annotations

from typing import Any

from engine.domain.labels import STATUS_TEXT
from engine.domain.result import Caution, Fact, LesionResult, SliceResult, StudyResult
from engine.storage.cells import csv_text

RESULT_SCHEMA = "lobule.result/1"


def result_to_dict(result: StudyResult, *, deidentify: bool = False) -> dict[str, Any]:
    """Return the content of `result.json` (schema lobule.result/1). Numbers keep full precision.

    With `deidentify` the UIDs of the series and the names that people gave to lesions are left out.
    """
    return {
        "schema": RESULT_SCHEMA,
        "engine_version": result.engine_version,
        "case_digest": result.case_digest,
        "package": {
            "id": result.package.id,
            "version": result.package.version,
            "digest": result.package.digest,
            "clinical_status": result.package.clinical_status,
            "roles": list(result.package.roles),
        },
        "status_text": STATUS_TEXT[result.package.clinical_status],
        "provider": result.provider,
        "roles_used": {} if deidentify else dict(result.roles_used or {}),
        "corrections": {
            role: {name: list(value) for name, value in done.items()} for role, done in result.corrections.items()
        },
        "rules": {"patient": "sum", "flag": "any-slice"},
        "lesions": [_lesion(lesion, deidentify) for lesion in result.lesions],
        "patient": {
            "predicted": result.predicted,
            "scores": None if result.scores is None else dict(result.scores),
            "malignant_by_any_slice_rule": result.malignant_by_any_slice,
        },
        "contrast_follow_up": {
            "recommended": result.follow_up.recommended,
            "headline": result.follow_up.headline,
            "reason": result.follow_up.reason,
            "withheld_because": result.follow_up.withheld_because,
        },
        "cautions": [_caution(caution) for caution in result.cautions],
    }


def _lesion(lesion: LesionResult, deidentify: bool) -> dict[str, Any]:
    return {
        "id": lesion.lesion_id,
        "name": "" if deidentify else lesion.name,
        "roi_origin": lesion.roi_origin,
        "longest_diameter_mm": lesion.longest_diameter_mm,
        "volume_ml": lesion.volume_ml,
        "slices": [_slice(slice_) for slice_ in lesion.slices],
        "sum_rule": {
            "scores": dict(lesion.summed_scores),
            "mean_scores": lesion.mean_scores,
            "predicted": lesion.predicted,
        },
        "any_slice_rule": {
            "malignant": lesion.malignant_by_any_slice,
            "slices": list(lesion.malignant_slices),
        },
    }


def _slice(slice_: SliceResult) -> dict[str, Any]:
    return {
        "index": slice_.ref.index,
        "position_mm": slice_.ref.position_mm,
        "nearest_t2_slice": slice_.ref.nearest_t2_slice,
        "scores": dict(slice_.scores),
        "predicted": slice_.predicted,
    }


def _caution(caution: Caution) -> dict[str, Any]:
    return {
        "code": caution.code,
        "effect": caution.effect.value,
        "text": caution.text,
        "values": {name: _fact(fact) for name, fact in caution.values.items()},
    }


def _fact(fact: Fact) -> dict[str, Any]:
    value = list(fact.value) if isinstance(fact.value, tuple) else fact.value
    return {"value": value, "unit": fact.unit} if fact.unit else {"value": value}


def slices_csv(result: StudyResult) -> str:
    """Return the content of `slices.csv`: one row a slice, names as in `result.json`.

    `recommended` is empty where the flag is withheld; `withheld_because` then says why.
    """
    labels = list(result.package.labels)
    rules = ["malignant_by_any_slice_rule", "package", "version", "package_digest", "provider", "status_text"]
    rules += ["roles", "recommended", "withheld_because"]
    table: list[list[object]] = [
        ["lesion_id", "index", "position_mm", "nearest_t2_slice", *labels, "predicted", *rules]
    ]
    package = result.package
    facts = [package.id, package.version, package.digest, result.provider, STATUS_TEXT[package.clinical_status]]
    recommended = "" if result.withheld else str(result.follow_up.recommended)
    facts += [" ".join(package.roles), recommended, result.follow_up.withheld_because or ""]
    for lesion in result.lesions:
        for slice_ in lesion.slices:
            ref = slice_.ref
            scores = [repr(slice_.scores[label]) for label in labels]
            row: list[object] = [lesion.lesion_id, ref.index, repr(ref.position_mm), ref.nearest_t2_slice, *scores]
            row += [slice_.predicted, lesion.malignant_by_any_slice, *facts]
            table.append(row)
    return csv_text(table)
