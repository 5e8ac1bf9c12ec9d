"""Closing while something is written: the window answers, goes when it is written, and stays when that fails."""

from __future__ import annotations

import threading

from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from desktop.views.closing import SavingNotice
from engine import storage

REPORT = b"%PDF-1.4 looked at"


def notices(window):
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return [notice for notice in window.findChildren(SavingNotice) if notice.isVisible()]


def boxes(window):
    return [box for box in window.findChildren(QMessageBox) if box.isVisible()]


def kept(window):
    """Unfinished work that the next start would offer."""
    return list(window.journal.folder.glob("*.json"))


def edit(window):
    case = window.session.document.case
    window.session.document.edit(case.with_treated(True), "Change prior treatment")


def keep_report(window, path):
    """Begin to write a report; it takes its place when its entry is in the audit file, which is held."""
    window.session.saver.keep_report(REPORT, path, window.session.saver.options())


def close_while_saving(window, names):
    """Close the window while something is written; it must answer at once."""
    assert not window.close()
    (notice,) = notices(window)
    assert notice.files.text() == f"Saving {names}…"
    return notice


def test_a_window_closes_by_itself_when_its_case_is_written(qtbot, window, reading, held, tmp_path):
    path = tmp_path / "study"
    keep_report(window, path)
    edit(window)
    window.session.saver.save_case(path)  # one place: it waits for the report
    close_while_saving(window, "study")
    assert window.isVisible()
    assert len(kept(window)) == 1  # kept before it is written
    assert not window.close()  # impatience changes nothing
    assert len(notices(window)) == 1
    held.close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=20_000)
    assert storage.load_case(path).treated
    assert notices(window) == []
    assert kept(window) == []  # nothing is unfinished


def test_a_window_stays_when_its_case_cannot_be_written(qtbot, window, reading, held, tmp_path):
    place = tmp_path / "place"
    path = place / "case.json"  # a file is no folder
    keep_report(window, place)
    edit(window)
    window.session.saver.save_case(path)
    close_while_saving(window, "place, case.json")
    held.close()
    stays_and_tells(qtbot, window, path)
    assert place.read_bytes() == REPORT


def test_a_window_stays_after_a_fault_that_nobody_foresaw(qtbot, window, reading, held, tmp_path):
    path = tmp_path / "report\0.pdf"  # no system takes such a name: Python says so, by no error of Lobule's own
    keep_report(window, path)
    edit(window)
    close_while_saving(window, "report\0.pdf")
    held.close()
    stays_and_tells(qtbot, window, path)
    assert list(tmp_path.iterdir()) == []


def stays_and_tells(qtbot, window, path):
    """The window stands with what was drawn, says which file is missing, and closes like any other time."""
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
    assert window.close()
    assert len(kept(window)) == 1


def test_the_person_may_keep_the_window_open(qtbot, window, reading, held, tmp_path):
    keep_report(window, tmp_path / "report.pdf")
    notice = close_while_saving(window, "report.pdf")
    QTest.keyClick(notice, Qt.Key.Key_Escape)
    assert notices(window) == []
    held.close()
    qtbot.waitUntil(window.session.saving.are_home, timeout=20_000)
    qtbot.wait(50)
    assert window.isVisible()
    assert (tmp_path / "report.pdf").read_bytes() == REPORT


def test_the_person_may_go_without_waiting_and_keeps_what_was_drawn(qtbot, window, reading, held, tmp_path):
    path = tmp_path / "report.pdf"
    keep_report(window, path)
    edit(window)
    notice = close_while_saving(window, "report.pdf")
    late = threading.Timer(20, held.close)  # a window that waited would find the report written
    late.start()
    notice.leave.click()
    late.cancel()
    assert not path.exists()
    assert not window.isVisible()
    assert len(kept(window)) == 1
    held.close()
    qtbot.waitUntil(window.session.saving.are_home, timeout=20_000)
    assert path.read_bytes() == REPORT


def test_a_save_that_was_cancelled_is_waited_for_as_well(qtbot, window, reading, tmp_path):
    """Its thread may still have to take away what it began."""
    window.session.saver.save_report(tmp_path / "report.pdf")
    window.session.saving.cancel_all()
    assert not window.close()
    assert notices(window)[0].files.text() == "Stopping…"
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=60_000)
    assert list(tmp_path.iterdir()) == []
