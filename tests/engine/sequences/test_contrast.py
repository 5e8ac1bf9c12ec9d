"""T2 and diffusion images after contrast, by the clocks: whatever shows that contrast was given, and what does not."""

from __future__ import annotations

import pytest

from engine.domain.sequence import SequenceRole
from engine.sequences import delays_after_contrast_s, identify_roles
from tests.engine.sequences.test_identify import dwi, t1, t2
from tests.support.series import make_study

R = SequenceRole
NINE = 9 * 3600.0


def delays(*others, t2_at=NINE + 100, dwi_at=NINE + 1900, roles=None):
    study = make_study(
        t2("t2", acquisition_time_s=t2_at), dwi("dwi", 800.0, acquisition_time_s=dwi_at), *others
    )  # fmt: skip
    return delays_after_contrast_s(study, {R.T2: "t2", R.DWI: "dwi"} | (roles or {}))


def run(start, agent="Gadovist"):
    """A native volume at `start` and three phases from 80 s later."""
    phases = [t1(f"p{after}", start + after, contrast_agent=agent) for after in (80, 120, 235)]
    return [t1("pre", start), *phases]


def test_what_was_acquired_after_the_dynamic_run_is_late_by_its_clock():
    # the arterial phase starts at 09:10:00 + 80 s; diffusion 1220 s later
    assert delays(*run(NINE + 600)) == {R.DWI: 1220.0}
    assert delays(*run(NINE - 1000)) == {R.T2: 1020.0, R.DWI: 2820.0}
    assert delays(*run(NINE + 7200)) == {}


def test_a_native_run_and_a_study_without_t1_say_nothing():
    assert delays() == {}
    assert delays(t1("pre", NINE, series_description="t1_vibe_fs_tra_nativ")) == {}
    assert delays(t1("in", NINE, echo_time_ms=2.3, series_description="t1_in_phase")) == {}


@pytest.mark.parametrize(
    "facts",
    [
        {"contrast_agent": "Primovist"},
        {"series_description": "t1_vibe_fs_tra_art"},
        {"series_description": "t1_vibe_fs_tra_post KM"},
        {"series_description": "T1 增强"},
        {"series_description": "t1_vibe_fs_tra_hbp 20min"},
        {"contrast_phase": "DELAYED"},
        {"plane": "coronal", "series_description": "t1_vibe_fs_cor_post"},
    ],
)
def test_a_lone_enhanced_series_is_enough(facts):
    assert delays(t1("one", NINE + 1000, **facts)) == {R.DWI: 900.0}


@pytest.mark.parametrize(
    "facts",
    [
        {"contrast_agent": "Gadovist", "contrast_phase": "PRE_CONTRAST"},
        {"contrast_agent": "Gadovist", "series_description": "t1_vibe_fs_tra_pre"},  # 4.6 % of native series name one
        {"series_description": "t1_vibe_sub_art", "image_type": ("DERIVED", "SECONDARY", "SUBTRACTION")},
    ],
)
def test_a_native_series_and_a_subtraction_give_no_time(facts):
    assert delays(t1("one", NINE + 1000, **facts)) == {}


def test_without_acquisition_times_nothing_is_said():
    assert delays(t1("art", None, contrast_agent="Gadovist")) == {}
    assert delays(*run(NINE - 1000), t2_at=None) == {R.DWI: 2820.0}
    # the clock of reconstruction or export is none of acquisition
    assert delays(t1("art", None, contrast_agent="Gadovist", series_time_s=NINE, content_time_s=NINE)) == {}


def test_a_run_before_midnight_and_images_after_it():
    before = 86_400.0 - 300
    assert delays(*run(before), t2_at=before - 3000, dwi_at=500.0) == {R.DWI: 300 + 500 - 80.0}
    # midnight within the run: the arterial phase at 00:00:30
    assert delays(*run(86_400.0 - 50), t2_at=86_400.0 - 700, dwi_at=630.0) == {R.DWI: 600.0}
    # images before midnight, run after it
    assert delays(*run(600.0), t2_at=86_400.0 - 900, dwi_at=86_400.0 - 300) == {}


def test_the_persons_word_counts_above_the_guess():
    plain = t1("x", NINE + 1000, series_description="ax lava")
    assert delays(plain) == {}
    assert delays(plain, roles={R.T1_PORTAL_VENOUS: "x"}) == {R.DWI: 900.0}
    named = t1("x", NINE + 1000, series_description="t1 art", contrast_agent="Gadovist")
    assert delays(named, roles={R.T1_PRE: "x"}) == {}


def test_an_ordinary_study_is_judged_by_its_own_roles():
    study = make_study(
        t2("t2", acquisition_time_s=NINE), dwi("dwi", 800.0, acquisition_time_s=NINE + 900), *run(NINE + 300)
    )
    assert delays_after_contrast_s(study, identify_roles(study).roles) == {R.DWI: 520.0}
