"""Figures in words: the package's own figures (`engine.domain.figures`) as rows of a table."""

from __future__ import annotations

from engine.domain.figures import FIRST, Figure
from engine.report.texts import Texts, clean, number


def figure_name(figure: Figure, texts: Texts) -> str:
    """Return the name of a figure in words: ``Sensitivity, any-slice rule``."""
    parts = [figure.key, *(part for part in figure.path if part != figure.key)]
    words = [_in_words(part, texts) for part in parts]
    return clean(texts.word("comma").join(words))


def _in_words(part: str, texts: Texts) -> str:
    for key in (part, f"{part}_figures"):
        if key in texts.words and (part in (*FIRST, "auc", "accuracy") or key.endswith("_figures")):
            return texts.words[key]
    return texts.label(part)


def figure_row(figure: Figure, texts: Texts, simulated: bool) -> tuple[str, str, str, str]:
    """Return name, value with interval, count and cohort as cells."""
    digits = 2 if figure.key.startswith("dlr") else 3
    value = number(figure.value, digits)
    if figure.low is not None and figure.high is not None:
        value += f" ({number(figure.low, digits)}–{number(figure.high, digits)})"
    count = "" if figure.n is None else str(figure.n)
    if figure.n is not None and figure.events is not None:
        count = f"{figure.events}/{figure.n}"
    cohort = clean(figure.cohort) or texts.word("cohort_unnamed")
    if simulated:
        cohort = texts.word("cohort_simulated", cohort=cohort)
    return figure_name(figure, texts), value, count, cohort
