"""Fonts: which face prints which character, and how wide it is. Imports reportlab: only for writing.

The faces lie in `assets/fonts` with their licences and are embedded as subsets. Roboto comes first; a character it
lacks is looked for in the others, which are opened only then.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reportlab.pdfbase import pdfmetrics, ttfonts
from reportlab.pdfbase.ttfonts import TTFError, TTFont, shapeStr

from engine.domain.errors import ReportError

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "fonts"
REGULAR = "Roboto-Regular"
BOLD = "Roboto-Bold"
SHAPED = (
    "NotoSansDevanagari-Regular",
    "NotoSansBengali-Regular",
    "NotoSansGurmukhi-Regular",
    "NotoSansGujarati-Regular",
    "NotoSansOriya-Regular",
    "NotoSansTamil-Regular",
    "NotoSansTelugu-Regular",
    "NotoSansKannada-Regular",
    "NotoSansMalayalam-Regular",
    "NotoSansSinhala-Regular",
    "NotoSansLao-Regular",
    "NotoSerifTibetan-Regular",
    "NotoSansMyanmar-Regular",
    "NotoSansKhmer-Regular",
)
"""Faces of scripts whose letters join, stack and change places: HarfBuzz sets their words."""
FALLBACKS = (
    "DroidSansFallback",
    "LobuleRareHan-Regular",
    "NotoNaskhArabic-Regular",
    "NotoSansHebrew-Regular",
    "NotoSansThai-Regular",
    "NotoSansArmenian-Regular",
    "NotoSansGeorgian-Regular",
    "NotoSansEthiopic-Regular",
    *SHAPED,
)
JOINERS = "\u200c\u200d"
"""Zero-width signs that keep letters apart or together; they print nothing themselves."""


_LONG_TARGET = re.compile(r"(?<=> <)[0-9A-F]{5,6}(?=>)")
_reportlabs_map = ttfonts.makeToUnicodeCMap


def _to_unicode(name: str, subset: Sequence[int]) -> str:
    """Return which text the glyphs of an embedded face stand for.

    WORKAROUND: reportlab 4 writes the number of a character beyond U+FFFF where the format wants UTF-16, so that such a
    name could not be found or copied.
    """
    text: str = _reportlabs_map(name, subset)
    return _LONG_TARGET.sub(lambda number: chr(int(number[0], 16)).encode("utf-16-be").hex().upper(), text)


ttfonts.makeToUnicodeCMap = _to_unicode


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text in one face. `thicken`: bold was asked for and the face has none, so strokes are widened."""

    face: str
    text: str
    thicken: bool


@functools.cache
def face(name: str) -> TTFont:
    """Open and register a face.

    Raises:
        ReportError: The font file is missing or unreadable.
    """
    path = FOLDER / f"{name}.ttf"
    try:
        font = TTFont(name, str(path), shapable=name in SHAPED)
    except (OSError, TTFError) as problem:
        raise ReportError(
            f"The font {path.name} of the report cannot be read: {problem}.",
            remedy="Install Lobule again; the fonts lie in its folder assets/fonts.",
            code="report-font",
        ) from problem
    pdfmetrics.registerFont(font)
    return font


@functools.lru_cache(maxsize=8192)
def face_for(character: str, bold: bool) -> str | None:
    """Return the name of the face that prints a character, None when no face does.

    Of a character of private use each face makes what it likes: its number is printed instead.
    """
    if unicodedata.category(character) == "Co":
        return None
    first = BOLD if bold else REGULAR
    for name in (first, *FALLBACKS):
        if ord(character) in face(name).face.charToGlyph:
            return name
    return None


def missing(character: str) -> str:
    """Return what is printed for a character that no face has: its number, so that two names never look the same."""
    return f"[U+{ord(character):04X}]"


@functools.lru_cache(maxsize=8192)
def advance(character: str, bold: bool) -> float:
    """Return the width of a character at 1 pt."""
    name = face_for(character, bold)
    shown, name = (character, name) if name else (missing(character), BOLD if bold else REGULAR)
    return float(pdfmetrics.stringWidth(shown, name, 1.0))


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return the width of a line in points. Outside the shaped scripts no face is kerned, so widths add up."""
    if any(face_for(character, bold) in SHAPED for character in set(text)):
        return sum(_run_width(run, bold) for run in runs(text, bold)) * size
    return size * sum(advance(character, bold) for character in text if character not in JOINERS)


def _run_width(run: Run, bold: bool) -> float:
    if run.face not in SHAPED:
        return sum(advance(character, bold) for character in run.text)
    set_word = shaped(run, 1.0)
    glyphs = getattr(set_word, "__shapeData__", None)
    if glyphs is None:  # nothing in it had to be moved
        return float(pdfmetrics.stringWidth(run.text, run.face, 1.0))
    return float(sum(glyph.x_advance for glyph in glyphs)) / 1000.0


def shaped(run: Run, size: float) -> str:
    """Return a run as reportlab writes it, with the glyphs and places that HarfBuzz chose where its script needs it."""
    return shapeStr(run.text, run.face, size) if run.face in SHAPED else run.text


def runs(text: str, bold: bool = False) -> list[Run]:
    """Split a line into runs of one face each; marks and joiners stay with the letter that they belong to."""
    found: list[Run] = []
    for character in text:
        joins = character in JOINERS or unicodedata.category(character).startswith("M")
        if joins and found and found[-1].face in SHAPED:
            found[-1] = replace(found[-1], text=found[-1].text + character)
            continue
        if character in JOINERS:
            continue
        name = face_for(character, bold)
        shown, name = (character, name) if name else (missing(character), BOLD if bold else REGULAR)
        if found and found[-1].face == name:
            found[-1] = replace(found[-1], text=found[-1].text + shown)
        else:
            found.append(Run(name, shown, thicken=bold and name != BOLD))
    return found
