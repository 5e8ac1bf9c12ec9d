"""Wording: the flag and the cautions as printed."""

from __future__ import annotations

from collections.abc import Sequence

from engine.domain.caution_words import word
from engine.domain.flag_words import flag_words
from engine.domain.result import BENIGN, Caution, Effect, LesionResult, StudyResult
from engine.report.texts import Texts, clean
from engine.report.values import CautionContent, Flag

SENTENCE_LIMIT = 1200


def flag(result: StudyResult, texts: Texts) -> Flag:
    """Return the flag in words: those of the result, or their translation."""
    state = {True: "raised", False: "not-raised", None: "withheld"}[result.follow_up.recommended]
    headline, reason = flag_words(result, texts.language)
    return Flag(state, clean(headline), clean(reason, SENTENCE_LIMIT))  # type: ignore[arg-type]


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
