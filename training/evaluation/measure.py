"""Measuring one scored cohort: every figure of the evaluation as plain data, with what its interval counts.

Intervals count patients: where a patient contributes several slices (or lesions), by Obuchowski's variance or a
bootstrap over patients. The naive interval, which takes slices as independent as the paper does, stands beside it
under that name. A figure is ``{"value", "low", "high"}`` with ``events`` and ``n`` where it is a proportion; an
infinite number is null; what is not defined (one class only) is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training import facts
from training.dataset import Shard
from training.evaluation.scored import Level, Scored
from training.statistics import calibration
from training.statistics.bootstrap import RESAMPLES, auc_bootstrap, rates_bootstrap
from training.statistics.clustered import clustered_auc_interval
from training.statistics.interval import Interval
from training.statistics.likelihood_ratios import (
    likelihood_ratios_combined,
    likelihood_ratios_log,
)
from training.statistics.proportions import clopper_pearson
from training.statistics.roc import auc_interval

SUBGROUPS: Mapping[str, Callable[[Shard], str]] = {
    "lesion_type": lambda shard: facts.GROUPS.get(facts.group_of(shard), facts.UNKNOWN),
    "size_band": facts.size_band,
    "vendor": facts.vendor,
    "field_strength": facts.field_strength,
}
THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(1, 17))
"""Thresholds of the decision curve."""


def measure(scored: Scored, name: str, resamples: int = RESAMPLES, seed: int = 1) -> dict[str, Any]:
    """Every figure of one cohort."""
    labels = scored.labels
    return {
        "cohort": {
            "name": name,
            "patients": len(scored.patient_level.names),
            "lesions": len(scored.shards),
            "slices": len(scored.truth),
            "patients_by_class": _counts(scored.patient_level.truth, labels),
            "slices_by_class": _counts(scored.truth, labels),
            "simulated": any(facts.is_simulated(shard) for shard in scored.shards),
        },
        "slice": _slice_figures(scored, resamples, seed),
        "lesion": level_figures(scored.lesion_level, labels, resamples, seed),
        "patient": level_figures(scored.patient_level, labels, resamples, seed),
        "calibration": _calibration(scored),
        "subgroups": {name: _subgroups(scored, key, resamples, seed) for name, key in SUBGROUPS.items()},
    }


def level_figures(level: Level, labels: tuple[str, ...], resamples: int, seed: int) -> dict[str, Any]:
    """Three-way and binary figures, by both rules, of lesions or patients."""
    clustered = len(set(level.patients.tolist())) < len(level.patients)
    wrongly = level.predicted != level.truth
    return {
        "three_way": {
            "accuracy": proportion(int((~wrongly).sum()), len(wrongly), level.patients),
            "auc": {
                label: area(level.truth == index, level.scores[:, index], level.patients)
                for index, label in enumerate(labels)
            },
            "confusion": confusion(level.truth, level.predicted, len(labels)),
        },
        "binary": {
            "auc": area(level.malignant, level.malignant_score, level.patients),
            "any_slice_rule": rule_figures(level, level.flagged, clustered, resamples, seed),
            "sum_rule": rule_figures(level, level.predicted != level.benign, clustered, resamples, seed),
        },
    }


def rule_figures(
    level: Level, called: NDArray[np.bool_], clustered: bool, resamples: int = RESAMPLES, seed: int = 1
) -> dict[str, Any]:
    """Sensitivity, specificity, accuracy and likelihood ratios of calls.

    Sensitivity and specificity have Clopper–Pearson limits where every call is another patient; where patients have
    several lesions the limits come from the bootstrap over patients (at 0 and 1, from `proportion`), and
    Clopper–Pearson's stand beside them as ``naive``. Likelihood ratios by the log method and the combined one count
    calls; ``bootstrap_by_patient`` counts patients.
    """
    malignant = level.malignant
    positives, negatives = int(malignant.sum()), int((~malignant).sum())
    hits, passed = int((malignant & called).sum()), int((~malignant & ~called).sum())
    found: dict[str, Any] = {"accuracy": proportion(hits + passed, len(malignant), level.patients)}
    if positives:
        found["sensitivity"] = proportion(hits, positives, level.patients[malignant])
    if negatives:
        found["specificity"] = proportion(passed, negatives, level.patients[~malignant])
    if not positives or not negatives:
        return found
    counts = (hits, positives, passed, negatives)
    log, combined = likelihood_ratios_log(*counts), likelihood_ratios_combined(*counts)
    drawn = _drawn(malignant, called, level.patients, resamples, seed)
    for place, name in enumerate(("dlr_plus", "dlr_minus")):
        found[name] = {
            "log": figure(log[place]),
            "combined_clopper_pearson": figure(combined[place]),
            **(_varied(drawn[2 + place]) if drawn else {}),
        }
    if clustered and drawn:
        for place, name in enumerate(("sensitivity", "specificity")):
            events, n = counts[2 * place :][:2]
            if 0 < events < n:  # an error that never occurred never occurs in a resample either
                found[name] |= figure(drawn[place])
    return found


def area(positive: NDArray[np.bool_], scores: NDArray[np.float64], patients: NDArray[np.str_]) -> dict[str, Any]:
    """AUC with the interval that counts patients; DeLong's own where every case is another patient."""
    if positive.all() or not positive.any():
        return {}
    return {**figure(clustered_auc_interval(positive, scores, patients)), "n": len(positive)}


