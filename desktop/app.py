"""Starting the window, in order.

1. `__main__` has read the arguments and imported the engine, and with it ONNX Runtime, before any Qt module.
2. The log is set up in Lobule's data folder, with identifiers masked.
3. The application object is made; fonts are registered and the theme is applied, so that nothing is drawn twice.
4. Settings, session (document, volume store, jobs) and window are made, in this order.
5. From now on garbage is collected on this thread alone, and exceptions that nobody catches are sent to the person.
6. The installed packages are verified beside; the window is shown; a path of the command line is opened once the
   event loop runs.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop import i18n, theme
from desktop import settings as table
from desktop.errors import Watch
from desktop.garbage import GarbageCollector
from desktop.session import Session
from desktop.settings import Settings, window_language
from desktop.views.main_window import MainWindow
from engine import __version__, logs, storage

SWITCH_S = 0.0005
"""Threads that read and compute give the interpreter up after this long when the window asks for it. With Python's own
5 ms, a window of a hundred small calls waits half a second for a thread that never rests."""


def make_application(settings: Settings | None = None) -> QApplication:
    """Return the application object with name, fonts and version, at the size that the settings ask for."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        if settings is not None and settings.get(table.TEXT_SCALE) != 1.0:
            # Qt reads this once, when the application is made; a scale that the desktop sets multiplies with it.
            os.environ.setdefault("QT_SCALE_FACTOR", str(settings.get(table.TEXT_SCALE)))
        app = QApplication(["lobule"])
    sys.setswitchinterval(SWITCH_S)
    app.setApplicationName("Lobule")
    app.setApplicationVersion(__version__)
    theme.load_fonts()
    return app


def make_window(app: QApplication, settings: Settings | None = None) -> MainWindow:
    """Return a window on a session of its own, not yet shown."""
    settings = settings or Settings()
    look = theme.THEMES.get(settings.get(table.THEME), theme.DARK)
    theme.apply(app, look)
    i18n.install(app, window_language(settings))
    session = Session(settings)
    window = MainWindow(session, look)
    session.setParent(window)
    session.models.check()
    return window


def run(paths: Sequence[Path]) -> int:
    """Show the window until it is closed; return the exit status."""
    logs.set_up(storage.data_folder() / "logs")
    settings = Settings()
    app = make_application(settings)
    window = make_window(app, settings)
    garbage = GarbageCollector()
    sys.excepthook = Watch(window).catch
    window.come_up()
    if settings.policy_fault is not None:
        window.show_error(settings.policy_fault)
    if paths:
        QTimer.singleShot(0, lambda: window.session.open_paths(paths))
    else:
        QTimer.singleShot(0, window.questions.offer_unfinished_work)
    status = app.exec()
    garbage.stop()
    if window.session.is_alive:
        # A computation that does not look up (a network under way) outlived the window's patience. Everything is kept;
        # to leave by the front door, libraries would be taken down under its feet.
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    return status
