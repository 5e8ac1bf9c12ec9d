"""Errors on the screen: what happened, what to do next, and details that hold no identifiers."""

from __future__ import annotations

import logging
import platform
import traceback
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox, QWidget

from desktop import i18n
from engine import __version__
from engine.domain.error_words import error_words
from engine.domain.errors import EngineError

log = logging.getLogger("lobule.desktop")
translate = QCoreApplication.translate


def words(error: BaseException) -> tuple[str, str]:
    """Return (what happened, what to do next)."""
    if isinstance(error, EngineError):
        return error_words(error, i18n.language())
    return (
        translate("errors", "Something unexpected happened ({0}).").format(type(error).__name__),
        translate("errors", "Your outlines are still here. Save the case, and send the copied details to support."),
    )


def details(error: BaseException) -> str:
    """Return what support needs: kind, code, versions and places in the program; no message, path or patient text."""
    lines = [
        f"Lobule {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        f"{type(error).__name__} {getattr(error, 'code', '')}".strip(),
    ]
    for frame in traceback.extract_tb(error.__traceback__):
        lines.append(f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}")
    return "\n".join(lines)


def error_box(error: BaseException, parent: QWidget | None) -> QMessageBox:
    """Return the dialog for an error, ready to be shown."""
    what, remedy = words(error)
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(translate("errors", "Lobule"))
    box.setText(what)
    box.setInformativeText(remedy)
    box.addButton(QMessageBox.StandardButton.Close)
    copy = box.addButton(translate("errors", "Copy details"), QMessageBox.ButtonRole.ActionRole)
    copy.clicked.disconnect()  # the box would close on it
    copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(details(error)))
    return box


def not_saved_box(path: Path, error: BaseException, parent: QWidget | None) -> QMessageBox:
    """Return the dialog for a file that could not be written, ready to be shown: which one, why, and what to do."""
    box = error_box(error, parent)
    what, _ = words(error)
    if str(path) not in what:
        box.setText(translate("errors", "Not saved: {0}").format(path) + "\n" + what)
    if not isinstance(error, EngineError):
        again = translate("errors", "Your outlines are still here. Save again, into another folder if this one fails.")
        box.setInformativeText(again)
    return box


class Watch(QObject):
    """Sends exceptions that nobody caught to the log and to the person, instead of to a console nobody sees."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent

    def catch(self, kind: type[BaseException], error: BaseException, trace: object) -> None:
        """Use as `sys.excepthook`."""
        del kind, trace
        if isinstance(error, KeyboardInterrupt):
            QCoreApplication.quit()
            return
        log.error("unexpected %s", details(error))
        error_box(error, self._window).open()
