"""Tests between models on the same slices and patients: DeLong as the paper does, and the form that counts patients."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from training.evaluation.scored import Scored, same_patients
from training.statistics.clustered import clustered_auc_test
from training.statistics.roc import auc, delong_test
from training.study.gather import Study
from training.study.wording import kept_p


def comparisons(study: Study) -> list[dict[str, Any]]:
    """One row per cohort, pair of models and class; the binary question per patient has the class ``malignant``."""
    rows = []
    for cohort in study.measured_cohorts:
        for one, two in combinations(cohort.scored, 2):
            pair = cohort.scored[one], cohort.scored[two]
            for row in (*_slices(pair, study.labels), *_patients(pair)):
                rows.append({"cohort": cohort.entry.id, "first": one, "second": two, **row})
    return rows


def _slices(pair: tuple[Scored, Scored], labels: tuple[str, ...]) -> list[dict[str, Any]]:
    (first, second), patients = same_patients(pair)
    if len(first) == 0:
        return []
    truth, names = pair[0].truth[first], pair[0].patient_of_slice[first]
    rows = []
    for index, label in enumerate(labels):
        positive = truth == index
        if positive.all() or not positive.any():
            continue
        scores = pair[0].scores[first, index], pair[1].scores[second, index]
        row: dict[str, Any] = {
            "level": "slice",
            "class": label,
            "patients": patients,
            "n": len(truth),
            "auc_first": round(auc(positive, scores[0]), 4),
            "auc_second": round(auc(positive, scores[1]), 4),
        }
        try:
            counted = clustered_auc_test(positive, *scores, names)
            naive = delong_test(positive, *scores)
            row |= {"p": kept_p(counted.p), "z": round(counted.z, 4), "p_naive": kept_p(naive.p)}
        except ValueError as problem:
            row["not_tested"] = str(problem)
        rows.append(row)
    return rows


def _patients(pair: tuple[Scored, Scored]) -> list[dict[str, Any]]:
    levels = [item.patient_level for item in pair]
    shared = sorted(set(levels[0].names.tolist()) & set(levels[1].names.tolist()))
    one, two = (
        level.take(np.array([level.names.tolist().index(name) for name in shared], dtype=np.intp)) for level in levels
    )
    if not shared or one.malignant.all() or not one.malignant.any():
        return []
    row: dict[str, Any] = {
        "level": "patient",
        "class": "malignant",
        "patients": len(shared),
        "n": len(shared),
        "auc_first": round(auc(one.malignant, one.malignant_score), 4),
        "auc_second": round(auc(one.malignant, two.malignant_score), 4),
    }
    try:
        found = delong_test(one.malignant, one.malignant_score, two.malignant_score)
        row |= {"p": kept_p(found.p), "z": round(found.z, 4)}
    except ValueError as problem:
        row["not_tested"] = str(problem)
    return [row]
