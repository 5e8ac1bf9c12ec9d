"""AUC where a patient contributes several cases: slices of one lesion resemble one another, so patients are counted.

Source: Obuchowski, Biometrics 1997;53:567: the structural components of DeLong are summed per patient. With one case
per patient the result is DeLong's. `naive` intervals (DeLong on slices) are too narrow; the paper reports those.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from training.statistics.interval import Interval
from training.statistics.roc import Comparison, Placements, compare, limits, placements


def clustered_auc_interval(
    positive: ArrayLike, scores: ArrayLike, patients: ArrayLike, level: float = 0.95
) -> Interval:
    """AUC over cases with an interval that counts patients.

    Args:
        positive: (n,) truth per case.
        scores: (n,) score per case.
        patients: (n,) identifier of the patient of each case.

    Raises:
        ValueError: As `roc.auc`, or the sizes differ.
    """
    found = placements(positive, scores)
    members = _members(patients, found)
    return limits(found, _variance(found, None, members), _smaller_class(found, members), level)


def clustered_auc_test(positive: ArrayLike, first: ArrayLike, second: ArrayLike, patients: ArrayLike) -> Comparison:
    """Compare two AUCs on the same cases, counting patients; the clustered form of `roc.delong_test`.

    Raises:
        ValueError: As `roc.delong_test`, where a class comes from one patient alone.
    """
    one, two = placements(positive, first), placements(positive, second)
    members = _members(patients, one)
    return compare(one, two, _variance(one, two, members), _smaller_class(one, members))


def clustered_variance(positive: ArrayLike, scores: ArrayLike, patients: ArrayLike) -> float:
    """Obuchowski's variance of the area."""
    found = placements(positive, scores)
    return _variance(found, None, _members(patients, found))


def _members(patients: ArrayLike, found: Placements) -> NDArray[np.intp]:
    """(n,) number of the patient of each case, 0 … patients − 1."""
    names = np.asarray(patients)
    if names.shape != found.truth.shape:
        raise ValueError(f"one patient per case: got {names.shape} and {found.truth.shape}")
    return np.asarray(np.unique(names, return_inverse=True)[1])


def _smaller_class(found: Placements, members: NDArray[np.intp]) -> int:
    return min(len(np.unique(members[found.truth])), len(np.unique(members[~found.truth])))


def _variance(one: Placements, two: Placements | None, members: NDArray[np.intp]) -> float:
    """Variance of an area, or of the difference of two."""
    truth = one.truth
    area = one.area - (two.area if two else 0.0)
    positive = one.positive - (two.positive if two else 0.0) - area
    negative = one.negative - (two.negative if two else 0.0) - area
    count = int(members.max()) + 1
    over_positive = np.bincount(members[truth], weights=positive, minlength=count)
    over_negative = np.bincount(members[~truth], weights=negative, minlength=count)
    m, n = len(positive), len(negative)
    with_positive = len(np.unique(members[truth]))
    with_negative = len(np.unique(members[~truth]))
    total = 0.0
    if with_positive > 1:
        total += with_positive / ((with_positive - 1) * m) * float(over_positive @ over_positive) / m
    if with_negative > 1:
        total += with_negative / ((with_negative - 1) * n) * float(over_negative @ over_negative) / n
    if count > 1:  # patients with cases of both classes tie the two sums together
        total += 2.0 * count / (count - 1) * float(over_positive @ over_negative) / (float(m) * n)
    return max(total, 0.0)
