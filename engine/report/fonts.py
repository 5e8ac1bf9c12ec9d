"""Fonts: which face prints which character, and how wide it is. Imports reportlab: only for writing.

The faces lie in `assets/fonts` with their licences and are embedded as subsets. Roboto comes first; a character it
lacks is looked for in the others, which are opened only then.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from engine.domain.errors import ReportError

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "fonts"
REGULAR = "Roboto-Regular"
BOLD = "Roboto-Bold"
FALLBACKS = (
    "DroidSansFallback",
    "NotoNaskhArabic-Regular",
    "NotoSansHebrew-Regular",
    "NotoSansThai-Regular",
    "NotoSansArmenian-Regular",
    "NotoSansGeorgian-Regular",
    "NotoSansDevanagari-Regular",
)


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
        font = TTFont(name, str(path))
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
    """Return the name of the face that prints a character, None when no face does."""
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
    """Return the width of a line in points. No face is kerned, so widths add up."""
    return size * sum(advance(character, bold) for character in text)


def runs(text: str, bold: bool = False) -> list[Run]:
    """Split a line into runs of one face each."""
    found: list[Run] = []
    for character in text:
        name = face_for(character, bold)
        shown, name = (character, name) if name else (missing(character), BOLD if bold else REGULAR)
        thicken = bold and name != BOLD
        if found and found[-1].face == name:
            found[-1] = Run(name, found[-1].text + shown, thicken)
        else:
            found.append(Run(name, shown, thicken))
    return found
