"""A reading by mouse and keyboard alone: drop, draw, interpolate, analyze, jump, overlay, undo, redo, save the PDF.

The images are the sample's, without its outline; the package is the tiny one of the tests, so that the hands are what
takes the time.
"""

from __future__ import annotations

import shutil

import pydicom
import pypdf
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from desktop.app import make_window
from desktop.garbage import GarbageCollector
from desktop.settings import Settings
from desktop.views.report_dialog import ReportDialog
from engine.domain.sequence import SequenceRole
from tests.support.tiny_model import write_tiny_package

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def images(sample, tmp_path):
    """The sample's images alone."""
    folder = shutil.copytree(sample, tmp_path / "images")
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        if pydicom.dcmread(path, force=True, stop_before_pixels=True).get("Modality") != "MR":
            path.unlink()
    return folder


@pytest.fixture
def window(qtbot, qapp, own_home, tmp_path):
    write_tiny_package(own_home / "models" / "tiny-t2-dwi")
    collector = GarbageCollector()
    made = make_window(qapp, Settings(tmp_path / "window.ini"))
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitExposed(made)
    yield made
    made.close()
    collector.stop()


def drop(window, folder):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    at = window.rect().center()
    enter = QDragEnterEvent(at, Qt.DropAction.CopyAction, data, LEFT, NONE)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(at), Qt.DropAction.CopyAction, data, LEFT, NONE))


def drag(view, start, end):
    QTest.mousePress(view.viewport(), LEFT, pos=start)
    for share in (0.3, 0.7, 1.0):
        QTest.mouseMove(view.viewport(), start + (end - start) * share)
    QTest.mouseRelease(view.viewport(), LEFT, pos=end)


def wheel(view, notches):
    at = QPointF(view.rect().center())
    event = QWheelEvent(
        at, view.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton, NONE,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), event)


def outlined(window):
    case = window.session.document.case
    return [len(roi.contours) for roi in case.rois]


def test_a_lesion_is_read_by_mouse_and_keyboard(qtbot, window, images, tmp_path, monkeypatch):
    session, document = window.session, window.session.document
    session.failed.connect(lambda error: pytest.fail(str(error)))
    drop(window, images)
    qtbot.waitUntil(lambda: document.case is not None and not session.is_busy, timeout=60_000)
    assert {SequenceRole.T2, SequenceRole.DWI} <= set(document.case.roles)
    t2 = window.grid.t2_view()
    first = t2.state.index

    # draw on two slices, four apart, and let the three between be made
    QTest.keyClick(window, Qt.Key.Key_E)
    middle = t2.image_area().center().toPoint() - QPoint(40, 10)
    drag(t2, middle, middle + QPoint(28, 24))
    assert outlined(window) == [1]
    wheel(t2, -4)
    assert abs(t2.state.index - first) == 4
    drag(t2, middle, middle + QPoint(22, 18))
    assert outlined(window) == [2]
    QTest.keyClick(window, Qt.Key.Key_I, CTRL)
    assert outlined(window) == [5]
    assert document.case.rois[0].has_interpolated
    QTest.keyClick(window, Qt.Key.Key_K, CTRL | SHIFT)
    assert not document.case.rois[0].has_interpolated

    # analyze
    qtbot.waitUntil(lambda: session.analyser.obstacle() == "", timeout=60_000)
    QTest.keyClick(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: document.result is not None, timeout=120_000)
    qtbot.waitUntil(lambda: not session.is_busy, timeout=60_000)
    assert document.result.package.id == "tiny-t2-dwi"

    # jump: a click on the last row shows its slice in both views
    table = window.results.table
    last = table.slices.rowCount() - 1
    wanted = table.slices.slice_result(last).ref.nearest_t2_slice
    table.selectRow(0)
    table.scrollTo(table.slices.index(last, 0))
    QTest.mouseClick(table.viewport(), LEFT, pos=table.visualRect(table.slices.index(last, 0)).center())
    assert t2.state.index == wanted

    # overlay off, on, and hidden while H is held
    shown = window.overlay.visible
    QTest.keyClick(window, Qt.Key.Key_M)
    assert window.overlay.visible != shown
    QTest.keyClick(window, Qt.Key.Key_M)
    QTest.keyPress(window, Qt.Key.Key_H)
    assert not window.overlay.visible
    QTest.keyRelease(window, Qt.Key.Key_H)
    assert window.overlay.visible == shown

    # undo makes the result stale, redo makes it current again
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert document.is_stale
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL | SHIFT)
    assert not document.is_stale

    # the report's pages, then the PDF; the system's file dialog itself is not ours to drive
    report = tmp_path / "report.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(report), ""))
    QTest.keyClick(window, Qt.Key.Key_P, CTRL)
    (dialog,) = window.findChildren(ReportDialog)
    qtbot.waitUntil(dialog.save_button.isEnabled, timeout=120_000)
    with qtbot.waitSignal(session.saved, timeout=60_000):
        QTest.mouseClick(dialog.save_button, LEFT)
    dialog.reject()
    text = " ".join("".join(page.extract_text() for page in pypdf.PdfReader(report).pages).split())
    assert document.result.package.digest[:12] in text
