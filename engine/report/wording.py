"""Wording: the flag and the cautions as printed."""

from __future__ import annotations

from collections.abc import Sequence

from engine.domain.caution_words import NO_LESION, make_caution, word
from engine.domain.result import BENIGN, Caution, Effect, LesionResult, StudyResult
from engine.report.texts import Texts, clean, millimetres
from engine.report.values import CautionContent, Flag

SENTENCE_LIMIT = 1200


def flag(result: StudyResult, texts: Texts) -> Flag:
    """Return the flag in words: those of the result, or their translation."""
    follow_up = result.follow_up
    state = {True: "raised", False: "not-raised", None: "withheld"}[follow_up.recommended]
    if not texts.flag:
        return Flag(state, clean(follow_up.headline), clean(follow_up.reason, SENTENCE_LIMIT))  # type: ignore[arg-type]
    if follow_up.recommended is None:
        reason = texts.flag["reason_withheld"].format(text=_withheld(result, texts))
        return Flag("withheld", texts.flag["withheld"], reason)
    total = sum(len(lesion.slices) for lesion in result.lesions)
    if not follow_up.recommended:
        return Flag("not-raised", texts.flag["not_raised"], texts.flag["reason_not_raised"].format(total=total))
    places = [millimetres(s.ref.position_mm) for lesion in result.lesions for s in lesion.slices if s.malignant]
    reason = texts.flag["reason_raised"].format(total=total, count=len(places), places=texts.flag["join"].join(places))
    return Flag("raised", texts.flag["raised"], reason)


def _withheld(result: StudyResult, texts: Texts) -> str:
    """Return why the flag is withheld: the sentence of the caution that the flag names."""
    code = result.follow_up.withheld_because
    named = (c for c in result.cautions if c.code == code and c.effect is Effect.WITHHOLD)
    cause = next(named, make_caution(NO_LESION, Effect.WITHHOLD) if code == NO_LESION else None)
    translated = word(cause, texts.language) if cause is not None else None
    return clean(translated or result.follow_up.reason, SENTENCE_LIMIT)


def caution(found: Caution, texts: Texts) -> CautionContent:
    """Return a caution as printed, in the language of the report where its sentence is known there."""
    withholds = found.effect is Effect.WITHHOLD
    effect = texts.word("effect_withhold" if withholds else "effect_inform")
    sentence = word(found, texts.language)
    return CautionContent(found.code, effect, withholds, clean(sentence or found.text, SENTENCE_LIMIT))


def any_slice_text(lesion: LesionResult, texts: Texts) -> str:
    """Return what the any-slice rule says about one lesion."""
    total, count = len(lesion.slices), sum(s.malignant for s in lesion.slices)
    if count:
        return texts.word("any_slice_malignant", count=count, total=total)
    return texts.word("any_slice_benign_one" if total == 1 else "any_slice_benign", total=total)


def leading_lesion(lesions: Sequence[LesionResult]) -> int:
    """Return the place of the lesion with the highest malignant share: the one the patient's class comes from."""
    shares = [_malignant_share(lesion) for lesion in lesions]
    return shares.index(max(shares)) if shares else 0


def _malignant_share(lesion: LesionResult) -> float:
    total = sum(lesion.summed_scores.values())
    return 1.0 - lesion.summed_scores[BENIGN] / total if total > 0 else 0.0
