"""AUC and DeLong: worked by hand, from the definition, and against R's pROC."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu
from sklearn.metrics import roc_auc_score, roc_curve

from training.statistics.roc import auc, auc_interval, curve, delong_test, delong_variance

# R 4.2.2, pROC 1.18.0:
#   y <- c(1,1,1,1,1,1,1,1,0,0,0,0,0,0,0,0,0,0,0,0)
#   a <- c(.91,.84,.84,.72,.66,.55,.41,.30,.78,.62,.55,.55,.47,.38,.30,.30,.22,.15,.11,.05)
#   b <- c(.80,.95,.61,.70,.40,.70,.35,.52,.70,.66,.45,.30,.52,.41,.12,.35,.28,.20,.31,.09)
#   r <- roc(y, a, levels=c(0,1), direction="<"); s <- roc(y, b, levels=c(0,1), direction="<")
#   c(auc(r), var(r), ci(r)); c(auc(s), var(s), ci(s)); roc.test(r, s, method="delong")
Y = [1] * 8 + [0] * 12
A = [
    0.91,
    0.84,
    0.84,
    0.72,
    0.66,
    0.55,
    0.41,
    0.30,
    0.78,
    0.62,
    0.55,
    0.55,
    0.47,
    0.38,
    0.30,
    0.30,
    0.22,
    0.15,
    0.11,
    0.05,
]
B = [
    0.80,
    0.95,
    0.61,
    0.70,
    0.40,
    0.70,
    0.35,
    0.52,
    0.70,
    0.66,
    0.45,
    0.30,
    0.52,
    0.41,
    0.12,
    0.35,
    0.28,
    0.20,
    0.31,
    0.09,
]


@pytest.mark.parametrize(
    ("scores", "area", "variance", "low", "high"),
    [
        (A, 0.82291666666667, 0.00936541756854, 0.63324098048586, 1.0),
        (B, 0.83333333333333, 0.00826061958874, 0.65519622326476, 1.0),
    ],
)
def test_delong_equals_proc(scores: list[float], area: float, variance: float, low: float, high: float) -> None:
    assert delong_variance(Y, scores) == pytest.approx((area, variance), abs=1e-13)
    found = auc_interval(Y, scores)
    assert (found.value, found.low, found.high) == pytest.approx((area, low, high), abs=1e-13)


def test_the_paired_test_equals_proc() -> None:
    found = delong_test(Y, A, B)
    assert (found.z, found.p) == pytest.approx((-0.125690542338, 0.899976888613), abs=1e-12)
    back = delong_test(Y, B, A)
    assert (back.difference, back.z, back.p) == pytest.approx((-found.difference, -found.z, found.p))


def test_auc_counts_pairs_and_half_of_ties() -> None:
    # Positives 3, 2; negatives 2, 1: pairs 3>2, 3>1, 2=2 (½), 2>1 → 3.5 of 4.
    assert auc([1, 1, 0, 0], [3, 2, 2, 1]) == 3.5 / 4
    assert auc([1, 0], [1, 1]) == 0.5
    assert auc([0, 1], [0, 1]) == 1.0


def test_auc_is_mann_whitneys_u_and_sklearns() -> None:
    generator = np.random.default_rng(2)
    truth, scores = generator.random(300) < 0.3, np.round(generator.random(300), 2)
    u = mannwhitneyu(scores[truth], scores[~truth]).statistic
    assert auc(truth, scores) == pytest.approx(u / (truth.sum() * (~truth).sum()), abs=1e-12)
    assert auc(truth, scores) == pytest.approx(roc_auc_score(truth, scores), abs=1e-12)
    alarms, hits, _ = roc_curve(truth, scores, drop_intermediate=False)
    assert np.allclose(curve(truth, scores), (alarms, hits))


def test_delong_variance_by_hand() -> None:
    # Positives 3, 2; negatives 2, 1. Per positive: 1 and (½ + 1)/2 = ¾, variance 1/32.
    # Per negative: for 2: (1 + ½)/2 = ¾, for 1: 1, variance 1/32. Sum: 1/64 + 1/64 = 1/32.
    assert delong_variance([1, 1, 0, 0], [3, 2, 2, 1]) == pytest.approx((0.875, 1 / 32))


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
    found = delong_test(truth, one, two)
    assert found.difference == pytest.approx(a.mean() - b.mean())
    assert found.z == pytest.approx(z)
    assert 0 < found.p < 1


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 6)), min_size=2, max_size=40).filter(
        lambda rows: len({truth for truth, _ in rows}) == 2
    )
)
def test_an_area_and_its_limits_never_leave_0_to_1(rows: list[tuple[bool, int]]) -> None:
    truth, scores = zip(*rows, strict=True)
    found = auc_interval(truth, scores)
    assert 0.0 <= found.low <= found.value <= found.high <= 1.0
    flipped = auc_interval(truth, [-score for score in scores])
    assert flipped.value == pytest.approx(1.0 - found.value, abs=1e-12)
    assert flipped.low == pytest.approx(1.0 - found.high, abs=1e-9)


def test_perfect_separation_is_not_certainty() -> None:
    # Three of three positives outrank every negative: Clopper–Pearson from below 0.025^(1/3) = 0.2924.
    found = auc_interval([1, 1, 1, 0, 0, 0, 0], [9, 8, 7, 4, 3, 2, 1])
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(0.025 ** (1 / 3))
    one = auc_interval([0, 1], [0, 1])
    assert (one.value, one.low, one.high) == pytest.approx((1.0, 0.025, 1.0))


def test_one_case_of_a_class_leaves_the_interval_open() -> None:
    found = auc_interval([1, 0, 0, 0], [2, 1, 3, 0])
    assert (found.value, found.low, found.high) == (pytest.approx(2 / 3), 0.0, 1.0)
    with pytest.raises(ValueError, match="two cases of each class"):
        delong_test([1, 0, 0, 0], [2, 1, 3, 0], [4, 1, 3, 0])


def test_equal_ranks_are_no_difference() -> None:
    found = delong_test([0, 1, 1, 0], [1, 2, 3, 2], [10, 20, 30, 20])
    assert (found.difference, found.z, found.p) == (0.0, 0.0, 1.0)
    constant = auc_interval([0, 1, 1, 0], [5, 5, 5, 5])
    assert (constant.value, constant.low, constant.high) == (0.5, 0.5, 0.5)


def test_a_difference_without_variance_is_not_certainty() -> None:
    # Perfect separation against equal scores: every placement moves by one half, with two cases as with a thousand.
    with pytest.raises(ValueError, match="alike in every case"):
        delong_test([1, 1, 0, 0], [4, 3, 2, 1], [5, 5, 5, 5])


def test_what_is_not_defined_is_said() -> None:
    with pytest.raises(ValueError, match="positive and negative"):
        auc([1, 1], [1, 2])
    with pytest.raises(ValueError, match="finite"):
        auc([0, 1], [np.nan, 1])
    with pytest.raises(ValueError, match="one truth value per score"):
        auc([0, 1], [1])
    with pytest.raises(ValueError, match="positive and negative"):
        curve([], [])
