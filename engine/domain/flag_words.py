"""The words of the contrast follow-up flag in every language, for window and report alike.

English makes the text that results carry (`engine.aggregate`); other languages word the same slices and causes.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.domain.caution import Caution, Effect
from engine.domain.caution_words import NO_LESION, make_caution, word
from engine.domain.result import StudyResult

RAISED = "Contrast follow-up recommended"
NOT_RAISED = "Contrast follow-up flag not raised"
WITHHELD = "No flag"

TRANSLATED: Mapping[str, Mapping[str, str]] = {
    "zh_CN": {
        "raised": "建议行增强检查随访",
        "not_raised": "未提示增强检查随访",
        "withheld": "不予提示",
        "reason_raised": "{total} 个层面中有 {count} 个被分类为恶性：位于 {places} 的层面；按规则一个即可提示。"
        "如临床情况适合，请考虑增强 MRI。",
        "reason_not_raised": "全部 {total} 个层面均被分类为良性。这不能排除恶性病变。",
        "reason_withheld": "结果被保留，不作提示，原因：{text}",
        "join": "、",
    },
}
"""Texts by language other than English; `{name}` marks what is filled in."""


def flag_words(result: StudyResult, language: str) -> tuple[str, str]:
    """Return headline and reason of a result's flag: its own in English, else the same statement in the language."""
    follow_up = result.follow_up
    texts = TRANSLATED.get(language)
    if texts is None:
        return follow_up.headline, follow_up.reason
    if follow_up.recommended is None:
        return texts["withheld"], texts["reason_withheld"].format(text=_withheld_because(result, language))
    total = sum(len(lesion.slices) for lesion in result.lesions)
    if not follow_up.recommended:
        return texts["not_raised"], texts["reason_not_raised"].format(total=total)
    places = [_place(s.ref.position_mm) for lesion in result.lesions for s in lesion.slices if s.malignant]
    reason = texts["reason_raised"].format(total=total, count=len(places), places=texts["join"].join(places))
    return texts["raised"], reason


def _withheld_because(result: StudyResult, language: str) -> str:
    """Return why the flag is withheld: the sentence of the caution that the flag names."""
    code = result.follow_up.withheld_because
    named: list[Caution] = [c for c in result.cautions if c.code == code and c.effect is Effect.WITHHOLD]
    if code == NO_LESION:
        named.append(make_caution(NO_LESION, Effect.WITHHOLD))
    translated = word(named[0], language) if named else None
    return translated or result.follow_up.reason


def _place(position_mm: float) -> str:
    return f"{round(position_mm, 1) + 0.0:.1f} mm".replace("-", "−")
