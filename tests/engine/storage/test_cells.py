"""No cell of a CSV file starts a formula, whichever separator the spreadsheet reads."""

from __future__ import annotations

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.storage import cells


def test_csv_cells_cannot_start_a_formula():
    assert cells._cell("=HYPERLINK(1)") == "'=HYPERLINK(1)"
    assert cells._cell("-12.5") == "-12.5"
    assert cells._cell("@x") == "'@x"
    out = io.StringIO()
    csv.writer(out).writerow([cells._cell("+1+1")])
    assert out.getvalue().startswith("'+1+1")


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["=", "+", "-", "@", "＝", "＋", "－", "＠", ";", "\t", "\r", "\n", ",", '"', " ", "\x00",
                              "\ufeff", "'", "1", "A", "cmd|' /C calc'!A0"]), max_size=9).map("".join),
    st.sampled_from([",", ";", "\t"]),
)  # fmt: skip
def test_no_cell_is_a_formula_whatever_the_reader_takes_for_separator(text, separator):
    """Elsewhere spreadsheets read semicolons: one cell must not become two of which the second calculates."""
    whole = cells.csv_text([["name", text, "last"]])
    for line in csv.reader(io.StringIO(whole), delimiter=separator):
        for cell in line:
            bare = cell.lstrip(" \t\r\n\x00\ufeff")
            assert bare[:1] not in tuple("=+-@＝＋－＠") or cells._NUMBER.fullmatch(bare), (text, cell)
