"""Series model: the series of the shown study as a list, with what each was taken for and the role it plays."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from desktop import wording
from desktop.document import CaseDocument
from engine.domain.sequence import RoleGuess, SequenceRole
from engine.domain.study import Series

Index = QModelIndex | QPersistentModelIndex

SERIES_MIME = "application/x-lobule-series"
KEY_ROLE = Qt.ItemDataRole.UserRole


class SeriesModel(QAbstractListModel):
    """One row a series, in the order of the study. Rows can be dragged onto role slots and views."""

    def __init__(self, document: CaseDocument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._series: tuple[Series, ...] = ()
        document.opened.connect(self._reset)
        document.case_changed.connect(self._roles_changed)
        self._reset()

    def series(self, row: int) -> Series:
        """Return the series of a row."""
        return self._series[row]

    def guess(self, row: int) -> RoleGuess | None:
        """Return what the series of a row was taken for."""
        return self._document.role_map.guess_for(self._series[row].key)

    def role(self, row: int) -> SequenceRole | None:
        """Return the role that the series of a row plays."""
        case = self._document.case
        if case is None:
            return None
        return next((r for r, key in case.roles.items() if key == self._series[row].key), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(self._series)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._series):
            return None
        series = self._series[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._title(index.row())
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._explanation(index.row())
        if role == KEY_ROLE:
            return series.key
        if role == Qt.ItemDataRole.FontRole and self.role(index.row()) is not None:
            font = QFont()
            font.setBold(True)
            return font
        if role == Qt.ItemDataRole.ForegroundRole and not series.is_stack:
            return QColor("#8f9aa2")
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.isValid() and self._series[index.row()].is_stack:
            return flags | Qt.ItemFlag.ItemIsDragEnabled
        return flags

    def mimeTypes(self) -> list[str]:
        return [SERIES_MIME]

    def mimeData(self, indexes: Any) -> QMimeData:
        data = QMimeData()
        keys = [self._series[index.row()].key for index in indexes]
        data.setData(SERIES_MIME, "\n".join(keys).encode())
        return data

    def _title(self, row: int) -> str:
        series = self._series[row]
        number = series.facts.series_number
        prefix = "" if number is None else f"{number}   "
        text = f"{prefix}{wording.series_kind(series, self.guess(row))}   {wording.series_name(series)}"
        mark = self._mark(row)
        return f"{mark}   {text}" if mark else text

    def _mark(self, row: int) -> str:
        """Return what the list puts before a series: the role it plays, or a question where the person may choose."""
        guess = self.guess(row)
        if self.role(row) is not None:
            return "●"
        return "?" if guess is not None and (guess.conflict or guess.candidate_for is not None) else ""

    def _explanation(self, row: int) -> str:
        series, guess = self._series[row], self.guess(row)
        lines = [self.tr("%n slice(s)", "", series.slices) + f", {series.columns} × {series.rows}"]
        role = self.role(row)
        if role is not None:
            lines.append(self.tr("Plays the role {0}").format(wording.role_name(role)))
        elif guess is not None and guess.candidate_for is not None:
            lines.append(self.tr("Could play the role {0}").format(wording.role_name(guess.candidate_for)))
        if guess is not None:
            lines[0] = f"{guess.kind.value}, {lines[0]}"
            lines += [wording.reason(each) for each in guess.reasons]
        if series.stack_problem:
            lines.append(self.tr("No regular stack: {0}").format(wording.phrase(series.stack_problem)))
        lines += [wording.phrase(note) for note in series.geometry_notes]
        return "\n".join(lines)

    def _reset(self) -> None:
        self.beginResetModel()
        study = self._document.study
        self._series = () if study is None else study.series
        self.endResetModel()

    def _roles_changed(self) -> None:
        if self._series:
            self.dataChanged.emit(self.index(0), self.index(len(self._series) - 1))
