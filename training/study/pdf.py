"""The report as PDF: text and tables by reportlab, figures laid in as vectors, the status line on every page."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape

from pypdf import PdfReader, PdfWriter, Transformation
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch, mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
)
from reportlab.platypus import Table as Grid

from engine.report.chart import FONTS
from engine.report.fonts import REGULAR, runs
from training.figures.style import WIDTH_IN, figure_bytes, fitted
from training.study.blocks import Block, Heading, Picture, Table, Text

_FACES = {"Study": "Roboto-Regular.ttf", "Study-Medium": "Roboto-Medium.ttf"}
_INK, _MUTED = colors.HexColor("#1B1F24"), colors.HexColor("#59626C")
_MARGIN = (A4[0] - WIDTH_IN * inch) / 2
_WIDTH = WIDTH_IN * inch
_TALLEST = A4[1] - 36 * mm - 60
"""Of a figure, in points: a page less the room for a heading or a caption."""


def _style(name: str, size: float, face: str = "Study", **more: Any) -> ParagraphStyle:
    return ParagraphStyle(name, fontName=face, fontSize=size, leading=1.32 * size, textColor=_INK, **more)


STYLES = {
    "title": _style("title", 18, "Study-Medium", spaceAfter=8),
    1: _style("h1", 13.5, "Study-Medium", spaceBefore=2, spaceAfter=6),
    2: _style("h2", 10.5, "Study-Medium", spaceBefore=8, spaceAfter=4),
    "text": _style("text", 8.6, spaceAfter=4),
    "small": ParagraphStyle("small", parent=_style("s", 7.4), textColor=_MUTED, spaceAfter=4),
    "cell": _style("cell", 6.7),
    "head": _style("head", 6.7, "Study-Medium"),
}


class _Place(Flowable):  # type: ignore[misc]  # reportlab has no types
    """Keeps room for a figure and remembers where it came to lie."""

    def __init__(self, figure: bytes, width: float, height: float) -> None:
        super().__init__()
        self.figure, self.width, self.height = figure, width, height
        self.page, self.x, self.y, self.scale = 0, 0.0, 0.0, 1.0

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        self.scale = min(1.0, width / self.width, _TALLEST / self.height)
        return self.width * self.scale, self.height * self.scale

    def draw(self) -> None:
        self.page = self.canv.getPageNumber()
        self.x, self.y = self.canv.absolutePosition(0, 0)


def pdf_bytes(title: str, status: str, about: str, blocks: Iterable[Block]) -> bytes:
    """The whole report; equal blocks give equal bytes."""
    for name, file in _FACES.items():
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(FONTS / file)))
    pdfmetrics.registerFontFamily(
        "Study", normal="Study", bold="Study-Medium", italic="Study", boldItalic="Study-Medium"
    )
    places: list[_Place] = []
    story: list[Any] = [Paragraph(_marked(title), STYLES["title"])]
    for number, block in enumerate(blocks):
        story += _flowables(block, places, first=number == 0)
    target = io.BytesIO()
    template = BaseDocTemplate(
        target,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        title=title,
        author="Lobule",
        invariant=1,
    )
    frame = Frame(
        _MARGIN, 17 * mm, _WIDTH, A4[1] - 36 * mm, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0
    )

    def furniture(canvas: Any, _document: Any) -> None:
        canvas.saveState()
        canvas.setFillColor(colors.HexColor("#FFF6DA"))
        canvas.rect(0, A4[1] - 13 * mm, A4[0], 13 * mm, stroke=0, fill=1)
        canvas.setFillColor(_INK)
        canvas.setFont("Study-Medium", 8)
        canvas.drawString(_MARGIN, A4[1] - 6.5 * mm, status)
        if about:
            _write(canvas, A4[1] - 10.5 * mm, about, WIDTH_IN)
        canvas.setFillColor(_MUTED)
        _write(canvas, 9 * mm, title, WIDTH_IN - 0.4)
        canvas.setFont("Study", 7)
        canvas.drawRightString(A4[0] - _MARGIN, 9 * mm, str(canvas.getPageNumber()))
        canvas.restoreState()

    template.addPageTemplates([PageTemplate(id="page", frames=[frame], onPage=furniture)])
    template.build(story)
    return _lay_in(target.getvalue(), places)


def _flowables(block: Block, places: list[_Place], first: bool) -> list[Any]:
    if isinstance(block, Heading):
        heading = Paragraph(_marked(block.text), STYLES[block.level])
        heading.keepWithNext = 1
        return [heading] if first or block.level > 1 else [PageBreak(), heading]
    if isinstance(block, Text):
        return [Paragraph(_marked(block.text), STYLES["small" if block.small else "text"])]
    if isinstance(block, Picture):
        width, height = (72.0 * float(value) for value in block.figure.get_size_inches())
        place = _Place(figure_bytes(block.figure, "pdf"), width, height)
        places.append(place)
        return [KeepTogether([Spacer(0, 4), place, Paragraph(_marked(block.caption), STYLES["small"]), Spacer(0, 6)])]
    return _grid(block)


def _marked(text: str) -> str:
    """Text for a paragraph: what Roboto lacks, such as a hospital's Chinese name, in a face that has it."""
    pieces = [(run.face, escape(run.text)) for run in runs(text)]
    return "".join(piece if face == REGULAR else f'<font name="{face}">{piece}</font>' for face, piece in pieces)


def _write(canvas: Any, y: float, text: str, width_in: float) -> None:
    """One line of 7 pt at the left margin, cut to its width."""
    x = _MARGIN
    for run in runs(fitted(text, 7, width_in)):
        canvas.setFont(run.face, 7)
        canvas.drawString(x, y, run.text)
        x += pdfmetrics.stringWidth(run.text, run.face, 7)


def _grid(block: Table) -> list[Any]:
    head = Paragraph(_marked(block.title), STYLES[2])
    head.keepWithNext = 1
    if not block.rows:
        return [head, Paragraph("none", STYLES["small"])]
    cells = [[Paragraph(_marked(name), STYLES["head"]) for name in block.header]]
    cells += [[Paragraph(_marked(cell), STYLES["cell"]) for cell in row] for row in block.rows]
    shares: Sequence[float] = block.widths or [1.0] * len(block.header)
    grid = Grid(
        cells,
        colWidths=[_WIDTH * share / sum(shares) for share in shares],
        repeatRows=1,
        style=[
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, 0), 0.6, _MUTED),
            ("LINEBELOW", (0, 1), (-1, -1), 0.25, colors.HexColor("#E0E4E8")),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
            ("TOPPADDING", (0, 0), (-1, -1), 1.2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.8),
            *([("BACKGROUND", (0, 0), (-1, -1), colors.HexColor("#F2F4F6"))] if block.paper else []),
        ],
    )
    after = [Paragraph(_marked(block.note), STYLES["small"])] if block.note else []
    if len(block.rows) <= 14:
        return [KeepTogether([head, grid, Spacer(0, 2), *after, Spacer(0, 4)])]
    return [CondPageBreak(40 * mm), head, grid, Spacer(0, 2), *after, Spacer(0, 4)]


def _lay_in(document: bytes, places: Sequence[_Place]) -> bytes:
    """Merge every figure's page into the place that was kept for it."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(document)))
    for place in places:
        figure = PdfReader(io.BytesIO(place.figure)).pages[0]
        move = Transformation().scale(place.scale).translate(place.x, place.y)
        writer.pages[place.page - 1].merge_transformed_page(figure, move)
    for page in writer.pages:
        page.compress_content_streams()
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()
