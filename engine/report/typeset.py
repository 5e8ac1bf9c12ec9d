"""Lines: breaking text into lines of a given width, for alphabetic and East Asian writing, and cutting to one line."""

from __future__ import annotations

import functools
import unicodedata

from engine.report.fonts import JOINERS, text_width
from engine.report.scripts import shape, visual_order

_NOT_FIRST = "，。、；：？！）》】」』”’％…,.;:?!)]}%·"
_NOT_LAST = "（《【「『“‘([{"


@functools.lru_cache(maxsize=4096)
def lines_of(text: str, width: float, size: float, bold: bool = False) -> tuple[str, ...]:
    """Break text into lines no wider than `width` points, each in visual order.

    Breaks at spaces and between East Asian characters (no closing mark begins a line, no opening mark ends one); a word
    that is wider than a whole line is broken where it must be.
    """
    lines: list[str] = []
    for paragraph in shape(text).split("\n"):
        lines += _broken(paragraph, width, size, bold)
    return tuple(visual_order(line) for line in lines)


def _broken(paragraph: str, width: float, size: float, bold: bool) -> list[str]:
    lines: list[str] = []
    current = ""
    for atom in _atoms(paragraph):
        if text_width((current + atom).rstrip(), size, bold) <= width:
            current += atom
            continue
        if current.strip():
            lines.append(current.rstrip())
        current = atom.lstrip()
        while text_width(current.rstrip(), size, bold) > width and len(current) > 1:
            cut = _fitting(current, width, size, bold)
            lines.append(current[:cut])
            current = current[cut:]
    lines.append(current.rstrip())
    return lines


def _fitting(text: str, width: float, size: float, bold: bool) -> int:
    """Return how many characters fit, at least one; a combining mark stays with its letter."""
    count = len(text)
    while count > 1 and text_width(text[:count], size, bold) > width:
        count -= 1
    while 1 < count < len(text) and _belongs(text[count]):
        count -= 1
    return count


def _belongs(character: str) -> bool:
    """True for marks and joiners: they stay with the letter before them."""
    return character in JOINERS or unicodedata.category(character).startswith("M")


def _atoms(paragraph: str) -> list[str]:
    """Split into pieces that stay together; spaces belong to the piece before them."""
    atoms: list[str] = []
    for character in paragraph:
        if not atoms:
            atoms.append(character)
            continue
        last = atoms[-1][-1]
        breakable = (last.isspace() and not character.isspace()) or (
            (_wide(character) or _wide(last)) and not character.isspace() and not last.isspace()
        )
        if breakable and character not in _NOT_FIRST and last not in _NOT_LAST:
            atoms.append(character)
        else:
            atoms[-1] += character
    return atoms


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in ("W", "F")


@functools.lru_cache(maxsize=4096)
def one_line(text: str, width: float, size: float, bold: bool = False) -> str:
    """Return text cut to one line with an ellipsis, in visual order."""
    shaped = shape(text.replace("\n", " "))
    if text_width(shaped, size, bold) > width:
        kept = _fitting(shaped, max(width - text_width("…", size, bold), 0.0), size, bold)
        cut = shaped[:kept].rstrip() + "…"
        shaped = cut if text_width(cut, size, bold) <= width else "…"
    return visual_order(shaped)
