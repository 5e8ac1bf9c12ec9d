"""Words in series names: normalised text, and whether it holds a word of the vocabulary.

Names are written in many languages, with underscores, in capitals and cut short; Dixon components hide in prefixes and
suffixes. Everything is matched on lower-case text without accents, with separators turned into blanks.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from engine.domain.sequence import SequenceFacts
from engine.sequences.vocabulary import WORDS

_SEPARATORS = re.compile(r"[_.,;:/\\()\[\]<>|&'\"=、，。：（）]+")
_BLANKS = re.compile(r"\s+")
_LETTERS = "a-z0-9\u0400-\u04ff"
_NO_BLANKS = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""Scripts written without blanks between words, or with endings joined on: a word may stand anywhere."""
_SAME_LETTER = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe"})
_CYRILLIC_T = re.compile(r"т(?=[12])")


def compile_words(*words: str) -> re.Pattern[str]:
    """Return a pattern that finds any of these words (regular expressions) in normalised text."""
    either = "|".join(words)
    return re.compile(f"(?<![{_LETTERS}])(?:{either})(?![{_LETTERS}])|(?=[{_NO_BLANKS}])(?:{either})")


VOCABULARY: dict[str, re.Pattern[str]] = {name: compile_words(*words) for name, words in WORDS.items()}


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """Return text for matching: lower case, Latin letters without accents, separators as blanks; ``+``, ``-`` stay.

    Only Latin letters lose their marks: in Japanese and Russian a mark makes another letter.
    """
    lower = unicodedata.normalize("NFKC", text.lower().translate(_SAME_LETTER))
    plain = "".join(_without_mark(character) for character in lower)
    return _BLANKS.sub(" ", _SEPARATORS.sub(" ", _CYRILLIC_T.sub("t", plain))).strip()


def _without_mark(character: str) -> str:
    base = unicodedata.normalize("NFD", character)[0]
    if base < "\u0250":
        return base
    return "" if unicodedata.combining(character) else character


def says(text: str, *names: str) -> bool:
    """Tell whether normalised text holds a word of one of the named vocabularies."""
    return any(_says(text, name) for name in names)


@lru_cache(maxsize=32_768)
def _says(text: str, name: str) -> bool:
    return VOCABULARY[name].search(text) is not None


def is_ge(facts: SequenceFacts) -> bool:
    """Tell whether GE made the scanner; its ProtocolName names the whole examination, the same for every series."""
    return "ge" in normalise(facts.manufacturer).split()


def names_of(facts: SequenceFacts) -> str:
    """Return the normalised words that name a series: its description, and the protocol where that says more."""
    description, protocol = normalise(facts.series_description), normalise(facts.protocol_name)
    if is_ge(facts) or protocol.startswith(description) or description.startswith(protocol):
        return description if description or is_ge(facts) else protocol
    return f"{description} {protocol}"
