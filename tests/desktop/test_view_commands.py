"""What keys and menus do to the views; windows, hanging and pictures that outlive a study."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop import settings as table
from desktop import theme
from desktop.models.cine import FASTEST, SLOWEST, Cine
from desktop.models.navigation import Navigation
from desktop.models.view_state import ViewState
from desktop.models.window_memory import WindowMemory
from desktop.session import Session
from desktop.views import slice_painter, view_commands
from desktop.views.main_window import MainWindow
from desktop.views.picture import picture, png
from desktop.window_level import Window, auto_window, full_window
from engine.domain.package import ClinicalStatus
from engine.domain.sequence import SequenceRole
from engine.domain.volume import Volume
from tests.desktop.conftest import show_example
from tests.support.results import example
from tests.support.volumes import axial_affine


@pytest.fixture
def window(qtbot, settings, dark):
    session = Session(settings)
    made = MainWindow(session, theme.DARK)
    session.setParent(made)
    qtbot.addWidget(made)
    made.resize(1400, 900)
    made.show()
    show_example(session, example())
    QApplication.processEvents()
    yield made
    made.close()


def press(window, key, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(window, key, modifier)


def test_slices_by_keys(window):
    state = window.grid.active.state
    press(window, Qt.Key.Key_Home)
    assert state.index == state.slices - 1  # the first in reading order is the highest
    press(window, Qt.Key.Key_Down)
    assert state.index == state.slices - 2
    press(window, Qt.Key.Key_End)
    assert state.index == 0


def test_zoom_and_pan_by_keys_move_all_linked_views(window):
    t2, dwi = window.grid.visible_views()
    press(window, Qt.Key.Key_Plus)
    press(window, Qt.Key.Key_Plus)
    assert dwi.state.frame.zoom == pytest.approx(1.44)
    before = t2.centre_uv()
    press(window, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert (t2.centre_uv() - before) * t2.px_per_mm() == pytest.approx([40, 0])
    assert dwi.centre_uv() == pytest.approx(t2.centre_uv())
    press(window, Qt.Key.Key_0)
    assert dwi.state.frame.zoom == 1.0


def test_windows_by_keys_and_back_to_the_automatic_one(window):
    state = window.grid.active.state
    auto = state.window
    ctrl, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    press(window, Qt.Key.Key_1, ctrl)
    assert state.window.width == pytest.approx(0.55 * auto.width)
    press(window, Qt.Key.Key_Up, ctrl | shift)
    assert state.window.level < auto.level  # brighter: the grey of the middle lies lower
    press(window, Qt.Key.Key_4, ctrl)
    assert (state.window.low, state.window.high) == (state.volume.array.min(), state.volume.array.max())
    press(window, Qt.Key.Key_A)
    assert state.window == auto


def test_the_next_view_and_one_alone_by_keys(window):
    t2, dwi = window.grid.visible_views()
    press(window, Qt.Key.Key_F6)
    assert window.grid.active is dwi
    press(window, Qt.Key.Key_O)
    assert window.grid.visible_views() == [dwi]
    press(window, Qt.Key.Key_O)
    assert window.grid.visible_views() == [t2, dwi]


def test_a_window_is_remembered_for_the_role_and_not_for_others(window):
    t2, dwi = (view.state for view in window.grid.visible_views())
    t2.set_window(t2.auto.shaped(2.0, 0.25))
    window.session.close()
    show_example(window.session, example(slices=5))
    assert t2.window.width == pytest.approx(2.0 * t2.auto.width, rel=1e-3)
    assert (t2.window.level - t2.auto.level) / t2.auto.width == pytest.approx(0.25, abs=1e-3)
    assert dwi.window == dwi.auto
    t2.set_auto_window()
    window.session.close()
    show_example(window.session, example())
    assert t2.window == t2.auto


def test_a_remembered_window_fits_another_scanners_signal(settings):
    """Ten times the signal: the same window on the screen."""
    memory = WindowMemory(settings)
    array = np.random.default_rng(2).uniform(100, 200, (4, 20, 20)).astype(np.float32)
    auto = auto_window(array)
    memory.keep("DWI", auto.shaped(0.5, -0.1), auto)
    found = memory.window("DWI", Volume(array * 10, axial_affine()))
    assert found.width == pytest.approx(5 * auto.width, rel=1e-3)
    assert memory.window("T2", Volume(array, axial_affine())) is None


def test_the_place_of_a_series_is_remembered(window):
    t2, dwi = window.grid.views[:2]
    keys = example().case.roles
    window.grid.show_series(keys[SequenceRole.DWI], t2)
    assert window.session.settings.get(table.HANGING)[:2] == ("DWI", "T2")
    show_example(window.session, example())
    assert [t2.state.series_key, dwi.state.series_key] == [keys[SequenceRole.DWI], keys[SequenceRole.T2]]


def test_cine_goes_round_in_reading_order(qapp):
    state = ViewState(Navigation())
    state.show("a", "T2", "", Volume(np.zeros((3, 4, 4), np.float32), axial_affine()))
    cine = Cine(8.0)
    cine.play(state)
    seen = []
    for _ in range(4):
        cine.advance()
        seen.append(state.index)
    assert seen == [0, 2, 1, 0]  # from 1 to the feet, then from the head again
    for _ in range(30):
        cine.faster()
    assert cine.slices_per_s == FASTEST
    for _ in range(30):
        cine.faster(0.5)
    assert cine.slices_per_s == SLOWEST
    cine.stop()
    assert not cine.is_playing


def test_cine_stops_when_another_study_is_shown(window):
    press(window, Qt.Key.Key_K)
    assert window.view_commands.cine.is_playing
    window.session.close()
    assert not window.view_commands.cine.is_playing


@pytest.fixture
def drawn(monkeypatch):
    """The texts painted over the images."""
    texts = []
    real = slice_painter.paint_text
    monkeypatch.setattr(
        slice_painter,
        "paint_text",
        lambda painter, at, text, *more: (texts.append(text), real(painter, at, text, *more)),
    )
    return texts


def test_a_heat_map_that_is_out_of_date_says_so(window, drawn):
    document = window.session.document
    ref = document.result.lesions[0].slices[3].ref
    window.grid.go_to_slice(ref.nearest_t2_slice)
    t2 = window.grid.t2_view()
    window.grid.set_corner_text(False)
    window.view_commands.picture()
    assert "Heat map out of date" not in drawn
    assert t2._content.analysed()
    document.edit(document.case.with_treated(True), "Change prior treatment")
    drawn.clear()
    window.view_commands.picture()
    assert drawn.count("Heat map out of date") == 2  # in T2 and in DWI
    assert t2._content.analysed() == []
    window.overlay.set_shown(False)
    drawn.clear()
    window.view_commands.picture()
    assert "Heat map out of date" not in drawn


def test_a_picture_with_a_heat_map_says_whose_it_is_and_whether_it_is_current(window, monkeypatch):
    asked = []
    monkeypatch.setattr(view_commands, "picture", lambda *args, watermark: asked.append((args[3], watermark)))
    document = window.session.document
    window.grid.go_to_slice(document.result.lesions[0].slices[3].ref.nearest_t2_slice)
    window.overlay.set_label("metastasis")
    window.view_commands.picture()
    of_map = (
        "Heat map of the class Metastasis, by example 1.0.0 (digest 5e1f5e1f5e1f). Regions that raised this score. Not "
        "a lesion boundary and not proof of reasoning."
    )
    assert asked.pop() == ([of_map], True)
    document.edit(document.case.with_treated(True), "Change prior treatment")
    window.view_commands.picture()
    assert asked.pop() == ([of_map, "Heat map out of date: the case was changed after the analysis."], True)
    window.overlay.set_shown(False)
    window.view_commands.picture()
    assert asked.pop() == ([], True)
    monkeypatch.setattr(window.banner, "status", lambda: ClinicalStatus.RESEARCH)
    window.view_commands.picture()
    assert asked.pop() == ([], False)


def test_the_status_lies_across_every_view(window):
    window.grid.set_layout("2x2")
    plain = picture(window.grid, "Not for use with patients.")
    marked = picture(window.grid, "Not for use with patients.", watermark=True)
    assert picture(window.grid, "Not for use with patients.", notes=["x"]).height() > plain.height()
    ratio = plain.devicePixelRatio()
    for view in window.grid.visible_views():
        place = view.geometry()
        part = QRect(place.topLeft() * ratio, place.size() * ratio)
        assert plain.copy(part) != marked.copy(part)


def test_a_picture_carries_the_status_and_no_name(window, drawn):
    def picture(**how):
        for view in window.grid.views:
            view.forget_pictures()  # whatever is kept from before, all is drawn here
        drawn.clear()
        return window.view_commands.picture(**how)

    made = picture()
    assert "t2 tra" not in drawn  # the series description: free text
    assert "T2" in drawn
    whole = window.grid.grab().toImage()
    assert made.height() > whole.height()
    rows = range(whole.height(), made.height())
    foot = [made.pixelColor(x, y).value() for x in range(0, made.width(), 2) for y in rows]
    assert max(foot) > 200  # the status is written there
    assert "Not for use with patients" in window.banner.text.text()
    named = picture(named=True)
    assert "t2 tra" in drawn
    assert named.height() > made.height()


def test_the_picture_is_a_png_without_text_chunks(window):
    data = png(picture(window.grid, "status", ""))
    assert data.startswith(b"\x89PNG")
    assert b"tEXt" not in data
    assert b"iTXt" not in data
    assert not QImage.fromData(data).isNull()


def test_full_window_of_one_level_is_still_a_window():
    assert full_window(np.full((2, 3, 3), 7.0, np.float32)).width > 0
    assert full_window(np.array([[[1.0, np.nan, 9.0]]], np.float32)) == Window(1.0, 9.0)


def test_choosing_a_series_for_a_view_asks_for_it_again(window, reading, monkeypatch):
    asked = []
    monkeypatch.setattr(window.session.reader, "read_again", asked.append)
    window.grid.show_series(reading.case.roles[SequenceRole.DWI])
    assert asked == [reading.case.roles[SequenceRole.DWI]]
