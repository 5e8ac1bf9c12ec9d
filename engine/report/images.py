"""Blocks with pictures: a row of image panels of one height, and the score chart."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.report import palette
from engine.report.fonts import text_width
from engine.report.layout import Whole
from engine.report.pen import Pen, Style
from engine.report.typeset import lines_of, one_line
from engine.report.values import ImagePanel

TITLE = Style(6.4, colour=palette.MUTED)
STATUS = Style(5.2, colour=palette.STATUS_BAR)
LETTER = Style(6.5, bold=True, colour=palette.ON_IMAGE, plate=palette.SHADE)
LABEL = Style(5.6, colour=palette.ON_IMAGE, plate=palette.SHADE)
GAP = 5.0
SCALE_BARS_MM = (50.0, 20.0, 10.0)
BAR_STEP = 22.0
PIXELS_PER_POINT = 3.2
"""Images are stored no finer than this: about 230 pixels an inch."""


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """One place in the row: a single panel, or several in a grid of one or two rows."""

    panels: tuple[ImagePanel, ...]

    @property
    def rows(self) -> int:
        """Rows of the grid: one image stands alone, more are halved in height."""
        return 1 if len(self.panels) == 1 else 2

    @property
    def columns(self) -> int:
        """Columns of the grid."""
        return -(-len(self.panels) // self.rows)

    def aspect(self) -> float:
        """Width over height."""
        rows, columns = (int(size) for size in self.panels[0].image.shape)
        return columns / rows * self.columns / self.rows


@dataclass(frozen=True, slots=True, eq=False)
class PanelRow(Whole):
    """Panels of one slice side by side, with titles above and the status line below.

    Attributes:
        most: Upper limit of the images' height; the row fills the width otherwise.
    """

    panels: tuple[ImagePanel, ...]
    status_line: str
    scale_word: str
    most: float = 120.0

    def _groups(self) -> list[Group]:
        seen = tuple(panel for panel in self.panels if panel.kind == "input")
        groups = [Group((panel,)) for panel in self.panels if panel.kind != "input"]
        return [*groups, Group(seen)] if seen else groups

    def _image_height(self, width: float) -> float:
        groups = self._groups()
        room = width - GAP * (len(groups) - 1)
        return min(self.most, room / sum(group.aspect() for group in groups))

    def natural_width(self) -> float:
        """Return the width at which the images reach their greatest height."""
        groups = self._groups()
        return self.most * sum(group.aspect() for group in groups) + GAP * (len(groups) - 1)

    def _titles(self, width: float) -> list[tuple[str, ...]]:
        height = self._image_height(width)
        return [lines_of(_title(group), height * group.aspect(), TITLE.size) for group in self._groups()]

    def _title_height(self, width: float) -> float:
        return max(len(lines) for lines in self._titles(width)) * TITLE.leading + 1

    def height(self, width: float, /) -> float:
        """Return titles, images and status line."""
        below = STATUS.leading + 2 if self.status_line else 0.0
        return self._title_height(width) + self._image_height(width) + below

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw the groups from left to right."""
        height, start = self._image_height(width), x
        edge = top - self._title_height(width)
        for group, title in zip(self._groups(), self._titles(width), strict=True):
            extent = height * group.aspect()
            pen.lines(title, x, edge + len(title) * TITLE.leading + 1, extent, TITLE)
            self._draw_group(pen, group, x, edge, extent, height)
            x += extent + GAP
        if self.status_line:
            line = one_line(self.status_line, x - GAP - start, STATUS.size)
            pen.lines([line], start, edge - height - 1, width, STATUS)

    def _draw_group(self, pen: Pen, group: Group, x: float, top: float, width: float, height: float) -> None:
        cell_width, cell_height = width / group.columns, height / group.rows
        for place, panel in enumerate(group.panels):
            row, column = divmod(place, group.columns)
            name = panel.title if len(group.panels) > 1 else ""
            inset = 0.5 if len(group.panels) > 1 else 0.0
            draw_panel(
                pen,
                panel,
                x + column * cell_width + inset,
                top - (row + 1) * cell_height + inset,
                cell_width - 2 * inset,
                cell_height - 2 * inset,
                self.scale_word,
                name,
            )


def _title(group: Group) -> str:
    """Return the title of a group; where it has several panels, their roles are named on the images instead."""
    title = group.panels[0].title
    return title if len(group.panels) == 1 else title.replace("：", ":").split(":")[0]


