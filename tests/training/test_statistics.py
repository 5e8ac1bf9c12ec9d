"""AUC, DeLong, Clopper–Pearson and DLR against hand-worked and published numbers."""

from __future__ import annotations

import time
from math import inf

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from training.statistics.proportions import (
    clopper_pearson,
    likelihood_ratios_bootstrap,
    likelihood_ratios_combined,
    likelihood_ratios_log,
)
from training.statistics.roc import auc, auc_interval, delong_test, delong_variance


def test_auc_counts_pairs_and_half_of_ties() -> None:
    # Positives 3, 2; negatives 2, 1: pairs 3>2, 3>1, 2=2 (½), 2>1 → 3.5 of 4.
    assert auc([1, 1, 0, 0], [3, 2, 2, 1]) == 3.5 / 4
    assert auc([1, 0], [1, 1]) == 0.5
    assert auc([0, 1], [0, 1]) == 1.0


def test_auc_is_mann_whitneys_u() -> None:
    generator = np.random.default_rng(2)
    truth, scores = generator.random(300) < 0.3, np.round(generator.random(300), 2)
    u = mannwhitneyu(scores[truth], scores[~truth]).statistic
    assert auc(truth, scores) == pytest.approx(u / (truth.sum() * (~truth).sum()), abs=1e-12)


def test_delong_variance_by_hand() -> None:
    # Positives 3, 2; negatives 2, 1. Per positive: 1 and (½ + 1)/2 = ¾, variance 1/32.
    # Per negative: for 2: (1 + ½)/2 = ¾, for 1: 1, variance 1/32. Sum: 1/64 + 1/64 = 1/32.
    area, variance = delong_variance([1, 1, 0, 0], [3, 2, 2, 1])
    assert area == 0.875
    assert variance == pytest.approx(1 / 32)


