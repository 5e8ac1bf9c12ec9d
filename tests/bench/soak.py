"""Soak: thousands of repaints, strokes, undos and redos in one window, without a crash and without growth.

    python -m tests.bench.soak [ROUNDS]        default 20000, minutes

A round is one repaint of every view and one of: a stroke by mouse, an undo, a redo, a nudge, a scroll step. It ends
with status 1 when memory grew or references were lost: PySide6 6.12 lost one reference to None per Python override that
returns None, and the interpreter aborts when none is left. `run` is also called, with few rounds, by the suite.
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

import engine.pipeline  # noqa: F401  (ONNX Runtime before Qt)
from desktop.views.main_window import MainWindow
from desktop.views.roi_tools import Tool

HISTORY_MOST = 200
"""The history is emptied from here on, as by opening the next study: it would itself be growth."""
GROWTH_MB = 40.0
"""Growth between the first fifth and the end that is more than caches filling."""
LOST = 200
"""Fewer references to None than at the start by more than this is a leak in the binding."""


@dataclass(frozen=True)
class Outcome:
    """What a soak saw.

    Attributes:
        none_references: References to None lost (positive) or gained since the start.
        grown_mb: Growth of the resident memory after the first fifth of the rounds; NaN where it can't be read.
        edits: Edits made, undone and done again.
    """

    rounds: int
    edits: int
    none_references: int
    grown_mb: float

    @property
    def is_sound(self) -> bool:
        """True when nothing was lost and nothing grew."""
        return self.none_references < LOST and not self.grown_mb > GROWTH_MB


def run(window: MainWindow, rounds: int) -> Outcome:
    """Work in a window that shows a study with T2 for a number of rounds."""
    document, tools = window.session.document, window.tools
    view = window.grid.t2_view()
    assert view is not None
    middle, edits, settled_mb = view.rect().center(), 0, float("nan")
    drawing = (Tool.ELLIPSE, Tool.BRUSH, Tool.ERASER, Tool.BOX, Tool.FREEHAND, Tool.RESHAPE)
    gc.collect()
    before = sys.getrefcount(None)
    for number in range(rounds):
        if number == rounds // 5:
            gc.collect()
            settled_mb = resident_mb()
        step = number % 8
        if step in (0, 2, 5):
            tools.choose(drawing[(number // 8) % len(drawing)])
            start = middle + QPoint(number % 31 - 15, number % 23 - 11)
            QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=start)
            for part in (1, 2, 3):
                QTest.mouseMove(view.viewport(), start + QPoint(12 * part, 7 * part * (part - 2)))
            QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=start + QPoint(36, 21))
            edits += 1
        elif step == 1:
            window.actions_["copy_up" if number % 16 < 8 else "copy_down"].trigger()
        elif step in (3, 6):
            document.history.undo()
        elif step == 4:
            document.history.redo()
        else:
            view.state.scroll(1 if number % 16 < 8 else -1)
        for shown in window.grid.visible_views():
            shown.repaint()
        if number % 20 == 0:
            QApplication.processEvents()
        if document.history.count() > HISTORY_MOST:
            document.history.clear()
            if document.case is not None and len(document.case.rois) > 1:
                document.put_case(document.case.with_rois(document.case.rois[:1]))
    QApplication.processEvents()
    gc.collect()
    return Outcome(rounds, edits, before - sys.getrefcount(None), resident_mb() - settled_mb)


def resident_mb() -> float:
    """Return the resident memory of this process in MB, NaN where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return float("nan")
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> int:
    """Soak a window on the small liver study; return the exit status."""
    from desktop import settings as table
    from desktop.app import make_application, make_window
    from desktop.garbage import GarbageCollector
    from desktop.settings import Settings
    from tests.support.liver_files import write_liver_study

    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LOBULE_HOME"] = folder
        settings = Settings(Path(folder) / "window.ini")
        settings.set(table.AUTO_ANALYZE, False)
        app = make_application()
        garbage = GarbageCollector()
        window = make_window(app, settings)
        window.resize(1400, 900)
        window.show()
        window.drop([write_liver_study(Path(folder) / "liver")])
        session = window.session
        while session.t2_volume() is None or session.jobs.is_running() or session.models.jobs.is_running():
            app.processEvents()
            time.sleep(0.01)
        began = time.perf_counter()
        outcome = run(window, rounds)
        seconds = time.perf_counter() - began
        print(f"{outcome.rounds} rounds, {outcome.edits} strokes in {seconds:.0f} s")
        print(f"references to None lost: {outcome.none_references}; memory grown: {outcome.grown_mb:.1f} MB")
        session.document.history.setClean()
        window.close()
        garbage.stop()
    print("sound" if outcome.is_sound else "NOT SOUND")
    return 0 if outcome.is_sound else 1


if __name__ == "__main__":
    raise SystemExit(main())
