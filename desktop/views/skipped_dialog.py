"""The list of skipped files: which files of a drop were not used, and why; it can be copied."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from desktop import wording
from desktop.views.widgets import column, label, resize_within
from engine.domain.study import Skipped


class SkippedDialog(QDialog):
    """One row a file that was not used."""

    def __init__(self, skipped: Sequence[Skipped], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Skipped files"))
        resize_within(self, 820, 420)
        layout = column(self, (16, 16, 16, 12), 10)
        text = self.tr("%n file(s) were not used. The images that were read are not affected.", "", len(skipped))
        layout.addWidget(label(text, wrap=True))
        reasons = [wording.phrase(one.reason) for one in skipped]
        rows = [[one.path.name, reason] for one, reason in zip(skipped, reasons, strict=True)]
        self.table = _table([self.tr("File"), self.tr("Reason")], rows, stretch=1)
        for row, (one, reason) in enumerate(zip(skipped, reasons, strict=True)):
            for column_ in (0, 1):
                item = self.table.item(row, column_)
                if item is not None:
                    item.setToolTip(f"{one.path}\n{reason}")
        self.table.setAccessibleName(self.windowTitle())
        layout.addWidget(self.table)
        self._lines = [f"{one.path}\t{reason}" for one, reason in zip(skipped, reasons, strict=True)]
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton(self.tr("Copy list"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(self.copy)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)

    def copy(self) -> None:
        """Put the list on the clipboard: one line a file, path and reason with a tab between."""
        QGuiApplication.clipboard().setText("\n".join(self._lines))


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], stretch: int) -> QTableWidget:
    made = QTableWidget(len(rows), len(headings))
    made.setTabKeyNavigation(False)  # Tab goes on to the next control
    made.setHorizontalHeaderLabels(list(headings))
    made.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
    made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    made.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    made.setShowGrid(False)
    made.verticalHeader().hide()
    for row, texts in enumerate(rows):
        for place, text in enumerate(texts):
            made.setItem(row, place, QTableWidgetItem(text))
    header = made.horizontalHeader()
    header.setHighlightSections(False)
    for place in range(len(headings)):
        mode = QHeaderView.ResizeMode.Stretch if place == stretch else QHeaderView.ResizeMode.ResizeToContents
        header.setSectionResizeMode(place, mode)
    return made
