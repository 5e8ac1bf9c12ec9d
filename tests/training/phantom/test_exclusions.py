"""Who is left out: the flow's arithmetic, faults that a reader would reject, nothing shared with the cohort."""

from __future__ import annotations

import pickle
from collections import Counter

import pytest

from engine.domain.sequence import SequenceRole
from training.phantom.artefacts import registered
from training.phantom.cohort import COHORTS, cohort_size, draw_patient
from training.phantom.exclusions import (
    CLINICAL,
    QUALITY,
    draw_excluded,
    excluded_count,
    exclusion_table,
)


def test_training_flow_is_the_papers() -> None:
    # 2,942 enrolled; 1,260 without a diagnosis or treated before; 1,494 analysed: 188 more were lost to quality.
    assert CLINICAL["train"] == 1260
    assert cohort_size("train") + excluded_count("train") == 2942


@pytest.mark.parametrize("cohort", ["hzfph", "tdh"])
def test_table_counts_and_discards_the_papers_share_of_slices(cohort: str) -> None:
    rows = exclusion_table(cohort)
    steps = Counter(row["step"] for row in rows)
    assert steps["quality"] == QUALITY[cohort]
    assert steps["clinical"] + steps["quality"] == excluded_count(cohort)
    assert len({row["patient_id"] for row in rows}) == len(rows)
    lost = sum(row["n_slices"] for row in rows)
    kept = sum(draw_patient(cohort, index).n_slices for index in range(cohort_size(cohort)))
    # 6,077 of 47,069 images are 12.9 %; a few dozen slices leave some chance.
    assert lost / (lost + kept) == pytest.approx(0.13, abs=0.025)
    assert all(row["n_slices"] == 0 for row in rows if row["step"] == "clinical")


def test_faults_of_quality_are_real() -> None:
    first = CLINICAL["tdh"]
    items = [draw_excluded("tdh", number) for number in range(first, excluded_count("tdh"))]
    assert {item.code for item in items} >= {"not-registered", "motion", "incomplete"}
    for item in items:
        m, lesion = item.patient.mishaps, item.patient.lesion
        passed = registered(m.shift_t1, item.patient.diameter_mm, 2 * lesion.radii_mm[2])
        assert passed is (item.code != "not-registered")
        assert (m.ghost > 0.1) is (item.code == "motion")
        assert (SequenceRole.T1_EQUILIBRIUM in item.roles) is (item.code != "incomplete")


@pytest.mark.parametrize("cohort", COHORTS)
def test_everybody_in_the_cohort_passed_the_reader(cohort: str) -> None:
    for index in range(0, cohort_size(cohort), 7):
        patient = draw_patient(cohort, index)
        assert registered(patient.mishaps.shift_t1, patient.diameter_mm, 2 * patient.lesion.radii_mm[2])
        assert patient.mishaps.ghost < 0.08


def test_excluded_are_reproducible_and_nobody_of_the_cohort() -> None:
    item = draw_excluded("hzfph", excluded_count("hzfph") - 1)
    assert pickle.loads(pickle.dumps(item)) == item == draw_excluded("hzfph", excluded_count("hzfph") - 1)
    assert item.patient.patient_id == "PH-HZFPH-X0169"
    assert item.patient.index >= cohort_size("hzfph")
    with pytest.raises(ValueError, match="excluded patients 0 to 168"):
        draw_excluded("hzfph", 169)
