"""The PDF document: pages, footer, watermark, bookmarks and fixed metadata. Imports reportlab: only for writing.

Equal content gives equal bytes: reportlab's invariant mode, dates from the content, images named by their pixels.
"""

from __future__ import annotations

import io
import math
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from reportlab import rl_config
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.pdfgen.canvas import Canvas

from engine.domain.errors import ReportError
from engine.report import palette
from engine.report.flow import Placed, paginate
from engine.report.fonts import REGULAR, face, text_width
from engine.report.pages import document
from engine.report.pen import Pen, Style
from engine.report.scripts import visual_order
from engine.report.typeset import one_line
from engine.report.values import ReportContent

PAPERS = {"A4": A4, "Letter": LETTER}
MARGIN = 42.0
TOP = 34.0
HEADER = 15.0
FOOTER = 44.0
LANGUAGE_TAGS = {"en": "en", "zh_CN": "zh-CN"}
rl_config.useA85 = 0  # binary streams: a fifth smaller

FOOT = Style(6.8, colour=palette.MUTED)
FOOT_STATUS = Style(6.8, bold=True, colour=palette.STATUS_BAR)


def write_pdf(content: ReportContent, path: Path, *, paper: str = "A4") -> None:
    """Write the report; see `engine.report.write_pdf`."""
    if paper not in PAPERS:
        raise ReportError(
            f"The paper '{paper}' is not known.",
            remedy=f"Choose one of {', '.join(PAPERS)}.",
            code="report-paper",
        )
    data = pdf_bytes(content, PAPERS[paper])
    try:
        path.write_bytes(data)
    except OSError as problem:
        raise ReportError(
            f"The report cannot be written to {path}: {problem.strerror or problem}.",
            remedy="Choose a folder that you may write to, and close the file where it is open.",
            code="report-write",
        ) from problem


def pdf_bytes(content: ReportContent, size: tuple[float, float]) -> bytes:
    """Return the document for paper of this size in points."""
    width, height = size
    text_width_pt = width - 2 * MARGIN
    pages = paginate(document(content, text_width_pt, height - TOP - FOOTER), text_width_pt, height - TOP - FOOTER)
    target = io.BytesIO()
    canvas = _canvas(content, target, size)
    pen = Pen(canvas)
    for number, page in enumerate(pages, start=1):
        _page(pen, content, page, number, len(pages), size)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def _canvas(content: ReportContent, target: io.BytesIO, size: tuple[float, float]) -> Any:
    face(REGULAR)  # the canvas would name Helvetica, which is not embedded, as its first font
    canvas = Canvas(
        target,
        pagesize=size,
        invariant=1,
        pageCompression=1,
        initialFontName=REGULAR,
        lang=LANGUAGE_TAGS[content.language],
    )
    canvas.setTitle(f"{content.title}: {content.package_label}")
    canvas.setAuthor("Lobule")
    canvas.setCreator("Lobule")
    canvas.setSubject(content.status_line or content.words["subtitle"])
    canvas.setKeywords("")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    canvas.showOutline()
    _set_date(canvas, content)
    return canvas


def _set_date(canvas: Any, content: ReportContent) -> None:
    """Date the document by the content: reportlab's invariant mode would write the year 2000."""
    created = content.created
    stamp = canvas._doc._timeStamp
    offset = created.utcoffset() or timedelta(0)
    minutes = round(offset.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    stamp.YMDhms = (created.year, created.month, created.day, created.hour, created.minute, created.second)
    stamp.dhh, stamp.dmm = (hours if minutes >= 0 else -hours), rest


def _page(
    pen: Pen, content: ReportContent, page: list[Placed], number: int, total: int, size: tuple[float, float]
) -> None:
    width, height = size[0] - 2 * MARGIN, size[1]
    if number > 1:
        _header(pen, content, width, height)
    for block, offset in page:
        block.draw(pen, MARGIN, height - TOP - offset, width)
    if content.watermark:
        _watermark(pen, content.watermark, size)
    _footer(pen, content, number, total, width)


def _header(pen: Pen, content: ReportContent, width: float, height: float) -> None:
    baseline = height - TOP + 9
    pen.text(content.title, MARGIN, baseline, width, FOOT)
    headline = content.flag.headline
    if content.flag.state == "not-raised":  # a single page must not read as an all-clear
        headline = f"{headline}; {content.words['not_excluded']}"
    headline = one_line(headline, width * 0.75, FOOT.size)
    pen.text(headline, MARGIN, baseline, width, Style(FOOT.size, colour=FOOT.colour, align="right"))


def _footer(pen: Pen, content: ReportContent, number: int, total: int, width: float) -> None:
    pen.line(MARGIN, FOOTER - 8, MARGIN + width, FOOTER - 8)
    pen.text(one_line(content.status_line, width, FOOT_STATUS.size, True), MARGIN, FOOTER - 18, width, FOOT_STATUS)
    page = content.words["page"].format(page=number, pages=total)
    right = f"{content.package_label}   ·   {content.created_text}   ·   {page}"
    right = one_line(right, width * 0.62, FOOT.size)
    room = width - text_width(right, FOOT.size) - 14
    pen.text(_patient(content, room), MARGIN, FOOTER - 28, room, FOOT)
    pen.text(right, MARGIN, FOOTER - 28, width, Style(FOOT.size, colour=FOOT.colour, align="right"))


def _patient(content: ReportContent, room: float) -> str:
    """Return name and ID for one line; a long name is cut, the ID keeps its place as far as it can."""
    if not content.patient_id:
        return one_line(content.patient_name, room, FOOT.size)
    identity = one_line(content.patient_id, room * 0.6, FOOT.size)
    rest = room - text_width(identity, FOOT.size) - text_width("   ·   ", FOOT.size)
    return f"{one_line(content.patient_name, rest, FOOT.size)}   ·   {identity}"


def _watermark(pen: Pen, text: str, size: tuple[float, float]) -> None:
    """Lay the text over the page from corner to corner, faint enough to read through, too large to miss."""
    canvas = pen.canvas
    width, height = size
    lines = [visual_order(line.strip()) for line in re.findall(r"[^.。]+[.。]?", text)]
    longest = max(text_width(line, 1.0, True) for line in lines)
    size_pt = min(34.0, 0.86 * math.hypot(width, height) / longest)
    style = Style(size_pt, True, palette.WATERMARK, "centre", alpha=0.13)
    canvas.saveState()
    canvas.translate(width / 2, height / 2)
    canvas.rotate(math.degrees(math.atan2(height, width)))
    pen.lines(lines, -width, len(lines) * style.leading / 2, 2 * width, style)
    canvas.restoreState()
