"""Rows as CSV text that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

_FORMULA = re.compile(r"[\s\x00-\x1f\ufeff]*[=+\-@＝＋－＠]|[\t\n]")
"""How a cell begins that a spreadsheet may take for a formula: also after blanks, and in full-width signs."""
_INNER = re.compile(r"([;\t\n][\s\x00-\x1f\ufeff\"]*)(?=[=+\-@＝＋－＠])")
"""Where one begins within a cell to a spreadsheet that reads semicolons or tabs instead of commas, and drops quotes."""
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV text in which no cell can start a formula in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def _cell(value: object) -> object:
    """Keep a text cell from starting a formula in a spreadsheet: an apostrophe is put before it; numbers pass."""
    if not isinstance(value, str) or _NUMBER.fullmatch(value):
        return value
    lines = value.replace("\r\n", "\n").replace("\r", "\n")  # else a reader may begin a new row, unquoted as it is
    guarded = _INNER.sub(r"\1'", lines)
    return f"'{guarded}" if _FORMULA.match(lines) else guarded
