"""The package's own figures: the manifest's `validation` one by one, and post-test probabilities from them.

A figure is a mapping with ``value`` and, as far as known, ``low`` and ``high`` (95 % interval; also ``ci95:
[low, high]``), ``events`` and ``n``, ``cohort``. Figures may be nested under any names (``any_slice_rule``,
``slice_auc``, a class). A mapping may name the ``cohort`` (text, or a mapping with ``name`` and ``patients``)
for everything below it. Bare numbers count as figures without an interval; lists of numbers (curves, matrices)
are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_FACTS = {
    "cohort",
    "patients",
    "lesions",
    "slices",
    "n",
    "note",
    "notes",
    "document",
    "date",
    "simulated",
    "method",
    "seed",
}
_FIGURE = {"value", "low", "high", "ci95", "ci", "interval", "events", "n", "cohort", "patients", "lesions", "slices"}
_SYNONYMS = {
    "dlr+": "dlr_plus",
    "dlr_positive": "dlr_plus",
    "lr_plus": "dlr_plus",
    "positive_likelihood_ratio": "dlr_plus",
    "dlr-": "dlr_minus",
    "dlr_negative": "dlr_minus",
    "lr_minus": "dlr_minus",
    "negative_likelihood_ratio": "dlr_minus",
}
FIRST = ("sensitivity", "specificity", "dlr_plus", "dlr_minus")
"""Figures of the flag's rule: shown on the first page before all others."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: where it stands in the manifest, its value and what it was measured on."""

    path: tuple[str, ...]
    value: float
    low: float | None
    high: float | None
    events: int | None
    n: int | None
    cohort: str

    @property
    def key(self) -> str:
        """The figure's own name, such as ``sensitivity``, wherever it stands in the path."""
        known = [part for part in self.path if part in (*FIRST, "auc", "accuracy")]
        return known[-1] if known else self.path[-1]


def figures_of(validation: Mapping[str, Any]) -> tuple[Figure, ...]:
    """Return all figures, those of the any-slice rule first, otherwise in the manifest's order."""
    found = list(_walk((), validation, ""))
    return tuple(sorted(found, key=_rank))


def first_figures(figures: tuple[Figure, ...], most: int) -> tuple[Figure, ...]:
    """Return the leading figures for a short list, at most `most`.

    Figures that differ in their last name only, such as the AUC of each class, stay together: a list that ends inside
    such a set would leave the worst class to a later page.
    """
    kept = min(most, len(figures))
    while 0 < kept < len(figures) and _set_of(figures[kept - 1]) == _set_of(figures[kept]):
        kept -= 1
    return figures[:kept]


def _set_of(figure: Figure) -> tuple[str, ...]:
    return (figure.cohort, *(figure.path if figure.key == figure.path[-1] else figure.path[:-1]))


def _rank(figure: Figure) -> tuple[int, int]:
    if figure.key in FIRST and "sum_rule" not in figure.path:
        return (0, FIRST.index(figure.key))
    return (1, 0) if figure.key == "auc" else (2, 0)


def _walk(path: tuple[str, ...], node: Any, cohort: str) -> Iterator[Figure]:
    if isinstance(node, Mapping):
        stated, cohort = cohort, _cohort(node, cohort)
        if cohort != stated and "value" not in node:
            path = path[
                :-1
            ]  # what is measured on a cohort is named by it, so its key in the manifest says nothing more
        if "value" in node:
            if _is_number(node["value"]) and set(node) <= _FIGURE | {"name", "unit"}:
                yield _figure(path, node, cohort)
            return
        for name, below in node.items():
            if name not in _FACTS:
                yield from _walk((*path, *_parts(str(name))), below, cohort)
    elif isinstance(node, list | tuple):
        for item in node:
            if isinstance(item, Mapping) and "name" in item:
                yield from _walk((*path, *_parts(str(item["name"]))), item, cohort)
    elif _is_number(node) and path:
        yield Figure(path, float(node), None, None, None, None, cohort)


def _figure(path: tuple[str, ...], node: Mapping[str, Any], cohort: str) -> Figure:
    low, high = node.get("low"), node.get("high")
    interval = node.get("ci95") or node.get("ci") or node.get("interval")
    if isinstance(interval, list | tuple) and len(interval) == 2:
        low, high = interval
    return Figure(
        path or ("value",),
        float(node["value"]),
        _number(low),
        _number(high),
        _count(node.get("events")),
        _count(node.get("n")),
        cohort,
    )


def _cohort(node: Mapping[str, Any], inherited: str) -> str:
    stated = node.get("cohort")
    if isinstance(stated, Mapping):
        name, patients = str(stated.get("name", "")), stated.get("patients")
    elif isinstance(stated, str) and stated:
        name, patients = stated, node.get("patients")
    else:
        return inherited
    counted = not _is_number(patients) or re.search(rf"(?<!\d){patients}(?!\d)", name)  # the name says it already
    return name if counted else f"{name}, n = {patients}"


def _plain(name: str) -> str:
    lowered = re.sub(r"\s+", "_", name.strip().lower())
    return _SYNONYMS.get(lowered, lowered)


def _parts(name: str) -> tuple[str, ...]:
    """Take ``slice_auc`` apart into what is measured and on what."""
    plain = _plain(name)
    known = next((key for key in ("auc", "accuracy") if plain.endswith(f"_{key}")), None)
    return (plain.removesuffix(f"_{known}"), known) if known else (plain,)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(float(value)) < 1e12


def _number(value: Any) -> float | None:
    return float(value) if _is_number(value) else None


def _count(value: Any) -> int | None:
    return int(value) if _is_number(value) else None


def likelihood_ratio(figures: tuple[Figure, ...], raised: bool) -> Figure | None:
    """Return the ratio that belongs to a raised or not raised flag, or None when the package states none."""
    wanted = "dlr_plus" if raised else "dlr_minus"
    fitting = [f for f in figures if f.key == wanted and "sum_rule" not in f.path and f.value >= 0]
    return fitting[0] if fitting else None


def post_test_probability(pre_test: float, ratio: float) -> float:
    """Return the probability after a test: odds times likelihood ratio (Fagan 1975)."""
    if pre_test >= 1.0:
        return 1.0
    odds = pre_test / (1.0 - pre_test) * ratio
    return odds / (1.0 + odds)