def proportion(events: int, n: int, patients: NDArray[np.str_] | None = None) -> dict[str, Any]:
    """A proportion with Clopper–Pearson limits.

    Where patients have several cases among `patients` (one per case), the limits are those of as many cases as there
    are patients, at the same share; the limits that count cases stand beside them as ``naive``.
    """
    found = {**figure(clopper_pearson(events, n)), "events": events, "n": n}
    people = n if patients is None else len(set(patients.tolist()))
    if people == n:
        return found
    share = events / n
    limits = clopper_pearson(round(people * share), people)
    counted = Interval(share, min(limits.low, share), max(limits.high, share))
    naive = {name: found[name] for name in ("value", "low", "high")}
    return {**found, **figure(counted), "naive": naive}


def figure(interval: Interval) -> dict[str, Any]:
    """An interval as plain data, four decimals; infinity is null."""
    values = {"value": interval.value, "low": interval.low, "high": interval.high}
    return {name: round(value, 4) if isfinite(value) else None for name, value in values.items()}


def confusion(truth: NDArray[np.int64], predicted: NDArray[np.int64], k: int) -> list[list[int]]:
    """(k, k) counts: one row per true class, one column per predicted class, in label order."""
    counts = np.bincount(truth * k + predicted, minlength=k * k)
    return [[int(v) for v in row] for row in counts.reshape(k, k)]


def _slice_figures(scored: Scored, resamples: int, seed: int) -> dict[str, Any]:
    patients = scored.patient_of_slice
    areas: dict[str, Any] = {}
    for index, label in enumerate(scored.labels):
        positive, scores = scored.truth == index, scored.scores[:, index]
        found = area(positive, scores, patients)
        if found:
            naive = figure(auc_interval(positive, scores))
            areas[label] = {**found, "naive": naive, **_bootstrapped(positive, scores, patients, resamples, seed)}
    right = scored.scores.argmax(axis=1) == scored.truth
    return {
        "note": "one class against the rest; limits count patients (Obuchowski); naive limits take slices as "
        "independent (DeLong), as the paper does",
        "auc": areas,
        "accuracy_naive": proportion(int(right.sum()), len(right)),
        "confusion": confusion(scored.truth, scored.scores.argmax(axis=1), len(scored.labels)),
    }


