"""Where the elements of a header lie: one pass over the bytes that notes tag, VR and place, and copies nothing.

Of the several hundred elements of a real header some sixty are ever looked at, so values are cut out when they are
asked for. Only plain layouts are walked here (little endian, known VRs, lengths that fit); for everything else the
answer is None and pydicom's own reader takes over, with all its tolerance.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, field
from typing import Any

from pydicom.filereader import read_sequence

UNDEFINED = 0xFFFFFFFF
PIXEL_TAGS = frozenset((0x7FE00010, 0x7FE00008, 0x7FE00009))
_EXPLICIT, _IMPLICIT, _LONG = struct.Struct("<HH2sH"), struct.Struct("<HHI"), struct.Struct("<I")
_LONG_VRS = {b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"UC", b"UN", b"UR", b"UT", b"SV", b"UV"}
_SHORT_VRS = {
    b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FL", b"FD", b"IS", b"LO", b"LT", b"PN", b"SH", b"SL", b"SS",
    b"ST", b"TM", b"UI", b"UL", b"US",
}  # fmt: skip
_VR_NAMES = {name: name.decode() for name in _LONG_VRS | _SHORT_VRS}


Element = tuple[str | None, int, int]
"""One element: its VR (None in implicit VR), where its value begins in the header's bytes, and its length."""


@dataclass(slots=True)
class Walk:
    """What one pass found.

    Attributes:
        data: The bytes that the places refer to.
        elements: Places by tag.
        sequences: Sequences of undefined length, already read by pydicom, by tag.
        implicit: The data set states no VRs.
        pixels_at: Where the value of the pixel data begins, None when there was none.
        pixels_length: Length that the pixel data states.
    """

    data: bytes
    implicit: bool
    elements: dict[int, Element] = field(default_factory=dict)
    sequences: dict[int, Any] = field(default_factory=dict)
    pixels_at: int | None = None
    pixels_length: int = 0


def walk(data: bytes, position: int, *, implicit: bool, end: int | None = None) -> Walk | None:
    """Note the elements from `position` up to the pixel data or `end`; None when the layout is not a plain one."""
    found = Walk(data, implicit)
    elements, size = found.elements, len(data) if end is None else end
    while position + 8 <= size:
        name: str | None = None
        if implicit:
            group, element, length = _IMPLICIT.unpack_from(data, position)
            start = position + 8
        else:
            group, element, vr, length = _EXPLICIT.unpack_from(data, position)
            name = _VR_NAMES.get(vr)
            if name is None:
                return None
            start = position + 8
            if vr in _LONG_VRS:
                if start + 4 > size:
                    return None
                (length,) = _LONG.unpack_from(data, start)
                start += 4
        tag = group << 16 | element
        if tag in PIXEL_TAGS:
            found.pixels_at, found.pixels_length = start, length
            return found
        if length == UNDEFINED:
            after = _read_sequence(found, tag, name, start)
            if after is None:
                return None
            position = after
            continue
        position = start + length
        if position > size:
            return None
        elements[tag] = (name, start, length)
    return found


def _read_sequence(found: Walk, tag: int, vr: str | None, start: int) -> int | None:
    """Read a sequence of undefined length and return where it ends."""
    if vr not in ("SQ", None) or found.data[start : start + 4] not in (b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"):
        return None
    stream = io.BytesIO(found.data)
    stream.seek(start)
    try:
        found.sequences[tag] = read_sequence(stream, found.implicit, True, UNDEFINED, "iso8859")
    except Exception:  # damaged: pydicom's tolerant reader decides
        return None
    return stream.tell()


def defined_sequence(found: Walk, tag: int) -> Any:
    """Read the sequence that lies at a noted place; pydicom's exceptions pass through."""
    _vr, start, length = found.elements[tag]
    stream = io.BytesIO(found.data[start : start + length])
    return read_sequence(stream, found.implicit, True, length, "iso8859")
