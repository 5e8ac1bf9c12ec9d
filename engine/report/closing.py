"""The closing pages: the reader's own impression, then method, figures, limits and glossary."""

from __future__ import annotations

from engine.report.layout import BODY, Block, Gap, Heading, Paragraph
from engine.report.pieces import table_of
from engine.report.styles import CHAPTER, LABEL, VALUE
from engine.report.table import Table
from engine.report.values import Field, ReportContent


def closing_pages(content: ReportContent) -> list[Block]:
    """Return the blocks after the lesions."""
    blocks: list[Block] = []
    if content.reader:
        blocks += [
            Gap(12),
            Heading(content.words["reader"], CHAPTER, level=0, rule=True),
            Gap(2),
            *_field_rows(content.reader),
        ]
    for section in content.sections:
        blocks += [Gap(12), Heading(section.heading, CHAPTER, level=0, rule=True), Gap(2)]
        for paragraph in section.paragraphs:
            blocks += [Paragraph(paragraph, BODY), Gap(4)]
        blocks += _field_rows(section.fields)
        if section.table is not None:
            shares = {5: (1.5, 2.6, 0.6, 1.6, 1.5), 4: (2.2, 1.6, 0.8, 2.2)}[len(section.table.headers)]
            blocks.append(table_of(section.table, shares))
    return blocks


def _field_rows(fields: tuple[Field, ...]) -> list[Block]:
    """Set fields as lines that can be divided over pages, the label before the text."""
    if not fields:
        return []
    short = all(len(item.value) < 700 for item in fields)
    if short:
        return [Table((), tuple((item.label, item.value) for item in fields), (1.0, 4.2))]
    blocks: list[Block] = []
    for item in fields:
        blocks += [Paragraph(item.label, LABEL), Paragraph(item.value, VALUE), Gap(3)]
    return blocks
