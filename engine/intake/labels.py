"""Names for the volumes of one DICOM series: short, readable, and the same whatever the order of the files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

Marks = tuple[tuple[str, Any], ...]

_TYPE_WORDS = {
    "ADC": "adc", "EADC": "eadc", "FA": "fa", "TRACEW": "trace", "W": "water", "WATER": "water", "F": "fat",
    "FAT": "fat", "IP": "in", "IN_PHASE": "in", "OP": "opp", "OUT_PHASE": "opp", "OPP_PHASE": "opp", "P": "phase",
    "PHASE": "phase",
    "M": "magnitude", "R": "real", "I": "imaginary", "FF": "fatfraction", "MIP": "mip", "MPR": "mpr",
    "FIELD_MAP": "fieldmap", "PRE_CONTRAST": "pre", "ARTERIAL": "arterial", "PORTAL_VENOUS": "portal",
}  # fmt: skip

MEANINGFUL_TOKENS = frozenset(_TYPE_WORDS) | {"DERIVED", "ORIGINAL", "LOCALIZER", "SUBTRACTION", "DIFFUSION"}
"""Tokens of ImageType that make two images different things."""


def volume_labels(marks: Sequence[Marks]) -> list[str]:
    """Return one label per volume, empty when the series holds only one.

    Args:
        marks: Per volume, the (dimension, value) pairs by which it was split from the rest.
    """
    if len(marks) == 1:
        return [""]
    ranks = _ranks(marks)
    names = ["-".join(_label(name, value, ranks, marks) for name, value in own) or "1" for own in marks]
    taken = Counter(names)
    seen: Counter[str] = Counter()
    labels = []
    for name in names:
        seen[name] += 1
        labels.append(f"{name}-{seen[name]}" if taken[name] > 1 else name)
    return labels


def _ranks(marks: Sequence[Marks]) -> dict[tuple[str, Any], int]:
    """Number the values of each dimension that has no natural name."""
    values: dict[str, set[Any]] = {}
    for own in marks:
        for name, value in own:
            values.setdefault(name, set()).add(value)
    return {
        (name, value): rank
        for name, found in values.items()
        for rank, value in enumerate(sorted(found, key=lambda value: (value is None, str(type(value)), value)), start=1)
    }


def _label(name: str, value: Any, ranks: dict[tuple[str, Any], int], marks: Sequence[Marks]) -> str:
    if name == "b":
        return "nob" if value is None else f"b{value:g}"
    if name == "kind":
        return {"trace": "trace", "direction": "directions"}.get(value, "other")
    if name in ("te", "ti", "fa"):
        return f"{name}{value:g}"
    if name == "type":
        return _type_word(value, marks) or f"type{ranks[name, value]}"
    prefix = {"stack": "stack", "station": "station", "time": "pos"}[name]
    return f"{prefix}{ranks[name, value]}"


def _type_word(tokens: tuple[str, ...], marks: Sequence[Marks]) -> str:
    """Name an image type by a token that the other volumes of the series lack."""
    others = [value for own in marks for name, value in own if name == "type" and value != tokens]
    own_words = [token for token in tokens if token and not all(token in other for other in others)]
    found = next((_TYPE_WORDS[token] for token in own_words if token in _TYPE_WORDS), "")
    same = [value for value in others if _TYPE_WORDS.get(_distinct(value, tokens)) == found]
    return "" if same else found


def _distinct(tokens: tuple[str, ...], other: tuple[str, ...]) -> str:
    return next((token for token in tokens if token in _TYPE_WORDS and token not in other), "")