def draw_panel(
    pen: Pen, panel: ImagePanel, x: float, y: float, width: float, height: float, scale_word: str, name: str = ""
) -> None:
    """Draw one image with outline, letters and scale bar, its lower left corner at (x, y)."""
    pixels = palette.heat_over(panel.image, panel.heat) if panel.heat is not None else panel.image
    pen.image(_reduced(pixels, height), x, y, width, height)
    factor = height / panel.image.shape[0]
    within = (x, y, width, height)

    def placed(polygon: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([x + (polygon[:, 1] + 0.5) * factor, y + height - (polygon[:, 0] + 0.5) * factor])

    if panel.frame is not None:
        pen.polygon(placed(panel.frame), palette.ON_IMAGE, 0.6, within, dash=(2.0, 1.5))
    for polygon in panel.outlines:
        pen.polygon(placed(polygon), palette.OUTLINE_CASING, 1.5, within)
        pen.polygon(placed(polygon), palette.OUTLINE, 0.8, within)
    if panel.kind == "input":
        if name:
            short = name.replace("：", ":").split(":")[-1].strip()
            size = min(LABEL.size, (width - 4) / text_width(short, 1.0))
            pen.text(one_line(short, width - 3, size), x + 2, y + 2.4, width, replace(LABEL, size=size))
        return
    pen.text(panel.left, x + 2, y + height / 2 - 2, width, LETTER)
    pen.text(panel.right, x, y + height / 2 - 2, width - 2, replace(LETTER, align="right"))
    _draw_scale(pen, panel, x, y, width, factor, scale_word)


def _draw_scale(pen: Pen, panel: ImagePanel, x: float, y: float, width: float, factor: float, scale_word: str) -> None:
    extent_mm = panel.image.shape[1] * panel.pixel_mm
    bar_mm = next((bar for bar in SCALE_BARS_MM if bar <= 0.65 * extent_mm), SCALE_BARS_MM[-1])
    length = bar_mm / panel.pixel_mm * factor
    left = x + width - length - 4
    pen.line(left - 0.6, y + 4, left + length + 0.6, y + 4, weight=2.4, colour=palette.SHADE)
    pen.line(left, y + 4, left + length, y + 4, weight=1.2, colour=palette.ON_IMAGE)
    word = scale_word.format(cm=f"{bar_mm / 10:g}")
    pen.text(word, left, y + 6.5, length, replace(LABEL, align="right"))


def _reduced(pixels: NDArray[np.uint8], height: float) -> NDArray[np.uint8]:
    """Make an image no finer than print needs, so that reports of many slices stay small."""
    wanted = max(1, round(height * PIXELS_PER_POINT))
    if pixels.shape[0] <= wanted:
        return pixels
    columns = max(1, round(pixels.shape[1] * wanted / pixels.shape[0]))
    return np.asarray(Image.fromarray(pixels).resize((columns, wanted), Image.Resampling.LANCZOS))


@dataclass(frozen=True, slots=True, eq=False)
class HeatLegend(Whole):
    """The colour scale of the heat maps and the names of its ends."""

    low: str
    high: str

    def height(self, _width: float, /) -> float:
        """Return one line."""
        return TITLE.leading + 2

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw the scale between the names of its ends."""
        pen.lines([self.low], x, top, 60, TITLE)
        x += text_width(self.low, TITLE.size) + 4
        pen.image(_scale_pixels(), x, top - TITLE.leading + 1.5, 46, 5)
        pen.lines([self.high], x + 50, top, width, TITLE)


@functools.cache
def _scale_pixels() -> NDArray[np.uint8]:
    table = (palette.heat_table() * 255 + 0.5).astype(np.uint8)
    return np.ascontiguousarray(np.repeat(table[None], 8, axis=0))


@dataclass(frozen=True, slots=True, eq=False)
class Chart(Whole):
    """A chart of a fixed height, made for the width when it is drawn.

    Attributes:
        paint: Width and height in inches to pixels (row, column, 3).
    """

    paint: Callable[[float, float], NDArray[np.uint8]]
    points: float

    def height(self, _width: float, /) -> float:
        """Return the fixed height."""
        return self.points

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Paint and place it."""
        pen.image(self.paint(width / 72.0, self.points / 72.0), x, top - self.points, width, self.points)


@dataclass(frozen=True, slots=True, eq=False)
class ScoreBars(Whole):
    """The scores of one slice as labelled bars: name, bar, number. The class of the slice is in bold."""

    labels: tuple[str, ...]
    keys: tuple[str, ...]
    values: tuple[float, ...]
    numbers: tuple[str, ...]

    def height(self, _width: float, /) -> float:
        """Return three parts a class: name, bar, space."""
        return len(self.labels) * BAR_STEP

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw one bar under each name."""
        for place, (label, key, value) in enumerate(zip(self.labels, self.keys, self.values, strict=True)):
            style = Style(7.4, bold=value == max(self.values))
            right = Style(style.size, style.bold, align="right")
            pen.lines([one_line(label, width - 24, style.size, style.bold)], x, top, width, style)
            pen.lines([self.numbers[place]], x, top, width, right)
            bar = top - style.leading - 4
            pen.rectangle(x, bar, width, 3.4, palette.TRACK)
            pen.rectangle(x, bar, width * value, 3.4, palette.class_colour(key, place))
            top -= BAR_STEP
