"""Which series hangs where: T2, DWI, ADC, then T1 in order of time, as far as present; rearranged, it stays so."""

from __future__ import annotations

from pathlib import Path

from desktop.models.hanging import LIVER, hang, label_of, rearranged
from engine.domain.case import Case
from engine.domain.sequence import RoleGuess, RoleMap, SequenceFacts, SequenceRole, SeriesKind
from engine.domain.study import Instance, PatientContext, Series, Study


def series(key, problem=None):
    instance = Instance(Path(f"{key}.dcm"), 0, f"1.2.{key}", "1.2.840.10008.5.1.4.1.1.4", None, 8, 8, 1)
    return Series(key, key, "1.2", SequenceFacts(modality="MR"), (instance,), 8, 8, 5.0, problem)


def study(*keys):
    return Study("1.2.3", PatientContext(), tuple(series(key) for key in keys))


ROLES = {SequenceRole.T1_PRE: "pre", SequenceRole.T2: "t2", SequenceRole.T1_EQUILIBRIUM: "equ", SequenceRole.DWI: "dwi"}
MAP = RoleMap((RoleGuess("adc", SeriesKind.ADC), RoleGuess("loc", SeriesKind.LOCALIZER)), ROLES)
CASE = Case("1.2.3", roles=ROLES)
STUDY = study("loc", "pre", "adc", "equ", "dwi", "t2")


def test_series_hang_in_the_order_of_the_protocol_without_gaps():
    assert hang(STUDY, CASE, MAP, LIVER, 6) == ["t2", "dwi", "adc", "pre", "equ", ""]


def test_a_study_without_anything_known_hangs_as_it_comes():
    assert hang(study("loc", "x"), Case("1.2.3"), RoleMap(), LIVER, 3) == ["loc", "x", ""]


def test_an_adc_that_is_no_stack_does_not_hang():
    broken = Study("1.2.3", PatientContext(), (series("t2"), series("dwi"), series("adc", "uneven steps")))
    assert hang(broken, CASE, MAP, LIVER, 3)[2] != "adc"


def test_labels():
    assert label_of("pre", CASE, MAP) == "T1_PRE"
    assert label_of("adc", CASE, MAP) == "ADC"
    assert label_of("loc", CASE, MAP) == ""


def test_a_series_put_elsewhere_hangs_there_in_the_next_study():
    shown = ["T2", "DWI", "ADC", "T1_PRE", "T1_EQUILIBRIUM", ""]
    order = rearranged(LIVER, shown, 1, "ADC")
    assert order[:3] == ("T2", "ADC", "DWI")
    assert set(order) == set(LIVER)
    assert hang(STUDY, CASE, MAP, order, 3) == ["t2", "adc", "dwi"]


def test_a_label_that_hung_nowhere_pushes_the_former_one_back():
    order = rearranged(("T2", "DWI", "ADC"), ["T2", "DWI"], 1, "T1_HEPATOBILIARY")
    assert order == ("T2", "T1_HEPATOBILIARY", "DWI", "ADC")
