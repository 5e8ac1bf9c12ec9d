"""Drawing in the window by mouse and action: interpolate, confirm, undo; import, roles; kill and restore."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from desktop import settings as table
from desktop.app import make_window
from desktop.garbage import GarbageCollector
from desktop.settings import Settings
from desktop.views.roi_tools import Tool
from engine import storage
from engine.domain.sequence import SequenceRole
from engine.geometry.outline import contours_by_slice
from tests.support.liver_files import write_liver_study
from tests.support.paths import ROOT
from tests.support.tiny_model import write_tiny_package


@pytest.fixture(autouse=True)
def garbage_stays_on_the_ui_thread(qapp):
    collector = GarbageCollector()
    yield
    collector.stop()


@pytest.fixture
def window(qtbot, qapp, own_home, monkeypatch):
    """A window with the tiny package alone: its answers are means, known at once."""
    monkeypatch.setattr(storage, "assets_folder", lambda: own_home / "assets")
    write_tiny_package(own_home / "models" / "tiny")
    settings = Settings(own_home / "window.ini")
    settings.set(table.AUTO_ANALYZE, False)
    made = make_window(qapp, settings)
    qtbot.addWidget(made)
    made.resize(1400, 900)
    made.show()
    yield made
    made.close()


def settled(qtbot, window):
    """Wait until nothing runs, and fail when something went wrong."""
    session = window.session
    idle = lambda: not session.jobs.is_running() and not session.models.jobs.is_running()  # noqa: E731
    qtbot.waitUntil(idle, timeout=120_000)


def opened(qtbot, window, folder):
    failures = []
    window.session.failed.connect(failures.append)
    window.drop([folder])
    qtbot.waitUntil(lambda: bool(failures) or window.session.t2_volume() is not None, timeout=60_000)
    settled(qtbot, window)
    assert failures == []
    return window.grid.t2_view()


def draw(view, first, second):
    """Drag from one place of the view to the other, as a hand does."""
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=first)
    QTest.mouseMove(view.viewport(), (first + second) / 2)
    QTest.mouseMove(view.viewport(), second)
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=second)


def analysed(qtbot, window):
    window.session.analyser.analyze()
    qtbot.waitUntil(lambda: window.session.document.result is not None, timeout=120_000)
    qtbot.waitUntil(lambda: not window.session.document.is_stale, timeout=120_000)
    return window.session.document.result


def test_draw_on_two_slices_interpolate_confirm_undo_redo(qtbot, window, tmp_path):
    view = opened(qtbot, window, write_liver_study(tmp_path / "liver"))
    document, middle = window.session.document, view.rect().center()
    window.actions_["tool_ellipse"].trigger()
    view.state.set_index(8)
    draw(view, middle - QPoint(60, 60), middle + QPoint(20, 20))
    view.state.set_index(12)
    draw(view, middle - QPoint(30, 30), middle + QPoint(50, 50))
    window.actions_["interpolate"].trigger()

    def outlines():
        """How many slices are outlined, and how many of them wait to be confirmed."""
        rois = document.case.rois
        if not rois:
            return (0, 0)
        groups = contours_by_slice(rois[0], view.state.volume.affine)
        return len(groups), sum(any(c.interpolated for c in contours) for contours in groups.values())

    assert outlines() == (5, 3)
    assert window.actions_["confirm"].isEnabled()
    codes = {caution.code for caution in analysed(qtbot, window).cautions}
    assert "interpolated-roi" in codes

    window.actions_["confirm"].trigger()
    assert outlines() == (5, 0)
    assert not window.actions_["confirm"].isEnabled()
    assert document.is_stale
    codes = {caution.code for caution in analysed(qtbot, window).cautions}
    assert "interpolated-roi" not in codes

    history = document.history
    assert [history.text(step) for step in range(history.count())] == [
        "Draw outline of L1 on slice 9",
        "Draw outline of L1 on slice 13",
        "Interpolate outlines of L1",
        "Confirm interpolated outlines of L1",
    ]
    seen = []
    while history.canUndo():
        window.undo.trigger()
        seen.append(outlines())
    assert seen == [(5, 3), (2, 0), (1, 0), (0, 0)]
    for _ in range(4):
        window.redo.trigger()
    assert outlines() == (5, 0)
    assert not document.is_stale  # back at what was analysed
    history.setClean()


def test_every_tool_works_by_the_mouse_and_arrows_move_the_outline(qtbot, window, tmp_path):
    view = opened(qtbot, window, write_liver_study(tmp_path / "liver"))
    document, middle = window.session.document, view.rect().center()
    steps = {
        Tool.BOX: "Draw outline of L1",
        Tool.BRUSH: "Paint L1",
        Tool.ERASER: "Erase L1",
        Tool.FREEHAND: None,  # a line there and back encloses nothing
        Tool.RESHAPE: "Move outline of L1",
    }
    for tool, step in steps.items():
        before = document.history.count()
        window.actions_[f"tool_{tool.value}"].trigger()
        start = {Tool.BOX: QPoint(-45, -45), Tool.RESHAPE: QPoint(-25, 25)}.get(tool, QPoint(0, 0))
        draw(view, middle + start, middle + QPoint(45, 45))
        assert document.history.count() == before + (step is not None)
        if step is not None:
            assert document.history.undoText().startswith(step)
    place = document.case.rois[0].contours[0].points_mm.mean(axis=0)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Up):
        QTest.keyClick(view, key)
    moved = document.case.rois[0].contours[0].points_mm.mean(axis=0) - place
    assert moved == pytest.approx([5.0, -2.5, 0.0], abs=1e-6)  # two pixels of 2.5 mm to the left of the patient, one up
    assert document.history.undoText() == f"Move outline of L1 on slice {view.state.index + 1}"
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert window.tools.tool is Tool.WINDOW
    document.history.setClean()


def test_import_a_seg_analyze_change_a_role_run_again(qtbot, window, sample, tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(sample, folder, ignore=shutil.ignore_patterns("ROI"))
    opened(qtbot, window, folder)
    session, document = window.session, window.session.document
    assert document.case.rois == ()
    session.settings.set(table.AUTO_ANALYZE, True)
    session.importer.take(sorted((sample / "ROI").iterdir()))
    qtbot.waitUntil(lambda: document.result is not None, timeout=120_000)  # it starts by itself
    first = document.result
    slot = window.series.slots[SequenceRole.DWI]
    menu = slot._b_value.menu()
    menu.aboutToShow.emit()
    other = next(action for action in menu.actions() if not action.isChecked())
    assert other.text().startswith("b 50 ")
    other.trigger()
    assert document.is_stale
    assert not window.results.flag.stale.isHidden()
    settled(qtbot, window)
    again = analysed(qtbot, window)
    assert again.roles_used["DWI"] == document.case.roles[SequenceRole.DWI] != first.roles_used["DWI"]
    assert "b-value" in {caution.code for caution in again.cautions}
    window.undo.trigger()
    assert document.is_stale  # the result of b 50 is not that of b 1000
    document.history.setClean()


CHILD = """
import sys
from pathlib import Path
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from desktop import settings as table
from desktop.app import make_application, make_window
from desktop.settings import Settings
from desktop.views.roi_tools import Tool

