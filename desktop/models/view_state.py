"""View state: what one viewport shows: which stack, which slice, which window, which frame."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QObject, Signal

from desktop.display_plane import DisplayPlane
from desktop.models.navigation import Frame, Navigation, Point
from desktop.window_level import Window, auto_window
from engine.domain.volume import Volume
from engine.geometry.affine import to_index, to_world

CLOSEST, FARTHEST = 16.0, 0.5


class ViewState(QObject):
    """The state of one viewport; it follows `navigation` in patient mm while views are linked.

    Signals:
        changed(): Anything that is painted changed.
        index_changed(index): Another slice is shown.
        content_changed(): Another stack is shown.
        window_chosen(window or None): A person chose another window; None for the automatic one.
    """

    changed = Signal()
    index_changed = Signal(int)
    content_changed = Signal()
    window_chosen = Signal(object)

    def __init__(self, navigation: Navigation, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.navigation = navigation
        self.series_key = ""
        self.title = ""
        self.subtitle = ""
        self.volume: Volume | None = None
        self.plane: DisplayPlane | None = None
        self.window = self.auto = Window(0.0, 1.0)
        self.frame = Frame()
        self.loading = False
        self.trouble = ""
        """Why the rest of the stack, or all of it, is not coming, in words."""
        self.covers_level = True
        self._index = 0
        navigation.moved.connect(self._follow)
        navigation.framed.connect(self._follow_frame)

    @property
    def index(self) -> int:
        """Slice shown, from 0 along the normal."""
        return self._index

    @property
    def slices(self) -> int:
        """Number of slices of the stack, 0 without one."""
        return 0 if self.volume is None else self.volume.shape[0]

    @property
    def step_mm(self) -> float:
        """Distance between slices along their normal."""
        return 1.0 if self.plane is None else self.plane.step_mm

    @property
    def level_mm(self) -> float:
        """Position of the shown slice along its normal, in mm."""
        return 0.0 if self.plane is None else self.plane.level_mm(self._index)

    def show(
        self,
        key: str,
        title: str,
        subtitle: str,
        volume: Volume | None,
        *,
        window: Window | None = None,
        loading: bool = False,
    ) -> None:
        """Show a stack at the level that the other views show; without one, only its name."""
        self.series_key, self.title, self.subtitle = key, title, subtitle
        self.volume, self.loading, self.trouble = volume, loading, ""
        self.plane = None if volume is None else DisplayPlane.of(volume.affine)
        self.covers_level = True
        if volume is not None and self.plane is not None:
            self.auto = auto_window(volume.array)
            self.window = window or self.auto
            self._index = volume.shape[0] // 2
            level = self.navigation.point_mm
            if level is not None and self.navigation.linked:
                self._index = self._kept_inside(self.plane.slice_at(level))
        self.content_changed.emit()
        self.index_changed.emit(self._index)
        self.changed.emit()

    def set_trouble(self, trouble: str) -> None:
        """Say why the images are not coming; empty while they are."""
        if trouble != self.trouble:
            self.trouble = trouble
            self.changed.emit()

    def clear(self) -> None:
        """Show nothing."""
        self.show("", "", "", None)

    def set_index(self, index: int) -> None:
        """Show a slice (kept inside the stack) and tell the linked views."""
        if self.volume is None:
            return
        index = min(max(index, 0), self.slices - 1)
        if index == self._index:
            return
        self._index = index
        self.covers_level = True
        self.navigation.move(self._point_on_slice(), self)
        self.index_changed.emit(index)
        self.changed.emit()

    def go_to(self, point_mm: Point) -> None:
        """Show the slice nearest to a point, as `set_index` does."""
        if self.plane is not None:
            self.set_index(self._kept_inside(self.plane.slice_at(point_mm)))

    def point_mm(self) -> Point | None:
        """Return the shared point carried along the normal onto the shown slice; None without a stack."""
        return None if self.plane is None else self._point_on_slice()

    def scroll(self, steps: int) -> None:
        """Go on by `steps` slices in reading order: to the feet in axial images."""
        if self.plane is not None:
            self.set_index(self._index + steps * self.plane.forward)

    def set_window(self, window: Window) -> None:
        """Show signal in this window."""
        self.window = window
        self.window_chosen.emit(window)
        self.changed.emit()

    def set_auto_window(self) -> None:
        """Show signal in the window that spans the tissue."""
        if self.volume is not None:
            self.window = self.auto
            self.window_chosen.emit(None)
            self.changed.emit()

    def set_frame(self, frame: Frame) -> None:
        """Zoom and pan, and tell the linked views."""
        zoom = min(max(frame.zoom, FARTHEST), CLOSEST)
        self.frame = Frame(zoom, frame.centre_mm)
        self.navigation.frame(self.frame, self)
        self.changed.emit()

    def centre_mm(self) -> Point:
        """Return the middle of the stack in patient mm (the origin without one)."""
        if self.volume is None:
            return np.zeros(3)
        return to_world(self.volume.affine, [(size - 1) / 2 for size in self.volume.shape])

    def signal_at(self, point_mm: Point) -> float | None:
        """Return the signal of the shown slice at a point, None outside the image."""
        if self.volume is None:
            return None
        _, row, column = np.floor(to_index(self.volume.affine, point_mm) + 0.5).astype(int)
        _, rows, columns = self.volume.shape
        if not (0 <= row < rows and 0 <= column < columns):
            return None
        return float(self.volume.array[self._index, row, column])

    def _follow(self, point_mm: Point, source: object) -> None:
        if source is self or self.plane is None:
            return
        position = self.plane.slice_at(point_mm)
        self.covers_level = -1.0 <= position <= self.slices
        index = self._kept_inside(position)
        if index != self._index:
            self._index = index
            self.index_changed.emit(index)
        self.changed.emit()

    def _follow_frame(self, frame: Frame, source: object) -> None:
        if source is not self:
            self.frame = frame
            self.changed.emit()

    def _kept_inside(self, position: float) -> int:
        return int(min(max(math.floor(position + 0.5), 0), self.slices - 1))

    def _point_on_slice(self) -> Point:
        """Return the shared point carried along the normal onto the shown slice."""
        assert self.plane is not None
        point = self.navigation.point_mm
        if point is None:
            point = self.centre_mm()
        across = self.plane.across
        result: Point = point + across * (self.level_mm - float(point @ across))
        return result
