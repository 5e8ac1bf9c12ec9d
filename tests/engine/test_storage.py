"""Cases come back as they went; files are whole or not there."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import storage
from engine.domain.case import Case, ReaderImpression, Rotation
from engine.domain.errors import Cancelled, StorageError
from engine.domain.roi import Contour, LesionId, Roi
from engine.domain.sequence import SequenceRole


def a_case():
    rng = np.random.default_rng(1)
    contours = (Contour(rng.normal(size=(5, 3)) * 100), Contour(rng.normal(size=(4, 3)), interpolated=True))
    return Case(
        "1.2.3",
        {SequenceRole.DWI: "1.2.3.5#b800", SequenceRole.T2: "1.2.3.4"},
        (Roi(LesionId("L1"), contours, "drawn", "1.9", "Läsion 一"),),
        treated=True,
        shifts_mm={SequenceRole.DWI: (1.0, -2.0, 0.5)},
        rotations={SequenceRole.DWI: Rotation((1.0, 0.0, -2.5), (10.0, 20.0, 30.0))},
        reader=ReaderImpression("benign", None, "comment\nwith lines", 0.3),
    )


def test_case_round_trip(tmp_path):
    case = a_case()
    storage.save_case(case, tmp_path / "case.json")
    back = storage.load_case(tmp_path / "case.json")
    assert back == case
    assert back.digest() == case.digest()
    assert list(back.roles) == [SequenceRole.T2, SequenceRole.DWI]


def test_digest_follows_decisions_only():
    case = a_case()
    assert case.with_reader(ReaderImpression()).digest() == case.digest()
    assert case.with_treated(False).digest() != case.digest()
    assert case.with_role(SequenceRole.DWI, None).digest() != case.digest()
    assert case.with_shift(SequenceRole.DWI, None).digest() != case.digest()
    moved = Contour(case.rois[0].contours[0].points_mm + 0.01)
    assert case.with_roi(case.rois[0].with_contours((moved,))).digest() != case.digest()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "lobule.case/9"}', '{"schema": "lobule.case/1"}', "null"])
def test_a_broken_case_is_a_clear_error(text, tmp_path):
    path = tmp_path / "case.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StorageError, match="cannot be read") as caught:
        storage.load_case(path)
    assert "case.json" in str(caught.value)


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path, monkeypatch):
    path = tmp_path / "case.json"
    storage.write_text_atomic(path, "old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(StorageError, match="No space left"):
        storage.write_text_atomic(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["case.json"]


def test_what_is_called_off_at_the_last_moment_leaves_the_old_file_and_no_rest(tmp_path):
    path, seen = tmp_path / "case.json", []
    storage.write_text_atomic(path, "old")

    def commit():
        seen.extend(sorted(file.read_text(encoding="utf-8") for file in tmp_path.iterdir()))
        raise Cancelled

    with pytest.raises(Cancelled):
        storage.write_text_atomic(path, "new", commit)
    assert seen == ["new", "old"]  # asked when the new one was whole, and not in its place
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_csv_cells_cannot_start_a_formula():
    assert storage._cell("=HYPERLINK(1)") == "'=HYPERLINK(1)"
    assert storage._cell("-12.5") == "-12.5"
    assert storage._cell("@x") == "'@x"
    out = io.StringIO()
    csv.writer(out).writerow([storage._cell("+1+1")])
    assert out.getvalue().startswith("'+1+1")


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["=", "+", "-", "@", "＝", "＋", "－", "＠", ";", "\t", "\r", "\n", ",", '"', " ", "\x00",
                              "\ufeff", "'", "1", "A", "cmd|' /C calc'!A0"]), max_size=9).map("".join),
    st.sampled_from([",", ";", "\t"]),
)  # fmt: skip
def test_no_cell_is_a_formula_whatever_the_reader_takes_for_separator(text, separator):
    """Elsewhere spreadsheets read semicolons: one cell must not become two of which the second calculates."""
    whole = storage.csv_text([["name", text, "last"]])
    for line in csv.reader(io.StringIO(whole), delimiter=separator):
        for cell in line:
            bare = cell.lstrip(" \t\r\n\x00\ufeff")
            assert bare[:1] not in tuple("=+-@＝＋－＠") or storage._NUMBER.fullmatch(bare), (text, cell)
