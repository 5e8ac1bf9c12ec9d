"""PNG files: the key slices and the score chart of every lesion, the status line on each. Imports matplotlib."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon as Patch
from numpy.typing import NDArray
from PIL import Image

from engine.domain.errors import ReportError
from engine.report import palette
from engine.report.chart import draw_scores, font, new_figure, pixels_of
from engine.report.images import SCALE_BARS_MM
from engine.report.values import ImagePanel, LesionContent, ReportContent, SliceContent

DPI = 150
PANEL_IN = 2.1


def write_figures(content: ReportContent, folder: Path) -> tuple[Path, ...]:
    """Write `<lesion>_slice<index>.png` for every key slice and `<lesion>_scores.png` for every lesion with scores.

    Names hold lesion ids only; identifiers never enter a file name.

    Raises:
        ReportError: The folder or a file cannot be written.
    """
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, lesion in enumerate(content.lesions, start=1):
            stem = _stem(lesion.lesion_id, number, written)
            for place in lesion.key:
                slice_ = lesion.slices[place]
                path = folder / f"{stem}_slice{slice_.index:02d}.png"
                _save(_slice_figure(content, lesion, slice_), path)
                written.append(path)
            if any(slice_.values for slice_ in lesion.slices):
                path = folder / f"{stem}_scores.png"
                _save(_scores_figure(content, lesion), path)
                written.append(path)
    except OSError as problem:
        raise ReportError(
            f"The figures cannot be written to {folder}: {problem.strerror or problem}.",
            remedy="Choose a folder that you may write to, with space left.",
            code="report-write",
        ) from problem
    return tuple(written)


def _stem(lesion_id: str, number: int, written: list[Path]) -> str:
    """Return a plain file name for a lesion, different from those in use."""
    stem = re.sub(r"[^A-Za-z0-9-]", "", lesion_id) or f"lesion{number}"
    taken = {path.name.rsplit("_", 1)[0] for path in written}
    return f"{stem}-{number}" if stem in taken else stem


def _save(pixels: NDArray[np.uint8], path: Path) -> None:
    Image.fromarray(pixels).save(path, format="PNG")


def _slice_figure(content: ReportContent, lesion: LesionContent, slice_: SliceContent) -> NDArray[np.uint8]:
    panels = slice_.panels
    widths = [panel.image.shape[1] / panel.image.shape[0] for panel in panels]
    total = sum(widths) * PANEL_IN + 0.12 * (len(panels) + 1)
    height = PANEL_IN + 1.25
    figure = new_figure(total, height, DPI)
    left = 0.12
    for panel, width in zip(panels, widths, strict=True):
        frame = (left / total, 0.72 / height, width * PANEL_IN / total, PANEL_IN / height)
        _draw_panel(figure.add_axes(frame), content, panel)
        left += width * PANEL_IN + 0.12
    heading = content.words["key_slice"].format(lesion=lesion.lesion_id, place=slice_.place)
    said = " · ".join(f"{label} {value}" for label, value in zip(content.labels, slice_.row[2:-1], strict=False))
    if slice_.values:
        heading = f"{heading}   {content.score_word}: {said}"
    _say(figure, heading, 0.12 / total, 1 - 0.16 / height, 8, palette.INK)
    if slice_.heat_note:
        _say(
            figure,
            f"{content.words['heat_caption']} {slice_.heat_note}",
            0.12 / total,
            0.6 / height,
            6.5,
            palette.MUTED,
        )
        _heat_legend(figure, content, total, height)
    _status(figure, content, total, height)
    return pixels_of(figure)


def _scores_figure(content: ReportContent, lesion: LesionContent) -> NDArray[np.uint8]:
    width, height = 6.0, 3.2
    figure = new_figure(width, height, DPI)
    figure.subplots_adjust(left=0.09, right=0.98, bottom=0.25, top=0.84)
    draw_scores(figure.add_subplot(), content, lesion, size=7.5)
    title = content.words["chart_title"].format(lesion=lesion.lesion_id)
    _say(figure, title, 0.02, 1 - 0.14 / height, 9, palette.INK)
    _status(figure, content, width, height)
    return pixels_of(figure)


def _draw_panel(axes: Axes, content: ReportContent, panel: ImagePanel) -> None:
    axes.imshow(palette.heat_over(panel.image, panel.heat), interpolation="nearest")
    axes.set_axis_off()
    axes.set_title(panel.title, fontproperties=font(7), color=palette.MUTED, pad=2)
    for polygon in panel.outlines:
        for colour, weight in ((palette.OUTLINE_CASING, 2.2), (palette.OUTLINE, 1.1)):
            axes.add_patch(Patch(polygon[:, ::-1], closed=True, fill=False, edgecolor=colour, linewidth=weight))
    if panel.frame is not None:
        axes.add_patch(
            Patch(
                panel.frame[:, ::-1], closed=True, fill=False, edgecolor=palette.ON_IMAGE, linewidth=0.8, linestyle="--"
            )
        )
    if panel.kind == "input":
        return
    rows, columns = panel.image.shape
    for x, letter, side in ((0.02, panel.left, "left"), (0.98, panel.right, "right")):
        axes.text(
            x,
            0.5,
            letter,
            transform=axes.transAxes,
            ha=side,
            va="center",
            color=palette.ON_IMAGE,
            fontproperties=font(8),
        )
    extent_mm = columns * panel.pixel_mm
    bar_mm = next((bar for bar in SCALE_BARS_MM if bar <= 0.65 * extent_mm), SCALE_BARS_MM[-1])
    length, end, row = bar_mm / panel.pixel_mm, columns * 0.96, rows * 0.96
    axes.add_line(Line2D([end - length, end], [row, row], color=palette.ON_IMAGE, linewidth=1.5))
    word = content.words["scale_bar"].format(cm=f"{bar_mm / 10:g}")
    axes.text(end, row - rows * 0.015, word, ha="right", va="bottom", color=palette.ON_IMAGE, fontproperties=font(6))


def _heat_legend(figure: Figure, content: ReportContent, total: float, height: float) -> None:
    axes = figure.add_axes((0.36 / total, 0.37 / height, 0.9 / total, 0.09 / height))
    axes.imshow(palette.heat_table()[None], aspect="auto")
    axes.set_axis_off()
    _say(figure, content.words["heat_low"], 0.12 / total, 0.415 / height, 6.5, palette.MUTED)
    high = f"{content.words['heat_high']}   {content.words['heat_scale']}"
    _say(figure, high, 1.34 / total, 0.415 / height, 6.5, palette.MUTED)


def _status(figure: Figure, content: ReportContent, total: float, height: float) -> None:
    _say(
        figure, f"{content.status_line}   {content.package_label}", 0.12 / total, 0.14 / height, 7.5, palette.STATUS_BAR
    )


def _say(figure: Figure, text: str, x: float, y: float, size: float, colour: str) -> None:
    # a dollar sign would start mathematics
    figure.text(x, y, text, fontproperties=font(size), color=colour, va="center", parse_math=False)
