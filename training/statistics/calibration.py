"""Do scores mean what they say: ECE, Brier score, reliability curve, temperature scaling, decision curve.

Sources: Brier, Mon Weather Rev 1950;78:1; Guo et al., ICML 2017 (expected calibration error, temperature scaling);
Vickers and Elkin, Med Decis Making 2006;26:565 (net benefit).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from training.statistics.interval import Interval
from training.statistics.proportions import clopper_pearson

BINS = 10
TEMPERATURES = (0.05, 20.0)
"""Range in which a temperature is looked for; a fit at its end is an end, not a minimum."""


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin of a reliability curve: mean score, observed share with Clopper–Pearson limits, number of cases."""

    mean_score: float
    observed: Interval
    n: int


@dataclass(frozen=True, slots=True)
class Temperature:
    """The fitted temperature and what it does to the mean negative log likelihood of the cases it was fitted on."""

    value: float
    loss_before: float
    loss_after: float


def brier(positive: ArrayLike, scores: ArrayLike) -> float:
    """Mean squared distance of binary scores (n,) in 0…1 from the truth."""
    truth, values = _binary(positive, scores)
    return float(np.mean((values - truth) ** 2))


def brier_classes(targets: ArrayLike, scores: ArrayLike) -> float:
    """Brier's own score for k classes, 0…2: squared distances summed over the classes.

    Args:
        targets: (n,) class index.
        scores: (n, k).
    """
    classes, values = _many(targets, scores)
    return float(np.mean(((values - np.eye(values.shape[1])[classes]) ** 2).sum(axis=1)))


def reliability(positive: ArrayLike, scores: ArrayLike, bins: int = BINS) -> tuple[Bin, ...]:
    """Observed share against mean score in bins of equal width over 0…1; empty bins are left out."""
    truth, values = _binary(positive, scores)
    place = np.minimum((values * bins).astype(np.int64), bins - 1)
    found = []
    for number in range(bins):
        inside = place == number
        count = int(inside.sum())
        if count:
            found.append(Bin(float(values[inside].mean()), clopper_pearson(int(truth[inside].sum()), count), count))
    return tuple(found)


def expected_calibration_error(positive: ArrayLike, scores: ArrayLike, bins: int = BINS) -> float:
    """Mean |observed share − mean score| over the bins, weighted by their cases."""
    found = reliability(positive, scores, bins)
    total = sum(item.n for item in found)
    return sum(item.n * abs(item.observed.value - item.mean_score) for item in found) / total


def expected_calibration_error_classes(targets: ArrayLike, scores: ArrayLike, bins: int = BINS) -> float:
    """Guo's ECE for k classes: the largest score against how often it names the right class."""
    classes, values = _many(targets, scores)
    return expected_calibration_error(values.argmax(axis=1) == classes, values.max(axis=1), bins)


def fit_temperature(targets: ArrayLike, logits: ArrayLike, weights: ArrayLike | None = None) -> Temperature:
    """The temperature T that makes softmax(logits/T) most likely.

    Args:
        targets: (n,) class index.
        logits: (n, k).
        weights: (n,) of the cases, such as 1/slices so that every patient counts once; default all alike.

    Raises:
        ValueError: No case, or one class only: then any sharper score would be likelier.
    """
    classes = np.asarray(targets, dtype=np.int64)
    values = np.asarray(logits, dtype=np.float64)
    if values.ndim != 2 or classes.shape != values.shape[:1] or not np.isfinite(values).all():
        raise ValueError(f"finite logits (n, k) and one class per case: got {values.shape} and {classes.shape}")
    if len(np.unique(classes)) < 2:
        raise ValueError("fitting a temperature needs cases of at least two classes")
    share = np.ones(len(classes)) if weights is None else np.asarray(weights, dtype=np.float64)
    share = share / share.sum()
    rows = np.arange(len(classes))

    def loss(log_temperature: float) -> float:
        return -float(share @ log_softmax(values / np.exp(log_temperature), axis=1)[rows, classes])

    bounds = (float(np.log(TEMPERATURES[0])), float(np.log(TEMPERATURES[1])))
    found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-6})
    return Temperature(float(np.exp(found.x)), loss(0.0), float(found.fun))


def net_benefit(positive: ArrayLike, scores: ArrayLike, thresholds: Sequence[float]) -> NDArray[np.float64]:
    """Net benefit (len(thresholds), 3) of following the score at each threshold, of following up all, and none.

    Benefit = true positives/n − false positives/n · t/(1 − t), in true positives per case. A case is followed up where
    its score is at least the threshold; thresholds lie in 0 ≤ t < 1.
    """
    truth, values = _binary(positive, scores)
    limits = np.asarray(thresholds, dtype=np.float64)
    if limits.ndim != 1 or limits.min(initial=0.0) < 0.0 or limits.max(initial=0.0) >= 1.0:
        raise ValueError("thresholds must lie in 0 <= t < 1")
    odds = limits / (1.0 - limits)
    called = values[None, :] >= limits[:, None]
    score = (called & truth).mean(axis=1) - (called & ~truth).mean(axis=1) * odds
    everyone = truth.mean() - (~truth).mean() * odds
    return np.stack([score, everyone, np.zeros_like(score)], axis=1)


def _binary(positive: ArrayLike, scores: ArrayLike) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    truth, values = np.asarray(positive).astype(bool), np.asarray(scores, dtype=np.float64)
    if truth.ndim != 1 or truth.shape != values.shape or len(truth) == 0:
        raise ValueError(f"one truth value per score, and at least one: got {truth.shape} and {values.shape}")
    if not (np.isfinite(values).all() and values.min() >= -1e-9 and values.max() <= 1 + 1e-9):
        raise ValueError("scores must lie in 0…1")
    return truth, np.clip(values, 0.0, 1.0)


def _many(targets: ArrayLike, scores: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    classes, values = np.asarray(targets, dtype=np.int64), np.asarray(scores, dtype=np.float64)
    if values.ndim != 2 or classes.shape != values.shape[:1] or len(classes) == 0:
        raise ValueError(f"scores (n, k) and one class per case: got {values.shape} and {classes.shape}")
    if classes.min() < 0 or classes.max() >= values.shape[1]:
        raise ValueError(f"classes must lie in 0…{values.shape[1] - 1}")
    return classes, values
