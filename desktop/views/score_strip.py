"""The score strip: model scores over slice position, one line a class; a click shows the slice in all linked views."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from pyqtgraph.graphicsItems.ScatterPlotItem import drawSymbol
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desktop import wording
from desktop.theme import Theme
from engine.domain.result import LesionResult, SliceResult

HEIGHT_PX = 118
LEFT_PX, RIGHT_PX, BOTTOM_PX = 30, 12, 20
LOWEST, FLAG_AT, HIGHEST = -0.08, 1.2, 1.32
"""Scores at the edges of the plot, so that no mark is cut, and the height of the sign of malignant slices."""
DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
SYMBOLS = ("o", "s", "d", "t1")
"""Lines differ by dash and mark as well as by colour."""
MARK_PX = 9


class ScoreStrip(QWidget):
    """Shows one lesion's slices from the feet (left) to the head (right) at their true distances.

    The plot only shows: mouse and keys pass through it to this widget, so nothing pans, zooms or opens a menu.

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
        self._plot = self._empty_plot()
        self._current_line = pg.InfiniteLine(angle=90, pen=pg.mkPen(theme.accent, width=2))
        self._current_line.setZValue(-1)  # behind the marks
        # A result reaches the window all at once; the plot is drawn in a turn of its own, so that nothing stalls.
        self._drawing = QTimer(self, singleShot=True, interval=0)
        self._drawing.timeout.connect(self._draw)
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
        self._current_line.hide()
        self._drawing.start()

    @property
    def current(self) -> int | None:
        """The analysis plane that is marked, None for none."""
        return self._current

    def show_current(self, index: int | None) -> None:
        """Mark the slice that the views show."""
        self._current = index
        positions = [one.ref.position_mm for one in self._slices if one.ref.index == index]
        self._current_line.setVisible(bool(positions))
        if positions:
            self._current_line.setValue(positions[0])

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

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._plot.getViewBox().setBorder(pg.mkPen(self._theme.accent))
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._plot.getViewBox().setBorder(None)
        super().focusOutEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._plot.setGeometry(self.rect())
        super().resizeEvent(event)

    # ---- the plot

    def _empty_plot(self) -> pg.PlotWidget:
        plot = pg.PlotWidget(self, background=self._theme.panel, enableMenu=False, useOpenGL=False)
        plot.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        plot.setMouseEnabled(False, False)
        plot.hideButtons()
        plot.getPlotItem().setContentsMargins(0, 0, RIGHT_PX, 0)
        font = QFont(self.font())
        font.setPixelSize(11)
        left, bottom = plot.getAxis("left"), plot.getAxis("bottom")
        left.setWidth(LEFT_PX)
        bottom.setHeight(BOTTOM_PX)
        for axis in (left, bottom):
            axis.setStyle(tickLength=0, tickFont=font, tickTextOffset=6 if axis is left else 3)
            axis.setPen(None)
            axis.setTickPen(pg.mkPen(None))
            axis.setTextPen(self._theme.dim)
        left.setTicks([[(0.0, "0"), (1.0, "1")]])
        plot.setYRange(LOWEST, HIGHEST, padding=0)
        return plot

    def _draw(self) -> None:
        """Draw the slices of the lesion anew: lines of scores, marks of classes, signs of malignant slices."""
        plot, theme = self._plot, self._theme
        plot.clear()
        if not self._slices:
            return
        x = [one.ref.position_mm for one in self._slices]
        edge = (x[-1] - x[0]) / (2 * (len(x) - 1)) if x[-1] > x[0] else 1.0
        plot.setXRange(x[0] - edge, x[-1] + edge, padding=0)
        plot.getAxis("bottom").setTicks([[(at, wording.number(at)) for at in x]])
        for score in (0.0, 0.5, 1.0):
            plot.addItem(pg.InfiniteLine(score, angle=0, pen=pg.mkPen(theme.border)))
        plot.addItem(self._current_line)
        self.show_current(self._current)
        for number, name in enumerate(self._labels):
            colour = _colour(theme, number)
            plot.plot(
                x, [one.scores[name] for one in self._slices], antialias=True,
                pen=pg.mkPen(colour, width=1.6, style=DASHES[number % len(DASHES)]),
                symbol=SYMBOLS[number % len(SYMBOLS)], symbolSize=MARK_PX, symbolBrush=colour, symbolPen=theme.panel,
            )  # fmt: skip
        # the flag's rule: the class, marked by a sign and named by the tooltip and the table
        flagged = [one.ref.position_mm for one in self._slices if one.malignant]
        if flagged:
            signs = [FLAG_AT] * len(flagged)
            plot.plot(flagged, signs, pen=None, symbol="t", symbolSize=MARK_PX, symbolBrush=theme.dim, symbolPen=None)


def _colour(theme: Theme, number: int) -> QColor:
    colours = (theme.dim, theme.amber, theme.violet, theme.accent)
    return QColor(colours[number % len(colours)])


LEGEND_LINE_PX, SIGN_PX, BETWEEN_PX = 18, 27, 14


class StripLegend(QWidget):
    """Says which line and mark belong to which class; what does not fit goes on the next line."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names: tuple[str, ...] = ()
        self._flag = self.tr("▼ malignant")
        self.setFixedHeight(LEGEND_LINE_PX)

    def show_labels(self, labels: Sequence[str]) -> None:
        """Name these classes, and the sign of malignant slices."""
        self._names = tuple(wording.class_name(name) for name in labels)
        self.setAccessibleName(", ".join(self._names))
        self._fold()
        self.update()

    def places(self) -> list[tuple[float, int]]:
        """Return (x, line) of every class and of the sign, in px and from 0."""
        metrics, x, line = QFontMetricsF(self.font()), 4.0, 0
        found: list[tuple[float, int]] = []
        for width in (*(SIGN_PX + metrics.horizontalAdvance(name) for name in self._names),
                      metrics.horizontalAdvance(self._flag)):  # fmt: skip
            if found and x + width > self.width():
                x, line = 4.0, line + 1
            found.append((x, line))
            x += width + BETWEEN_PX
        return found

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def _fold(self) -> None:
        self.setFixedHeight(LEGEND_LINE_PX * (1 + self.places()[-1][1]))

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        *classes, (flag_x, flag_line) = self.places()
        for number, (name, (x, line)) in enumerate(zip(self._names, classes, strict=True)):
            colour, middle = _colour(self._theme, number), (line + 0.5) * LEGEND_LINE_PX
            painter.setPen(QPen(colour, 1.6, DASHES[number % len(DASHES)]))
            painter.drawLine(QPointF(x, middle), QPointF(x + 22, middle))
            painter.save()
            painter.translate(x + 11, middle)
            drawSymbol(
                painter, SYMBOLS[number % len(SYMBOLS)], MARK_PX, pg.mkPen(self._theme.panel), pg.mkBrush(colour)
            )
            painter.restore()
            self._write(painter, x + SIGN_PX, line, name)
        self._write(painter, flag_x, flag_line, self._flag)
        painter.end()

    def _write(self, painter: QPainter, x: float, line: int, text: str) -> None:
        painter.setPen(QColor(self._theme.dim))
        area = QRectF(x, line * LEGEND_LINE_PX, self.width() - x, LEGEND_LINE_PX)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)
