"""The score strip: model scores over slice position, one line a class; a click shows the slice in all linked views."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desktop import wording
from desktop.theme import Theme
from engine.domain.result import LesionResult, SliceResult

HEIGHT_PX = 118
LEFT_PX, RIGHT_PX, TOP_PX, BOTTOM_PX = 30, 12, 16, 20
DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
"""Lines differ by dash and mark as well as by colour."""


class ScoreStrip(QWidget):
    """Shows one lesion's slices from the feet (left) to the head (right) at their true distances.

    Signals:
        chosen(index): The person clicked near an analysis plane, or stepped to it by arrow key.
    """

    chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._slices: tuple[SliceResult, ...] = ()
        self._labels: tuple[str, ...] = ()
        self._current: int | None = None
        self.setFixedHeight(HEIGHT_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(self.tr("Model scores over slice position"))

    def show_lesion(self, lesion: LesionResult | None, labels: Sequence[str]) -> None:
        """Show the slices of a lesion."""
        slices = () if lesion is None else lesion.slices
        self._slices = tuple(sorted(slices, key=lambda one: one.ref.position_mm))
        self._labels, self._current = tuple(labels), None
        self.setVisible(bool(self._slices))
        self.update()

    def show_current(self, index: int | None) -> None:
        """Mark the slice that the views show."""
        self._current = index
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, HEIGHT_PX)

    # ---- geometry

    def x_of(self, place: int) -> float:
        """Return where a slice stands, by its place from the feet."""
        inside = self.width() - LEFT_PX - RIGHT_PX
        low, high = self._slices[0].ref.position_mm, self._slices[-1].ref.position_mm
        if high <= low:
            return LEFT_PX + inside / 2
        margin = inside / (2.0 * len(self._slices))
        share = (self._slices[place].ref.position_mm - low) / (high - low)
        return LEFT_PX + margin + share * (inside - 2 * margin)

    def _y_of(self, score: float) -> float:
        return TOP_PX + (1.0 - score) * (HEIGHT_PX - TOP_PX - BOTTOM_PX)

    def _nearest(self, x: float) -> int:
        return min(range(len(self._slices)), key=lambda place: abs(self.x_of(place) - x))

    # ---- what the person does

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._slices and event.button() is Qt.MouseButton.LeftButton:
            self._choose(self._nearest(event.position().x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or not self._slices:
            super().keyPressEvent(event)
            return
        indices = [one.ref.index for one in self._slices]
        place = indices.index(self._current) + step if self._current in indices else 0
        self._choose(min(max(place, 0), len(indices) - 1))

    def _choose(self, place: int) -> None:
        self.show_current(self._slices[place].ref.index)
        self.chosen.emit(self._slices[place].ref.index)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self._slices:
            QToolTip.showText(event.globalPos(), self.text_of(self._nearest(event.pos().x())), self)
            return True
        return super().event(event)

    def text_of(self, place: int) -> str:
        """Return position, scores and class of a slice in words."""
        one = self._slices[place]
        lines = [wording.position(one.ref.position_mm)]
        lines += [f"{wording.class_name(name)} {wording.score(one.scores[name])}" for name in self._labels]
        lines.append(self.tr("Classified as {0}").format(wording.class_name(one.predicted)))
        return "\n".join(lines)

    # ---- painting

    def paintEvent(self, _: QPaintEvent) -> None:
        if not self._slices:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_axes(painter)
        colours = (self._theme.dim, self._theme.amber, self._theme.violet, self._theme.accent)
        for number, name in enumerate(self._labels):
            points = [QPointF(self.x_of(i), self._y_of(one.scores[name])) for i, one in enumerate(self._slices)]
            colour = QColor(colours[number % len(colours)])
            painter.setPen(QPen(colour, 1.6, DASHES[number % len(DASHES)]))
            painter.drawPolyline(points)
            painter.setPen(QPen(QColor(self._theme.panel), 1))
            painter.setBrush(colour)
            for point in points:
                _mark(painter, point, number)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._theme.accent), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _paint_axes(self, painter: QPainter) -> None:
        metrics = QFontMetricsF(painter.font())
        painter.setPen(QColor(self._theme.border))
        for score in (0.0, 0.5, 1.0):
            y = self._y_of(score)
            painter.drawLine(QPointF(LEFT_PX, y), QPointF(self.width() - RIGHT_PX, y))
        painter.setPen(QColor(self._theme.dim))
        for score in (0.0, 1.0):
            area = QRectF(0, self._y_of(score) - 8, LEFT_PX - 6, 16)
            painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{score:.0f}")
        free = -1e9
        for place, one in enumerate(self._slices):
            x, text = self.x_of(place), wording.number(one.ref.position_mm)
            if one.ref.index == self._current:
                painter.fillRect(
                    QRectF(x - 7, TOP_PX, 14, HEIGHT_PX - TOP_PX - BOTTOM_PX), QColor(self._theme.accent_dim)
                )
            if one.malignant:  # the flag's rule: the class, marked by a sign and named by the tooltip and the table
                painter.drawText(QRectF(x - 8, 0, 16, TOP_PX), Qt.AlignmentFlag.AlignCenter, "▼")
            half = metrics.horizontalAdvance(text) / 2
            if x - half > free:
                area = QRectF(x - half - 2, HEIGHT_PX - BOTTOM_PX + 2, 2 * half + 4, BOTTOM_PX - 2)
                painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
                free = x + half + 6


def _mark(painter: QPainter, at: QPointF, number: int) -> None:
    """Draw a circle, square, diamond or triangle of equal weight."""
    size = 3.6
    if number % 4 == 0:
        painter.drawEllipse(at, size, size)
    elif number % 4 == 1:
        painter.drawRect(QRectF(at.x() - size, at.y() - size, 2 * size, 2 * size))
    elif number % 4 == 2:
        reach = size * 1.35
        corners = ((0, -reach), (reach, 0), (0, reach), (-reach, 0))
        painter.drawPolygon([at + QPointF(x, y) for x, y in corners])
    else:
        painter.drawPolygon([at + QPointF(0, -size), at + QPointF(size, size), at + QPointF(-size, size)])


class StripLegend(QWidget):
    """Says which line and mark belong to which class."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names: tuple[str, ...] = ()
        self.setFixedHeight(18)

    def show_labels(self, labels: Sequence[str]) -> None:
        """Name these classes, and the sign of malignant slices."""
        self._names = tuple(wording.class_name(name) for name in labels)
        self.setAccessibleName(", ".join(self._names))
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = QFontMetricsF(painter.font())
        colours = (self._theme.dim, self._theme.amber, self._theme.violet, self._theme.accent)
        x, middle = 4.0, self.height() / 2
        for number, name in enumerate(self._names):
            colour = QColor(colours[number % len(colours)])
            painter.setPen(QPen(colour, 1.6, DASHES[number % len(DASHES)]))
            painter.drawLine(QPointF(x, middle), QPointF(x + 22, middle))
            painter.setPen(QPen(QColor(self._theme.panel), 1))
            painter.setBrush(colour)
            _mark(painter, QPointF(x + 11, middle), number)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(self._theme.dim))
            width = metrics.horizontalAdvance(name)
            painter.drawText(QRectF(x + 27, 0, width + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, name)
            x += 27 + width + 14
        painter.drawText(
            QRectF(x, 0, self.width() - x, self.height()), Qt.AlignmentFlag.AlignVCenter, self.tr("▼ malignant")
        )
        painter.end()
