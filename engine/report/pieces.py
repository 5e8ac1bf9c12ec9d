"""Pieces that several pages are put together from: fields in a grid, tables, the table of slices."""

from __future__ import annotations

from engine.report.layout import Block, Columns, Gap, Paragraph, Stack
from engine.report.styles import LABEL, VALUE
from engine.report.table import Table
from engine.report.values import Field, ReportContent, SliceContent, TableContent


def field_grid(fields: tuple[Field, ...], columns: int) -> Block:
    """Set fields in rows of `columns`: label above, value below."""
    rows: list[Block] = []
    for start in range(0, len(fields), columns):
        cells: list[Block] = [_field(item) for item in fields[start : start + columns]]
        cells += [Gap(0.0)] * (columns - len(cells))
        rows.append(Columns(tuple(cells), (1.5, 1.15, 1.0, 1.3)[:columns]))
        rows.append(Gap(2.5))
    return Stack(tuple(rows[:-1]))


def _field(item: Field) -> Block:
    return Stack((Paragraph(item.label, LABEL), Paragraph(item.value, VALUE)))


def table_of(table: TableContent, shares: tuple[float, ...]) -> Table:
    """Set a table of the content; `shares` are the relative widths of its columns."""
    return Table(table.headers, table.rows, shares, right=table.numeric, strong=table.strong)


def slice_table(content: ReportContent, slices: list[SliceContent]) -> Table:
    """Set the scores of slices, one a row, malignant ones bold."""
    scores = len(content.labels)
    shares = (0.95, 0.6, *([0.88] * scores), 1.7)
    strong = tuple(place for place, slice_ in enumerate(slices) if slice_.malignant)
    rows = tuple(slice_.row for slice_ in slices)
    return Table(content.slice_headers, rows, shares, right=tuple(range(2 + scores)), strong=strong)
