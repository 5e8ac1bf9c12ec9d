"""Soak: thousands of repaints, strokes, undos and redos in one window, without a crash and without growth.

    python -m tests.bench.soak [ROUNDS]        default 20000, minutes

A round is one repaint of every view and one of: a stroke by mouse, an undo, a redo, a copy, a scroll step. It ends with
status 1 when memory, Qt objects, threads or the history grew, or references were lost: PySide6 6.12 lost one reference
to None per Python override that returns None, and the interpreter aborts when none is left. `run` is also called, with
few rounds, by the suite.
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

import engine.pipeline  # noqa: F401  (ONNX Runtime before Qt)
from desktop.document import MOST_STEPS
from desktop.views.main_window import MainWindow
from desktop.views.roi_tools import Tool

GROWTH_MB = 40.0
"""Growth between the first fifth and the end that is more than caches filling."""
SLOPE_MB = 1.0
"""Growth per 1,000 rounds, by the line through all samples after the first fifth, that is more than noise."""
CLEARED_EVERY = 160
"""Rounds after which the lesions are deleted, as an edit: strokes upon strokes would themselves be growth."""
SLOPE_FROM = 5000
"""Rounds from which a slope says something."""
LOST = 200
"""Fewer references to None than at the start by more than this is a leak in the binding."""
OBJECTS = 30
"""More Qt objects than after the first fifth by more than this is a leak of widgets, timers or jobs."""
SAMPLES = 40


@dataclass(frozen=True)
class Sample:
    """What was alive after so many rounds."""

    rounds: int
    memory_mb: float
    qt_objects: int
    threads: int


@dataclass(frozen=True)
class Outcome:
    """What a soak saw.

    Attributes:
        edits: Strokes made.
        none_references: References to None lost (positive) or gained since the start.
        samples: From the first fifth of the rounds on, at equal distances.
        steps: The longest that the history was.
    """

    rounds: int
    edits: int
    none_references: int
    samples: tuple[Sample, ...]
    steps: int

    @property
    def grown_mb(self) -> float:
        """Growth of the resident memory after the first fifth; NaN where it can't be read."""
        return self.samples[-1].memory_mb - self.samples[0].memory_mb

    @property
    def slope_mb(self) -> float:
        """Growth of the resident memory per 1,000 rounds after the first fifth."""
        rounds = [one.rounds / 1000 for one in self.samples]
        return float(np.polyfit(rounds, [one.memory_mb for one in self.samples], 1)[0])

    @property
    def more_objects(self) -> int:
        """Qt objects more than after the first fifth."""
        return self.samples[-1].qt_objects - self.samples[0].qt_objects

    def faults(self) -> list[str]:
        """Say what was lost or grew; nothing when the window is sound."""
        more_threads = self.samples[-1].threads - self.samples[0].threads
        told = {
            f"{self.none_references} references to None lost": self.none_references >= LOST,
            f"memory grew by {self.grown_mb:.1f} MB": self.grown_mb > GROWTH_MB,
            f"memory grows by {self.slope_mb:.2f} MB per 1,000 rounds": self.rounds >= SLOPE_FROM
            and self.slope_mb > SLOPE_MB,
            f"{self.more_objects} Qt objects more": self.more_objects > OBJECTS,
            f"{more_threads} threads more": more_threads > 0,
            f"the history holds {self.steps} steps": self.steps > MOST_STEPS,
        }
        return [text for text, wrong in told.items() if wrong]


def run(window: MainWindow, rounds: int, told: Callable[[str], None] = lambda _: None) -> Outcome:
    """Work in a window that shows a study with T2 for a number of rounds; `told` hears how far it is."""
    document, tools = window.session.document, window.tools
    view = window.grid.t2_view()
    assert view is not None
    middle, edits, steps = view.rect().center(), 0, 0
    samples: list[Sample] = []
    drawing = (Tool.ELLIPSE, Tool.BRUSH, Tool.ERASER, Tool.BOX, Tool.FREEHAND, Tool.RESHAPE)
    gc.collect()
    before = sys.getrefcount(None)
    settled, apart = rounds // 5, max((rounds - rounds // 5) // SAMPLES, 1)
    for number in range(rounds):
        if number >= settled and (number - settled) % apart == 0:
            samples.append(_sample(window, number))
            told(f"{number} rounds: {samples[-1].memory_mb:.1f} MB, {samples[-1].qt_objects} Qt objects")
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
        if number % CLEARED_EVERY == 0 and document.case is not None and document.case.rois:
            document.edit(document.case.with_rois(()), "Delete all lesions")
        steps = max(steps, document.history.count())
    QApplication.processEvents()
    samples.append(_sample(window, rounds))
    return Outcome(rounds, edits, before - sys.getrefcount(None), tuple(samples), steps)


def _sample(window: MainWindow, rounds: int) -> Sample:
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    objects = len(window.findChildren(QObject)) + len(QApplication.allWidgets())
    return Sample(rounds, resident_mb(), objects, threading.active_count())


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
        began, used = time.perf_counter(), time.process_time()
        outcome = run(window, rounds, lambda text: print(f"  {time.perf_counter() - began:6.0f} s  {text}", flush=True))
        seconds = time.perf_counter() - began
        own = time.process_time() - used
        print(f"{outcome.rounds} rounds, {outcome.edits} strokes in {seconds:.0f} s; processor {own:.0f} s")
        print(f"references to None lost: {outcome.none_references} (most allowed {LOST})")
        print(f"memory grown after the first fifth: {outcome.grown_mb:.1f} MB (most {GROWTH_MB:.0f})")
        print(
            f"  per 1,000 rounds: {outcome.slope_mb:+.2f} MB (most {SLOPE_MB:.0f}, asked from {SLOPE_FROM} rounds on)"
        )
        print(f"Qt objects more: {outcome.more_objects} (most {OBJECTS}); history at most {outcome.steps} steps")
        session.document.history.setClean()
        window.close()
        garbage.stop()
    faults = outcome.faults()
    print("sound" if not faults else "NOT SOUND: " + "; ".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
