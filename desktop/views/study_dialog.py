"""Dialogs over lists: which study of a drop to read, and which files were skipped and why."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
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
from desktop.views.widgets import column, label
from engine.domain.study import Skipped, Study


class StudyDialog(QDialog):
    """One row a study; patients are never mixed."""

    def __init__(self, studies: Sequence[Study], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studies = studies
        self.setWindowTitle(self.tr("Choose a study"))
        self.resize(760, 380)
        layout = column(self, (16, 16, 16, 12), 10)
        text = self.tr("The files belong to several studies. They are read one at a time.")
        layout.addWidget(label(text, wrap=True))
        headings = [self.tr("Patient"), self.tr("ID"), self.tr("Date"), self.tr("Description"), self.tr("Series")]
        rows = [
            [
                wording.patient_name(study.patient),
                study.patient.patient_id,
                wording.study_date(study),
                study.study_description,
                str(len(study.series)),
            ]
            for study in studies
        ]
        self.table = _table(headings, rows, stretch=3)
        self.table.selectRow(0)
        self.table.doubleClicked.connect(self.accept)
        layout.addWidget(self.table)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)

    def study(self) -> Study:
        """Return the chosen study."""
        return self._studies[max(self.table.currentRow(), 0)]


class SkippedDialog(QDialog):
    """One row a file that was not used."""

    def __init__(self, skipped: Sequence[Skipped], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Skipped files"))
        self.resize(820, 420)
        layout = column(self, (16, 16, 16, 12), 10)
        layout.addWidget(label(self.tr("These files were not used:"), wrap=True))
        rows = [[one.path.name, one.reason] for one in skipped]
        self.table = _table([self.tr("File"), self.tr("Reason")], rows, stretch=1)
        for row, one in enumerate(skipped):
            for column_ in (0, 1):
                item = self.table.item(row, column_)
                if item is not None:
                    item.setToolTip(f"{one.path}\n{one.reason}")
        layout.addWidget(self.table)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], stretch: int) -> QTableWidget:
    made = QTableWidget(len(rows), len(headings))
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
