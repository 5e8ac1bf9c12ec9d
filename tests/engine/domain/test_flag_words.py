"""The flag in both languages: the same slices, the same causes; English is what the result carries."""

from __future__ import annotations

import pytest

from engine import aggregate
from engine.domain.caution import Effect, Fact
from engine.domain.caution_words import make_caution
from engine.domain.flag_words import TRANSLATED, flag_words
from tests.support.results import example


@pytest.mark.parametrize("malignant", [(), (2, 3)])
def test_english_is_the_results_own(malignant):
    result = example(malignant=malignant).analysis.result
    assert flag_words(result, "en") == (result.follow_up.headline, result.follow_up.reason)


def test_chinese_names_the_same_slices():
    made = example(malignant=(2, 3)).analysis.result
    headline, reason = flag_words(made, "zh_CN")
    assert headline == "建议行增强检查随访"
    places = [s.ref.position_mm for s in made.lesions[0].slices if s.malignant]
    assert len(places) == 2
    assert reason.startswith("7 个层面中有 2 个被分类为恶性")
    for place in places:
        assert f"{place:.1f} mm".replace("-", "−") in reason
    assert (
        flag_words(example(malignant=()).analysis.result, "zh_CN")[1]
        == "全部 7 个层面均被分类为良性。这不能排除恶性病变。"
    )


def test_chinese_says_why_the_flag_is_withheld():
    cause = make_caution("age-under-18", Effect.WITHHOLD, {"age": Fact((12,), unit="years")})
    result = example(cautions=[cause]).analysis.result
    assert result.withheld
    assert flag_words(result, "zh_CN") == (
        "不予提示",
        "结果被保留，不作提示，原因：患者年龄为 12 岁，未满 18 岁；该方法仅在成人中研究过。请不使用模型阅片。",
    )
    assert aggregate.follow_up([], []).withheld_because == "no-lesion"


def test_no_flag_without_a_lesion_names_its_cause():
    from dataclasses import replace

    made = example().analysis.result
    result = replace(made, lesions=(), follow_up=aggregate.follow_up([], []))
    assert flag_words(result, "zh_CN")[1].endswith("没有可分类的病灶。请勾画或导入病灶轮廓。")
    assert set(TRANSLATED["zh_CN"]) == {
        "raised", "not_raised", "withheld", "reason_raised", "reason_not_raised", "reason_withheld", "join"
    }  # fmt: skip
