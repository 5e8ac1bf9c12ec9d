"""The work list on the screen: one row a study, with how far it is; a click shows it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop import wording
from desktop.opening import Opening
from desktop.theme import Theme
from desktop.views.widgets import column, heading
from desktop.worklist import Entry, State

ROW_PX, MOST_ROWS = 42, 5
_ENTRY = Qt.ItemDataRole.UserRole
_STATE_TEXT = Qt.ItemDataRole.UserRole + 1


class WorkListView(QWidget):
    """Shown as soon as there is more than one study, or one that is not on the screen."""

    def __init__(self, opening: Opening, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._opening = opening
        layout = column(self, (12, 10, 4, 6), 4)
        layout.addWidget(heading(self.tr("Work list")))
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Work list"))
        self.list.setItemDelegate(_Row(theme, self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._menu)
        self.list.itemClicked.connect(self._show)
        self.list.itemActivated.connect(self._show)
        layout.addWidget(self.list)
        opening.list.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the entries as they are now."""
        entries = self._opening.list.entries
        current = self._opening.list.current
        while self.list.count() > len(entries):
            self.list.takeItem(self.list.count() - 1)
        while self.list.count() < len(entries):
            self.list.addItem(QListWidgetItem())
        for row, entry in enumerate(entries):
            item = self.list.item(row)
            first, second, state = lines(entry)
            item.setData(_ENTRY, entry)
            item.setData(_STATE_TEXT, state)
            item.setText(f"{first}, {second}, {state}")
            item.setToolTip("\n".join(text for text in (first, second, state, entry.reason) if text))
        place = next((n for n, e in enumerate(entries) if current is not None and e.number == current.number), -1)
        self.list.setCurrentRow(place)
        self.list.setFixedHeight(min(max(len(entries), 1), MOST_ROWS) * ROW_PX + 2)
        self.setVisible(len(entries) > 1 or any(current is None or e.number != current.number for e in entries))

    def _show(self, item: QListWidgetItem) -> None:
        self._opening.show(item.data(_ENTRY).number)

    def _menu(self, at: QPoint) -> None:
        item = self.list.itemAt(at)
        if item is None:
            return
        number = item.data(_ENTRY).number
        menu = QMenu(self)
        menu.addAction(self.tr("Show"), lambda: self._opening.show(number))
        menu.addAction(self.tr("Take off the list"), lambda: self._opening.remove(number))
        menu.popup(self.list.mapToGlobal(at))


def lines(entry: Entry) -> tuple[str, str, str]:
    """Return what a row says: the patient (else what was dropped), identity and date, and the state."""
    state = {
        State.WAITING: wording.translate("worklist", "waiting"),
        State.READING: wording.translate("worklist", "reading…"),
        State.READY: wording.translate("worklist", "ready"),
        State.ANALYZING: wording.translate("worklist", "analyzing…"),
        State.ANALYSED: wording.translate("worklist", "analysed"),
        State.FAILED: wording.translate("worklist", "failed"),
    }[entry.state]
    if entry.study is not None:
        identity = entry.study.patient.patient_id or wording.translate("worklist", "no ID")
        return wording.patient_name(entry.study.patient), f"{identity}  ·  {wording.study_date(entry.study)}", state
    name = entry.paths[0].name or str(entry.paths[0])
    if len(entry.paths) > 1:
        name = wording.translate("worklist", "{0} and {1} more").format(name, len(entry.paths) - 1)
    return name, entry.reason, state


class _Row(QStyledItemDelegate):
    """Two lines: who, and which study; how far it is stands at the right in words."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, _: QStyleOptionViewItem, __: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, ROW_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry: Entry = index.data(_ENTRY)
        first, second, _ = lines(entry)
        state = str(index.data(_STATE_TEXT))
        area: QRect = option.rect
        flags: QStyle.StateFlag = option.state
        theme = self._theme
        painter.save()
        if flags & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(theme.accent_dim))
        elif flags & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, QColor(theme.raised))
        inside = area.adjusted(8, 4, -8, -4)
        small = QFont(option.font)
        small.setPixelSize(max(small.pixelSize() - 1, 9))
        painter.setFont(small)
        width = QFontMetrics(small).horizontalAdvance(state)
        tone = theme.red if entry.state is State.FAILED else theme.text if entry.state is State.ANALYSED else theme.dim
        painter.setPen(QColor(tone))
        painter.drawText(inside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, state)
        self._line(painter, inside.adjusted(0, 17, 0, 0), second, small, theme.dim)
        self._line(painter, inside.adjusted(0, 0, -width - 8, 0), first, option.font, theme.text)
        painter.restore()

    def _line(self, painter: QPainter, area: QRect, text: str, font: QFont, colour: str) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, shown)