def test_delong_equals_its_definition() -> None:
    generator = np.random.default_rng(3)
    truth = generator.random(120) < 0.4
    one = np.round(truth + generator.normal(size=120), 1)
    two = np.round(0.5 * truth + generator.normal(size=120), 1)

    def kernel(scores: np.ndarray) -> np.ndarray:
        difference = scores[truth][:, None] - scores[~truth][None, :]
        return (difference > 0) + 0.5 * (difference == 0)

    a, b = kernel(one), kernel(two)
    covariance = np.cov([a.mean(1), b.mean(1)]) / truth.sum() + np.cov([a.mean(0), b.mean(0)]) / (~truth).sum()
    z = (a.mean() - b.mean()) / np.sqrt(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    difference, found, p = delong_test(truth, one, two)
    assert difference == pytest.approx(a.mean() - b.mean())
    assert found == pytest.approx(z)
    assert 0 < p < 1


def test_degenerate_inputs_have_answers_or_clear_errors() -> None:
    assert delong_test([0, 1, 1], [1, 2, 3], [1, 2, 3]) == (0.0, 0.0, 1.0)
    interval = auc_interval([0, 1], [0, 1])
    assert (interval.low, interval.value, interval.high) == (1.0, 1.0, 1.0)
    with pytest.raises(ValueError, match="positive and negative"):
        auc([1, 1], [1, 2])
    with pytest.raises(ValueError, match="finite"):
        auc([0, 1], [np.nan, 1])
    with pytest.raises(ValueError, match="one truth value per score"):
        auc([0, 1], [1])


def test_a_hundred_thousand_slices_take_less_than_a_second_of_arithmetic() -> None:
    generator = np.random.default_rng(4)
    truth = generator.random(100_000) < 0.4
    started = time.process_time()
    interval = auc_interval(truth, truth + generator.normal(size=100_000))
    # Recorded, not asserted: a busy machine may be slow. The area is Φ(1/√2) = 0.760.
    print(f"DeLong on 100,000: {time.process_time() - started:.2f} s")
    assert interval.value == pytest.approx(0.760, abs=0.005)


@pytest.mark.parametrize(
    ("events", "n", "printed"),
    [
        (102, 104, (98.1, 93.2, 99.8)),  # SRRSH, T2+DWI, sensitivity
        (77, 110, (70.0, 60.5, 78.4)),  # SRRSH, T2+DWI, specificity
        # SRRSH, T2, sensitivity: the paper prints 89.0; the exact limit is 89.136 (statsmodels 'beta' agrees).
        (99, 104, (95.2, 89.1, 98.4)),
        (75, 110, (68.2, 58.6, 76.7)),  # SRRSH, T2, specificity
    ],
)
def test_clopper_pearson_gives_the_papers_intervals(events: int, n: int, printed: tuple[float, float, float]) -> None:
    found = clopper_pearson(events, n)
    assert tuple(round(100 * v, 1) for v in (found.value, found.low, found.high)) == printed


def test_clopper_pearson_at_the_ends() -> None:
    # No event in 3: upper limit 1 − 0.025^(1/3) = 0.7076.
    assert clopper_pearson(0, 3).low == 0.0
    assert clopper_pearson(0, 3).high == pytest.approx(1 - 0.025 ** (1 / 3))
    assert clopper_pearson(3, 3).high == 1.0
    with pytest.raises(ValueError, match="n > 0"):
        clopper_pearson(0, 0)


@pytest.mark.parametrize(
    ("counts", "plus", "minus"),
    [
        ((102, 104, 77, 110), (3.27, 2.36, 4.61), (0.03, 0.00, 0.11)),  # SRRSH, T2+DWI
        ((99, 104, 75, 110), (2.99, 2.15, 4.23), (0.07, 0.02, 0.19)),  # SRRSH, T2
    ],
)
def test_combined_limits_give_the_papers_likelihood_ratios(
    counts: tuple[int, int, int, int],
    plus: tuple[float, float, float],
    minus: tuple[float, float, float],
) -> None:
    found = likelihood_ratios_combined(*counts)
    for interval, printed in zip(found, (plus, minus), strict=True):
        assert tuple(round(v, 2) for v in (interval.value, interval.low, interval.high)) == printed


def test_log_method_on_the_papers_counts() -> None:
    # DLR+ = (102/104) / (33/110) = 3.269; SE² = (2/104)/102 + (77/110)/33 = 0.021401; exp(±1.96·0.1463).
    plus, minus = likelihood_ratios_log(102, 104, 77, 110)
    assert (round(plus.low, 2), round(plus.high, 2)) == (2.45, 4.35)
    # DLR− = (2/104) / (77/110) = 0.02747; SE² = (102/104)/2 + (33/110)/77 = 0.494281.
    assert minus.value == pytest.approx(2 / 104 * 110 / 77)
    assert minus.low == pytest.approx(0.02747 * np.exp(-1.959964 * 0.494281**0.5), rel=1e-3)


def test_bootstrap_surrounds_the_estimate_and_repeats_itself() -> None:
    malignant = np.array([True] * 104 + [False] * 110)
    flagged = np.array([True] * 102 + [False] * 2 + [False] * 77 + [True] * 33)
    plus, minus = likelihood_ratios_bootstrap(malignant, flagged)
    assert (plus, minus) == likelihood_ratios_bootstrap(malignant, flagged)
    assert 2.3 < plus.low < plus.value < plus.high < 4.7
    assert 0.0 <= minus.low < minus.value < minus.high < 0.11


def test_likelihood_ratios_without_errors_are_infinite_not_wrong() -> None:
    plus, minus = likelihood_ratios_log(10, 10, 10, 10)
    assert (plus.value, plus.low, plus.high) == (inf, 0.0, inf)
    assert (minus.value, minus.low, minus.high) == (0.0, 0.0, inf)
    assert likelihood_ratios_combined(10, 10, 10, 10)[0].value == inf
