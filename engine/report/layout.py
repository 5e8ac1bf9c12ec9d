"""Blocks: parts of a page that know their height, can be drawn and, some of them, divided.

Lengths are points; a block is drawn from its top edge downwards. Whatever can be long can be divided: a paragraph
between lines, a table between rows (`table`). Everything else moves to the next page as a whole (`flow`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Protocol

from engine.report import palette
from engine.report.pen import Pen, Style
from engine.report.typeset import lines_of

BODY = Style(8.6)
SMALL = Style(7.2, colour=palette.MUTED)
CELL = Style(7.8)
CELL_HEAD = Style(7.0, colour=palette.MUTED)


class Block(Protocol):
    """Something with a height that can be drawn and, possibly, divided."""

    def height(self, width: float, /) -> float:
        """Return the height at this width."""

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw with the top left corner at (x, top)."""

    def divide(self, width: float, room: float, /) -> tuple[Block | None, Block | None]:
        """Return the part that fits into `room` and the rest."""


class Whole(ABC):
    """A block that is never divided."""

    @abstractmethod
    def height(self, _width: float, /) -> float:
        """Return the height at this width."""

    @abstractmethod
    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw with the top left corner at (x, top)."""

    def divide(self, width: float, room: float, /) -> tuple[Block | None, Block | None]:
        """Return itself on one side or the other."""
        fits = self.height(width) <= room + 1e-6
        return (self, None) if fits else (None, self)


@dataclass(frozen=True, slots=True)
class Gap(Whole):
    """Vertical space; none at the top of a page."""

    points: float

    def height(self, _width: float, /) -> float:
        """Return the space."""
        return self.points

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw nothing."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text broken into lines."""

    text: str
    style: Style = BODY

    def height(self, width: float, /) -> float:
        """Return lines times leading."""
        return len(self._lines(width)) * self.style.leading

    def _lines(self, width: float) -> tuple[str, ...]:
        return lines_of(self.text, width, self.style.size, self.style.bold)

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw the lines."""
        pen.lines(self._lines(width), x, top, width, self.style)

    def divide(self, width: float, room: float, /) -> tuple[Block | None, Block | None]:
        """Divide between lines."""
        lines = self._lines(width)
        fitting = int((room + 1e-6) // self.style.leading)
        if fitting >= len(lines):
            return self, None
        if fitting < 1:
            return None, self
        return _Lines(lines[:fitting], self.style), _Lines(lines[fitting:], self.style)


@dataclass(frozen=True, slots=True)
class _Lines:
    """Lines already broken and ordered."""

    lines: tuple[str, ...]
    style: Style

    def height(self, _width: float, /) -> float:
        return len(self.lines) * self.style.leading

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        pen.lines(self.lines, x, top, width, self.style)

    def divide(self, _width: float, room: float, /) -> tuple[Block | None, Block | None]:
        fitting = int((room + 1e-6) // self.style.leading)
        if fitting >= len(self.lines):
            return self, None
        if fitting < 1:
            return None, self
        return replace(self, lines=self.lines[:fitting]), replace(self, lines=self.lines[fitting:])


@dataclass(frozen=True, slots=True)
class Heading(Whole):
    """A heading that stays with what follows; with a bookmark when `level` is given."""

    text: str
    style: Style
    level: int | None = None
    rule: bool = False

    def height(self, width: float, /) -> float:
        """Return the height of its lines and the space below."""
        return len(lines_of(self.text, width, self.style.size, True)) * self.style.leading + 3.0

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw the text, the rule and the bookmark."""
        pen.lines(lines_of(self.text, width, self.style.size, True), x, top, width, self.style)
        if self.rule:
            pen.line(x, top - self.height(width) + 1.5, x + width, top - self.height(width) + 1.5)
        if self.level is not None:
            pen.bookmark(self.text, self.level, top)


@dataclass(frozen=True, slots=True)
class Stack(Whole):
    """Blocks one under the other, kept together."""

    blocks: tuple[Block, ...]

    def height(self, width: float, /) -> float:
        """Return the sum of heights."""
        return sum(block.height(width) for block in self.blocks)

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw one after the other."""
        for block in self.blocks:
            block.draw(pen, x, top, width)
            top -= block.height(width)


@dataclass(frozen=True, slots=True)
class Columns(Whole):
    """Blocks side by side, their shares of the width as given."""

    blocks: tuple[Block, ...]
    shares: tuple[float, ...]
    gap: float = 12.0

    def _widths(self, width: float) -> list[float]:
        room = width - self.gap * (len(self.blocks) - 1)
        return [room * share / sum(self.shares) for share in self.shares]

    def height(self, width: float, /) -> float:
        """Return the height of the tallest."""
        return max(b.height(w) for b, w in zip(self.blocks, self._widths(width), strict=True))

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw from left to right."""
        for block, share in zip(self.blocks, self._widths(width), strict=True):
            block.draw(pen, x, top, share)
            x += share + self.gap


@dataclass(frozen=True, slots=True)
class Box(Whole):
    """A block on a tinted ground with a bar at its left."""

    block: Block
    fill: str
    bar: str
    pad: float = 7.0

    def height(self, width: float, /) -> float:
        """Return the height with padding."""
        return self.block.height(width - 2 * self.pad - 4) + 2 * self.pad

    def draw(self, pen: Pen, x: float, top: float, width: float) -> None:
        """Draw ground, bar and content."""
        height = self.height(width)
        pen.rectangle(x, top - height, width, height, self.fill)
        pen.rectangle(x, top - height, 4, height, self.bar)
        self.block.draw(pen, x + 4 + self.pad, top - self.pad, width - 2 * self.pad - 4)
