"""ROC curves: AUC, DeLong's variance, interval and paired test.

Source: DeLong, DeLong, Clarke-Pearson, Biometrics 1988;44:837; the fast algorithm from midranks is
that of Sun and Xu, IEEE Signal Processing Letters 2014;21:1389.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm, rankdata


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its confidence interval."""

    value: float
    low: float
    high: float


def auc(positive: ArrayLike, scores: ArrayLike) -> float:
    """Area under the ROC curve; ties count one half.

    Args:
        positive: (n,) truth values.
        scores: (n,) scores, larger for positive.

    Raises:
        ValueError: One of the classes is absent, so that the area is not defined.
    """
    return float(_placements(*_checked(positive, scores))[0])


def auc_interval(positive: ArrayLike, scores: ArrayLike, level: float = 0.95) -> Interval:
    """AUC with DeLong's interval, symmetric on the AUC scale and cut at 0 and 1 (pROC's default)."""
    truth, values = _checked(positive, scores)
    area, variance = delong_variance(truth, values)
    half = float(norm.ppf(0.5 + level / 2.0)) * sqrt(variance)
    return Interval(area, max(0.0, area - half), min(1.0, area + half))


def delong_variance(positive: ArrayLike, scores: ArrayLike) -> tuple[float, float]:
    """AUC and its variance. With one case in a class its share of the variance counts as 0."""
    area, over_positive, over_negative = _placements(*_checked(positive, scores))
    return float(area), _variance(over_positive) + _variance(over_negative)


def delong_test(positive: ArrayLike, first: ArrayLike, second: ArrayLike) -> tuple[float, float, float]:
    """Two correlated AUCs on the same cases: difference first − second, z, two-sided p.

    Equal scores give (0, 0, 1).
    """
    truth, one = _checked(positive, first)
    _, two = _checked(positive, second)
    area_one, pos_one, neg_one = _placements(truth, one)
    area_two, pos_two, neg_two = _placements(truth, two)
    difference = float(area_one - area_two)
    variance = _variance(pos_one - pos_two) + _variance(neg_one - neg_two)
    if variance <= 0.0:
        same = difference == 0.0
        return difference, 0.0 if same else float(np.inf) * np.sign(difference), float(same)
    z = difference / sqrt(variance)
    return difference, z, float(2.0 * norm.sf(abs(z)))


def _checked(positive: ArrayLike, scores: ArrayLike) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    truth = np.asarray(positive).astype(bool)
    values = np.asarray(scores, dtype=np.float64)
    if truth.ndim != 1 or truth.shape != values.shape:
        raise ValueError(f"one truth value per score: got {truth.shape} and {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError("scores must be finite")
    if truth.all() or not truth.any():
        raise ValueError("an AUC needs positive and negative cases")
    return truth, values


def _placements(
    truth: NDArray[np.bool_], values: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """AUC, and per positive (per negative) case the share of the other class ranked rightly."""
    positives, negatives = values[truth], values[~truth]
    m, n = len(positives), len(negatives)
    ranks = rankdata(values)
    over_positive = (ranks[truth] - rankdata(positives)) / n
    over_negative = 1.0 - (ranks[~truth] - rankdata(negatives)) / m
    return float(over_positive.mean()), over_positive, over_negative


def _variance(placements: NDArray[np.float64]) -> float:
    count = len(placements)
    return float(placements.var(ddof=1)) / count if count > 1 else 0.0
