"""Tests of hypotheses: paired calls, groups of values, tables of counts. All two-sided.

scipy and statsmodels do what they do; Fisher's test for tables larger than 2×2 is exact by enumeration here (scipy
draws tables at random), and falls back on drawing where there are too many tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln
from scipy.stats import chi2_contingency, kruskal, random_table
from statsmodels.stats.contingency_tables import mcnemar as _mcnemar

MAX_TABLES = 2_000_000
DRAWN_TABLES = 100_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """A p value with the name of the test that gave it, and its statistic where it has one."""

    test: str
    p: float
    statistic: float | None = None


@dataclass(frozen=True, slots=True)
class Paired:
    """Two sets of right/wrong calls on the same cases.

    Attributes:
        only_first: Cases that the first alone called rightly.
        only_second: Cases that the second alone called rightly.
        p: McNemar's exact test (binomial on those two); 1 where both are 0.
    """

    only_first: int
    only_second: int
    p: float


def mcnemar(first_right: ArrayLike, second_right: ArrayLike) -> Paired:
    """McNemar's exact test of two readers, or a reader and a model, on the same cases.

    Source: McNemar, Psychometrika 1947;12:153; exact form.

    Raises:
        ValueError: No case, or sizes that differ.
    """
    one, two = np.asarray(first_right).astype(bool), np.asarray(second_right).astype(bool)
    if one.shape != two.shape or one.ndim != 1 or len(one) == 0:
        raise ValueError(f"one call of each per case: got {one.shape} and {two.shape}")
    only_first, only_second = int((one & ~two).sum()), int((~one & two).sum())
    if only_first + only_second == 0:
        return Paired(0, 0, 1.0)
    table = [[int((one & two).sum()), only_first], [only_second, int((~one & ~two).sum())]]
    return Paired(only_first, only_second, float(_mcnemar(table, exact=True).pvalue))


def kruskal_wallis(groups: Sequence[ArrayLike]) -> Outcome:
    """Kruskal–Wallis H test with the correction for ties; equal values throughout give p = 1.

    Raises:
        ValueError: Fewer than two groups, or an empty one.
    """
    values = [np.asarray(group, dtype=np.float64) for group in groups]
    if len(values) < 2 or min(len(group) for group in values) == 0:
        raise ValueError("the Kruskal–Wallis test needs two or more groups with values")
    if len(np.unique(np.concatenate(values))) == 1:
        return Outcome("Kruskal–Wallis", 1.0, 0.0)
    found = kruskal(*values)
    return Outcome("Kruskal–Wallis", float(found.pvalue), float(found.statistic))


def association(table: ArrayLike) -> Outcome:
    """χ² (Pearson, uncorrected, as in the paper's Table 1), or Fisher's exact test where χ² is not to be trusted.

    Cochran's rule: χ² wants every expected count ≥ 1 and four fifths of them ≥ 5. Rows and columns without counts are
    left out; what remains of one row or column has p = 1.

    Raises:
        ValueError: Not a table of counts, or an empty one.
    """
    counts = _counts(table)
    if min(counts.shape) < 2:
        return Outcome("one group only", 1.0)
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0, keepdims=True) / counts.sum()
    if expected.min() >= 1.0 and (expected >= 5.0).mean() >= 0.8:
        return chi_squared(counts)
    return fisher_exact(counts)


def chi_squared(table: ArrayLike) -> Outcome:
    """Pearson's χ² test of a table r×c, no correction."""
    counts = _counts(table)
    if min(counts.shape) < 2:
        return Outcome("one group only", 1.0)
    found = chi2_contingency(counts, correction=False)
    return Outcome("χ²", float(found.pvalue), float(found.statistic))


def fisher_exact(table: ArrayLike, seed: int = 1) -> Outcome:
    """Fisher's exact test (Freeman–Halton for r×c): tables with the same margins that are not more probable.

    Above `MAX_TABLES` tables the p value comes from `DRAWN_TABLES` random ones and the name says so.
    """
    counts = _counts(table)
    if min(counts.shape) < 2:
        return Outcome("one group only", 1.0)
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    fixed = gammaln(rows + 1).sum() + gammaln(columns + 1).sum() - gammaln(counts.sum() + 1)
    observed = fixed - gammaln(counts + 1).sum()
    logs = _all_tables(rows, columns)
    # The tolerance is R's: tables as probable as the observed one but for rounding belong to the tail.
    if logs is not None:
        p = float(np.exp(fixed + logs[fixed + logs <= observed + 1e-7]).sum())
        return Outcome("Fisher exact", min(p, 1.0))
    drawn = random_table(rows, columns).rvs(DRAWN_TABLES, random_state=np.random.default_rng(seed))
    values = fixed - gammaln(drawn + 1).sum(axis=(1, 2))
    p = (1 + int((values <= observed + 1e-7).sum())) / (1 + DRAWN_TABLES)
    return Outcome("Fisher, random tables", p)


def _all_tables(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.float64] | None:
    """−Σ ln cell! of every table with these margins, or None when there are too many.

    Tables grow cell by cell, all at once: per state what is left of each row and of the current column.
    """
    left = rows[None].astype(np.int64)
    logs = np.zeros(1)
    for total in columns[:-1]:
        column = np.full(len(left), total)
        for row in range(len(rows)):
            below = left[:, row + 1 :].sum(axis=1)
            low = np.maximum(0, column - below)
            high = np.minimum(left[:, row], column)
            choices = high - low + 1
            if choices.sum() > MAX_TABLES:
                return None
            index = np.repeat(np.arange(len(left)), choices)
            value = np.arange(len(index)) - np.repeat(np.cumsum(choices) - choices, choices) + low[index]
            left, column, logs = left[index], column[index] - value, logs[index] - gammaln(value + 1)
            left[:, row] -= value
    return np.asarray(logs - gammaln(left + 1).sum(axis=1))


def _counts(table: ArrayLike) -> NDArray[np.int64]:
    counts = np.asarray(table)
    whole = counts.ndim == 2 and bool(np.isfinite(counts).all()) and bool((counts == np.round(counts)).all())
    if not whole or counts.min(initial=0) < 0 or counts.sum() == 0:
        raise ValueError("a table of counts needs two dimensions and whole numbers that are not all 0")
    counts = counts.astype(np.int64)
    return np.asarray(counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0])
