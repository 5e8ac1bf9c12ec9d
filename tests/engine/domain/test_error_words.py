"""Errors in Chinese: every error that the window can meet has words, and the thing it names is never lost."""

from __future__ import annotations

import ast

from engine.domain.error_words import ERRORS_ZH, error_words
from engine.domain.errors import RoiError
from tests.support.paths import ROOT

BESIDE = ("cli",)
"""Rooms of the engine that the window never enters."""


def codes():
    for folder in ("engine", "desktop"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.relative_to(ROOT / folder).parts[0] in BESIDE:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.keyword) and node.arg == "code":
                    yield from (
                        leaf.value
                        for leaf in ast.walk(node.value)
                        if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)
                    )


def test_every_error_of_the_window_has_chinese_words():
    found = set(codes())
    assert "roi-wrong-patient" in found
    assert sorted(found - ERRORS_ZH.keys()) == []
    assert sorted(ERRORS_ZH.keys() - found) == []
    for what, remedy in ERRORS_ZH.values():
        assert what.endswith("。")
        assert remedy.endswith("。")


def test_the_thing_stays_named():
    error = RoiError("The ROI file liver.seg.dcm is cut.", remedy="Export.", code="roi-unreadable")
    what, remedy = error_words(error, "zh_CN")
    assert what == "轮廓文件无法读取。"
    assert "liver.seg.dcm" in remedy
    assert error_words(error, "en") == (error.what, error.remedy)
    unknown = RoiError("Odd.", remedy="Wait.", code="brand-new")
    assert error_words(unknown, "zh_CN") == ("Odd.", "Wait.")
