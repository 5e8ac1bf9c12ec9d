"""Table 1: who is in the cohorts, with the tests of the paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from training import facts
from training.dataset import Shard
from training.statistics import tests
from training.study.gather import StudyCohort


def baseline(cohorts: Sequence[StudyCohort]) -> list[dict[str, Any]]:
    """Rows of Table 1: per cohort the text, and p with the test's name where every cohort could answer.

    Patients are counted, each with the largest of their lesions.
    """
    members = [_largest(cohort) for cohort in cohorts]
    rows = [_row("Patients", [str(len(own)) for own in members])]
    rows.append(_numbers("Age, years", [[facts.age_years(shard) for shard in own] for own in members]))
    sexes = [[facts.sex(shard) for shard in own] for own in members]
    for letter, name in (("M", "Male"), ("F", "Female")):
        rows.append(_row(name, [_share(own.count(letter), len(own) - own.count(facts.UNKNOWN)) for own in sexes]))
    known = [own for own in sexes if own.count(facts.UNKNOWN) < len(own)]
    if len(known) > 1:
        found = tests.association([[own.count("M") for own in known], [own.count("F") for own in known]])
        rows[2] |= {"p": round(found.p, 4), "test": found.test}
    groups = [[facts.group_of(shard) for shard in own] for own in members]
    for group, name in facts.GROUPS.items():
        counts = [own.count(group) for own in groups]
        row = _row(name, [_share(count, len(own)) for count, own in zip(counts, groups, strict=True)])
        rest = [len(own) - count for count, own in zip(counts, groups, strict=True)]
        if len(groups) > 1 and max(counts) > 0 and max(rest) > 0:
            found = tests.association([counts, rest])
            row |= {"p": round(found.p, 4), "test": found.test}
        rows.append(row)
    unknown = [own.count(facts.UNKNOWN) for own in groups]
    if any(unknown):
        rows.append(_row("Type not stated", [_share(n, len(own)) for n, own in zip(unknown, groups, strict=True)]))
    rows.append(_numbers("Lesion diameter, mm", [[facts.diameter_mm(shard) for shard in own] for own in members]))
    return rows


def _largest(cohort: StudyCohort) -> list[Shard]:
    if cohort.described is None:
        return []
    found: dict[str, Shard] = {}
    for shard in cohort.described.shards:
        former = found.get(shard.patient)
        if former is None or (facts.diameter_mm(shard) or 0.0) > (facts.diameter_mm(former) or 0.0):
            found[shard.patient] = shard
    return list(found.values())


def _row(name: str, cells: list[str]) -> dict[str, Any]:
    return {"name": name, "cells": cells}


def _numbers(name: str, values: list[list[float | None]]) -> dict[str, Any]:
    known = [np.array([value for value in own if value is not None]) for own in values]
    row = _row(name, [f"{own.mean():.1f} ({own.std(ddof=1):.1f})" if len(own) > 1 else "not stated" for own in known])
    groups = [own for own in known if len(own) > 1]
    if len(groups) > 1:
        found = tests.kruskal_wallis(groups)
        row |= {"p": round(found.p, 4), "test": found.test}
    return row


def _share(count: int, total: int) -> str:
    return f"{count} ({100 * count / total:.1f} %)" if total > 0 else "not stated"
