"""Confusion matrices: counts and row shares, grey by share, every cell readable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from engine.domain.package import ClinicalStatus
from training.figures.style import SIZE, WIDTH_IN, fitted, font, new_figure, status_line


@dataclass(frozen=True, slots=True)
class Matrix:
    """Counts: one row per true class, one column per predicted class."""

    title: str
    labels: Sequence[str]
    counts: Sequence[Sequence[int]]


def confusion_figure(matrices: Sequence[Matrix], status: ClinicalStatus, columns: int = 3) -> Figure:
    """A grid of matrices."""
    rows = -(-len(matrices) // columns)
    height = 2.25 * rows + 0.2
    figure = new_figure(WIDTH_IN, height)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in grid[len(matrices) :]:
        axes.set_axis_off()
    for axes, matrix in zip(grid, matrices, strict=False):
        _draw(axes, matrix, 0.88 * WIDTH_IN / columns)
    figure.subplots_adjust(
        left=0.105, right=0.995, top=1 - 0.22 / height, bottom=0.52 / height, wspace=0.42, hspace=0.42
    )
    status_line(figure, status)
    return figure


def _draw(axes: Axes, matrix: Matrix, width_in: float) -> None:
    counts = np.asarray(matrix.counts)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    edges = np.arange(len(counts) + 1) - 0.5
    axes.pcolormesh(edges, edges, shares, cmap="Greys", vmin=0, vmax=1.25, edgecolors="white", linewidth=0.6)
    axes.invert_yaxis()
    for row, column in np.ndindex(counts.shape):
        axes.text(
            column,
            row,
            f"{counts[row, column]}\n{100 * shares[row, column]:.0f} %",
            ha="center",
            va="center",
            fontproperties=font(SIZE),
            color="white" if shares[row, column] > 0.75 else "#1B1F24",
        )
    names = [label.replace(" ", "\n") for label in matrix.labels]
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    for tick in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        tick.set_fontproperties(font(5.6))
    axes.tick_params(length=0, pad=2)
    axes.set_xlabel("called", fontproperties=font(6), labelpad=1)
    axes.set_ylabel("truth", fontproperties=font(6), labelpad=1)
    axes.set_title(fitted(matrix.title, 6.4, width_in), fontproperties=font(6.4), loc="left", pad=3)
