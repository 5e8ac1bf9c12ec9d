"""Cautions: reasons for care, each with a stable code, what it does, the facts behind it and the sentence shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Effect(StrEnum):
    """What a caution does to the result."""

    INFORM = "inform"
    WITHHOLD = "withhold"


@dataclass(frozen=True, slots=True)
class Fact:
    """One named fact behind a caution: a number with its unit, a word, or several of one of them.

    Attributes:
        value: A number, a text as it stands, or a tuple of either (one entry per lesion, role or axis).
        unit: Unit of the numbers: ``mm``, ``s/mm²``, ``years``; empty for words and plain numbers.
        digits: Decimals that are shown; the value itself keeps full precision.
    """

    value: float | str | tuple[float, ...] | tuple[str, ...]
    unit: str = ""
    digits: int = 0

    @property
    def items(self) -> tuple[float | str, ...]:
        """The value as a tuple, whether there is one or several."""
        return self.value if isinstance(self.value, tuple) else (self.value,)


@dataclass(frozen=True, slots=True)
class Caution:
    """One reason for care.

    Attributes:
        code: Stable name of the occasion, such as ``small-lesion``.
        text: The English sentence, as it stands in every machine-readable output.
        values: The facts that the sentence is made of, by name.
        sentence: Key of the sentence in `engine.domain.caution_words`, from which other languages word the same
            facts; empty for a text that has no translation.
    """

    code: str
    effect: Effect
    text: str
    values: Mapping[str, Fact] = field(default_factory=dict)
    sentence: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    def __reduce__(self) -> tuple[Any, ...]:  # MappingProxyType does not pickle
        return (Caution, (self.code, self.effect, self.text, dict(self.values), self.sentence))

    def __hash__(self) -> int:
        return hash((self.code, self.effect, self.text))
