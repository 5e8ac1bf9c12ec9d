"""The canvas: the slice that a gesture is made on, and the values that a gesture shows and gives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from desktop.display_plane import DisplayPlane
from engine.geometry.affine import to_index, to_world
from engine.geometry.outline import outline_of_mask, rasterise
from engine.geometry.planar import Polygon, smoothed

Mask = NDArray[np.bool_]


def no_line() -> Polygon:
    """Return a line without points."""
    return np.zeros((0, 2))


class Tool(Enum):
    """What the left button does in a view."""

    WINDOW = "window"
    FREEHAND = "freehand"
    POLYGON = "polygon"
    ELLIPSE = "ellipse"
    BOX = "box"
    BRUSH = "brush"
    ERASER = "eraser"
    THRESHOLD = "threshold"
    GROW = "grow"
    RESHAPE = "reshape"

    @property
    def has_radius(self) -> bool:
        """True for the tools that a radius in mm belongs to."""
        return self in (Tool.BRUSH, Tool.ERASER, Tool.THRESHOLD, Tool.RESHAPE)

    @property
    def paints(self) -> bool:
        """True for the tools that show a round brush under the mouse."""
        return self in (Tool.BRUSH, Tool.ERASER, Tool.THRESHOLD)


class Mode(Enum):
    """What a region does to the outline that its slice already has."""

    ADD = "add"
    CUT = "cut"
    REPLACE = "replace"


@dataclass(frozen=True, eq=False)
class Canvas:
    """One slice, as a gesture sees it.

    Attributes:
        image: (row, column) signal of the slice.
        present: Rings (N, 2) in screen mm of the chosen lesion on this slice; none when it is not outlined here.
        radius_mm: Radius of the brush, reach of a reshaping drag.
        mm_per_px: Size of a pixel of the screen: what a hand can aim at depends on it.
    """

    plane: DisplayPlane
    index: int
    image: NDArray[np.float32]
    present: tuple[Polygon, ...]
    radius_mm: float
    mm_per_px: float

    @property
    def pixel_mm(self) -> float:
        """Smaller side of an image pixel."""
        return float(np.linalg.norm(self.plane.affine[:3, 1:3], axis=0).min())

    def pixel_at(self, point: Polygon) -> tuple[int, int] | None:
        """Return (row, column) of the image pixel under a point, None outside the image."""
        row, column = np.floor(self._indices(point[None])[0] + 0.5).astype(int)
        rows, columns = self.image.shape
        return (int(row), int(column)) if 0 <= row < rows and 0 <= column < columns else None

    def mask_of(self, region: Sequence[Polygon]) -> Mask:
        """Return the image pixels whose centres lie in a region."""
        rows, columns = self.image.shape
        return rasterise([self._indices(ring) for ring in region], (rows, columns))

    def region_of(self, mask: Mask) -> list[Polygon]:
        """Return a mask as a region, with the steps of its pixels rounded off."""
        rings = []
        for ring in outline_of_mask(mask):
            indices = np.column_stack([np.full(len(ring), float(self.index)), ring])
            rings.append(self.plane.to_screen_mm(to_world(self.plane.affine, indices)))
        return smoothed(rings, 0.5 * self.pixel_mm)

    def _indices(self, points: Polygon) -> NDArray[np.float64]:
        return to_index(self.plane.affine, self.plane.to_patient_mm(points, self.index))[:, 1:]


@dataclass(frozen=True, eq=False)
class Preview:
    """What is to be seen of a gesture under way, in screen mm.

    Attributes:
        region: Closed rings.
        line: An open line, (0, 2) without one.
        corners: Points that are shown as handles.
        bound: A ring that a growing region never leaves, (0, 2) without one.
        instead: True when `region` is what the slice will show in place of the lesion's present outline.
    """

    region: Sequence[Polygon] = ()
    line: Polygon = field(default_factory=no_line)
    corners: Polygon = field(default_factory=no_line)
    bound: Polygon = field(default_factory=no_line)
    instead: bool = False


@dataclass(frozen=True, eq=False)
class Stroke:
    """What a finished gesture asks for.

    Attributes:
        tool: The tool it was made with: it gives the step in the history its name.
        region: Rings in screen mm.
        moved: True when the whole outline was moved and kept its shape.
    """

    tool: Tool
    region: tuple[Polygon, ...]
    mode: Mode
    moved: bool = False


class Gesture(ABC):
    """From press to release, or, for a polygon, from the first corner to the last.

    Args:
        tool: The tool it is made with.
        canvas: The slice it is made on, as it was at the press.
        start: (2,) screen mm of the press.
        mode: What it does to the present outline.
    """

    by_clicks = False
    """True when corners are clicked: the gesture outlives the release of the button."""

    def __init__(self, tool: Tool, canvas: Canvas, start: Polygon, mode: Mode) -> None:
        self.tool, self.canvas, self.start, self.mode = tool, canvas, start, mode

    @abstractmethod
    def drag(self, point: Polygon) -> None:
        """The mouse moved with the button pressed."""

    def hover(self, point: Polygon) -> None:  # noqa: B027  most gestures end with the release
        """The mouse moved without a button."""

    def click(self, point: Polygon) -> bool:  # noqa: ARG002
        """The button was pressed again; True when that ends the gesture."""
        return True

    def turn(self, notches: float) -> bool:  # noqa: ARG002
        """The wheel was turned; False when that means nothing here."""
        return False

    def back(self) -> bool:
        """Take the last corner back; False when nothing is left."""
        return False

    @abstractmethod
    def preview(self) -> Preview:
        """Return what is to be seen now."""

    @abstractmethod
    def stroke(self) -> Stroke | None:
        """Return what the gesture asks for when it ends now; None when it encloses nothing."""
