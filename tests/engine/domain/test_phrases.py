"""Phrases: everything that the engine says to the window about files, outlines and errors has Chinese words."""

from __future__ import annotations

import ast
import re

import pytest

from engine.domain.phrases import PHRASES_ZH, phrase
from tests.support.paths import ROOT

TOLD = {  # which argument of these calls is read by a person
    "Skipped": 1, "_skip": 1, "NotUsable": 0, "_Refused": 0, "NotAStack": 0, "NotRegistered": 0, "unreadable": 1,
    "unsupported": 1, "too_large": 1, "empty": 1, "RoiQuestion": 2, "RoiChoice": 1, "AuditReport": 2,
}  # fmt: skip
LISTS = {"notes", "said"}
"""Lists of sentences that travel with a lesion or a series."""
MADE_OF_PARTS = {"The archive 7 7."}
"""Sentences whose second half stands elsewhere: `installing._refused`, held by the examples below."""
LATIN_PROSE = re.compile(r"[a-z]{3,} [a-z]{2,}")


def variants(node):
    """Yield every text that an expression may be, with 7 for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        texts = [""]
        for part in node.values:
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            found = list(variants(inner)) if isinstance(inner, (ast.Constant, ast.IfExp)) else ["7"]
            texts = [text + each for text in texts for each in found or ["7"]]
        yield from texts
    elif isinstance(node, ast.IfExp):
        yield from variants(node.body)
        yield from variants(node.orelse)


def written():
    for room in ("engine", "desktop"):
        for path in sorted((ROOT / room).rglob("*.py")):
            if path.relative_to(ROOT / room).parts[0] == "cli":
                continue
            yield from said_in(ast.parse(path.read_text(encoding="utf-8")))


def said_in(tree):
    assigned = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    assigned.setdefault(target.id, []).extend(variants(node.value))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        keywords = {keyword.arg for keyword in node.keywords}
        place = 0 if {"code", "remedy"} <= keywords else TOLD.get(name)
        if name == "append" and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            place = 0 if isinstance(owner, ast.Name) and owner.id in LISTS else None
        if place is None or len(node.args) <= place:
            continue
        argument = node.args[place]
        yield from variants(argument)
        if isinstance(argument, ast.Name):
            yield from assigned.get(argument.id, ())


SAID = sorted({text for text in written() if len(re.findall(r"[A-Za-z]{2,}", text)) > 1 and text not in MADE_OF_PARTS})


def test_the_sources_were_read():
    assert len(SAID) > 150
    assert "the archive is empty" in SAID
    assert "images of 7 orientations" in SAID
    assert "The ROI file 7 lies in another frame of reference: 7, while the T2 images have 7.7" in SAID


@pytest.mark.parametrize("text", SAID)
def test_everything_said_has_chinese_words(text):
    text = text.removesuffix("7") if text.endswith(".7") else text  # a further sentence, or none
    text = text.removeprefix("7 ") if text.startswith("7 Does") else text
    chinese = phrase(text, "zh_CN")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese), chinese
    assert not LATIN_PROSE.search(chinese), chinese
    assert phrase(text, "en") == text


def test_gaps_of_both_languages_agree():
    def gaps(text):
        return set(re.findall(r"\{(\w+)\}", text))

    for english, chinese in PHRASES_ZH.items():
        assert gaps(chinese) <= gaps(english), english
        left_out = gaps(english) - gaps(chinese)
        assert left_out <= {"why"} or "DICOM node" in english, english  # a cause told to programmers may go


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("the archive holds 120 files, more than any study", "压缩包含有 120 个文件，超过任何检查"),
        ("2 missing slices (after image 3, after image 9; step 5.00 mm)",
         "缺少 2 层（第 3 幅之后，第 9 幅之后；层间距 5.00 mm）"),
        ("the file cannot be reached (Permission denied)", "无法访问该文件（没有权限）"),
        ("the file cannot be reached (Some words of a system)", "无法访问该文件"),
        ("The ROI file a b.nrrd cannot be read: its content is damaged (ValueError: bad thing).",
         "无法读取轮廓文件 a b.nrrd：内容已损坏。"),
        ("SEG with 2 lesions: drawn on the series 't2 tse' (series 4). Empty segments were left out: Liver.",
         "SEG，2 个病灶：在序列 “t2 tse”（序列 4） 上勾画。已略去空的分割：Liver。"),
        ("The ROI file a.dcm lies in another frame of reference: 1.2, while the T2 images have 1.3. It was made for "
         "another study. Does it belong to these images?",
         "轮廓文件 a.dcm 的坐标参考系为 1.2，而 T2 图像为 1.3。它属于另一项检查。它属于这些图像吗？"),
        ("The archive a.lobule holds a path that leaves the package: '../x'.",
         "压缩文件 a.lobule 含有指向包外的路径：'../x'。"),
        ("T2 + DWI demonstration (simulated images)", "T2 + DWI 演示（模拟图像）"),
        ("something that nobody foresaw", "something that nobody foresaw"),
    ],
)  # fmt: skip
def test_what_is_filled_in_is_put_into_words_or_kept(english, chinese):
    assert phrase(english, "zh_CN") == chinese


def test_a_name_that_looks_like_a_gap_is_left_alone():
    assert phrase("the same image as {why}.dcm (equal SOP Instance UID)", "zh_CN").count("{why}.dcm") == 1
