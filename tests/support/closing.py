"""Closes the window at a chosen moment, in a process of its own: `python -m tests.support.closing MOMENT FOLDER`.

The application runs as a person starts it; a timer waits for the moment and closes the window. What is printed last
says what ran at that moment and which threads are left after it; the status is the application's own.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from engine import pipeline, storage  # ONNX Runtime before Qt  # isort: skip
from PySide6.QtCore import QTimer
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication

from desktop import app
from desktop import session as session_module
from desktop import settings as table
from desktop.jobs import Job, Steps
from desktop.settings import Settings
from desktop.views.main_window import MainWindow
from desktop.views.report_dialog import ReportDialog
from engine.domain.errors import GeometryError
from engine.domain.sequence import SequenceRole

ANALYSED = ("analysis", "report")


class Moment:
    """Waits for a moment in the life of a window; steps towards it where nothing leads there by itself."""

    def __init__(self, window: MainWindow) -> None:
        self.window, self.session = window, window.session
        self._begun = False

    def open(self) -> bool:
        return self.session.jobs.is_running("open")

    def volumes(self) -> bool:
        return self.session.jobs.is_running("volumes")

    def analysis(self) -> bool:
        """An analysis runs, and the case has been edited since: closed with work that was not saved."""
        if not self.session.jobs.is_running("analysis"):
            return False
        case = self.session.document.case
        assert case is not None
        self.session.document.edit(case.with_treated(True), "Change prior treatment")
        return True

    def registration(self) -> bool:
        """Two sequences are being registered."""

        def begin() -> None:
            _, case = self.session.shown()
            volumes = self.session.volumes()

            def work(steps: Steps) -> None:
                while True:  # one registration after another: the window closes within one
                    steps.step("registration", 0, 0)
                    with contextlib.suppress(GeometryError):
                        pipeline.register(case, volumes, SequenceRole.DWI)

            self.session.start("registration", Job("Registering", work), lambda _: None)

        return self._rested_then(begin) and self.session.jobs.is_running("registration")

    def report(self) -> bool:
        """The report has been printed (into a file) and is being made anew."""
        dialogs = self.window.findChildren(ReportDialog)
        if not self._analysed_then(self.window.files.show_report) or not dialogs or not dialogs[0]._data:
            return False
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setOutputFileName(str(Path(os.environ["LOBULE_HOME"]) / "printed.pdf"))
        dialogs[0].print_on(printer)
        dialogs[0].refresh()
        return True

    def stubborn(self) -> bool:
        """A computation runs that never looks up, and the window's patience is short."""
        session_module.PATIENCE_S = 0.2
        self.session.start("stubborn", Job("Computing", lambda _: threading.Event().wait()), lambda _: None)
        return True

    def cine(self) -> bool:
        begun = self._rested_then(self.window.actions_["cine"].trigger)
        return begun and self.window.view_commands.cine.is_playing

    def _rested_then(self, begin: Callable[[], object]) -> bool:
        case = self.session.document.case
        if not self._begun and case is not None and case.rois and not self.session.jobs.is_running():
            self._begun = True
            begin()
        return self._begun

    def _analysed_then(self, begin: Callable[[], object]) -> bool:
        return self.session.document.analysis is not None and self._rested_then(begin)


def main(moment: str, folder: Path) -> int:
    """Run the application on a folder, close it at the moment, return its status."""
    session_module.PATIENCE_S = 120.0  # on a busy machine a network takes its time
    if moment in ANALYSED:  # by the packages of this person's folder alone
        storage.assets_folder = lambda: storage.data_folder() / "assets"
    settings = Settings()
    settings.set(table.AUTO_ANALYZE, moment in ANALYSED)
    settings.save()
    app.make_application()
    known: list[Moment] = []
    timer = QTimer()

    def look() -> None:
        for window in QApplication.topLevelWidgets():
            if isinstance(window, MainWindow) and not known:
                known.append(Moment(window))
        if known and getattr(known[0], moment)():
            timer.stop()
            print("running:", ", ".join(known[0].session.jobs.titles()) or "nothing", flush=True)
            known[0].window.close()

    timer.timeout.connect(look)
    timer.start(1)
    status = app.run([folder])
    left = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
    print("threads left:", ", ".join(left) or "none", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
