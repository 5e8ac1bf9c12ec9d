"""Several lesions by keyboard: the highlighted one is the one worked on; lists keep their keys, and Tab leaves them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QItemSelectionModel, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog

from desktop.views.reader_panel import ReaderPanel
from tests.desktop.conftest import show_example
from tests.support.results import example

NAVIGATION = ("Up", "Down", "PageUp", "PageDown", "Home", "End")


@pytest.fixture
def panel(window):
    show_example(window.session, example(lesions=3))
    window.tools.choose_lesion("L1")
    return window.series.lesions


def highlighted(panel):
    return [panel.model.roi(index.row()).lesion_id for index in panel.table.selectionModel().selectedRows()]


def takes(widget, key, modifier=Qt.KeyboardModifier.NoModifier):
    """Say whether a widget keeps a key that is a shortcut of the window."""
    press = QKeyEvent(QEvent.Type.ShortcutOverride, key, modifier)
    press.ignore()
    QApplication.sendEvent(widget, press)
    return press.isAccepted()


def focus(widget, reason):
    QApplication.sendEvent(widget, QFocusEvent(QEvent.Type.FocusIn, reason))


def test_the_highlighted_lesion_is_the_one_worked_on(window, panel):
    shown = []
    panel.jump_requested.connect(shown.append)
    focus(panel.table, Qt.FocusReason.TabFocusReason)
    QTest.keyClick(panel.table, Qt.Key.Key_Down)
    assert highlighted(panel) == [window.tools.lesion] == shown == ["L2"]
    window.tools.choose_lesion("L3")
    assert highlighted(panel) == ["L3"]
    QTest.keyClick(panel.table, Qt.Key.Key_Up)  # from there, not from where the last key went
    assert window.tools.lesion == "L2"
    window.actions_["delete_lesion"].trigger()
    assert [roi.lesion_id for roi in window.session.document.case.rois] == ["L1", "L3"]
    assert highlighted(panel) == [window.tools.lesion]
    panel.table.selectionModel().clearSelection()
    assert highlighted(panel) == [window.tools.lesion]
    window.tools.choose_lesion(None)
    assert highlighted(panel) == []
    panel.table.setCurrentIndex(panel.table.model().index(-1, 0))
    focus(panel.table, Qt.FocusReason.TabFocusReason)  # to pass by chooses nothing
    assert window.tools.lesion is None


def test_next_previous_and_rename_by_key(window, panel, monkeypatch):
    for name, wanted in (("next", "L2"), ("next", "L3"), ("next", "L1"), ("previous", "L3")):
        window.actions_[f"{name}_lesion"].trigger()
        assert highlighted(panel) == [window.tools.lesion] == [wanted]
    window.tools.choose_lesion(None)
    window.actions_["next_lesion"].trigger()
    assert window.tools.lesion == "L1"
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("segment 8", True))
    window.actions_["rename_lesion"].trigger()
    assert window.session.document.case.rois[0].name == "segment 8"


def test_lists_reached_by_keyboard_keep_the_keys_that_move_in_them(window, panel):
    table, keys = window.results.table, [Qt.Key[f"Key_{name}"] for name in NAVIGATION]
    for widget in (panel.table, table, window.series.list, window.series.models):
        focus(widget, Qt.FocusReason.TabFocusReason)
        assert all(takes(widget, key) for key in keys)
        assert not takes(widget, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)  # copies an outline
        assert not takes(widget, Qt.Key.Key_F)
        focus(widget, Qt.FocusReason.MouseFocusReason)
        assert not any(takes(widget, key) for key in keys)  # clicked, and the images scroll on
    assert takes(window.findChild(ReaderPanel).pre_test, Qt.Key.Key_Up)


def test_tab_leaves_the_tables(window, panel):
    assert not panel.table.tabKeyNavigation()
    assert not window.results.table.tabKeyNavigation()


def test_enter_shows_a_series(window, panel):
    chosen = []
    window.series.series_chosen.connect(chosen.append)
    listed = window.series.list
    index = listed.model().index(1, 0)
    listed.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
    QTest.keyClick(listed, Qt.Key.Key_Return)
    assert chosen == ["1.2.3.DWI"]
