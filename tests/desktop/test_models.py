"""The models behind lists and tables keep Qt's contract and say what the safety rules ask for."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon

from desktop.models.lesion_model import COLOURS, LesionModel
from desktop.models.series_model import KEY_ROLE, SERIES_MIME, SeriesModel
from desktop.models.slice_model import SCORE_ROLE, SliceModel
from engine.domain.sequence import SequenceRole
from tests.support.results import LABELS, example


def test_series_model(session, shown, qtmodeltester):
    model = SeriesModel(session.document)
    qtmodeltester.check(model)
    assert model.rowCount() == 2
    assert model.data(model.index(1)) == "●   200   DWI b 800   dwi tra"
    key = shown.case.roles[SequenceRole.DWI]
    assert model.data(model.index(1), KEY_ROLE) == key
    assert bytes(model.mimeData([model.index(1)]).data(SERIES_MIME).data()).decode() == key
    session.document.close()
    assert model.rowCount() == 0


def test_lesion_model_measures_once_the_volume_is_there(session, shown, qtmodeltester):
    model = LesionModel(session.document, session.store)
    qtmodeltester.check(model)
    texts = [model.data(model.index(0, column)) for column in range(3)]
    # a circle of radius 7 pixels of 3 mm has the diameter 42.0 mm
    assert texts[:2] == ["L1", "42.0 × 42.0 mm"]
    session.store.clear()
    model.refresh()
    assert model.data(model.index(0, 2)) == "–"


def test_a_lesion_keeps_one_swatch_however_often_its_row_is_painted(session, shown):
    model = LesionModel(session.document, session.store)
    role = Qt.ItemDataRole.DecorationRole
    swatch = model.data(model.index(0, 0), role)
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
        assert swatch.pixmap(16, mode).toImage().pixelColor(8, 8).name() == COLOURS[0]
    again = model.data(model.index(0, 0), role)
    assert again.cacheKey() == swatch.cacheKey()
    # Qt tints a bare colour anew for every painting of a selected row, and keeps thousands of pictures.
    first = swatch.pixmap(16, QIcon.Mode.Selected).cacheKey()
    assert again.pixmap(16, QIcon.Mode.Selected).cacheKey() == first


def test_slice_model_lists_from_the_head_down_with_class_names_written_out(qapp, qtmodeltester):
    made = example()
    model = SliceModel()
    model.show(made.analysis.result.lesions[0], LABELS)
    qtmodeltester.check(model)
    positions = [model.slice_result(row).ref.position_mm for row in range(model.rowCount())]
    assert positions == sorted(positions, reverse=True)
    assert model.headings()[2:5] == ["Benign", "Primary\nmalignancy", "Metastasis"]
    row = model.row_of(2)
    assert model.data(model.index(row, 5)) in ("Benign", "Primary malignancy", "Metastasis")
    shown_score = float(model.data(model.index(row, 2)))
    assert shown_score == pytest.approx(model.data(model.index(row, 2), SCORE_ROLE), abs=0.005)
    assert "%" not in model.data(model.index(row, 2))  # model scores, not probabilities
    assert model.data(model.index(row, 0)) == "−44.5"
    assert model.headerData(0, Qt.Orientation.Horizontal) == "Position\nmm"


def test_no_lesion_colour_is_green():
    for colour in COLOURS:
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        assert not (green > red and green > blue)
