"""Closing the window: at once where nothing is being written, else when it is; a file that fails keeps the window open.

While something is written the window answers and a notice stands over it. It stays on the screen, since the person may
have to choose another folder in it.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QWidget

from desktop.jobs import Jobs
from desktop.journal import Journal
from desktop.session import Session
from desktop.views.widgets import column, label

NOTICE_PX = 380


class Closing(QObject):
    """Decides when a window may go."""

    def __init__(self, session: Session, journal: Journal, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._journal, self._window = session, journal, window
        self._notice: SavingNotice | None = None
        self._insisted = False
        self._soon = QTimer(self)  # the job that ends tells so from within: let it end before the window goes
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._close)
        session.saving.changed.connect(self._saving_changed)
        session.not_saved.connect(self._call_off)

    def may_close(self) -> bool:
        """Return True when the window may close now; else it closes by itself when everything is written."""
        if self._insisted or self._session.saving.are_home():
            return True
        self._journal.write()  # whatever becomes of the file
        if self._notice is None:
            self._notice = SavingNotice(self._session.saving, self._window)
            self._notice.rejected.connect(self._call_off)
            self._notice.accepted.connect(self._insist)
            self._notice.open()
        return False

    def _saving_changed(self) -> None:
        if self._notice is not None and self._session.saving.are_home():
            self._soon.start(0)

    def _call_off(self) -> None:
        """The window stays: the person wants it, or something could not be written, which the window tells."""
        self._soon.stop()
        self._dismiss()

    def _insist(self) -> None:
        self._insisted = True
        self._close()

    def _close(self) -> None:
        self._dismiss()
        self._window.close()

    def _dismiss(self) -> None:
        notice, self._notice = self._notice, None
        if notice is not None:
            notice.hide()
            notice.deleteLater()


class SavingNotice(QDialog):
    """What is being written; accepted when the person does not want to wait for it, rejected to keep the window."""

    def __init__(self, saving: Jobs, window: QWidget) -> None:
        super().__init__(window)
        self._saving = saving
        self.setWindowTitle(self.tr("Saving"))
        self.setMinimumWidth(NOTICE_PX)
        layout = column(self, (16, 16, 16, 12), 10)
        self.files = label("", "strong", wrap=True)
        layout.addWidget(self.files)
        layout.addWidget(label(self.tr("Lobule closes by itself as soon as this is written."), "dim", wrap=True))
        buttons = QDialogButtonBox()
        self.keep = buttons.addButton(self.tr("Keep Lobule open"), QDialogButtonBox.ButtonRole.RejectRole)
        self.leave = buttons.addButton(self.tr("Close without waiting"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.leave.setToolTip(
            self.tr("The file may then be missing. Outlines that are not saved are offered at the next start.")
        )
        self.leave.setAutoDefault(False)
        self.keep.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        saving.changed.connect(self._show_files)
        self._show_files()

    def _show_files(self) -> None:
        names = ", ".join(dict.fromkeys(Path(path).name for path in self._saving.purposes()))
        self.files.setText(self.tr("Saving {0}…").format(names) if names else self.tr("Stopping…"))
