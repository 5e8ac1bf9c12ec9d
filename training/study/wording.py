"""How the report writes one figure: with its interval, as a percentage, as counts, as a p value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

LIMITS = "Limits in brackets are 95 % and count patients unless a column says naive."


def parts(cohorts: Sequence[T], most: int) -> Iterator[tuple[str, str, Sequence[T]]]:
    """Cohorts in groups that one figure has room for: ending of the figure's name and of its caption, and the group."""
    for number, start in enumerate(range(0, len(cohorts), most), start=1):
        more = number > 1
        yield f"_{number}" if more else "", " (Continued.)" if more else "", cohorts[start : start + most]


def interval(found: Mapping[str, Any], digits: int = 3) -> str:
    if not found:
        return "–"
    texts = ["∞" if found[name] is None else f"{found[name]:.{digits}f}" for name in ("value", "low", "high")]
    return f"{texts[0]} ({texts[1]}–{texts[2]})"


def percent(found: Mapping[str, Any]) -> str:
    texts = [f"{100 * found[name]:.1f}" for name in ("value", "low", "high")]
    return f"{texts[0]} ({texts[1]}–{texts[2]})  {found['events']}/{found['n']}"


def counts(found: Mapping[str, Any]) -> str:
    return f"{found['events']}/{found['n']}"


def kept_p(value: float) -> float:
    """A p value as it is stored: four significant digits, since rounded to places the smallest would read 0."""
    return float(f"{value:.4g}")


def p_text(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
