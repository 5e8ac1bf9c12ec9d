"""ROC figures in the paper's layout: Figures 2, 3, 4 and 6."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from engine.domain.package import ClinicalStatus
from training.figures.style import SIZE, WIDTH_IN, fitted, font, new_figure, plain_axes, status_line

MOST_INSIDE = 7
"""Entries of a legend that leave the curves to be seen; a longer one stands below the axes."""


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One ROC curve: its name with the area, points, colour and dash."""

    label: str
    alarms: NDArray[np.float64]
    hits: NDArray[np.float64]
    colour: str
    dash: str


@dataclass(frozen=True, slots=True)
class Point:
    """A reader's (or a rule's) operating point."""

    label: str
    alarms: float
    hits: float
    marker: str
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """One pair of axes.

    Attributes:
        title: Above the axes, after the letter.
        absent: What is not there and why; stands in the panel.
    """

    title: str
    curves: Sequence[Curve]
    points: Sequence[Point] = ()
    absent: Sequence[str] = ()


def roc_figure(rows: Sequence[Sequence[Panel]], status: ClinicalStatus) -> Figure:
    """A grid of panels, lettered A, B, C … row by row."""
    columns = max(3, *(len(row) for row in rows))  # one scale for every figure
    entries = max(len(panel.curves) + len(panel.points) for row in rows for panel in row)
    below = 0.0 if entries <= MOST_INSIDE or len(rows) > 1 else 0.11 * entries + 0.1
    height = 2.75 * len(rows) + 0.12 + below
    figure = new_figure(WIDTH_IN, height)
    grid = figure.subplots(len(rows), columns, squeeze=False)
    letter = 0
    for row, panels in zip(grid, rows, strict=True):
        for axes in row[len(panels) :]:
            axes.set_axis_off()
        for axes, panel in zip(row, panels, strict=False):
            _draw(axes, panel, "ABCDEFGHIJKL"[letter], 0.92 * WIDTH_IN / columns, under=below > 0)
            letter += 1
    figure.subplots_adjust(
        left=0.055, right=0.992, top=1 - 0.22 / height, bottom=(0.50 + below) / height, wspace=0.2, hspace=0.32
    )
    status_line(figure, status)
    return figure


def _draw(axes: Axes, panel: Panel, letter: str, width_in: float, under: bool) -> None:
    axes.plot([0, 1], [0, 1], color="#B8BEC4", linewidth=0.6, zorder=1)
    for curve in panel.curves:
        axes.plot(
            curve.alarms,
            curve.hits,
            color=curve.colour,
            linestyle=curve.dash,
            linewidth=1.1,
            label=curve.label,
            zorder=3,
        )
    for point in panel.points:
        axes.plot(
            [point.alarms],
            [point.hits],
            linestyle="",
            marker=point.marker,
            markersize=4,
            markeredgewidth=0.8,
            markeredgecolor="#1B1F24",
            markerfacecolor="#1B1F24" if point.filled else "white",
            label=fitted(point.label, 5.6, width_in - (0.5 if under else 1.0)),
            zorder=4,
            clip_on=False,
        )
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_aspect("equal")
    axes.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    axes.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    axes.set_title(fitted(f"{letter}  {panel.title}", SIZE, width_in), fontproperties=font(SIZE), loc="left", pad=4)
    plain_axes(axes, "1 − specificity", "Sensitivity")
    if panel.curves or panel.points:
        legend = axes.legend(
            loc="upper left" if under else "lower right",
            bbox_to_anchor=(0, -0.17) if under else None,
            frameon=True,
            prop=font(5.6),
            handlelength=2.4,
            borderpad=0.3,
            labelspacing=0.25,
            handletextpad=0.5,
            borderaxespad=0.2,
            framealpha=0.88,
            edgecolor="none",
        )
        legend.set_zorder(5)
    if panel.absent:
        above_legend = 0.06 + (0.0 if under else 0.075 * (len(panel.curves) + len(panel.points)))
        axes.text(
            0.985 if panel.curves else 0.5,
            above_legend if panel.curves else 0.5,
            "\n".join(panel.absent),
            ha="right" if panel.curves else "center",
            va="bottom" if panel.curves else "center",
            transform=axes.transAxes,
            fontproperties=font(5.2),
            color="#59626C",
            zorder=6,
        )
