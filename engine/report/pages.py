"""Pages: what stands where. The first page is a summary that fits; everything follows from the second."""

from __future__ import annotations

from engine.report.closing import closing_pages
from engine.report.flow import PageBreak
from engine.report.layout import Block
from engine.report.lesion_pages import lesion_pages
from engine.report.summary import summary
from engine.report.values import ReportContent


def document(content: ReportContent, width: float, height: float) -> list[Block]:
    """Return the blocks of the whole document for a text area of this size."""
    return [*summary(content, width, height), PageBreak(), *lesion_pages(content), *closing_pages(content)]
