"""Reasons in Chinese: every reason that the recognition can give has words."""

from __future__ import annotations

import ast

import pytest

from engine.domain.reason_words import REASONS_ZH, reason_words
from engine.sequences.rules import RULES
from engine.sequences.t2 import T2_POINTS
from tests.support.paths import ROOT


def written():
    """Every reason in the sources that decide on series, with 7 for what is filled in."""
    for name in ("identify", "limits", "neighbours", "t2", "diffusion", "timeline", "dynamic"):
        tree = ast.parse((ROOT / "engine" / "sequences" / f"{name}.py").read_text(encoding="utf-8"))
        calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name))
        for call in calls:
            if call.func.id not in ("limit", "PhaseGuess") or len(call.args) != 3:
                continue
            if isinstance(call.args[2], ast.Constant):
                yield call.args[2].value
            elif isinstance(call.args[2], ast.JoinedStr):
                yield "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "7" for part in call.args[2].values
                )


REASONS = sorted({rule.reason for rule in RULES} | {row.reason for row in T2_POINTS} | set(written()))


def test_the_sources_were_read():
    assert len(list(written())) > 20
    assert "header and name disagree: please confirm" in REASONS


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_chinese_words(reason):
    chinese = reason_words(reason, "zh_CN")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese), chinese
    assert reason_words(reason, "en") == reason


@pytest.mark.parametrize(
    ("reason", "chinese"),
    [
        ("25 points as reference: axial, fat suppressed", "作为参考序列得 25 分：轴位，脂肪抑制"),
        (
            "85 points as reference: axial, breathing is managed (trigger, navigator, breath-hold or BLADE), original "
            "images",
            "作为参考序列得 85 分：轴位，控制呼吸（触发、导航、屏气或 BLADE），原始图像",
        ),
        ("named late arterial; its delay of 35 s agrees", "名称为动脉晚期；延迟 35 s 相符"),
        (
            "about 60 s after the injection, whose time is estimated from the run; another assignment fits nearly as "
            "well",
            "注射后约 60 s，注射时间为估计值；另一种分配几乎同样合适",
        ),
        ("20 minutes after the injection: no equilibrium phase", "注射后 20 分钟：并非平衡期"),
        ("but it also looks like DWI: named as diffusion", "但也像 DWI：名称为扩散"),
        ("coronal, not axial: used only if you choose it", "冠状位，非轴位：仅在您选择时使用"),
        ("a reason of tomorrow", "a reason of tomorrow"),
    ],
)
def test_numbers_and_nested_reasons_are_kept(reason, chinese):
    assert reason_words(reason, "zh_CN") == chinese


def test_nothing_is_translated_that_nobody_says():
    said = set(REASONS)
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "engine" / "sequences").glob("*.py"))
    assert [text for text in REASONS_ZH if text not in said and text not in sources] == []
