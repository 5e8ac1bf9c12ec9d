"""Closing while something is written: the window answers, goes when it is written, and stays when that fails."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from desktop.views.closing import SavingNotice
from engine.domain.errors import StorageError


def notices(window):
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return [notice for notice in window.findChildren(SavingNotice) if notice.isVisible()]


def boxes(window):
    return [box for box in window.findChildren(QMessageBox) if box.isVisible()]


def edited(window, reading):
    window.session.document.edit(reading.case.with_treated(True), "Change prior treatment")


def close_while_saving(window, path):
    """Close the window while a case is written; it must answer at once."""
    window.session.saver.save_case(path)
    assert not window.close()
    (notice,) = notices(window)
    assert notice.files.text() == f"Saving {path.name}…"
    return notice


def test_a_window_closes_by_itself_when_its_case_is_written(qtbot, window, reading, writing, tmp_path):
    edited(window, reading)
    close_while_saving(window, tmp_path / "case.json")
    assert window.isVisible()
    assert len(list(window.journal.folder.glob("*.json"))) == 1  # kept before it is written
    assert not window.close()  # impatience changes nothing
    assert len(notices(window)) == 1
    writing.gate.set()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=20_000)
    assert (tmp_path / "case.json").exists()
    assert notices(window) == []
    assert list(window.journal.folder.glob("*.json")) == []  # nothing is unfinished


@pytest.mark.parametrize("fault", ["told by Lobule", "unexpected"])
def test_a_window_stays_when_its_case_cannot_be_written(qtbot, window, reading, writing, tmp_path, fault):
    path = tmp_path / "case.json"
    writing.fault = OSError("disk full")
    if fault == "told by Lobule":
        writing.fault = StorageError(f"{path} cannot be written: no space.", remedy="Choose another folder.", code="x")
    edited(window, reading)
    close_while_saving(window, path)
    writing.gate.set()
    qtbot.waitUntil(lambda: bool(boxes(window)), timeout=20_000)
    qtbot.waitUntil(window.session.saving.are_home, timeout=20_000)
    qtbot.wait(50)
    assert window.isVisible()
    assert notices(window) == []
    (box,) = boxes(window)
    assert box.text().count(str(path)) == 1
    assert "folder" in box.informativeText()
    assert window.session.document.case.treated
    assert not window.session.document.history.isClean()
    box.close()
    assert window.close()  # nothing is written any more: closed like any other time
    assert len(list(window.journal.folder.glob("*.json"))) == 1


def test_the_person_may_keep_the_window_open(qtbot, window, reading, writing, tmp_path):
    notice = close_while_saving(window, tmp_path / "case.json")
    QTest.keyClick(notice, Qt.Key.Key_Escape)
    assert notices(window) == []
    writing.gate.set()
    qtbot.waitUntil(window.session.saving.are_home, timeout=20_000)
    qtbot.wait(50)
    assert window.isVisible()


def test_the_person_may_go_without_waiting_and_keeps_what_was_drawn(
    qtbot, window, reading, writing, tmp_path, monkeypatch
):
    waited = []
    monkeypatch.setattr(window.session.saving, "shut_down", lambda seconds, *, cancel: waited.append((seconds, cancel)))
    edited(window, reading)
    notice = close_while_saving(window, tmp_path / "case.json")
    notice.leave.click()
    assert waited == [(0.0, False)]
    assert not window.isVisible()
    assert len(list(window.journal.folder.glob("*.json"))) == 1
    writing.gate.set()
    qtbot.waitUntil(window.session.saving.are_home, timeout=20_000)


def test_a_save_that_was_cancelled_is_waited_for_as_well(qtbot, window, reading, writing, tmp_path):
    """Its thread may still have to take away what it began."""
    window.session.saver.save_case(tmp_path / "case.json")
    window.session.saving.cancel_all()
    assert not window.close()
    assert notices(window)[0].files.text() == "Stopping…"
    writing.gate.set()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=20_000)
