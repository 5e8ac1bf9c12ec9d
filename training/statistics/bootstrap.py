"""Percentile intervals over patients drawn with replacement: every resample at once, as a matrix of weights.

A resample of patients is a count per patient (a multinomial draw). All figures here are sums over cases, so a resample
is a weighted sum and 2,000 of them are a matrix product; no case is copied. Source: Efron and Tibshirani, An
Introduction to the Bootstrap, 1993, chapter 13; resampling whole patients: Field and Welsh, J R Stat Soc B
2007;69:369.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from training.statistics.interval import Interval
from training.statistics.roc import auc, checked

RESAMPLES = 2000
LEAST_RESAMPLES = 40
"""Fewer have no 2.5 % at either end."""
_CELLS = 8_000_000
"""Weights held at a time: 64 MB."""


def resample_weights(
    patients: ArrayLike, stratum: ArrayLike, resamples: int = RESAMPLES, seed: int = 1
) -> Iterator[NDArray[np.float64]]:
    """Yield weights (some resamples, n cases): how often the patient of each case was drawn.

    Patients are drawn within strata, so that no resample lacks a class, unless all who have it have another too.

    Args:
        patients: (n,) identifier per case.
        stratum: (n,) of the case; a patient with cases of several strata belongs to the largest (malignant before
            benign).

    Raises:
        ValueError: A stratum holds one patient only, who would be drawn every time, or sizes differ, or there is no
            resample.
    """
    if resamples < 1:
        raise ValueError(f"a bootstrap needs resamples, got {resamples}")
    names, values = np.asarray(patients), np.asarray(stratum).astype(np.int64)
    if names.ndim != 1 or names.shape != values.shape or len(names) == 0:
        raise ValueError(f"one patient and one stratum per case: got {names.shape} and {values.shape}")
    _, members = np.unique(names, return_inverse=True)
    count = int(members.max()) + 1
    of_patient = np.full(count, values.min())
    np.maximum.at(of_patient, members, values)
    strata = [np.flatnonzero(of_patient == value) for value in np.unique(of_patient)]
    if min(len(group) for group in strata) < 2:
        raise ValueError("a bootstrap over patients needs at least two patients of each class")
    generator = np.random.default_rng(seed)
    rows = max(1, _CELLS // len(names))
    for first in range(0, resamples, rows):
        size = min(rows, resamples - first)
        drawn = np.zeros((size, count))
        for group in strata:
            drawn[:, group] = generator.multinomial(len(group), np.full(len(group), 1.0 / len(group)), size)
        yield drawn[:, members]


def auc_bootstrap(
    positive: ArrayLike,
    scores: ArrayLike,
    patients: ArrayLike,
    resamples: int = RESAMPLES,
    seed: int = 1,
    level: float = 0.95,
) -> Interval:
    """AUC over cases with the percentile interval over patients.

    Raises:
        ValueError: As `roc.auc` and `resample_weights`.
    """
    truth, values = checked(positive, scores)
    order = np.argsort(values, kind="stable")
    starts = np.flatnonzero(np.append(True, np.diff(values[order]) > 0))
    ranked = truth[order]
    drawn: list[NDArray[np.float64]] = []
    for weights in resample_weights(patients, truth, resamples, seed):
        weights = weights[:, order]
        hits = np.add.reduceat(weights * ranked, starts, axis=1)
        alarms = np.add.reduceat(weights * ~ranked, starts, axis=1)
        _refuse_lacking(hits, alarms)
        below = np.cumsum(alarms, axis=1) - alarms / 2.0  # negatives ranked lower; half of those tied
        drawn.append((hits * below).sum(axis=1) / (hits.sum(axis=1) * alarms.sum(axis=1)))
    return _interval(auc(truth, values), np.concatenate(drawn), level)


def rates_bootstrap(
    positive: ArrayLike,
    called: ArrayLike,
    patients: ArrayLike,
    resamples: int = RESAMPLES,
    seed: int = 1,
    level: float = 0.95,
) -> tuple[Interval, Interval, Interval, Interval]:
    """Sensitivity, specificity, DLR+ and DLR− over cases with percentile intervals over patients.

    A ratio whose denominator is 0 is infinite (0 where the numerator is 0 too), in the estimate and in every resample.

    Args:
        positive: (n,) truth per case.
        called: (n,) the rule's call per case.
        patients: (n,) identifier per case.

    Raises:
        ValueError: A class is absent, or as `resample_weights`.
    """
    truth, calls = np.asarray(positive).astype(bool), np.asarray(called).astype(bool)
    if truth.shape != calls.shape or truth.ndim != 1 or truth.all() or not truth.any():
        raise ValueError("the bootstrap needs one call per case, and cases of both classes")
    sides = np.stack([truth & calls, truth, ~truth & ~calls, ~truth], axis=1).astype(np.float64)
    sums = np.concatenate(
        [sides.sum(axis=0)[None], *(weights @ sides for weights in resample_weights(patients, truth, resamples, seed))]
    )
    _refuse_lacking(sums[:, 1:2], sums[:, 3:])
    sensitivity, specificity = sums[:, 0] / sums[:, 1], sums[:, 2] / sums[:, 3]
    plus = ratio(sensitivity, (sums[:, 3] - sums[:, 2]) / sums[:, 3])
    minus = ratio((sums[:, 1] - sums[:, 0]) / sums[:, 1], specificity)
    one, two, three, four = (
        _interval(float(values[0]), values[1:], level) for values in (sensitivity, specificity, plus, minus)
    )
    return one, two, three, four


def ratio(top: NDArray[np.float64], bottom: NDArray[np.float64]) -> NDArray[np.float64]:
    """top/bottom, infinite over 0, and 0 for 0/0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.nan_to_num(top / bottom, nan=0.0, posinf=np.inf))


def _refuse_lacking(positives: NDArray[np.float64], negatives: NDArray[np.float64]) -> None:
    """Raise where a resample (row) has no case of a class: few patients have it, and each has the other too."""
    if min(positives.sum(axis=1).min(), negatives.sum(axis=1).min()) <= 0:
        raise ValueError("a resample of the patients lacks a class: too few of them have it")


def _interval(value: float, drawn: NDArray[np.float64], level: float) -> Interval:
    tail = 100.0 * (1.0 - level) / 2.0
    low, high = np.percentile(drawn, [tail, 100.0 - tail], method="nearest")  # no mean of a number and infinity
    return Interval(value, float(low), float(high))
