"""The report as blocks, before any format: HTML and PDF are two ways of writing the same list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 opens a section (and a page in print)."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; `small` for notes."""

    text: str
    small: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        title: Above it.
        header: Column names.
        rows: Cells; as many as `header`.
        note: Below it.
        paper: The numbers are the paper's, and set apart as such.
        widths: Shares of the width, or empty: by content.
    """

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    paper: bool = False
    widths: Sequence[float] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A figure: the stem of its files, what it shows, the drawing itself."""

    name: str
    caption: str
    figure: Figure


Block = Heading | Text | Table | Picture
