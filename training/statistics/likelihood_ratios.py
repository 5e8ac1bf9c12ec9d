"""Diagnostic likelihood ratios DLR+ and DLR− from counts, with three kinds of interval.

Sources: Simel et al., J Clin Epidemiol 1991;44:763 (log method, the default everywhere); the combined method is the one
that reproduces the printed intervals of Zhen et al. 2025 (conservative: true coverage 97.5 to 99.1 %); the bootstrap
draws patients.
"""

from __future__ import annotations

from math import exp, inf, log, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from training.statistics.bootstrap import RESAMPLES, rates_bootstrap
from training.statistics.interval import Interval
from training.statistics.proportions import clopper_pearson


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
    """DLR+ and DLR− with the paper's method: Clopper–Pearson limits combined, from unrounded values.

    DLR+ from sens_low/(1 − spec_low) to sens_high/(1 − spec_high), DLR− from (1 − sens_high)/spec_high to
    (1 − sens_low)/spec_low.
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
    malignant: ArrayLike, flagged: ArrayLike, resamples: int = RESAMPLES, seed: int = 1, level: float = 0.95
) -> tuple[Interval, Interval]:
    """DLR+ and DLR− with percentile intervals over patients drawn with replacement within each class.

    Args:
        malignant: (n,) truth per patient.
        flagged: (n,) the rule's call per patient.
    """
    patients = np.arange(len(np.asarray(malignant)))
    return rates_bootstrap(malignant, flagged, patients, resamples, seed, level)[2:]


def _ratio_log(one: int, n_one: int, two: int, n_two: int, level: float) -> Interval:
    if n_one <= 0 or n_two <= 0:
        raise ValueError("a likelihood ratio needs cases of both classes")
    if not (0 <= one <= n_one and 0 <= two <= n_two):
        raise ValueError(f"counts must lie between 0 and their totals, got {one} of {n_one} and {two} of {n_two}")
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
