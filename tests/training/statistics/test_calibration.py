"""Calibration: worked by hand, against scikit-learn, and a temperature that is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from training.statistics import calibration


def test_brier_by_hand_and_from_sklearn() -> None:
    # (1 − .8)² = .04, (0 − .4)² = .16: mean .10.
    assert calibration.brier([1, 0], [0.8, 0.4]) == pytest.approx(0.10)
    # Class 2 of (.2, .3, .5): .04 + .09 + .25 = .38.
    assert calibration.brier_classes([2], [[0.2, 0.3, 0.5]]) == pytest.approx(0.38)
    generator = np.random.default_rng(1)
    truth, scores = generator.random(200) < 0.4, generator.random(200)
    assert calibration.brier(truth, scores) == pytest.approx(brier_score_loss(truth, scores))


def test_reliability_and_ece_by_hand() -> None:
    # Two bins of 10: .1–.2 holds .12 and .18 (observed ½, mean .15), .9–1 holds .95 and 1.0 (observed 1, mean .975).
    truth, scores = [0, 1, 1, 1], [0.12, 0.18, 0.95, 1.0]
    low, high = calibration.reliability(truth, scores)
    assert (low.mean_score, low.observed.value, low.n) == pytest.approx((0.15, 0.5, 2))
    assert (high.mean_score, high.observed.value, high.n) == pytest.approx((0.975, 1.0, 2))
    assert high.observed.low == pytest.approx(0.025**0.5)
    assert calibration.expected_calibration_error(truth, scores) == pytest.approx((2 * 0.35 + 2 * 0.025) / 4)
    # Largest scores .9 (right) and .6 (wrong): (|1 − .9| + |0 − .6|)/2.
    found = calibration.expected_calibration_error_classes([0, 0], [[0.9, 0.1], [0.4, 0.6]])
    assert found == pytest.approx(0.35)


def test_the_curve_equals_sklearns() -> None:
    generator = np.random.default_rng(2)
    scores = generator.random(500)
    truth = generator.random(500) < scores**2
    observed, mean = calibration_curve(truth, scores, n_bins=10)
    bins = calibration.reliability(truth, scores)
    assert [item.observed.value for item in bins] == pytest.approx(list(observed))
    assert [item.mean_score for item in bins] == pytest.approx(list(mean))


def test_a_known_temperature_is_found() -> None:
    generator = np.random.default_rng(3)
    honest = generator.normal(size=(4000, 3)) * 1.5
    chances = softmax(honest, axis=1)
    targets = (chances.cumsum(axis=1) < generator.random((4000, 1))).sum(axis=1)
    found = calibration.fit_temperature(targets, 2.5 * honest)
    assert found.value == pytest.approx(2.5, rel=0.06)
    assert found.loss_after < found.loss_before
    after = calibration.expected_calibration_error_classes(targets, softmax(2.5 * honest / found.value, axis=1))
    assert after < 0.03 < calibration.expected_calibration_error_classes(targets, softmax(2.5 * honest, axis=1))


def test_weights_count_patients() -> None:
    targets, logits = np.array([0, 0, 1, 1]), np.array([[2.0, 0], [-1, 0], [0, 1], [0, -0.5]])
    repeated = calibration.fit_temperature(np.repeat(targets, [3, 1, 1, 1]), np.repeat(logits, [3, 1, 1, 1], axis=0))
    weighted = calibration.fit_temperature(targets, logits, [3, 1, 1, 1])
    assert weighted.value == pytest.approx(repeated.value, rel=1e-4)


def test_net_benefit_by_hand() -> None:
    # Threshold .25, odds 1/3. Called: .9 and .3 (right), .4 (wrong): 2/4 − 1/4·1/3 = 5/12. All: 2/4 − 2/4·1/3 = 1/3.
    found = calibration.net_benefit([1, 1, 0, 0], [0.9, 0.3, 0.4, 0.1], [0.25])
    assert found[0] == pytest.approx([5 / 12, 1 / 3, 0.0])
    # At 0 everybody is followed up: the prevalence.
    assert calibration.net_benefit([1, 0, 0], [0.0, 0.5, 1.0], [0.0])[0] == pytest.approx([1 / 3, 1 / 3, 0.0])


def test_what_is_not_defined_is_said() -> None:
    with pytest.raises(ValueError, match="0…1"):
        calibration.brier([1, 0], [1.2, 0.5])
    with pytest.raises(ValueError, match="at least one"):
        calibration.reliability([], [])
    with pytest.raises(ValueError, match="two classes"):
        calibration.fit_temperature([1, 1], [[0.0, 1.0], [1.0, 0.0]])
    with pytest.raises(ValueError, match="0 <= t < 1"):
        calibration.net_benefit([1, 0], [0.5, 0.5], [1.0])
    with pytest.raises(ValueError, match="classes must lie"):
        calibration.brier_classes([3], [[0.2, 0.3, 0.5]])
