"""The score strip: slices at their true distances, a click or an arrow key chooses one."""

from __future__ import annotations

import itertools

import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from desktop.views.score_strip import LEFT_PX, RIGHT_PX, ScoreStrip
from tests.support.results import LABELS, example


@pytest.fixture
def strip(qtbot, dark):
    made = ScoreStrip(dark)
    qtbot.addWidget(made)
    made.resize(400, 118)
    made.show_lesion(example(malignant=(2, 3)).analysis.result.lesions[0], LABELS)
    made.show()
    return made


def test_slices_stand_at_their_distances(strip):
    places = [strip.x_of(place) for place in range(7)]
    inside = 400 - LEFT_PX - RIGHT_PX
    assert places[0] == pytest.approx(LEFT_PX + inside / 14)  # half a share from the edge
    steps = [b - a for a, b in itertools.pairwise(places)]
    assert steps == pytest.approx([inside / 7] * 6)


def test_the_plot_draws_the_scores_where_a_click_finds_them(strip):
    box = strip._plot.getViewBox()
    curves = [item.getData() for item in strip._plot.getPlotItem().listDataItems()]
    assert len(curves) == len(LABELS) + 1  # and the signs of malignant slices
    for name, (x, y) in zip(LABELS, curves, strict=False):
        assert y == pytest.approx([one.scores[name] for one in strip._slices])
        shown = [box.mapViewToScene(pg.Point(at, 0.5)).x() for at in x]
        assert shown == pytest.approx([strip.x_of(place) for place in range(7)], abs=2)
    assert len({item.opts["symbol"] for item in strip._plot.getPlotItem().listDataItems()}) == len(curves)
    assert curves[-1][0] == pytest.approx([one.ref.position_mm for one in strip._slices if one.malignant])


def test_the_line_stands_at_the_slice_that_is_shown(strip):
    assert not strip._current_line.isVisible()
    strip.show_current(strip._slices[2].ref.index)
    assert strip._current_line.isVisible()
    assert strip._current_line.value() == pytest.approx(strip._slices[2].ref.position_mm)
    strip.show_current(None)
    assert not strip._current_line.isVisible()


def test_the_plot_neither_pans_nor_zooms(strip):
    before = strip._plot.viewRange()
    QTest.mousePress(strip, Qt.MouseButton.LeftButton, pos=QPoint(150, 60))
    QTest.mouseMove(strip, QPoint(250, 20))
    QTest.mouseRelease(strip, Qt.MouseButton.LeftButton, pos=QPoint(250, 20))
    assert strip.childAt(150, 60) is None  # what the mouse does reaches the strip, never the plot
    assert strip._plot.viewRange() == before
    assert not strip._plot.getPlotItem().menuEnabled()


def test_a_click_chooses_the_nearest_slice(strip):
    chosen = []
    strip.chosen.connect(chosen.append)
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(round(strip.x_of(4)) + 9, 60))
    assert chosen == [strip._slices[4].ref.index]
    QTest.keyClick(strip, Qt.Key.Key_Left)
    QTest.keyClick(strip, Qt.Key.Key_Right)
    QTest.keyClick(strip, Qt.Key.Key_Right)
    assert chosen[1:] == [strip._slices[place].ref.index for place in (3, 4, 5)]


def test_every_slice_is_told_in_words(strip):
    text = strip.text_of(2)
    assert text.splitlines()[-1] == "Classified as Primary malignancy" or "Metastasis" in text
    assert "Benign 0." in text


def test_a_single_slice_stands_in_the_middle(qtbot, dark, strip):
    strip.show_lesion(example(slices=1, malignant=()).analysis.result.lesions[0], LABELS)
    assert strip.x_of(0) == pytest.approx(LEFT_PX + (400 - LEFT_PX - RIGHT_PX) / 2)
    strip.show_lesion(None, ())
    assert not strip.isVisible()
    assert not strip.grab().isNull()


def test_strip_and_table_choose_together(window, reading):
    panel = window.results
    jumped = []
    panel.slice_chosen.connect(jumped.append)
    ref = panel.strip._slices[1].ref
    panel.strip.chosen.emit(ref.index)
    assert [made.ref for made in jumped] == [ref]
    assert panel.strip._current == ref.index
    assert panel.table.currentIndex().row() == panel.table.slices.row_of(ref.index)
