"""Resamples of patients as weights: equal to copying the cases, wide where patients are few, repeatable."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from numpy.typing import NDArray

from training.statistics.bootstrap import auc_bootstrap, rates_bootstrap, resample_weights
from training.statistics.clustered import clustered_auc_interval
from training.statistics.roc import auc


def _clustered(patients: int, slices: int) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.intp]]:
    generator = np.random.default_rng(5)
    malignant = generator.random(patients) < 0.45
    own = generator.normal(size=patients) + malignant
    names = np.repeat(np.arange(patients), slices)
    scores = np.round(own[names] + 0.4 * generator.normal(size=len(names)), 1)  # rounded: with ties
    return malignant[names], scores, names


def test_weights_draw_whole_patients_within_classes() -> None:
    truth, _, patients = _clustered(30, 3)
    weights = np.concatenate(list(resample_weights(patients, truth, resamples=50, seed=3)))
    assert weights.shape == (50, 90)
    assert (weights[:, truth].sum(axis=1) == truth.sum()).all()
    assert (weights.reshape(50, 30, 3) == weights.reshape(50, 30, 3)[:, :, :1]).all()


def test_a_weighted_resample_is_the_area_of_copied_cases() -> None:
    truth, scores, patients = _clustered(12, 4)
    weights = next(iter(resample_weights(patients, truth, resamples=40, seed=9)))
    copied = []
    for row in weights.astype(int):
        index = np.repeat(np.arange(len(truth)), row)
        copied.append(auc(truth[index], scores[index]))
    found = auc_bootstrap(truth, scores, patients, resamples=40, seed=9)
    low, high = np.percentile(copied, [2.5, 97.5], method="nearest")
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)


def test_the_interval_agrees_with_obuchowskis_and_is_wider_than_slices_alone() -> None:
    truth, scores, patients = _clustered(120, 5)
    found, analytic = auc_bootstrap(truth, scores, patients), clustered_auc_interval(truth, scores, patients)
    assert found.value == analytic.value
    assert found.high - found.low == pytest.approx(analytic.high - analytic.low, rel=0.12)
    alone = auc_bootstrap(truth, scores, np.arange(len(truth)))
    assert found.high - found.low > 1.6 * (alone.high - alone.low)
    assert found == auc_bootstrap(truth, scores, patients)


def test_chunks_do_not_change_the_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    truth, scores, patients = _clustered(20, 2)
    whole = auc_bootstrap(truth, scores, patients, resamples=64)
    monkeypatch.setattr("training.statistics.bootstrap._CELLS", 7 * len(truth))
    chunks = list(resample_weights(patients, truth, resamples=64))
    assert [len(chunk) for chunk in chunks] == [7] * 9 + [1]
    cut = auc_bootstrap(truth, scores, patients, resamples=64)
    assert cut.value == whole.value
    assert abs(cut.low - whole.low) < 0.1


def test_rates_on_independent_patients_are_binomial() -> None:
    # 102 of 104 and 77 of 110: SD of the sensitivity √(.981·.019/104) = .0135, so 2.5 % lies near .981 − .027.
    malignant = np.array([True] * 104 + [False] * 110)
    flagged = np.array([True] * 102 + [False] * 2 + [False] * 77 + [True] * 33)
    sensitivity, specificity, plus, minus = rates_bootstrap(malignant, flagged, np.arange(214))
    assert sensitivity.value == 102 / 104
    assert sensitivity.low == pytest.approx(0.952, abs=0.006)
    assert (specificity.low, specificity.high) == pytest.approx((0.614, 0.786), abs=0.012)
    assert plus.low < plus.value < plus.high
    assert minus.low < minus.value < minus.high


def test_no_false_alarm_is_an_infinite_ratio_in_every_resample() -> None:
    _, _, plus, minus = rates_bootstrap([1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0], list("abcdef"))
    assert (plus.value, plus.low, plus.high) == (inf, inf, inf)
    assert (minus.value, minus.low, minus.high) == (0.0, 0.0, 0.0)


def test_what_is_not_defined_is_said() -> None:
    with pytest.raises(ValueError, match="at least two patients of each class"):
        auc_bootstrap([1, 1, 0, 0], [4, 3, 2, 1], ["p", "p", "q", "r"])
    with pytest.raises(ValueError, match="cases of both classes"):
        rates_bootstrap([1, 1], [1, 0], ["p", "q"])
    with pytest.raises(ValueError, match="one patient and one stratum"):
        list(resample_weights(["p"], [0, 1]))
    with pytest.raises(ValueError, match="needs resamples"):
        rates_bootstrap([1, 1, 0, 0], [1, 0, 0, 1], list("abcd"), resamples=0)


def test_a_resample_without_a_class_is_said() -> None:
    # All four have a malignant lesion, one of them a benign one too: many resamples have no benign lesion.
    truth, patients = [1, 1, 1, 1, 0], list("abcda")
    with pytest.raises(ValueError, match="lacks a class"):
        auc_bootstrap(truth, [5, 4, 3, 2, 1], patients)
    with pytest.raises(ValueError, match="lacks a class"):
        rates_bootstrap(truth, [1, 1, 0, 1, 0], patients)