def _bootstrapped(
    positive: NDArray[np.bool_], scores: NDArray[np.float64], patients: NDArray[np.str_], resamples: int, seed: int
) -> dict[str, Any]:
    try:
        return _varied(auc_bootstrap(positive, scores, patients, resamples, seed))
    except ValueError:  # a class with one patient: nothing to resample
        return {}


def _varied(drawn: Interval) -> dict[str, Any]:
    """The interval, unless every resample gave one value: an error that never occurred occurs in none of them."""
    return {} if drawn.low == drawn.high else {"bootstrap_by_patient": figure(drawn)}


def _drawn(
    malignant: NDArray[np.bool_], called: NDArray[np.bool_], patients: NDArray[np.str_], resamples: int, seed: int
) -> tuple[Interval, Interval, Interval, Interval] | None:
    try:
        return rates_bootstrap(malignant, called, patients, resamples, seed)
    except ValueError:
        return None


def _calibration(scored: Scored) -> dict[str, Any]:
    level = scored.patient_level
    bins = calibration.reliability(level.malignant, level.malignant_score)
    benefit = calibration.net_benefit(level.malignant, level.malignant_score, THRESHOLDS)
    return {
        "note": "malignant share of the mean scores, one per patient: model scores, not probabilities of disease",
        "brier_patient": round(calibration.brier(level.malignant, level.malignant_score), 4),
        "ece_patient": round(calibration.expected_calibration_error(level.malignant, level.malignant_score), 4),
        "brier_slice_classes": round(calibration.brier_classes(scored.truth, scored.scores), 4),
        "ece_slice_classes": round(calibration.expected_calibration_error_classes(scored.truth, scored.scores), 4),
        "reliability": [
            {"mean_score": round(item.mean_score, 4), "observed": {**figure(item.observed), "n": item.n}}
            for item in bins
        ],
        "decision_curve": [
            {"threshold": limit, "score": round(row[0], 4), "all": round(row[1], 4), "none": 0.0}
            for limit, row in zip(THRESHOLDS, benefit.tolist(), strict=True)
        ],
    }


def _subgroups(scored: Scored, key: Callable[[Shard], str], resamples: int, seed: int) -> dict[str, Any]:
    """Figures of the lesions of each group; the groups stand in the order of `_group_order`."""
    names = np.array([key(shard) for shard in scored.shards])
    result = {}
    for name in sorted(set(names.tolist()), key=_group_order):
        level = scored.lesion_level.take(names == name)
        own = np.isin(scored.lesion_of_slice, np.flatnonzero(names == name))
        clustered = len(set(level.patients.tolist())) < len(level.patients)
        entry: dict[str, Any] = {
            "patients": len(set(level.patients.tolist())),
            "lesions": len(level.names),
            "slices": int(own.sum()),
            "malignant": int(level.malignant.sum()),
            "flagged_by_any_slice": proportion(int(level.flagged.sum()), len(level.names), level.patients),
            "three_way_right": proportion(
                int((level.predicted == level.truth).sum()), len(level.names), level.patients
            ),
        }
        binary = area(level.malignant, level.malignant_score, level.patients)
        if binary:
            entry["auc"] = binary
        rule = rule_figures(level, level.flagged, clustered, resamples, seed)
        entry["any_slice_rule"] = {name: rule[name] for name in ("sensitivity", "specificity") if name in rule}
        result[name] = entry
    return result


def _group_order(name: str) -> tuple[int, float, str]:
    if name == facts.UNKNOWN:
        return (9, 0.0, name)
    if name in facts.GROUPS.values():
        return (0, float(list(facts.GROUPS.values()).index(name)), name)
    digits = "".join(c if c.isdigit() or c == "." else " " for c in name).split()
    first = float(digits[0]) if digits else 0.0
    return (1, -1.0 if name.startswith("<") else first, name)


def _counts(targets: NDArray[np.int64], labels: tuple[str, ...]) -> dict[str, int]:
    return {label: int((targets == index).sum()) for index, label in enumerate(labels)}
