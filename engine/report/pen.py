"""The pen: text, lines, areas and images on a PDF page, in points from the lower left corner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from reportlab.lib.colors import HexColor
from reportlab.lib.utils import ImageReader

from engine.report import palette
from engine.report.fonts import SHAPED, Run, runs, shaped, text_width

PLATE_ALPHA = 0.45
FAKE_BOLD = 0.025
"""Stroke width, relative to the size, that makes a face without a bold cut look bold."""


@dataclass(frozen=True, slots=True)
class Style:
    """How text is set.

    Attributes:
        spread: Leading relative to the size.
        plate: Colour of a translucent ground that keeps text readable on images.
    """

    size: float
    bold: bool = False
    colour: str = palette.INK
    align: Literal["left", "right", "centre"] = "left"
    spread: float = 1.32
    alpha: float = 1.0
    plate: str | None = None

    @property
    def leading(self) -> float:
        """Distance between baselines."""
        return self.size * self.spread


class Pen:
    """Draws on one reportlab canvas."""

    def __init__(self, canvas: Any) -> None:
        self.canvas = canvas
        self._bookmarks = 0
        self._level = -1

    def lines(self, lines: Sequence[str], x: float, top: float, width: float, style: Style) -> None:
        """Set lines in visual order under each other, the first with its top at `top`."""
        baseline = top - style.size * (0.5 * style.spread + 0.34)
        for line in lines:
            self.text(line, x, baseline, width, style)
            baseline -= style.leading

    def text(self, line: str, x: float, baseline: float, width: float, style: Style) -> None:
        """Set one line in visual order."""
        extent = text_width(line, style.size, style.bold)
        x += {"left": 0.0, "right": width - extent, "centre": (width - extent) / 2}[style.align]
        colour = HexColor(style.colour)
        colour.alpha = style.alpha
        if style.plate is not None:
            self.canvas.setFillColor(HexColor(style.plate))
            self.canvas.setFillAlpha(PLATE_ALPHA)
            self.canvas.rect(x - 1, baseline - 0.24 * style.size, extent + 2, 1.1 * style.size, stroke=0, fill=1)
            self.canvas.setFillAlpha(1.0)
        self.canvas.setStrokeColor(colour)
        self.canvas.setLineWidth(style.size * FAKE_BOLD)
        written = self.canvas.beginText(x, baseline)
        written.setFillColor(colour)
        for run in runs(line, style.bold):
            # overlapping fill and stroke would show through each other where the text is transparent
            thick = run.thicken and style.alpha == 1.0
            written.setTextRenderMode(2 if thick else 0)
            written.setFont(run.face, style.size)
            self._out(written, run, style.size)
        written.setTextRenderMode(0)
        self.canvas.drawText(written)

    def _out(self, written: Any, run: Run, size: float) -> None:
        """Write a run; one with glyphs of its own says which letters they stand for, so that text can be found."""
        if run.face not in SHAPED:
            written.textOut(run.text)
            return
        letters = ("\ufeff" + run.text).encode("utf-16-be").hex().upper()
        written._code.append(f"/Span <</ActualText <{letters}>>> BDC")
        written.textOut(shaped(run, size))
        written._code.append("EMC")

    def line(self, x0: float, y0: float, x1: float, y1: float, weight: float = 0.4, colour: str = palette.HAIR) -> None:
        """Draw a straight line."""
        self.canvas.setStrokeColor(HexColor(colour))
        self.canvas.setLineWidth(weight)
        self.canvas.line(x0, y0, x1, y1)

    def rectangle(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Fill a rectangle given by its lower left corner."""
        self.canvas.setFillColor(HexColor(colour))
        self.canvas.rect(x, y, width, height, stroke=0, fill=1)

    def image(self, pixels: NDArray[np.uint8], x: float, y: float, width: float, height: float) -> None:
        """Place an image (row, column) or (row, column, 3) with its lower left corner at (x, y)."""
        self.canvas.drawImage(ImageReader(Image.fromarray(pixels)), x, y, width, height)

    def polygon(
        self,
        points: NDArray[np.float64],
        colour: str,
        weight: float,
        within: tuple[float, float, float, float],
        dash: tuple[float, ...] = (),
    ) -> None:
        """Stroke a closed polygon of (x, y) points, clipped to (x, y, width, height)."""
        canvas = self.canvas
        canvas.saveState()
        clip = canvas.beginPath()
        clip.rect(*within)
        canvas.clipPath(clip, stroke=0, fill=0)
        path = canvas.beginPath()
        path.moveTo(*points[0])
        for point in points[1:]:
            path.lineTo(*point)
        path.close()
        canvas.setStrokeColor(HexColor(colour))
        canvas.setLineWidth(weight)
        canvas.setLineJoin(1)
        if dash:
            canvas.setDash(list(dash))
        canvas.drawPath(path, stroke=1, fill=0)
        canvas.restoreState()

    def bookmark(self, title: str, level: int, top: float) -> None:
        """Mark this place in the outline of the document."""
        self._bookmarks += 1
        key = f"place{self._bookmarks}"
        level = min(level, self._level + 1)  # an outline may not skip a level
        self._level = level
        self.canvas.bookmarkHorizontal(key, 0, top + 4)
        self.canvas.addOutlineEntry(title, key, level=level, closed=level > 0)
