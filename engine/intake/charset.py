"""Decoding text written for people: declared character sets, and the ones that scanners forget to declare.

Chinese scanners write GB18030 or GBK and declare nothing, ISO_IR 6 or ISO_IR 100; others declare a set and write
UTF-8. A name must never fail a load, so every path ends in some text.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from functools import lru_cache

from pydicom.charset import convert_encodings, decode_bytes

_WEAK = {"", "ISO_IR 6", "ISO_IR 100", "ISO 2022 IR 6", "ISO 2022 IR 100"}
_CODE_EXTENSIONS = {b"\x1b$)A": "gb18030", b"\x1b$)C": "euc_kr"}
"""Escapes that put Chinese or Korean into the upper half, beside ASCII: pydicom knows no codec for the first, and an
escape says what it is even where no character set is declared."""
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_SPACES = re.compile(r"\s+")
_TEXT_DELIMITERS = {"\r", "\n", "\t", "\f"}


@lru_cache(maxsize=4096)
def decode_text(value: bytes, character_sets: tuple[str, ...]) -> str:
    """Return the text of a value, NFKC-normalised, blanks collapsed, never raising.

    Args:
        value: Bytes as stored.
        character_sets: Values of SpecificCharacterSet (0008,0005), () when absent.
    """
    plain = value.isascii() and b"\x1b" not in value
    text = value.decode("ascii") if plain else _decode(value, character_sets)
    text = unicodedata.normalize("NFKC", text)
    return _SPACES.sub(" ", text.replace("\0", " ")).strip()


def _decode(value: bytes, character_sets: tuple[str, ...]) -> str:
    for escape, encoding in _CODE_EXTENSIONS.items():
        rest = value.replace(escape, b"")
        if len(rest) < len(value) and b"\x1b" not in rest:
            return _first_that_fits(rest, (encoding,))
    if b"\x1b$B" in value and not any(name.endswith(("87", "13")) for name in character_sets):
        return _first_that_fits(value, ("iso2022_jp",))
    declared = character_sets[0] if character_sets else ""
    if "ISO 2022 IR 58" in character_sets and b"\x1b" not in value:  # high bytes without their escape
        return _first_that_fits(value, ("gb18030", "utf-8"))
    if b"\x1b" not in value:
        if all(name in _WEAK for name in character_sets):
            return _undeclared(value, latin_declared=declared.endswith("100"))
        if declared in {"GB18030", "GBK"}:
            return _first_that_fits(value, ("gb18030", "utf-8"))
        if declared == "ISO_IR 192":
            return _first_that_fits(value, ("utf-8", "gb18030"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            encodings = convert_encodings(list(character_sets) or ["ISO_IR 6"])
            return str(decode_bytes(value, encodings, _TEXT_DELIMITERS))
    except Exception:  # unknown or misspelt sets raise LookupError, ValueError and others; the text is still wanted
        return _undeclared(value, latin_declared=False)


def _undeclared(value: bytes, *, latin_declared: bool) -> str:
    """Decode bytes whose set is not (credibly) declared: UTF-8, GBK if it looks so, else Latin-1.

    With ISO_IR 100 declared, lone high bytes are accents; GBK shows as runs of even length that decode as Chinese.
    """
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        pass
    runs = _HIGH_RUN.findall(value)
    paired = all(len(run) % 2 == 0 for run in runs)
    enough = sum(map(len, runs)) >= 4 or not latin_declared
    if (paired and enough) or (not latin_declared and max(map(len, runs), default=0) >= 3):
        for encoding in ("gb2312", "gb18030"):
            try:
                return value.decode(encoding)
            except UnicodeDecodeError:
                continue
    return value.decode("latin-1")


def _first_that_fits(value: bytes, encodings: tuple[str, ...]) -> str:
    for encoding in encodings:
        try:
            return value.decode(encoding)
        except UnicodeDecodeError:
            continue
    return value.decode(encodings[0], "replace")
