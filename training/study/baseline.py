"""Table 1: who is in the cohorts, with the tests of the paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training import facts
from training.dataset import Shard
from training.statistics import tests
from training.study.gather import StudyCohort
from training.study.wording import kept_p

_PRIMARY = ("hcc", "other_primary")


def baseline(cohorts: Sequence[StudyCohort]) -> list[dict[str, Any]]:
    """Rows of Table 1: per cohort the text, and p with the test's name where every cohort could answer.

    Patients are counted, each with the lesion that gives the class: the malignant one, of several alike the largest. A
    type counts among the patients of whom it is known whether they have it.
    """
    members = [_leading(cohort) for cohort in cohorts]
    rows = [_row("Patients", [str(len(own)) for own in members])]
    rows.append(_numbers("Age, years", [[facts.age_years(shard) for shard in own] for own in members]))
    sexes = [[facts.sex(shard) for shard in own] for own in members]
    for letter, name in (("M", "Male"), ("F", "Female")):
        rows.append(_row(name, [_share(own.count(letter), len(own) - own.count(facts.UNKNOWN)) for own in sexes]))
    known = [own for own in sexes if own.count(facts.UNKNOWN) < len(own)]
    if len(known) > 1:
        found = tests.association([[own.count("M") for own in known], [own.count("F") for own in known]])
        rows[2] |= {"p": kept_p(found.p), "test": found.test}
    groups = [[facts.group_of(shard) for shard in own] for own in members]
    for group, name in facts.GROUPS.items():
        answers = [_answers(own, group) for own in members]
        row = _row(name, [_share(sum(own), len(own)) for own in answers])
        stated = [own for own in answers if own]
        counts, rest = [sum(own) for own in stated], [len(own) - sum(own) for own in stated]
        if len(stated) > 1 and max(counts) > 0 and max(rest) > 0:
            found = tests.association([counts, rest])
            row |= {"p": kept_p(found.p), "test": found.test}
        rows.append(row)
    unknown = [own.count(facts.UNKNOWN) for own in groups]
    if any(unknown):
        rows.append(_row("Type not stated", [_share(n, len(own)) for n, own in zip(unknown, groups, strict=True)]))
    rows.append(_numbers("Lesion diameter, mm", [[facts.diameter_mm(shard) for shard in own] for own in members]))
    return rows


def _answers(members: Sequence[Shard], group: str) -> list[bool]:
    """Whether each patient has this type, without those of whom it is not known.

    A patient of another class has it not, whatever the type. Where nobody of the class has a type, nothing is known: a
    table that only says "benign" does not count no cysts.
    """
    own_class = "metastasis" if group == "metastasis" else "primary_malignancy" if group in _PRIMARY else "benign"
    types = {shard.patient: facts.group_of(shard) for shard in members}
    alike = [types[shard.patient] for shard in members if shard.label == own_class]
    if alike and set(alike) == {facts.UNKNOWN}:
        return []
    known = [shard for shard in members if shard.label != own_class or types[shard.patient] != facts.UNKNOWN]
    return [types[shard.patient] == group for shard in known]


def _leading(cohort: StudyCohort) -> list[Shard]:
    if cohort.described is None:
        return []
    found: dict[str, Shard] = {}
    for shard in cohort.described.shards:
        former = found.get(shard.patient)
        if former is None or _weight(shard) > _weight(former):
            found[shard.patient] = shard
    return list(found.values())


def _weight(shard: Shard) -> tuple[bool, float]:
    return (shard.label != "benign", facts.diameter_mm(shard) or 0.0)


def _row(name: str, cells: list[str]) -> dict[str, Any]:
    return {"name": name, "cells": cells}


def _numbers(name: str, values: list[list[float | None]]) -> dict[str, Any]:
    known = [np.array([value for value in own if value is not None]) for own in values]
    row = _row(name, [_mean(own) for own in known])
    groups = [own for own in known if len(own) > 1]
    if len(groups) > 1:
        found = tests.kruskal_wallis(groups)
        row |= {"p": kept_p(found.p), "test": found.test}
    return row


def _mean(values: NDArray[np.float64]) -> str:
    if len(values) < 2:
        return f"{values[0]:.1f} (–)" if len(values) else "not stated"
    return f"{values.mean():.1f} ({values.std(ddof=1):.1f})"


def _share(count: int, total: int) -> str:
    return f"{count} ({100 * count / total:.1f} %)" if total > 0 else "not stated"
