"""The Siemens CSA header: a private list of named values inside one element of a classic Siemens file."""

from __future__ import annotations

import struct

CSA_CREATOR = "SIEMENS CSA HEADER"
_ENTRY = struct.Struct("<64si4siii")
_MAXIMUM_ENTRIES = 1024


def csa_values(data: bytes, names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the non-empty values of the named entries; damaged headers give what was readable.

    Source: the layout is described by NiBabel's "Siemens format DICOM with CSA header" (SV10 and the older one).
    """
    found: dict[str, tuple[str, ...]] = {}
    position = 8 if data[:4] == b"SV10" else 0
    if len(data) < position + 8:
        return found
    entries = int.from_bytes(data[position : position + 4], "little")
    position += 8
    if not 0 < entries <= _MAXIMUM_ENTRIES:
        return found
    for _ in range(entries):
        if position + _ENTRY.size > len(data):
            break
        raw_name, _vm, _vr, _dt, items, _check = _ENTRY.unpack_from(data, position)
        position += _ENTRY.size
        name = raw_name.split(b"\0", 1)[0].decode("latin-1")
        values: list[str] = []
        for _item in range(max(items, 0)):
            if position + 16 > len(data):
                return found
            # the old format states the length in another of the four fields; the second serves both
            length = int.from_bytes(data[position + 4 : position + 8], "little")
            position += 16
            if length > len(data) - position:
                return found
            if name in names and length:
                values.append(data[position : position + length].split(b"\0", 1)[0].decode("latin-1").strip())
            position += (length + 3) // 4 * 4
        kept = tuple(value for value in values if value)
        if kept:
            found[name] = kept
        if len(found) == len(names):
            break
    return found
