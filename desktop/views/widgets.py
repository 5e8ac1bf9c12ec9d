"""Small widgets and helpers that several views share."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

EDGE_PX = 40
"""What a window manager needs around a dialog."""


def label(text: str = "", tone: str = "", *, wrap: bool = False) -> QLabel:
    """Return a label in one of the tones of the style sheet: title, head, dim, strong, warn, error."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)  # names and descriptions come from files: never markup
    if tone:
        made.setProperty("tone", tone)
    if wrap:
        made.setWordWrap(True)
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return made


def heading(text: str) -> QLabel:
    """Return the heading of a section."""
    return label(text.upper(), "head")


def line() -> QFrame:
    """Return a thin horizontal line."""
    made = QFrame()
    made.setObjectName("line")
    return made


def button(text: str, *, primary: bool = False, flat: bool = False, tip: str = "") -> QPushButton:
    """Return a push button in one of the three weights."""
    made = QPushButton(text)
    made.setProperty("primary", primary)
    made.setProperty("flat", flat)
    made.setToolTip(tip)
    return made


def card(kind: str) -> QFrame:
    """Return a frame of the style sheet: plain, slot, doubt, empty, raised, neutral, withheld, stale, caution, stop."""
    made = QFrame()
    made.setProperty("card", kind)
    return made


def set_card(frame: QFrame, kind: str) -> None:
    """Make a frame look like another kind."""
    if frame.property("card") != kind:
        frame.setProperty("card", kind)
        frame.style().unpolish(frame)
        frame.style().polish(frame)


def set_tone(text: QLabel, tone: str) -> None:
    """Give a label another tone."""
    if text.property("tone") != tone:
        text.setProperty("tone", tone)
        text.style().unpolish(text)
        text.style().polish(text)
        text.updateGeometry()


def column(parent: QWidget, margins: tuple[int, int, int, int] = (0, 0, 0, 0), spacing: int = 6) -> QVBoxLayout:
    """Return a vertical layout set on `parent`."""
    layout = QVBoxLayout(parent)
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    return layout


def resize_within(dialog: QWidget, width: int, height: int) -> None:
    """Give a dialog this size, or less where the screen has less: its buttons must be in reach."""
    room = dialog.screen().availableSize()
    dialog.resize(min(width, room.width() - EDGE_PX), min(height, room.height() - 2 * EDGE_PX))


def clear_layout(layout: QVBoxLayout) -> None:
    """Remove and delete every widget of a layout."""
    while layout.count():
        item = layout.takeAt(0)
        widget = None if item is None else item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


class ElidedLabel(QLabel):
    """One line that ends in an ellipsis where it does not fit; the whole text is its tooltip."""

    def __init__(self, text: str = "", tone: str = "") -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        if tone:
            self.setProperty("tone", tone)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self.text()) + 2, metrics.height() + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(20, self.sizeHint().height())

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), shown)
        painter.end()
