"""What no output may get wrong: the flag above malignant slices, why a result is withheld, and who it is about."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from engine import aggregate, storage
from engine.domain.caution import Effect, Fact
from engine.domain.caution_words import make_caution
from engine.domain.result import ContrastFollowUp, SliceResult
from engine.report import build_content, write_pdf
from engine.report.pdf import FOOTER, MARGIN, PAPERS, TOP
from engine.report.summary import DETAILS, first_page
from tests.support.results import CREATED, LABELS, Example, example

FACTS = {
    "lesions": Fact(("L1",)), "diameters": Fact((8.3,), "mm", 1), "limit": Fact(10.0, "mm"), "age": Fact(16, "years"),
    "b_value": Fact(400.0, "s/mm²"), "low": Fact(800.0), "high": Fact(1000.0, "s/mm²"), "role": Fact("DWI"),
    "roles": Fact(("T2", "DWI")), "shift": Fact(16.3, "mm", 1), "notes": Fact("3 gaps of 12.0 mm"),
    "distances": Fact((4.2,), "", 1), "region": Fact("brain"), "delay": Fact(4, "min"),
}  # fmt: skip
WITHHOLDING = ("age-under-18", "treated-lesion", "b-value-low", "misaligned-far", "coverage", "geometry-no-stack")
FOURTEEN = (
    "age-under-18", "treated-lesion", "b-value-low", "misaligned-far", "coverage", "small-lesion", "age-unknown",
    "t2-only", "geometry", "unfamiliar-input", "slices-disagree", "interpolated-roi", "contrast-images", "not-liver",
)  # fmt: skip


def cautions_of(names):
    return [
        make_caution(name.removesuffix("-low").removesuffix("-far").removesuffix("-no-stack"),
                     Effect.WITHHOLD if name in WITHHOLDING else Effect.INFORM, FACTS, name)
        for name in names
    ]  # fmt: skip


def content_of(made: Example, **options):
    return build_content(made.analysis, made.study, made.case, made.manifest, made.volumes, created=CREATED, **options)


def pages_of(content, folder, paper="A4"):
    write_pdf(content, folder / "report.pdf", paper=paper)
    return [" ".join(page.extract_text().split()) for page in PdfReader(folder / "report.pdf").pages]


def letters(text):
    """Text as a person reads it: presentation forms of Arabic as letters, in any order, without blanks and signs."""
    return sorted(c for c in unicodedata.normalize("NFKC", text) if c.isalnum())


def with_classes(made: Example, classes, cautions=()) -> Example:
    """The same analysis with other classes of its slices, its flag made by the rules."""
    (lesion,) = made.analysis.result.lesions
    slices = []
    for slice_, predicted in zip(lesion.slices, classes, strict=True):
        scores = {label: 0.6 if label == predicted else 0.2 for label in LABELS}
        slices.append(SliceResult(slice_.ref, scores, predicted))
    called = tuple(s.ref.index for s in slices if s.predicted != "benign")
    summed = {label: sum(s.scores[label] for s in slices) for label in LABELS}
    lesion = replace(lesion, slices=tuple(slices), malignant_slices=called, summed_scores=summed,
                     predicted=max(LABELS, key=summed.__getitem__))  # fmt: skip
    return made.with_result(
        lesions=(lesion,), follow_up=aggregate.follow_up([lesion], cautions), cautions=tuple(cautions),
        predicted=lesion.predicted, scores=lesion.mean_scores, malignant_by_any_slice=bool(called),
    )  # fmt: skip


@pytest.fixture(scope="module")
def two_slices():
    return example(1, 2, malignant=())


@settings(max_examples=25, deadline=None)
@given(classes=st.lists(st.sampled_from(LABELS), min_size=2, max_size=2), withhold=st.booleans())
def test_no_machine_readable_or_spoken_output_does_either(two_slices, classes, withhold):
    cautions = cautions_of(["treated-lesion"]) if withhold else []
    made = with_classes(two_slices, classes, cautions)
    result = made.analysis.result
    malignant = set(classes) != {"benign"}
    document = json.loads(storage.to_json(storage.result_to_dict(result)))
    flag = document["contrast_follow_up"]
    assert flag["recommended"] is (None if withhold else malignant)
    if malignant or withhold:
        assert "not raised" not in json.dumps(document)
        assert content_of(made).flag.state != "not-raised"
    assert ("True" in storage.slices_csv(result)) == malignant


@given(classes=st.lists(st.sampled_from(LABELS), min_size=2, max_size=2), said=st.booleans())
def test_a_result_that_contradicts_its_slices_cannot_be_made(two_slices, classes, said):
    result = with_classes(two_slices, classes).analysis.result
    malignant = set(classes) != {"benign"}
    wrong = ContrastFollowUp(said, "Contrast follow-up flag not raised", "all 2 slices were classified as benign.")
    if said == malignant:
        assert replace(result, follow_up=wrong).follow_up is wrong
        return
    with pytest.raises(ValueError, match="contradicts"):
        replace(result, follow_up=wrong)


@pytest.mark.parametrize("name", WITHHOLDING)
def test_every_way_of_withholding_is_worded_in_chinese(two_slices, name):
    """From DICOM files to every output: tests/journeys/test_window_withholding.py."""
    (caution,) = cautions_of([name])
    chinese = content_of(with_classes(two_slices, ["benign", "metastasis"], [caution]), language="zh_CN")
    assert (chinese.flag.headline, chinese.cautions[0].effect) == ("不予提示", "不予提示")
    for text in (chinese.cautions[0].text, chinese.flag.reason):
        assert not re.search("[a-z]{5,}", text)  # worded, not quoted


@pytest.fixture(scope="module")
def full():
    return example(10, 2, cautions=cautions_of(FOURTEEN))


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_a_first_page_with_ten_lesions_and_fourteen_cautions_holds_everything(full, language):
    content = content_of(full, language=language)
    for paper in PAPERS.values():
        width, height = paper[0] - 2 * MARGIN, paper[1] - TOP - FOOTER
        heights = [sum(block.height(width) for block in first_page(content, detail, width)) for detail in DETAILS]
        assert min(heights) <= height


@pytest.mark.parametrize(
    ("name", "identity", "language"),
    [
        ("王^小明", "HEP-1", "zh_CN"),
        ("O'Brien <b>&</b>^<i>Pat</i> %s {x} \\n ${y}", "<para>&amp;", "en"),
        ("محمد^أحمد", "١٢٣", "en"),
        ("כהן^שרה", "ID-7", "zh_CN"),
        ("Wolfeschlegelsteinhausenbergerdorff^" + "Hubert " * 23, "X" * 64, "zh_CN"),
    ],
)
def test_every_page_says_who_what_when_and_which_page(two_slices, tmp_path, name, identity, language):
    made = two_slices.with_patient(patient_name=name, patient_id=identity)
    content = content_of(made, language=language)
    pages = pages_of(content, tmp_path, "Letter" if language == "en" else "A4")
    whole = content.patient_name
    for number, page in enumerate(pages, start=1):
        footer = page[page.rindex(content.package_label) :] if content.package_label in page else ""
        assert content.status_line in page
        assert content.package_label in page
        assert content.created_text in page
        assert content.words["page"].format(page=number, pages=len(pages)) in page, footer
        there = letters(page)
        shown = letters(whole if len(whole) < 60 else whole[:20])
        assert all(there.count(c) >= shown.count(c) for c in set(shown)), page
    first = pages[0].replace(" ", "")
    if name.startswith("O'"):
        assert "O'Brien<b>&</b>,<i>Pat</i>%s{x}\\n${y}" in first  # as it stands: nothing was taken for markup
        assert "<para>&amp;" in first
    assert sum(c in pages[0] for c in set(letters(whole))) == len(set(letters(whole))) or "محمد" in name
