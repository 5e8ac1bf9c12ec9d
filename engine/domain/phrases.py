"""Phrases: what the engine says in English about files, series, outlines and errors, in the window's language.

The engine makes its sentences in English, and files and the command line keep them so. A phrase is such a sentence
with gaps, `the archive holds {count} files, more than any study`; what stands in a gap is put into words in turn where
it is a phrase itself, and stays as it is where it is a name or a number. A text without a phrase stays in English, so
nothing is ever lost. A test reads the sources and demands a phrase for everything that they say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from engine.domain.phrases_errors_zh import ERROR_SENTENCES_ZH
from engine.domain.phrases_files_zh import FILES_ZH
from engine.domain.phrases_outlines_zh import OUTLINES_ZH

PHRASES_ZH: Mapping[str, str] = {**FILES_ZH, **OUTLINES_ZH, **ERROR_SENTENCES_ZH}
"""English with gaps to Chinese with the same gaps. A part in square brackets is left out where its gap holds prose
that has no words: what a library said to a programmer helps no reader.
"""

_GAP = re.compile(r"\{(\w+)\}")
_IN_BRACKETS = re.compile(r"\[([^\[\]]*\{(\w+)\}[^\[\]]*)\]")
_PROSE = re.compile(r"[A-Za-z]{2,}[,:;]? [a-z]{2,}|[A-Z][a-z]+(Error|Exception|Warning)\b")
_SENTENCE_END = re.compile(r"(?<=[.?]) +(?=[A-Z0-9])")


def phrase(text: str, language: str) -> str:
    """Return a text of the engine in a language; what has no words there stays as it is."""
    return _chinese(text) if language == "zh_CN" else text


def knows(text: str) -> bool:
    """Return whether a text has words in every language."""
    return _chinese(text) != text


def _pattern(template: str) -> re.Pattern[str]:
    parts = _GAP.split(template)  # text, name, text, name, …, text
    made = "".join(f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
    return re.compile(made, re.DOTALL)


_PATTERNS = tuple(
    (_pattern(english), PHRASES_ZH[english])
    for english in sorted(PHRASES_ZH, key=lambda text: -len(_GAP.sub("", text)))  # what says most decides first
    if "{" in english
)


@lru_cache(maxsize=4096)
def _chinese(text: str) -> str:
    whole = PHRASES_ZH.get(text)
    if whole is not None:
        return whole
    several = _several(text)
    if several is not None:
        return several
    for pattern, chinese in _PATTERNS:
        found = pattern.fullmatch(text)
        if found:
            return _filled(chinese, found.groupdict())
    return text


def _filled(chinese: str, gaps: Mapping[str, str]) -> str:
    words = {name: _chinese(value) for name, value in gaps.items()}
    kept = _IN_BRACKETS.sub(lambda part: "" if _PROSE.search(words[part.group(2)]) else part.group(1), chinese)
    return _GAP.sub(lambda gap: words[gap.group(1)], kept)


def _several(text: str) -> str | None:
    """Return a text made of sentences, or of parts of a list, that are phrases one by one; None where it is not."""
    for parts, between in (
        (_SENTENCE_END.split(text), ""),
        (text.split("; "), "；"),
        (text.split(", "), "，"),
    ):
        if len(parts) > 1 and all(knows(part) for part in parts):
            return between.join(_chinese(part) for part in parts)
    return None
