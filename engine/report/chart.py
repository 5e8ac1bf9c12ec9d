"""The score chart: model scores of every class over slice position. Imports matplotlib: only for writing.

Figures are built without pyplot, so nothing is shared between two reports.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from numpy.typing import NDArray

from engine.report import palette
from engine.report.texts import number
from engine.report.values import LesionContent, ReportContent

PRINT_DPI = 240
FONTS = Path(__file__).resolve().parents[2] / "assets" / "fonts"
FILES = {"Roboto": "Roboto-Regular.ttf", "Droid Sans Fallback": "DroidSansFallback.ttf"}


@functools.cache
def _families() -> tuple[str, ...]:
    for file in FILES.values():
        font_manager.fontManager.addfont(FONTS / file)
    return tuple(FILES)


def font(size: float) -> FontProperties:
    """Return the report's face at this size, with East Asian characters from its companion."""
    return FontProperties(family=list(_families()), size=size)


def new_figure(width_in: float, height_in: float, dpi: int) -> Figure:
    """Return an empty white figure that belongs to nobody else."""
    figure = Figure(figsize=(width_in, height_in), dpi=dpi, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def pixels_of(figure: Figure) -> NDArray[np.uint8]:
    """Draw a figure; returns (row, column, 3)."""
    canvas = figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    canvas.draw()
    return np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[..., :3])


def chart_pixels(content: ReportContent, lesion: LesionContent, width_in: float, height_in: float) -> NDArray[np.uint8]:
    """Return the chart of one lesion as an image for print."""
    figure = new_figure(width_in, height_in, dpi=PRINT_DPI)
    figure.subplots_adjust(
        left=0.36 / width_in,
        right=1 - 0.06 / width_in,
        bottom=0.36 / height_in,
        top=1 - (0.24 if width_in > 4.4 else 0.36) / height_in,
    )
    draw_scores(figure.add_subplot(), content, lesion, size=6.0)
    return pixels_of(figure)


def draw_scores(axes: Axes, content: ReportContent, lesion: LesionContent, size: float) -> None:
    """Draw the scores of a lesion: one marked line per class; slices called malignant are shaded and named so."""
    slices = [slice_ for slice_ in lesion.slices if slice_.values]
    positions = np.array([slice_.position_mm for slice_ in slices])
    step = float(np.min(np.abs(np.diff(positions)))) if len(positions) > 1 else 10.0
    called = False
    for slice_ in slices:
        if slice_.malignant:
            word = content.words["highest"]
            axes.axvspan(
                slice_.position_mm - 0.42 * step,
                slice_.position_mm + 0.42 * step,
                facecolor="#EDEFF1",
                edgecolor="#C2C8CE",
                hatch="////",
                linewidth=0,
                label=None if called else word,
            )
            called = True
    for place, (key, label) in enumerate(zip(content.label_keys, content.labels, strict=True)):
        values = [slice_.values[place] for slice_ in slices]
        axes.plot(
            positions,
            values,
            color=palette.class_colour(key, place),
            marker=palette.MARKERS[place % 6],
            linestyle=palette.DASHES[place % 6],
            linewidth=0.9,
            markersize=3.2,
            label=label,
            clip_on=False,
        )
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.5, 1])
    axes.set_xlim(positions.min() - 0.6 * step, positions.max() + 0.6 * step)
    ticks = _ticks(positions)
    axes.set_xticks(ticks, [number(tick, 1) for tick in ticks])
    axes.set_xlabel(content.words["slice_axis"], fontproperties=font(size), labelpad=2)
    axes.set_ylabel(content.score_word, fontproperties=font(size), labelpad=2)
    axes.grid(axis="y", color="#E3E6E9", linewidth=0.5)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_linewidth(0.5)
    axes.tick_params(width=0.5, length=2, pad=1.5)
    for tick in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        tick.set_fontproperties(font(size))
    wide = axes.get_window_extent().width / axes.figure.dpi > 4.0
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=4 if wide else 2,
        frameon=False,
        prop=font(size),
        borderpad=0,
        borderaxespad=0.15,
        handlelength=1.9,
        columnspacing=1.0,
        handletextpad=0.4,
    )


def _ticks(positions: NDArray[np.float64]) -> list[float]:
    """Return at most seven of the slice positions, evenly chosen."""
    ordered = np.unique(positions)
    stride = -(-len(ordered) // 7)
    return [float(value) for value in ordered[::stride]]