app = make_application()
settings = Settings(Path(sys.argv[2]))
settings.set(table.AUTO_ANALYZE, False)
window = make_window(app, settings)
window.resize(1400, 900)
window.show()
window.drop([Path(sys.argv[1])])

def work():
    view = window.grid.t2_view()
    if window.session.t2_volume() is None or view is None:
        return
    timer.stop()
    window.tools.choose(Tool.ELLIPSE)
    middle = view.rect().center()
    for index in (8, 11):
        view.state.set_index(index)
        QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=middle)
        QTest.mouseMove(view.viewport(), middle + QPoint(60, 50))
        QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=middle + QPoint(60, 50))
    window.actions_["interpolate"].trigger()
    print(window.session.document.case.digest(), flush=True)

timer = QTimer()
timer.timeout.connect(work)
timer.start(20)
app.exec()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a matter of POSIX")
def test_work_survives_kill_9(qtbot, window, own_home, tmp_path):
    """A real process draws and is killed without warning; the next start offers its work, down to the last stroke."""
    folder = write_liver_study(tmp_path / "liver")
    environment = {**os.environ, "LOBULE_HOME": str(own_home), "QT_QPA_PLATFORM": "offscreen"}
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder), str(tmp_path / "child.ini")],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        digest = child.stdout.readline().strip()
        assert len(digest) == 64
        deadline = time.monotonic() + 60
        while not window.journal.entries() and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait(30)
        child.stdout.close()
    assert child.returncode == -signal.SIGKILL
    window.questions.offer_unfinished_work()
    box = window.findChild(QMessageBox)
    assert "1 lesion" in box.text()
    next(button for button in box.buttons() if button.text() == "Go on").click()
    document = window.session.document
    qtbot.waitUntil(lambda: document.case is not None and bool(document.case.rois), timeout=60_000)
    settled(qtbot, window)
    assert document.case.digest() == digest
    assert document.case.rois[0].has_interpolated
    assert document.history.undoText() == "Restore unfinished work"
    document.history.setClean()
    window.journal.write()
    assert window.journal.entries() == []
