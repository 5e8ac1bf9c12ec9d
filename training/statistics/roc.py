"""ROC curves: points, AUC, DeLong's variance, interval and paired test, for independent cases.

Source: DeLong, DeLong, Clarke-Pearson, Biometrics 1988;44:837; the fast algorithm from midranks is that of Sun and Xu,
IEEE Signal Processing Letters 2014;21:1389: O(n log n). Cases of one patient are not independent: see `clustered`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm, rankdata

from training.statistics.interval import Interval
from training.statistics.proportions import clopper_pearson


@dataclass(frozen=True, slots=True, eq=False)
class Placements:
    """DeLong's structural components.

    Attributes:
        area: Area under the curve, 0…1.
        positive: (m,) per positive case, the share of negatives that it outranks; a tie counts one half.
        negative: (n,) per negative case, the share of positives that outrank it.
        truth: (m + n,) which case is positive, in the order given.
    """

    area: float
    positive: NDArray[np.float64]
    negative: NDArray[np.float64]
    truth: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two areas on the same cases.

    Attributes:
        difference: First area less the second.
        z: Difference over its standard error; 0 where the areas are equal.
        p: Two-sided.
    """

    difference: float
    z: float
    p: float


def curve(positive: ArrayLike, scores: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Corners of the empirical ROC curve from (0, 0) to (1, 1): 1 − specificity and sensitivity per distinct score.

    Raises:
        ValueError: As `auc`.
    """
    truth, values = checked(positive, scores)
    order = np.argsort(-values, kind="stable")
    last = np.append(np.flatnonzero(np.diff(values[order])), len(values) - 1)
    hits = np.concatenate([[0], np.cumsum(truth[order])[last]])
    alarms = np.concatenate([[0], np.cumsum(~truth[order])[last]])
    return alarms / alarms[-1], hits / hits[-1]


def auc(positive: ArrayLike, scores: ArrayLike) -> float:
    """Area under the ROC curve; ties count one half.

    Args:
        positive: (n,) truth values.
        scores: (n,) scores, larger for positive.

    Raises:
        ValueError: A class is absent, so that the area is not defined; a score is not finite; sizes differ.
    """
    return placements(positive, scores).area


def auc_interval(positive: ArrayLike, scores: ArrayLike, level: float = 0.95) -> Interval:
    """AUC with DeLong's interval, symmetric on the AUC scale and cut at 0 and 1 (pROC's default).

    Two cases have limits of their own, since the variance says nothing there: see `limits`.
    """
    found = placements(positive, scores)
    return limits(found, delong_variance_of(found), min(len(found.positive), len(found.negative)), level)


def limits(found: Placements, variance: float, smaller_class: int, level: float) -> Interval:
    """The interval of an area from its variance.

    Perfect separation has no variance, yet the interval is not a point: given the negatives, "outranks all of them" is
    a proportion m of m, whose Clopper–Pearson limit bounds the area from below (the smaller class counts). One case in
    a class leaves the variance unknown: 0…1, unless that bound is narrower.
    """
    perfect = found.area in (0.0, 1.0)
    if perfect:
        bound = clopper_pearson(smaller_class, smaller_class, level).low
        return Interval(1.0, bound, 1.0) if found.area == 1.0 else Interval(0.0, 0.0, 1.0 - bound)
    if smaller_class < 2:
        return Interval(found.area, 0.0, 1.0)
    half = float(norm.ppf(0.5 + level / 2.0)) * sqrt(variance)
    return Interval(found.area, max(0.0, found.area - half), min(1.0, found.area + half))


def delong_variance(positive: ArrayLike, scores: ArrayLike) -> tuple[float, float]:
    """AUC and its variance. With one case in a class its share of the variance is unknown and counts as 0."""
    found = placements(positive, scores)
    return found.area, delong_variance_of(found)


def delong_variance_of(found: Placements) -> float:
    """DeLong's variance from the structural components."""
    return _variance(found.positive) + _variance(found.negative)


def delong_test(positive: ArrayLike, first: ArrayLike, second: ArrayLike) -> Comparison:
    """Compare two correlated AUCs on the same cases.

    Equal areas give (0, 0, 1).

    Raises:
        ValueError: As `auc`, or one case in a class with scores that differ, or every case moved by the same amount:
            the variance is unknown there.
    """
    one, two = placements(positive, first), placements(positive, second)
    variance = _variance(one.positive - two.positive) + _variance(one.negative - two.negative)
    return compare(one, two, variance, min(len(one.positive), len(one.negative)))


def compare(one: Placements, two: Placements, variance: float, smaller_class: int) -> Comparison:
    """The two-sided normal test of two areas from the variance of their difference."""
    difference = one.area - two.area
    alike = bool((one.positive == two.positive).all() and (one.negative == two.negative).all())
    if alike:
        return Comparison(0.0, 0.0, 1.0)
    if smaller_class < 2:
        raise ValueError("comparing two areas needs at least two cases of each class")
    # Areas are whole multiples of 1/(2mn); what is smaller is rounding. Where cases of one patient cancel out, the
    # clustered variance is 0 too, and 0/0 would pass for certainty.
    if abs(difference) < 0.25 / (float(len(one.positive)) * len(one.negative)):
        return Comparison(0.0, 0.0, 1.0)
    if variance <= (1e-9 * difference) ** 2:  # such as perfect separation against equal scores: two cases could do it
        raise ValueError("the areas differ alike in every case, so that their variance is not known")
    z = difference / sqrt(variance)
    return Comparison(difference, z, float(2.0 * norm.sf(abs(z))))


def checked(positive: ArrayLike, scores: ArrayLike) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Truth and scores as arrays, or ValueError where an area is not defined."""
    truth = np.asarray(positive).astype(bool)
    values = np.asarray(scores, dtype=np.float64)
    if truth.ndim != 1 or truth.shape != values.shape:
        raise ValueError(f"one truth value per score: got {truth.shape} and {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError("scores must be finite")
    if truth.all() or not truth.any():
        raise ValueError("an AUC needs positive and negative cases")
    return truth, values


def placements(positive: ArrayLike, scores: ArrayLike) -> Placements:
    """The structural components of an area, from midranks."""
    truth, values = checked(positive, scores)
    positives, negatives = values[truth], values[~truth]
    m, n = len(positives), len(negatives)
    ranks = rankdata(values)
    over_positive = (ranks[truth] - rankdata(positives)) / n
    over_negative = 1.0 - (ranks[~truth] - rankdata(negatives)) / m
    # Midranks are halves of whole numbers, so this sum is exact and the area cannot leave 0…1 by rounding.
    area = (float(ranks[truth].sum()) - m * (m + 1) / 2.0) / (float(m) * n)
    return Placements(area, over_positive, over_negative, truth)


def _variance(components: NDArray[np.float64]) -> float:
    count = len(components)
    return float(components.var(ddof=1)) / count if count > 1 else 0.0
