"""Panes: series at the left, images in the middle, results at the right; images get what the panels can spare.

Panels have a natural share of the window. A person who drags a border decides otherwise, and that is kept. Where a
window is too narrow for everything, the series fold away first, then the results, and come back when there is room;
whichever the person calls for comes at once and the other makes room.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

from desktop import settings as table
from desktop.settings import Settings

LEFT, RIGHT = "left", "right"
IMAGES_LEAST_PX = 300
HANDLE_PX = 2


@dataclass(frozen=True)
class Room:
    """What a panel asks for: the least width at which nothing in it is cut, its share of the window, the most."""

    least_px: int
    share: float
    most_px: int

    def natural_px(self, window_px: int) -> int:
        """Return the width in a window where nobody has dragged a border."""
        return min(max(round(self.share * window_px), self.least_px), self.most_px)


ROOMS = {LEFT: Room(248, 0.21, 330), RIGHT: Room(384, 0.31, 484)}


def arrange(window_px: int, wanted: frozenset[str], chosen: dict[str, int], called: str = "") -> dict[str, int]:
    """Return the widths of the panels that are shown, in a window of this width.

    Args:
        wanted: Panels that the person has not closed.
        chosen: Widths that the person has set, 0 where the natural one applies.
        called: The panel that the person called for last: it comes, whatever room that leaves to the images.
    """
    shown: dict[str, int] = {}
    spare = window_px - IMAGES_LEAST_PX - 2 * HANDLE_PX
    for side in sorted(wanted, key=lambda side: (side != called, side != RIGHT)):
        if side != called and ROOMS[side].least_px > spare:
            break
        shown[side] = ROOMS[side].least_px
        spare -= ROOMS[side].least_px
    for side in shown:
        width = chosen.get(side) or ROOMS[side].natural_px(window_px)
        more = min(max(width - shown[side], 0), max(spare, 0))
        shown[side] += more
        spare -= more
    return shown


class Panes(QSplitter):
    """The splitter of the main window.

    Signals:
        panel_shown(side, shown): A panel came or went, by the person's word or for want of room.
    """

    panel_shown = Signal(str, bool)

    def __init__(self, left: QWidget, middle: QWidget, right: QWidget, settings: Settings) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._settings = settings
        self._panels = {LEFT: left, RIGHT: right}
        self._called = ""
        self._wanted = frozenset(side for side in ROOMS if side not in settings.get(table.PANELS_CLOSED))
        for part in (left, middle, right):
            self.addWidget(part)
        self.setHandleWidth(HANDLE_PX)
        self.setStretchFactor(1, 1)
        self.setChildrenCollapsible(False)
        for side, panel in self._panels.items():
            panel.setMinimumWidth(ROOMS[side].least_px)
        self.splitterMoved.connect(self._dragged)

    def set_shown(self, side: str, shown: bool) -> None:
        """Show or close a panel as the person wants."""
        self._wanted = self._wanted | {side} if shown else self._wanted - {side}
        self._settings.set(table.PANELS_CLOSED, tuple(one for one in ROOMS if one not in self._wanted))
        self._called = side if shown else ""
        self.fit()

    def fit(self) -> None:
        """Give every part its width in the window as it is."""
        widths = arrange(self.width(), self._wanted, self._settings.get(table.PANEL_WIDTHS), self._called)
        for side, panel in self._panels.items():
            if panel.isVisibleTo(self) != (side in widths):
                panel.setVisible(side in widths)
                self.panel_shown.emit(side, side in widths)
        left, right = widths.get(LEFT, 0), widths.get(RIGHT, 0)
        self.setSizes([left, max(self.width() - left - right - 2 * HANDLE_PX, 1), right])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def _dragged(self, _: int, index: int) -> None:
        """Keep the width of the panel whose border was dragged."""
        side = LEFT if index == 1 else RIGHT
        widths = self._settings.get(table.PANEL_WIDTHS)
        self._settings.set(table.PANEL_WIDTHS, {**widths, side: self._panels[side].width()})
