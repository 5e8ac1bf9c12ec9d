"""The flag in the report: never "not raised" while any slice is malignant, in any language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import aggregate
from engine.domain.caution_words import make_caution
from engine.domain.result import (
    Caution,
    ContrastFollowUp,
    Effect,
    Fact,
    LesionResult,
    PackageFacts,
    SliceResult,
    StudyResult,
)
from engine.domain.roi import LesionId
from engine.domain.sample import SliceRef
from engine.report import build_content, wording
from engine.report.texts import texts_for
from tests.support.results import CREATED, LABELS, Example, example

scores = st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
predictions = st.sampled_from(LABELS)


def study_result(slices: list[SliceResult], follow_up: ContrastFollowUp) -> StudyResult:
    lesion = LesionResult(
        lesion_id=LesionId("L1"),
        slices=tuple(slices),
        summed_scores={label: sum(s.scores[label] for s in slices) for label in LABELS},
        predicted="benign",
        malignant_slices=tuple(s.ref.index for s in slices if s.predicted != "benign"),
        longest_diameter_mm=20.0,
        volume_ml=4.0,
        roi_origin="drawn",
    )
    facts = PackageFacts("example", "1.0.0", "00" * 32, "simulated", ("T2",), LABELS)
    return StudyResult(
        "0.1.0", "11" * 32, "1.2.3", facts, "CPUExecutionProvider", (lesion,), "benign", None, None, follow_up
    )


def slice_of(index: int, values: tuple[float, float, float], predicted: str) -> SliceResult:
    ref = SliceRef(LesionId("L1"), index, 10.0 * index, index)
    return SliceResult(ref, dict(zip(LABELS, values, strict=True)), predicted)


@given(
    rows=st.lists(st.tuples(scores, predictions), min_size=1, max_size=5),
    recommended=st.sampled_from([True, False, None]),
    language=st.sampled_from(["en", "zh_CN"]),
)
def test_no_combination_of_slices_prints_not_raised_above_a_malignant_slice(rows, recommended, language):
    slices = [slice_of(n, values, predicted) for n, (values, predicted) in enumerate(rows)]
    follow_up = ContrastFollowUp(recommended, "Contrast follow-up flag not raised", "all benign")
    malignant = any(s.predicted != "benign" or max(s.scores.values()) > s.scores["benign"] for s in slices)
    if recommended is not None and recommended != malignant:
        with pytest.raises(ValueError, match="contradicts"):
            study_result(slices, follow_up)
        return
    result = study_result(slices, follow_up)
    flag = wording.flag(result, texts_for(language))
    assert (flag.state == "not-raised") == (recommended is False)
    assert not (flag.state == "not-raised" and malignant)


@given(rows=st.lists(scores.filter(lambda values: max(values) > 0), min_size=1, max_size=6), withhold=st.booleans())
def test_flags_made_by_the_rules_are_always_accepted(rows, withhold):
    slices = [slice_of(n, values, LABELS[values.index(max(values))]) for n, values in enumerate(rows)]
    cautions = [Caution("treated-lesion", Effect.WITHHOLD, "The lesion was treated.")] if withhold else []
    lesions = study_result(slices, ContrastFollowUp(None, "", "")).lesions
    result = study_result(slices, aggregate.follow_up(lesions, cautions))
    flag = wording.flag(result, texts_for("en"))
    assert (flag.state == "withheld") == withhold
    if not withhold:
        assert (flag.state == "raised") == any(s.predicted != "benign" for s in slices)


def content_of(made: Example, **options):
    return build_content(made.analysis, made.study, made.case, made.manifest, made.volumes, created=CREATED, **options)


def test_english_words_are_exactly_those_of_the_result():
    made = example(slices=4, malignant=(1,))
    content = content_of(made)
    assert content.flag.state == "raised"
    assert content.flag.headline == made.analysis.result.follow_up.headline
    assert content.flag.reason == made.analysis.result.follow_up.reason


def test_chinese_words_carry_the_same_numbers():
    # planes 2, 3, 4 of a stack that begins at −64.5 mm: −44.5, −34.5, −24.5 mm; the second is malignant
    content = content_of(example(slices=3, malignant=(1,)), language="zh_CN")
    assert content.flag.headline == "建议行增强检查随访"
    assert content.flag.reason.startswith("3 个层面中有 1 个被分类为恶性：位于 −34.5 mm 的层面")


def test_not_raised_says_that_malignancy_is_not_excluded():
    assert "does not exclude malignancy" in content_of(example(slices=2, malignant=())).flag.reason
    assert "不能排除恶性" in content_of(example(slices=2, malignant=()), language="zh_CN").flag.reason


def test_a_withheld_flag_gives_its_reason_in_both_languages():
    stop = make_caution("age-under-18", Effect.WITHHOLD, {"age": Fact(12, "years")})
    made = example(slices=2, cautions=(stop,))
    english, chinese = content_of(made), content_of(made, language="zh_CN")
    assert english.flag.state == chinese.flag.state == "withheld"
    assert "younger than 18 years" in english.flag.reason
    assert "患者年龄为 12 岁，未满 18 岁" in chinese.flag.reason
    assert chinese.flag.reason.endswith(chinese.cautions[0].text)
