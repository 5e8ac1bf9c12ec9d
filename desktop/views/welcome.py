"""The welcome page: where a folder is dropped while no study is shown."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop import settings as table
from desktop.icons import pixmap
from desktop.settings import Settings
from desktop.theme import Theme
from desktop.views.widgets import button, clear_layout, column, label


class WelcomePage(QWidget):
    """A drop zone, the recent list and the sample study.

    Signals:
        folder_requested(): The person wants to choose a folder.
        sample_requested(): The person wants to see the sample study.
        path_chosen(path): The person chose a recent path.
    """

    folder_requested = Signal()
    sample_requested = Signal()
    path_chosen = Signal(object)

    def __init__(self, settings: Settings, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        layout = column(self, (24, 24, 24, 24))
        layout.addStretch(2)
        self.zone = QFrame()
        self.zone.setObjectName("dropzone")
        self.zone.setMinimumWidth(380)
        self.zone.setMaximumWidth(560)
        inside = column(self.zone, (30, 34, 30, 26), 10)
        sign = QLabel()
        sign.setPixmap(pixmap("folder", theme.dim, 48, self.devicePixelRatioF()))
        sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inside.addWidget(sign)
        title = label(self.tr("Drop a study here"), "title")
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inside.addWidget(title)
        words = label(self.tr("A folder, files, a DICOMDIR or a zip with liver MRI"), "dim")
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        inside.addWidget(words)
        row = QHBoxLayout()
        row.addStretch(1)
        folder = button(self.tr("Open folder…"), primary=True)
        folder.clicked.connect(self.folder_requested)
        sample = button(self.tr("Open sample study"))
        sample.clicked.connect(self.sample_requested)
        row.addWidget(folder)
        row.addWidget(sample)
        row.addStretch(1)
        inside.addSpacing(6)
        inside.addLayout(row)
        layout.addWidget(self.zone, alignment=Qt.AlignmentFlag.AlignHCenter)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(1)
        layout.addSpacing(12)
        layout.addLayout(self._recent)
        layout.addStretch(3)
        settings.changed.connect(self._settings_changed)
        self.refresh()

    def _settings_changed(self, key: str) -> None:
        if key == table.RECENT.key:
            self.refresh()

    def refresh(self) -> None:
        """Show the recent paths that still exist."""
        clear_layout(self._recent)
        paths = [Path(text) for text in self._settings.get(table.RECENT)]
        for path in [path for path in paths if path.exists()][:5]:
            # a folder named after a patient is the reader's own naming; it is shown here and nowhere else
            entry = button(str(path), flat=True)
            entry.setMaximumWidth(560)
            entry.clicked.connect(lambda _=False, path=path: self.path_chosen.emit(path))
            self._recent.addWidget(entry, alignment=Qt.AlignmentFlag.AlignHCenter)

    def set_target(self, target: bool) -> None:
        """Show that a drop would be taken."""
        self.zone.setProperty("target", target)
        self.zone.style().unpolish(self.zone)
        self.zone.style().polish(self.zone)
