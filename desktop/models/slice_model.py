"""Slice model: the slices of one analysed lesion as a table: position, T2 slice, model scores, predicted class."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt
from PySide6.QtGui import QFont

from desktop import wording
from desktop.models.table_model import Index, TableModel
from engine.domain.labels import BENIGN
from engine.domain.result import LesionResult, SliceResult

SCORE_ROLE = Qt.ItemDataRole.UserRole
"""The score of a cell as a number 0..1, for the bar behind it; None in other columns."""


class SliceModel(TableModel):
    """One row a slice, from the head down as the images scroll."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._labels: tuple[str, ...] = ()

    def show(self, lesion: LesionResult | None, labels: tuple[str, ...]) -> None:
        """Show the slices of a lesion, highest position first; None empties the table."""
        self.beginResetModel()
        slices = () if lesion is None else lesion.slices
        self._rows = tuple(sorted(slices, key=lambda one: -one.ref.position_mm))
        self._labels = labels
        self.endResetModel()

    def slice_result(self, row: int) -> SliceResult:
        """Return the slice of a row."""
        one: SliceResult = self._rows[row]
        return one

    def row_of(self, index: int) -> int:
        """Return the row of an analysis plane, -1 when there is none."""
        return next((row for row, one in enumerate(self._rows) if one.ref.index == index), -1)

    def headings(self) -> list[str]:
        """Return the column headings: class names are written out."""
        return [
            self.tr("Position\nmm"),
            self.tr("T2\nslice"),
            *(wording.class_name(label).replace(" ", "\n", 1) for label in self._labels),
            self.tr("Classified\nas"),
        ]

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else self.text_column() + 1  # without the words: asked hundreds of times a paint

    def text_column(self) -> int:
        """The predicted class stands last."""
        return 2 + len(self._labels)

    def cell(self, row: int, column: int, role: int) -> Any:
        """Return text, score or font of a cell."""
        one = self.slice_result(row)
        label = self._labels[column - 2] if 2 <= column < self.text_column() else None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(one, column, label)
        if role == SCORE_ROLE:
            return None if label is None else one.scores[label]
        if role == Qt.ItemDataRole.FontRole and column == self.text_column() and one.predicted != BENIGN:
            font = QFont()
            font.setWeight(QFont.Weight.Medium)
            return font
        return None

    def _text(self, one: SliceResult, column: int, label: str | None) -> str:
        if label is not None:
            return wording.score(one.scores[label])
        if column == 0:
            return wording.number(one.ref.position_mm)
        if column == 1:
            return str(one.ref.nearest_t2_slice + 1)
        return wording.class_name(one.predicted)
