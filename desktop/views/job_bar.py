"""The job bar: what runs, how far it is, and Cancel while anything can be stopped."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QWidget

from desktop.jobs import Jobs
from desktop.views.widgets import button


class JobBar(QWidget):
    """Sits in the status bar while something runs."""

    def __init__(self, *jobs: Jobs) -> None:
        super().__init__()
        self._jobs = jobs
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 2, 8, 2)
        row.setSpacing(10)
        self.text = QLabel()
        self.bar = QProgressBar()
        self.bar.setFixedWidth(220)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress"))
        self.cancel = button(self.tr("Cancel"), flat=True)
        for each in jobs:
            self.cancel.clicked.connect(each.cancel_all)
            each.changed.connect(self._show)
            each.progressed.connect(self._progress)
        row.addWidget(self.text)
        row.addWidget(self.bar)
        row.addWidget(self.cancel)
        self._show()

    def _show(self) -> None:
        titles = self._titles()
        self.setVisible(bool(titles))
        if titles:
            self.text.setText(f"{titles[-1]}…")
            self.bar.setRange(0, 0)
        can_stop = any(jobs.can_stop() for jobs in self._jobs)
        self.cancel.setEnabled(can_stop)
        self.cancel.setToolTip("" if can_stop else self.tr("Too late to stop: the file is taking its place."))

    def _titles(self) -> list[str]:
        return [title for jobs in self._jobs for title in jobs.titles()]

    def _progress(self, title: str, _: str, done: int, total: int) -> None:
        if title not in self._titles():
            return
        self.text.setText(f"{title}…" if total <= 0 else f"{title}: {done} / {total}")
        self.bar.setRange(0, max(total, 0))
        self.bar.setValue(done)
