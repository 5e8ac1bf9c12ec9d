"""The STARD flow diagram: from the patients of a cohort to those analysed, with everybody who was left out and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle

from engine.domain.package import ClinicalStatus
from training.figures.style import WIDTH_IN, fitted, font, new_figure, status_line


@dataclass(frozen=True, slots=True)
class Column:
    """One cohort from top to bottom: boxes with text, and at each step what left (empty: nobody)."""

    title: str
    boxes: Sequence[str]
    left_out: Sequence[str]


def flow_figure(columns: Sequence[Column], status: ClinicalStatus) -> Figure:
    """One column per cohort; every box lists patients and slices."""
    steps = max(len(column.boxes) for column in columns)
    tall = [max(_lines(column.boxes[step]) for column in columns if step < len(column.boxes)) for step in range(steps)]
    gaps = [
        max((_lines(column.left_out[step]) for column in columns if step < len(column.left_out)), default=0)
        for step in range(steps - 1)
    ]
    line = 0.132  # inches that a line of 5.8 pt takes, with room at the edges of long boxes
    heights = [line * count + 0.14 for count in tall]
    between = [max(0.22, line * count + 0.22) for count in gaps]
    height = sum(heights) + sum(between) + 0.62
    figure = new_figure(WIDTH_IN, height)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, WIDTH_IN)
    axes.set_ylim(0, height)
    width = (WIDTH_IN - 0.1) / len(columns)
    for number, column in enumerate(columns):
        left = 0.05 + number * width
        axes.text(left + 0.02, height - 0.2, fitted(column.title, 7, width - 0.15), fontproperties=font(7), va="bottom")
        top = height - 0.3
        for step, text in enumerate(column.boxes):
            _box(axes, left, top, width - 0.12, heights[step], _within(text, width - 0.2))
            if step + 1 < len(column.boxes):
                below = top - heights[step] - between[step]
                middle = left + 0.22
                _arrow(axes, (middle, top - heights[step]), (middle, below))
                out = column.left_out[step] if step < len(column.left_out) else ""
                if out:
                    tall_out = line * _lines(out) + 0.1
                    at = top - heights[step] - (between[step] - tall_out) / 2
                    _arrow(axes, (middle, at - tall_out / 2), (left + 0.42, at - tall_out / 2))
                    _box(axes, left + 0.42, at, width - 0.54, tall_out, _within(out, width - 0.62), dashed=True)
                top = below
    status_line(figure, status)
    return figure


def _within(text: str, width_in: float) -> str:
    """Every line cut to the box."""
    return "\n".join(fitted(line, 5.8, width_in) for line in text.split("\n"))


def _lines(text: str) -> int:
    return text.count("\n") + 1 if text else 0


def _box(axes: Axes, left: float, top: float, width: float, height: float, text: str, dashed: bool = False) -> None:
    axes.add_patch(
        Rectangle(
            (left, top - height),
            width,
            height,
            facecolor="white",
            edgecolor="#59626C",
            linewidth=0.6,
            linestyle="--" if dashed else "-",
        )
    )
    axes.text(left + 0.06, top - height / 2, text, fontproperties=font(5.8), va="center", linespacing=1.25)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.add_patch(
        FancyArrowPatch(
            start, end, arrowstyle="-|>", mutation_scale=6, linewidth=0.6, color="#59626C", shrinkA=0, shrinkB=0
        )
    )
