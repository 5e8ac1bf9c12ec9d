"""The flow: blocks placed on pages in order; headings stay with what follows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.report.layout import Block, Gap, Heading, Paragraph, Whole
from engine.report.pen import Pen
from engine.report.table import Table

Placed = tuple[Block, float]
"""A block and the distance of its top from the top of the page's text area."""


@dataclass(frozen=True, slots=True)
class PageBreak(Whole):
    """What follows begins a new page."""

    def height(self, _width: float, /) -> float:
        """Take no room."""
        return 0.0

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw nothing."""


def paginate(blocks: Sequence[Block], width: float, height: float) -> list[list[Placed]]:
    """Place blocks on pages with a text area of this size, in order."""
    pages: list[list[Placed]] = [[]]
    used = 0.0
    waiting = list(blocks)
    while waiting:
        block = waiting.pop(0)
        if isinstance(block, PageBreak):
            if pages[-1]:
                pages.append([])
                used = 0.0
            continue
        if isinstance(block, Gap) and not pages[-1]:
            continue
        room = height - used
        if isinstance(block, Heading) and pages[-1] and block.height(width) + _first_part(waiting, width) > room:
            pages.append([])
            used = 0.0
            room = height
        first, rest = block.divide(width, room)
        if first is None and not pages[-1]:  # taller than an empty page: drawn as it is rather than lost
            first, rest = block, None
        if first is not None:
            pages[-1].append((first, used))
            used += first.height(width)
        if rest is not None:
            pages.append([])
            used = 0.0
            waiting.insert(0, rest)
    return [page for page in pages if page]


def _first_part(blocks: Sequence[Block], width: float) -> float:
    """Return the least height that must stand under a heading."""
    for block in blocks:
        if isinstance(block, Gap):
            continue
        whole = block.height(width)
        return min(whole, 48.0) if isinstance(block, Paragraph | Table) else whole
    return 0.0
