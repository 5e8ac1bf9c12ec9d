"""One DICOM header as raw bytes, with conversions that never fail.

pydicom parses the file into elements; the values stay bytes until somebody asks. Converting only the few dozen tags
that matter, tolerantly and by our own rules, is faster than pydicom's conversion of each, and a broken DS or IS
string, a wrong VR or a private tag that arrived as UN gives an empty answer instead of an exception.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Sequence
from typing import Any

from pydicom.dataset import Dataset

from engine.intake.charset import decode_text
from engine.intake.elements import Walk, defined_sequence

_BINARY = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d", "OF": "f", "OD": "d", "AT": "I"}
_UNKNOWN_VR = {None, "UN", "OB", "OW"}
_SIZES = {"H": 2, "h": 2, "I": 4, "i": 4, "f": 4, "d": 8}
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?")
_PADDING = " \0\t\r\n"

CHARACTER_SET = 0x00080005


class RawHeader:
    """A data set, or one item of a sequence, seen as raw bytes by tag.

    Args:
        source: A data set that pydicom read, or the places that one pass over the bytes noted.
        character_sets: The outer data set's SpecificCharacterSet, for an item that states none.
    """

    __slots__ = ("_creators", "_dataset", "_elements", "_groups", "_walk", "character_sets")

    def __init__(self, source: Dataset | Walk, character_sets: tuple[str, ...] | None = None) -> None:
        self._walk = source if isinstance(source, Walk) else None
        self._dataset = source if isinstance(source, Dataset) else None
        self._elements: dict[int, Any] = source.elements if isinstance(source, Walk) else dict(source.items())
        self._creators: dict[tuple[int, str], int] | None = None
        self._groups: set[int] = set()
        own = self.texts(CHARACTER_SET) if CHARACTER_SET in self._elements else None
        self.character_sets: tuple[str, ...] = own if own is not None else (character_sets or ())

    def __contains__(self, tag: int) -> bool:
        return tag in self._elements or (self._walk is not None and tag in self._walk.sequences)

    def raw(self, tag: int) -> bytes | None:
        """Return the value's bytes, None when the tag is absent or holds a sequence."""
        element = self._elements.get(tag)
        if element is None:
            return None
        if self._walk is not None:
            _vr, start, length = element
            return self._walk.data[start : start + length]
        value = element.value
        if value is None:
            return b""
        if isinstance(value, bytes):
            return value
        if isinstance(value, str | int | float):
            return str(value).encode("utf-8", "replace")
        return None

    def text(self, tag: int) -> str:
        """Return an ASCII text value (CS, UI, DA, TM, IS, DS), stripped; empty when absent."""
        value = self.raw(tag)
        return value.decode("latin-1").strip(_PADDING) if value else ""

    def texts(self, tag: int) -> tuple[str, ...]:
        """Return the values of a multi-valued ASCII text, each stripped, empty ones kept; () when absent."""
        value = self.text(tag)
        return tuple(part.strip(_PADDING) for part in value.split("\\")) if value else ()

    def words(self, tag: int) -> str:
        """Return text written for people, decoded by the declared (or evident) character set and NFKC-normalised."""
        value = self.raw(tag)
        return decode_text(value, self.character_sets) if value else ""

    def numbers(self, tag: int, form: str = "") -> tuple[float, ...]:
        """Return all finite numbers of a value, () when there is none.

        Args:
            tag: The tag.
            form: ``struct`` letter (H h I i f d) of the binary value expected where the file states no usable VR.
        """
        value = self.raw(tag)
        if not value:
            return ()
        element = self._elements[tag]
        vr = element[0] if self._walk is not None else getattr(element, "VR", None)
        letter = _BINARY.get(str(vr)) if vr is not None and self._is_raw(tag) else None
        if letter is None and vr in _UNKNOWN_VR and form and not _is_number_text(value, form):
            letter = form
        if letter is None:
            return _text_numbers(value)
        little = self._walk is not None or getattr(element, "is_little_endian", True)
        return _binary_numbers(value, letter, "<" if little else ">")

    def _is_raw(self, tag: int) -> bool:
        """The value is still what the file holds, not something that pydicom converted."""
        return self._walk is not None or isinstance(self._elements[tag].value, bytes)

    def number(self, tag: int, form: str = "") -> float | None:
        """Return the first finite number of a value, or None."""
        values = self.numbers(tag, form)
        return values[0] if values else None

    def integer(self, tag: int, form: str = "") -> int | None:
        """Return the first number of a value as an integer, or None."""
        value = self.number(tag, form)
        return int(value) if value is not None and abs(value) < 2**53 else None

    def items(self, tag: int) -> tuple[RawHeader, ...]:
        """Return the items of a sequence, () when the tag is absent or is no sequence."""
        if tag not in self:
            return ()
        try:
            value = self._sequence(tag)
        except Exception:  # pydicom raises many kinds on damaged sequences; damage means no items
            return ()
        if not isinstance(value, Sequence) or isinstance(value, str | bytes):
            return ()
        return tuple(RawHeader(item, self.character_sets) for item in value if isinstance(item, Dataset))

    def _sequence(self, tag: int) -> Any:
        if self._dataset is not None:
            return self._dataset[tag].value
        walk = self._walk
        if walk is None or tag in walk.sequences:
            return walk.sequences[tag] if walk is not None else None
        return defined_sequence(walk, tag) if walk.elements[tag][0] in ("SQ", None) else None

    def first_item(self, tag: int) -> RawHeader | None:
        """Return the first item of a sequence, or None."""
        found = self.items(tag)
        return found[0] if found else None

    def private(self, group: int, creator: str, element: int) -> int:
        """Return the tag of a private element wherever its block lies, 0 when the creator is absent.

        PACS may move a block, so (0019,100C) can arrive as (0019,110C): only the Private Creator says which is which.
        Some anonymisers drop the creators but keep the values: with no creator in the group, the usual block holds.
        """
        if self._creators is None:
            self._creators = {}
            for tag in self._elements:
                if tag & 0x10000 and 0x10 <= tag & 0xFFFF <= 0xFF:
                    self._creators[(tag >> 16, self.text(tag).lower())] = tag & 0xFF
            self._groups = {group for group, _name in self._creators}
        block = self._creators.get((group, creator.lower()))
        if block is None:
            return 0 if group in self._groups else group << 16 | 0x1000 | element
        return group << 16 | block << 8 | element


def _is_number_text(value: bytes, form: str) -> bool:
    """Tell whether a value of unknown VR is a number written out, not a binary one of the expected form.

    Integers of the right size are binary: 56 as US reads b"8\\0". A float whose bytes are all digits would be an absurd
    number (b"1000" is 6e-10), so there the text wins.
    """
    if form not in "fd":
        return len(value) % _SIZES[form] != 0
    text = value.rstrip(b" \0")
    return bool(text) and all(byte in b"0123456789+-.eE\\ " for byte in text)


def _text_numbers(value: bytes) -> tuple[float, ...]:
    found: list[float] = []
    for part in value.decode("latin-1").split("\\"):
        match = _NUMBER.match(part.strip(_PADDING))
        if match is None:
            continue
        number = float(match.group().replace(",", "."))
        if math.isfinite(number):
            found.append(number)
    return tuple(found)


def _binary_numbers(value: bytes, letter: str, endian: str) -> tuple[float, ...]:
    size = _SIZES[letter]
    count = min(len(value) // size, 4096)
    if count == 0:
        return ()
    numbers = struct.unpack_from(f"{endian}{count}{letter}", value)
    return tuple(float(number) for number in numbers if math.isfinite(number))
