"""Navigation: what linked views share, in patient millimetres: the level, the frame and the pointer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

Point = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Frame:
    """How a view is zoomed and panned: 1 fits; centre in patient mm, None for the middle of the images."""

    zoom: float = 1.0
    centre_mm: Point | None = None


class Navigation(QObject):
    """Carries movements from one view to the others. Every signal names its source, so that nobody answers itself.

    Signals:
        moved(point_mm, source): The source shows a slice through this point.
        framed(frame, source): The source is zoomed or panned so.
        pointed(point_mm or None, source): The mouse is over this point in the source.
        linked_changed(linked): Linking was switched.
    """

    moved = Signal(object, object)
    framed = Signal(object, object)
    pointed = Signal(object, object)
    linked_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._linked = True
        self.point_mm: Point | None = None

    @property
    def linked(self) -> bool:
        """True while views follow one another."""
        return self._linked

    def set_linked(self, linked: bool) -> None:
        """Switch linking; switching it on brings all views to the level of the last one moved."""
        if linked != self._linked:
            self._linked = linked
            self.linked_changed.emit(linked)
            if linked and self.point_mm is not None:
                self.moved.emit(self.point_mm, None)

    def move(self, point_mm: Point, source: object = None) -> None:
        """Say that `source` (None: nobody in particular, all follow) shows the slice through a point."""
        self.point_mm = point_mm
        if self._linked or source is None:
            self.moved.emit(point_mm, source)

    def frame(self, frame: Frame, source: object = None) -> None:
        """Say that `source` is zoomed or panned so."""
        if self._linked or source is None:
            self.framed.emit(frame, source)

    def point(self, point_mm: Point | None, source: object) -> None:
        """Say where the mouse is, None when it left."""
        self.pointed.emit(point_mm, source)

    def reset(self) -> None:
        """Forget the level: another study follows."""
        self.point_mm = None
        self.framed.emit(Frame(), None)
