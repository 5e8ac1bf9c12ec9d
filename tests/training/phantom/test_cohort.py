"""Cohorts: case mix, determinism, separation."""

from __future__ import annotations

import pickle
from collections import Counter

import numpy as np
import pytest

from training.phantom.cohort import COHORTS, cohort_size, cohort_table, draw_patient
from training.phantom.lesion_types import LESION_TYPES
from training.phantom.lesions import Difficulty, draw_lesion


@pytest.mark.parametrize(
    ("cohort", "counts"),
    [("srrsh", (116, 68, 36)), ("hzfph", (91, 56, 22)), ("tdh", (40, 19, 13))],
)
def test_case_mix_is_table_1(cohort: str, counts: tuple[int, int, int]) -> None:
    labels = Counter(row["label"] for row in cohort_table(cohort))
    assert (labels["benign"], labels["primary_malignancy"], labels["metastasis"]) == counts


def test_training_mix_and_size() -> None:
    kinds = Counter(draw_patient("train", index).lesion_type for index in range(0, 1494, 6))
    assert cohort_size("train") == 1494
    # Every sixth of 396 HCC: 66 expected, SD about 6.5.
    assert 46 <= kinds["hcc"] <= 86
    assert "ehe_like" not in kinds


def test_subtypes_that_training_never_sees_are_external_only() -> None:
    assert any(row["lesion_type"] == "ehe_like" for row in cohort_table("hzfph"))
    assert not any(row["lesion_type"] in ("ehe_like", "ipt_like") for row in cohort_table("srrsh"))


def test_sizes_and_slices_are_the_papers() -> None:
    rows = cohort_table("srrsh")
    diameters = np.array([row["diameter_mm"] for row in rows])
    # Published: 48.03 ± 34.78 mm and 3.92 slices; 220 draws have a standard error of 2.3 mm and 0.2 slices.
    assert diameters.mean() == pytest.approx(48.0, abs=6)
    assert diameters.std() == pytest.approx(34.8, abs=7)
    assert np.mean([row["n_slices"] for row in rows]) == pytest.approx(3.92, abs=0.6)


def test_same_arguments_same_patient() -> None:
    first, second = draw_patient("train", 17), draw_patient("train", 17)
    assert first == second
    assert draw_patient("train", 17, seed=1).lesion != first.lesion
    assert pickle.loads(pickle.dumps(first)) == first


def test_cohorts_share_no_scanner_and_no_template() -> None:
    owner: dict[object, str] = {}
    for cohort in COHORTS:
        for index in range(0, min(cohort_size(cohort), 60)):
            patient = draw_patient(cohort, index)
            for thing in (("scanner", patient.scanner.seed), ("template", patient.body.template)):
                assert owner.setdefault(thing, cohort) == cohort


def test_unknown_cohort_and_index_are_refused() -> None:
    with pytest.raises(ValueError, match="use one of train"):
        draw_patient("mayo", 0)
    with pytest.raises(ValueError, match="0 to 71"):
        draw_patient("tdh", 72)


@pytest.mark.parametrize(
    ("kind", "sign", "share", "diameter"),
    [
        ("fnh", "scar", 0.64, 40.0),
        ("hcc", "capsule", 0.52, 40.0),
        ("icc", "target", 0.75, 40.0),
        ("icc", "ducts", 0.45, 40.0),
        ("met_colorectal", "rim_pattern", 0.65, 40.0),
        ("abscess", "multilocular", 0.45, 40.0),
        ("haemangioma", "sclerosed", 0.07, 40.0),
        ("cyst", "septum", 0.10, 40.0),
    ],
)
def test_sign_frequencies(kind: str, sign: str, share: float, diameter: float) -> None:
    rng = np.random.default_rng(3)
    knobs = Difficulty(atyp=0.0)
    present = sum(sign in draw_lesion(rng, kind, diameter, 1.5, knobs).signs for _ in range(600))
    # SD of a share of 600 is at most 0.0204: three of them.
    assert present / 600 == pytest.approx(share, abs=0.062)


def test_no_class_owns_a_constant() -> None:
    """Shape scores of every type overlap those of the others, and two lesions of one type never agree."""
    rng = np.random.default_rng(4)
    for kind in LESION_TYPES:
        pair = [draw_lesion(rng, kind, 40.0, 3.0, Difficulty()) for _ in range(2)]
        assert pair[0].base != pair[1].base
        assert pair[0].lobulation != pair[1].lobulation or pair[0].lobulation in (0.0, 1.0)
        assert pair[0].radii_mm != pair[1].radii_mm


def test_atypical_lesions_borrow_the_other_sides_looks() -> None:
    rng = np.random.default_rng(6)
    for kind in ("hcc", "met_lung", "cyst"):
        lesion = draw_lesion(rng, kind, 40.0, 1.5, Difficulty(atyp=1.0))
        assert (LESION_TYPES[lesion.looks].label == "benign") != (LESION_TYPES[kind].label == "benign")
