"""Proportions and diagnostic likelihood ratios with their intervals.

Sources: Clopper and Pearson, Biometrika 1934;26:404; Simel et al., J Clin Epidemiol 1991;44:763 (log method);
the combined method is the one that reproduces the printed intervals of Zhen et al. 2025.
"""

from __future__ import annotations

from math import exp, inf, log, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import beta, norm

from training.statistics.roc import Interval


def clopper_pearson(events: int, n: int, level: float = 0.95) -> Interval:
    """Exact interval of a proportion.

    Raises:
        ValueError: `n` is not positive or `events` lies outside 0 … n.
    """
    if n <= 0 or not 0 <= events <= n:
        raise ValueError(f"a proportion needs 0 <= events <= n and n > 0, got {events} of {n}")
    tail = (1.0 - level) / 2.0
    low = 0.0 if events == 0 else float(beta.ppf(tail, events, n - events + 1))
    high = 1.0 if events == n else float(beta.ppf(1.0 - tail, events + 1, n - events))
    return Interval(events / n, low, high)


def likelihood_ratios_log(
    true_positive: int, positives: int, true_negative: int, negatives: int, level: float = 0.95
) -> tuple[Interval, Interval]:
    """DLR+ and DLR− with the log method: exp(ln DLR ± z·SE).

    SE² = (1 − p₁)/(n₁ p₁) + (1 − p₂)/(n₂ p₂) for the ratio p₁/p₂. Where a count is 0 the ratio is 0 or infinite and its
    interval reaches from 0 to infinity: the method does not apply there.
    """
    false_positive, false_negative = negatives - true_negative, positives - true_positive
    return (
        _ratio_log(true_positive, positives, false_positive, negatives, level),
        _ratio_log(false_negative, positives, true_negative, negatives, level),
    )


def likelihood_ratios_combined(
    true_positive: int, positives: int, true_negative: int, negatives: int, level: float = 0.95
) -> tuple[Interval, Interval]:
    """DLR+ and DLR− with the paper's method: Clopper–Pearson limits combined.

    DLR+ from sens_low/(1 − spec_low) to sens_high/(1 − spec_high), DLR− from (1 − sens_high)/spec_high to
    (1 − sens_low)/spec_low. Conservative: true coverage 97.5 to 99.1 %.
    """
    sens = clopper_pearson(true_positive, positives, level)
    spec = clopper_pearson(true_negative, negatives, level)
    plus = Interval(
        _divide(sens.value, 1.0 - spec.value),
        _divide(sens.low, 1.0 - spec.low),
        _divide(sens.high, 1.0 - spec.high),
    )
    minus = Interval(
        _divide(1.0 - sens.value, spec.value),
        _divide(1.0 - sens.high, spec.high),
        _divide(1.0 - sens.low, spec.low),
    )
    return plus, minus


def likelihood_ratios_bootstrap(
    malignant: ArrayLike, flagged: ArrayLike, resamples: int = 2000, seed: int = 1, level: float = 0.95
) -> tuple[Interval, Interval]:
    """DLR+ and DLR− with percentile intervals over patients drawn with replacement within each class.

    Args:
        malignant: (n,) truth per patient.
        flagged: (n,) the rule's call per patient.
    """
    truth, calls = np.asarray(malignant).astype(bool), np.asarray(flagged).astype(bool)
    if truth.shape != calls.shape or truth.ndim != 1 or truth.all() or not truth.any():
        raise ValueError("the bootstrap needs one call per patient, and patients of both classes")
    generator = np.random.default_rng(seed)
    positives, negatives = int(truth.sum()), int((~truth).sum())
    true_positive, true_negative = int(calls[truth].sum()), int((~calls[~truth]).sum())
    # A resample of n independent calls with share p is one binomial draw.
    sens = generator.binomial(positives, true_positive / positives, resamples) / positives
    spec = generator.binomial(negatives, true_negative / negatives, resamples) / negatives
    tail = 100.0 * (1.0 - level) / 2.0
    with np.errstate(divide="ignore", invalid="ignore"):
        plus = np.nan_to_num(sens / (1.0 - spec), nan=0.0, posinf=inf)
        minus = np.nan_to_num((1.0 - sens) / spec, nan=0.0, posinf=inf)
    estimate = (true_positive / positives, true_negative / negatives)
    return (
        Interval(
            _divide(estimate[0], 1.0 - estimate[1]),
            *(float(v) for v in np.percentile(plus, [tail, 100.0 - tail], method="nearest")),
        ),
        Interval(
            _divide(1.0 - estimate[0], estimate[1]),
            *(float(v) for v in np.percentile(minus, [tail, 100.0 - tail], method="nearest")),
        ),
    )


def _ratio_log(one: int, n_one: int, two: int, n_two: int, level: float) -> Interval:
    if n_one <= 0 or n_two <= 0:
        raise ValueError("a likelihood ratio needs cases of both classes")
    value = _divide(one / n_one, two / n_two)
    if one == 0 or two == 0:
        return Interval(value, 0.0, inf)
    p_one, p_two = one / n_one, two / n_two
    error = sqrt((1.0 - p_one) / one + (1.0 - p_two) / two)
    z = float(norm.ppf(0.5 + level / 2.0))
    return Interval(value, exp(log(value) - z * error), exp(log(value) + z * error))


def _divide(top: float, bottom: float) -> float:
    if bottom > 0.0:
        return top / bottom
    return inf if top > 0.0 else 0.0
