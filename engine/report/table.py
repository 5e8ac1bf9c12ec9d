"""Tables: rows of texts under a header that is repeated on every page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from engine.report import palette
from engine.report.layout import CELL, CELL_HEAD, Block
from engine.report.pen import Pen, Style
from engine.report.typeset import lines_of


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of texts; divided between rows, each part with the header.

    Attributes:
        shares: Relative column widths.
        right: Columns set flush right.
        strong: Rows in bold.
        heights: Row heights by width, filled as they are asked for.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...]
    right: tuple[int, ...] = ()
    strong: tuple[int, ...] = ()
    gap: float = 10.0
    pad: float = 1.7
    style: Style = CELL
    heights: dict[float, list[float]] = field(default_factory=dict, compare=False, repr=False)

    def _widths(self, width: float) -> list[float]:
        room = width - self.gap * (len(self.shares) - 1)
        return [room * share / sum(self.shares) for share in self.shares]

    def _row_height(self, row: Sequence[str], style: Style, width: float) -> float:
        counts = [
            len(lines_of(cell, w, style.size, style.bold)) for cell, w in zip(row, self._widths(width), strict=False)
        ]
        return max(counts, default=1) * style.leading + 2 * self.pad

    def _heights(self, width: float) -> list[float]:
        if width not in self.heights:
            self.heights[width] = [self._row_height(row, self._style(n), width) for n, row in enumerate(self.rows)]
        return self.heights[width]

    def _style(self, row: int) -> Style:
        return replace(self.style, bold=True) if row in self.strong else self.style

    def _header_height(self, width: float) -> float:
        return self._row_height(self.header, CELL_HEAD, width) if self.header else 0.0

    def height(self, width: float, /) -> float:
        """Return header and rows."""
        return self._header_height(width) + sum(self._heights(width))

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw header and rows with hairlines between them."""
        if self.header:
            self._draw_row(pen, self.header, CELL_HEAD, x, top, width)
            top -= self._header_height(width)
            pen.line(x, top, x + width, top, weight=0.7, colour=palette.MUTED)
        for number, (row, height) in enumerate(zip(self.rows, self._heights(width), strict=True)):
            if number:
                pen.line(x, top, x + width, top)
            self._draw_row(pen, row, self._style(number), x, top, width)
            top -= height

    def _draw_row(self, pen: Pen, row: Sequence[str], style: Style, x: float, top: float, width: float) -> None:
        for place, (cell, share) in enumerate(zip(row, self._widths(width), strict=False)):
            own = replace(style, align="right") if place in self.right else style
            pen.lines(lines_of(cell, share, own.size, own.bold), x, top - self.pad, share, own)
            x += share + self.gap

    def divide(self, width: float, room: float, /) -> tuple[Block | None, Block | None]:
        """Divide between rows."""
        used = self._header_height(width)
        fitting = 0
        for height in self._heights(width):
            if used + height > room + 1e-6:
                break
            used += height
            fitting += 1
        if fitting == len(self.rows):
            return self, None
        if fitting == len(self.rows) - 1 and fitting > 2:  # no row stands alone on the next page
            fitting -= 1
        if fitting == 0:
            return None, self
        return self._part(0, fitting), self._part(fitting, len(self.rows))

    def _part(self, start: int, stop: int) -> Table:
        strong = tuple(n - start for n in self.strong if start <= n < stop)
        return replace(self, rows=self.rows[start:stop], strong=strong, heights={})
