"""What a report contains: tables, cautions, facts, figures, languages, and nothing personal when de-identified."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.domain.case import ReaderImpression
from engine.domain.errors import ReportError
from engine.domain.result import Caution, Effect
from engine.domain.sequence import SequenceRole
from engine.report import build_content, texts_en, texts_zh
from tests.support.results import CREATED, Example, example


def content_of(made: Example, **options: Any):
    return build_content(made.analysis, made.study, made.case, made.manifest, made.volumes, created=CREATED, **options)


def strings(value: Any) -> Iterator[str]:
    """Every text anywhere in a value."""
    if isinstance(value, str):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from strings(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from strings(item)


def test_slices_carry_position_image_scores_and_class():
    content = content_of(example(slices=3, malignant=(1,)))
    lesion = content.lesions[0]
    assert [slice_.row[0] for slice_ in lesion.slices] == ["−44.5 mm", "−34.5 mm", "−24.5 mm"]
    assert [slice_.row[1] for slice_ in lesion.slices] == ["3", "4", "5"]  # InstanceNumber of T2 slices 2, 3, 4
    assert [slice_.row[-1] for slice_ in lesion.slices] == ["benign", "primary malignancy", "benign"]
    assert [slice_.malignant for slice_ in lesion.slices] == [False, True, False]
    assert lesion.key[0] == 1
    assert lesion.any_slice_rule == "malignant: 1 of 3 slices"


def test_panels_are_complete_and_named():
    slice_ = content_of(example(slices=1, malignant=(0,))).lesions[0].slices[0]
    assert [panel.kind for panel in slice_.panels] == ["overview", "t2", "dwi", "heat", "input", "input"]
    assert slice_.panels[3].title == "Heat map: primary malignancy"
    assert slice_.heat_note.startswith("Heat map for “primary malignancy”: 8 × 8 cells of ")
    heat = slice_.panels[3].heat
    assert heat is not None
    assert np.nanmax(heat) <= 1.0
    assert np.isnan(heat[0, 0])  # outside the network's square


def test_t2_alone_shows_no_dwi_and_one_input():
    slice_ = content_of(example(slices=1, roles=("T2",))).lesions[0].slices[0]
    assert [panel.kind for panel in slice_.panels] == ["overview", "t2", "heat", "input"]


def test_package_facts_stand_beside_the_result():
    values = {field.label: field.value for field in content_of(example(slices=1)).package}
    assert values["Package"].startswith("example 1.0.0")
    assert values["Digest"] == "5e1f5e1f5e1f5e1f…"
    assert values["Ran on"] == "CPUExecutionProvider"
    assert values["DWI used"] == "yes (b 800 s/mm²)"
    assert values["Report date"] == "2026-03-14 09:26 UTC"
    assert {f.label: f.value for f in content_of(example(slices=1, roles=("T2",))).package}["DWI used"] == "no"


def test_simulated_figures_say_so():
    content = content_of(example(slices=1))
    assert "simulated images" in content.figures_note
    assert content.figures is not None
    assert content.figures.rows[0] == (
        "Sensitivity, any-slice rule", "0.967 (0.828–0.999)", "29/30", "held-out phantoms, n = 60 (simulated)",
    )  # fmt: skip
    assert content.watermark == content.status_line == texts_en.STATUS["simulated"]


def test_status_lines_follow_the_package():
    research = content_of(example(slices=1, status="research"))
    assert research.status_line.startswith("Research use only.")
    assert research.watermark == ""
    assert content_of(example(slices=1, validation={})).figures is None


def test_scores_are_model_scores_unless_calibrated_on_patients():
    made = example(slices=1, status="validated")
    assert content_of(made).score_word == "Model score"
    calibrated = replace(made, manifest=replace(made.manifest, calibration={"measured_on": "patients"}))
    assert content_of(calibrated).score_word == "Calibrated probability"
    simulated = example(slices=1)
    claimed = replace(simulated, manifest=replace(simulated.manifest, calibration={"measured_on": "patients"}))
    assert content_of(claimed).score_word == "Model score"


def test_a_case_without_scores_keeps_images_and_says_why():
    stop = Caution("coverage", Effect.WITHHOLD, "The DWI series does not cover lesion L1 completely.")
    content = content_of(example(slices=3, blind=True, cautions=(stop,)))
    assert content.flag.state == "withheld"
    assert content.lesions[0].slices[1].values == ()
    assert content.lesions[0].sum_rule == "no scores: the network was not run"
    assert "heat" not in [panel.kind for panel in content.lesions[0].slices[1].panels]


def test_the_leading_lesion_is_the_one_with_the_highest_malignant_share():
    content = content_of(example(3, 2, malignant=(0, 1)))
    assert content.lesions[content.leading].lesion_id == "L1"
    assert content.rules.strong == (0,)
    assert "lesion L1" in content.patient_statement


def test_a_manual_shift_is_applied_and_reported():
    made = example(slices=1)
    moved = replace(made, case=made.case.with_shift(SequenceRole.DWI, (0.0, 30.0, 0.0)))
    plain, shifted = content_of(made), content_of(moved)
    assert (plain.lesions[0].slices[0].panels[2].image != shifted.lesions[0].slices[0].panels[2].image).any()
    table = shifted.sections[0].table
    assert table is not None
    assert [row[-1] for row in table.rows] == ["no", "30.0 mm posterior"]


def test_reader_and_post_test_probability():
    # pre-test odds 0.25 / 0.75 = 1/3; times DLR+ 3.22 = 1.0733; probability 1.0733 / 2.0733 = 0.518
    made = example(slices=3, malignant=(0, 1, 2))
    impression = ReaderImpression("benign", "primary_malignancy", "second look", 0.25)
    content = content_of(replace(made, case=made.case.with_reader(impression)))
    values = {field.label: field.value for field in content.reader}
    assert values["First impression"] == "benign"
    assert values["Reader's final class"] == "primary malignancy"
    assert values["Compared with the sum rule"] == "agrees"
    assert values["Post-test probability"].startswith("52 % (Fagan, from the package's DLR+ 3.22")
    assert "not a clinical estimate" in values["Post-test probability"]
    assert values["Comment"] == "second look"


def test_deidentified_content_holds_no_identifier():
    secrets = ("HEP-004711", "Muster", "Anna", "19610203", "1961-02-03", "20260312", "2026-03-12", "ACC-2291",
               "upper abdomen", "Leberherd", "1.2.826.0.1.3680043.10.1", "1.2.3.T2", "tra")  # fmt: skip
    note = Caution("geometry", Effect.INFORM, "Slice positions of Muster^Anna (HEP-004711) need care.")
    made = example(slices=2, cautions=(note,))
    rois = tuple(replace(roi, name="Leberherd Muster") for roi in made.case.rois)
    case = made.case.with_rois(rois).with_reader(ReaderImpression(comment="Mrs Muster, born 1961-02-03"))
    made = replace(made, case=case)
    printed = [
        text for text in strings(content_of(made, deidentify=True))
        if text not in texts_en.WORDS.values() and text not in texts_en.METHOD
    ]  # fmt: skip
    for secret in secrets:
        assert not [text for text in printed if secret in text and secret != "tra"], secret
    assert not [text for text in printed if "t2 tra" in text]
    assert any("Muster" in text for text in strings(content_of(made)))


def test_ages_over_89_are_not_told_exactly():
    old = example(slices=1).with_patient(age_years=93.0)
    assert "over 89 years, female" in [field.value for field in content_of(old, deidentify=True).identification]


def test_both_languages_have_the_same_words_and_gaps():
    for name in ("WORDS", "STATUS", "LABELS", "ROLES", "ORIGINS"):
        assert set(getattr(texts_en, name)) == set(getattr(texts_zh, name)), name
    for key, text in texts_en.WORDS.items():
        assert gaps(text) == gaps(texts_zh.WORDS[key]), key
    for one, other in zip(texts_en.METHOD, texts_zh.METHOD, strict=True):
        assert gaps(one) == gaps(other)
    assert len(texts_en.GLOSSARY) == len(texts_zh.GLOSSARY)


def gaps(text: str) -> list[str]:
    return sorted(part.split("}")[0] for part in text.split("{")[1:])


def test_an_unknown_language_is_refused():
    with pytest.raises(ReportError, match="en, zh_CN"):
        content_of(example(slices=1), language="fr")
