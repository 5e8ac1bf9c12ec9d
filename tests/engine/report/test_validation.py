"""The package's own figures as rows, and Fagan's arithmetic."""

from __future__ import annotations

import pytest

from engine.domain.figures import figures_of, first_figures, likelihood_ratio, post_test_probability
from engine.report.texts import texts_for
from engine.report.validation import figure_row
from tests.support.results import VALIDATION

ENGLISH = texts_for("en")


def rows(validation, simulated=True):
    return [figure_row(figure, ENGLISH, simulated) for figure in figures_of(validation)]


def test_nested_figures_become_rows_with_the_flags_rule_first():
    assert rows(VALIDATION) == [
        ("Sensitivity, any-slice rule", "0.967 (0.828–0.999)", "29/30", "held-out phantoms, n = 60 (simulated)"),
        ("Specificity, any-slice rule", "0.700 (0.506–0.853)", "21/30", "held-out phantoms, n = 60 (simulated)"),
        ("DLR+, any-slice rule", "3.22 (1.86–5.58)", "", "held-out phantoms, n = 60 (simulated)"),
        ("DLR−, any-slice rule", "0.05 (0.01–0.33)", "", "held-out phantoms, n = 60 (simulated)"),
        ("AUC, per slice, benign", "0.910 (0.880–0.940)", "212", "held-out phantoms, n = 60 (simulated)"),
        ("AUC, per slice, primary malignancy", "0.870 (0.830–0.910)", "212", "held-out phantoms, n = 60 (simulated)"),
        ("AUC, per slice, metastasis", "0.880 (0.840–0.920)", "212", "held-out phantoms, n = 60 (simulated)"),
    ]


def test_a_short_list_never_leaves_one_class_out():
    """Four figures of the rule, then the AUC of three classes: six rows would drop metastasis, so none is shown."""
    figures = figures_of(VALIDATION)
    assert [len(first_figures(figures, most)) for most in (3, 4, 5, 6, 7, 99)] == [3, 4, 4, 4, 7, 7]


def test_other_spellings_are_understood():
    validation = {
        "figures": [
            {"name": "sensitivity", "value": 0.5, "ci95": [0.4, 0.6], "cohort": "reader study"},
            {"name": "DLR+", "value": 2},
        ],
        "accuracy": 0.75,
        "curve": [0.1, 0.2],
        "note": "text",
    }
    assert rows(validation, simulated=False) == [
        ("Sensitivity, figures", "0.500 (0.400–0.600)", "", "reader study"),
        ("DLR+, figures", "2.00", "", "cohort not named"),
        ("Accuracy", "0.750", "", "cohort not named"),
    ]


def test_nothing_stated_gives_no_rows():
    assert rows({}) == []
    assert rows({"cohort": {"name": "x", "patients": 3}, "confusion": [[1, 2], [3, 4]]}) == []


def test_post_test_probability_by_hand():
    # odds 0.2 / 0.8 = 0.25; times 4 = 1; probability 1 / 2
    assert post_test_probability(0.2, 4.0) == pytest.approx(0.5)
    assert post_test_probability(0.5, 0.05) == pytest.approx(0.05 / 1.05)
    assert post_test_probability(0.0, 9.0) == 0.0
    assert post_test_probability(1.0, 0.1) == 1.0


def test_the_ratio_follows_the_flag():
    figures = figures_of(VALIDATION)
    raised, calm = likelihood_ratio(figures, True), likelihood_ratio(figures, False)
    assert raised is not None
    assert calm is not None
    assert (raised.value, calm.value) == (3.22, 0.05)
    assert likelihood_ratio((), True) is None
