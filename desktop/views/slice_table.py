"""The slice table: one row a slice; a click shows the slice in all linked views."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.models.slice_model import SCORE_ROLE, SliceModel
from desktop.theme import Theme
from engine.domain.result import LesionResult

ROW_PX, TWO_LINES_PX, LEAST_COLUMN_PX = 27, 44, 24
MOST_ROWS = 9
T2_SLICE = 1
"""The column that goes first where there is little room: the position says where a slice lies."""


class ScoreDelegate(QStyledItemDelegate):
    """Draws a slim bar under each score."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        score = index.data(SCORE_ROLE)
        if score is None:
            return
        area = QRectF(option.rect).adjusted(8, 0, -8, 0)
        painter.save()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.border))
        painter.drawRect(QRectF(area.left(), area.bottom() - 4, area.width(), 2))
        painter.setBrush(QColor(self._theme.accent))
        painter.drawRect(QRectF(area.left(), area.bottom() - 4, area.width() * float(score), 2))
        painter.restore()


class SliceTable(QTableView):
    """Shows one lesion's slices.

    Signals:
        chosen(index): The person clicked a slice, also the one chosen before: the index of its analysis plane.
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slices = SliceModel(self)
        self.setModel(self.slices)
        self.setItemDelegate(ScoreDelegate(theme, self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)  # Tab goes on to the next control
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setMinimumSectionSize(LEAST_COLUMN_PX)
        self.setObjectName("slices")
        self.setAccessibleName(self.tr("Slices"))
        self.selectionModel().currentRowChanged.connect(self._tell)
        self.clicked.connect(self._tell)  # a row that is chosen already brings the views back to its slice

    def show_lesion(self, lesion: LesionResult | None, labels: tuple[str, ...]) -> None:
        """Show the slices of a lesion."""
        self.slices.show(lesion, labels)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Leave out the column of T2 slices where the table is narrow, and let class names take two lines."""
        header = self.horizontalHeader()
        widths = [max(header.sectionSizeHint(n), self.sizeHintForColumn(n)) for n in range(header.count())]
        room = self.viewport().width()
        narrow = sum(widths) > room
        for column in range(header.count()):
            last = column == header.count() - 1
            modes = QHeaderView.ResizeMode
            header.setSectionResizeMode(column, modes.Stretch if last else modes.ResizeToContents)
        self.setColumnHidden(T2_SLICE, narrow)
        folded = narrow and sum(widths) - widths[T2_SLICE] > room
        self.setWordWrap(folded)
        row_px = TWO_LINES_PX if folded else ROW_PX
        self.verticalHeader().setDefaultSectionSize(row_px)
        rows = min(max(self.slices.rowCount(), 1), MOST_ROWS)
        self.setFixedHeight(header.sizeHint().height() + rows * row_px + 6)

    def choose(self, index: int) -> None:
        """Choose the row of an analysis plane, as by a click."""
        row = self.slices.row_of(index)
        if row >= 0 and row == self.currentIndex().row():
            self._tell(self.currentIndex())
        else:
            self.selectRow(row)

    def sizeHint(self) -> QSize:
        return QSize(360, self.height())

    def _tell(self, current: QModelIndex) -> None:
        if current.isValid():
            self.chosen.emit(self.slices.slice_result(current.row()).ref.index)
