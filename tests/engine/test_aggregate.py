"""Both rules, the patient and the words of the flag, on numbers worked out by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.aggregate import follow_up, lesion_result, malignant_share
from engine.domain.result import Caution, Effect, Prediction
from engine.domain.roi import LesionId, Roi
from engine.domain.sample import SliceRef
from tests.support.volumes import axial_affine, box_roi

LABELS = ("benign", "primary_malignancy", "metastasis")
ROI = box_roi(axial_affine(), [1], (1, 5), (1, 5))


def prediction(scores, index=0, position=0.0):
    zero = np.zeros((3, 1, 1), dtype=np.float32)
    return Prediction(
        SliceRef(LesionId("L1"), index, position, index),
        np.log(np.array(scores, dtype=np.float32) + 1e-9),
        np.array(scores, dtype=np.float64),
        zero,
        np.zeros(2, dtype=np.float32),
    )


def lesion(rows, roi=ROI):
    made = [prediction(row, i, -34.5 + 10 * i) for i, row in enumerate(rows)]
    return lesion_result(roi, made, LABELS, longest_diameter_mm=20.0, volume_ml=3.0)


def test_sum_rule_and_any_slice_rule_can_disagree():
    # sums: benign .6 + .6 + .3 = 1.5, primary .3 + .3 + .6 = 1.2, metastasis .1 + .1 + .1 = .3
    result = lesion([(0.6, 0.3, 0.1), (0.6, 0.3, 0.1), (0.3, 0.6, 0.1)])
    assert result.summed_scores == pytest.approx({"benign": 1.5, "primary_malignancy": 1.2, "metastasis": 0.3})
    assert result.mean_scores == pytest.approx({"benign": 0.5, "primary_malignancy": 0.4, "metastasis": 0.1})
    assert result.predicted == "benign"
    assert result.malignant_slices == (2,)
    assert result.malignant_by_any_slice
    assert malignant_share(result) == pytest.approx(0.5)


def test_words_when_raised():
    result = lesion([(0.2, 0.7, 0.1), (0.1, 0.2, 0.7), (0.8, 0.1, 0.1)])
    flag = follow_up([result], [])
    assert flag.recommended is True
    assert flag.headline == "Contrast follow-up recommended"
    assert flag.reason == (
        "2 of 3 slices were classified as malignant: slices at −34.5 mm and −24.5 mm; the rule needs one. "
        "Consider contrast-enhanced MRI if clinically appropriate."
    )


def test_words_when_not_raised():
    flag = follow_up([lesion([(0.8, 0.1, 0.1)] * 7)], [])
    assert flag.recommended is False
    assert f"{flag.headline}: {flag.reason}" == (
        "Contrast follow-up flag not raised: all 7 slices were classified as benign. This does not exclude malignancy."
    )
    single = follow_up([lesion([(0.8, 0.1, 0.1)])], [])
    assert single.reason.startswith("the only slice was classified as benign.")


def test_a_withholding_caution_wins_over_everything():
    stop = Caution(
        "age-under-18", Effect.WITHHOLD, "The patient is younger than 18 years; the method was studied on adults."
    )
    flag = follow_up([lesion([(0.1, 0.8, 0.1)])], [Caution("t2-only", Effect.INFORM, "…"), stop])
    assert flag.recommended is None
    assert flag.withheld_because == "age-under-18"
    assert flag.reason.startswith("the result is withheld because the patient is younger than 18 years")


def test_no_lesion_is_withheld_not_benign():
    flag = follow_up([], [])
    assert flag.recommended is None
    assert flag.withheld_because == "no-lesion"


def test_no_slice_is_a_programming_error():
    with pytest.raises(ValueError, match="no slice"):
        lesion_result(ROI, [], LABELS, longest_diameter_mm=1.0, volume_ml=1.0)


scores = st.tuples(*[st.floats(0.001, 1.0)] * 3).map(lambda t: tuple(v / sum(t) for v in t))
lesions_of_scores = st.lists(st.lists(scores, min_size=1, max_size=5), min_size=1, max_size=3)


@given(lesions_of_scores)
def test_the_flag_is_never_down_while_a_slice_is_malignant(rows):
    lesions = [lesion(r, Roi(LesionId(f"L{i}"), ROI.contours)) for i, r in enumerate(rows)]
    any_malignant = any(row[0] < max(row[1:]) for row in itertools.chain(*rows))
    flag = follow_up(lesions, [])
    assert flag.recommended is not None
    if any_malignant:
        assert flag.recommended
    assert flag.recommended == any(lesion.malignant_by_any_slice for lesion in lesions)
