"""The first page: a summary that fits, in the richest detail that there is room for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from engine.report import palette
from engine.report.chart import chart_pixels
from engine.report.images import Chart, HeatLegend, PanelRow
from engine.report.layout import BODY, SMALL, Block, Box, Columns, Gap, Heading, Paragraph, Stack
from engine.report.pen import Style
from engine.report.pieces import field_grid, slice_table, table_of
from engine.report.styles import HEADLINE, REASON, SECTION, STATUS, TIGHT, TITLE
from engine.report.table import Table
from engine.report.values import CautionContent, LesionContent, ReportContent, SliceContent, TableContent

NOTES_LEAST = 110.0
"""Room beside the key images, in points, from which the notes stand there instead of below."""


@dataclass(frozen=True, slots=True)
class Detail:
    """How much the first page shows: key slices, rows of slices and lesions, image height in points, in how many
    columns the cautions stand, and whether tables are set tight and the chart is left to the lesion's own page.

    Cautions and the package's own figures are always whole: what is left out could be the worst.
    """

    key_slices: int
    slice_rows: int
    lesion_rows: int
    image_height: float
    caution_columns: int = 1
    tight: bool = False


DETAILS = (
    Detail(2, 14, 10, 100.0),
    Detail(1, 14, 10, 105.0),
    Detail(1, 10, 8, 100.0),
    Detail(1, 8, 6, 96.0),
    Detail(1, 7, 5, 90.0),
    Detail(1, 5, 4, 84.0),
    Detail(1, 5, 4, 84.0, 2),
    Detail(1, 4, 3, 78.0, 2),
    Detail(1, 3, 3, 70.0, 2),
    Detail(1, 3, 2, 60.0, 2),
    Detail(1, 3, 2, 58.0, 2, tight=True),
    Detail(1, 2, 1, 44.0, 2, tight=True),
    Detail(1, 3, 2, 60.0),
)
"""From rich to spare: the first that fits is taken; where none does, the last one runs over to a second page."""


def summary(content: ReportContent, width: float, height: float) -> list[Block]:
    """Return the first page for a text area of this size."""
    first: list[Block] = []
    for detail in DETAILS:
        first = first_page(content, detail, width)
        if sum(block.height(width) for block in first) <= height:
            break
    return first


def first_page(content: ReportContent, detail: Detail, width: float) -> list[Block]:
    """Return the summary: who, the flag, key slices, both rules, scores, cautions, package and its figures."""
    blocks: list[Block] = [*_head(content), *_flag(content)]
    leading = content.lesions[content.leading] if content.lesions else None
    if leading is not None and leading.slices:
        blocks += _key_slices(content, leading, detail, width)
    if content.lesions:
        blocks += _rules(content, detail)
    if leading is not None and any(slice_.values for slice_ in leading.slices):
        blocks += _scores(content, leading, detail, width)
    blocks += _cautions(content, detail)
    blocks += _package(content, detail)
    return blocks


def _head(content: ReportContent) -> list[Block]:
    title = Columns(
        (
            Heading(content.title, TITLE, level=0),
            Paragraph(content.words["subtitle"], Style(8.6, colour=palette.MUTED, align="right", spread=2.2)),
        ),
        (1.0, 1.2),
    )
    blocks: list[Block] = [title]
    if content.status_line:
        blocks += [
            Box(Paragraph(content.status_line, STATUS), palette.STATUS_FILL, palette.STATUS_BAR, pad=3.6),
            Gap(5),
        ]
    return [*blocks, field_grid(content.identification, 4), Gap(6)]


def _flag(content: ReportContent) -> list[Block]:
    flag = content.flag
    # "Contrast follow-up flag not raised: all 7 slices …": headline and reason are one sentence then
    headline = f"{flag.headline}:" if flag.reason[:1].islower() else flag.headline
    inside = Stack((Paragraph(headline, HEADLINE), Gap(1.5), Paragraph(flag.reason, REASON)))
    return [Box(inside, palette.FLAG_FILLS[flag.state], palette.FLAG_BARS[flag.state]), Gap(6)]


def _key_slices(content: ReportContent, lesion: LesionContent, detail: Detail, width: float) -> list[Block]:
    blocks: list[Block] = []
    for place in lesion.key[: detail.key_slices]:
        slice_ = lesion.slices[place]
        heading = content.words["key_slice"].format(lesion=lesion.lesion_id, place=slice_.place)
        blocks += [Heading(heading, SECTION), _row(content, slice_, detail.image_height)]
    notes = Stack(tuple(_heat_notes(content, lesion.slices[lesion.key[0]])))
    row = blocks[-1]
    if isinstance(row, PanelRow) and row.natural_width() + NOTES_LEAST <= width:
        extent = row.natural_width()
        blocks[-1] = Columns((row, Stack((Gap(8), notes))), (extent, width - extent - 12), gap=12)
        return [*blocks, Gap(5)]
    return [*blocks, notes, Gap(5)]


def _row(content: ReportContent, slice_: SliceContent, most: float) -> PanelRow:
    return PanelRow(slice_.panels, content.status_line, content.words["scale_bar"], most)


def _heat_notes(content: ReportContent, slice_: SliceContent) -> list[Block]:
    words = content.words
    if not slice_.heat_note:
        return [Paragraph(words["square_note"], SMALL)]
    return [
        HeatLegend(words["heat_low"], words["heat_high"]),
        Paragraph(f"{words['heat_caption']} {slice_.heat_note} {words['heat_scale']} {words['square_note']}", SMALL),
    ]


def _rules(content: ReportContent, detail: Detail) -> list[Block]:
    table, shown = content.rules, content.rules.rows
    notes: list[Block] = []
    if len(shown) > detail.lesion_rows:
        kept = sorted(_first_lesions(content)[: detail.lesion_rows])
        strong = tuple(n for n, place in enumerate(kept) if place in table.strong)
        table = TableContent(table.headers, tuple(shown[place] for place in kept), table.numeric, strong)
        text = content.words["lesions_more"].format(shown=len(kept), total=len(shown))
        notes.append(Paragraph(text, SMALL))
    if content.patient_statement:
        notes.append(Paragraph(content.patient_statement, BODY))
    return [Heading(content.words["rules"], SECTION), table_of(table, (0.6, 0.9, 0.5, 2.6, 2.6)), *notes, Gap(6)]


def _first_lesions(content: ReportContent) -> list[int]:
    """Order lesions for a short list: malignant ones first, the leading one before all."""
    places = range(len(content.rules.rows))
    return sorted(places, key=lambda place: (place != content.leading, place not in content.rules.strong, place))


def _scores(content: ReportContent, lesion: LesionContent, detail: Detail, width: float) -> list[Block]:
    shown = _most_malignant(content, lesion, detail.slice_rows)
    slices = [lesion.slices[place] for place in shown]
    table = slice_table(content, slices)
    left: list[Block] = [table]
    if len(slices) < len(lesion.slices):
        text = content.words["scores_more"].format(shown=len(slices), total=len(lesion.slices))
        left.append(Paragraph(text, SMALL))
    left.append(Paragraph(content.words["score_note"], SMALL))
    heading = content.words["heading_of"].format(heading=content.words["scores"], name=lesion.heading)
    if detail.tight:  # the chart follows on the lesion's own page
        return [Heading(heading, SECTION), Stack(tuple(left)), Gap(6)]
    shares = (1.6, 1.0)
    beside = table.height((width - 12) * shares[0] / sum(shares))
    chart = Chart(partial(chart_pixels, content, lesion), min(max(beside, 86.0), 125.0))
    return [Heading(heading, SECTION), Columns((Stack(tuple(left)), chart), shares), Gap(6)]


def _most_malignant(content: ReportContent, lesion: LesionContent, count: int) -> list[int]:
    """Return the places of the slices with the highest malignant scores, in slice order."""
    benign = content.label_keys.index("benign")
    ranked = sorted(range(len(lesion.slices)), key=lambda place: lesion.slices[place].values[benign])
    return sorted(ranked[:count])


def _cautions(content: ReportContent, detail: Detail) -> list[Block]:
    heading = Heading(content.words["cautions"], SECTION)
    if not content.cautions:
        return [heading, Paragraph(content.words["no_cautions"], BODY), Gap(6)]
    if detail.caution_columns > 1:
        return [heading, _caution_columns(content.cautions, detail.caution_columns), Gap(6)]
    rows = tuple((found.effect, found.text) for found in content.cautions)
    strong = tuple(place for place, found in enumerate(content.cautions) if found.withholds)
    return [heading, Table((), rows, (1.0, 6.4), strong=strong), Gap(6)]


def _caution_columns(cautions: tuple[CautionContent, ...], count: int) -> Block:
    """Set many cautions small and side by side, in order down the columns."""
    each = -(-len(cautions) // count)
    columns: list[Block] = []
    for start in range(0, count * each, each):
        part = cautions[start : start + each]
        strong = tuple(place for place, found in enumerate(part) if found.withholds)
        rows = tuple((f"{found.effect}: {found.text}",) for found in part)
        columns.append(Table((), rows, (1.0,), strong=strong, **TIGHT))
    return Columns(tuple(columns), (1.0,) * len(columns))


def _package(content: ReportContent, detail: Detail) -> list[Block]:
    facts = Table((), tuple((item.label, item.value) for item in content.package), (1.0, 2.3))
    facts = replace(facts, **TIGHT) if detail.tight else facts
    right: list[Block] = [Heading(content.words["figures"], SECTION)]
    notes = [content.figures_note]
    if content.figures is not None:
        table, cohort = _without_common_cohort(content.figures)
        figures = table_of(table, (1.9, 1.4, 0.6, 1.4) if not cohort else (2.4, 1.4, 0.6))
        right.append(replace(figures, **TIGHT) if detail.tight else figures)
        notes += [content.words["measured_on"].format(cohort=cohort)] if cohort else []
    size = TIGHT["style"].size if detail.tight else 7.6
    right += [Gap(2), *(Paragraph(note, Style(size, bold=place == 0)) for place, note in enumerate(notes))]
    left = Stack((Heading(content.words["package"], SECTION), facts))
    return [Columns((left, Stack(tuple(right))), (1.0, 1.45), gap=16)]


def _without_common_cohort(table: TableContent) -> tuple[TableContent, str]:
    """Leave out the last column where all rows say the same; returns the table and what they say."""
    cohorts = {row[-1] for row in table.rows}
    if len(cohorts) != 1:
        return table, ""
    rows = tuple(row[:-1] for row in table.rows)
    return TableContent(table.headers[:-1], rows, table.numeric, table.strong), cohorts.pop()
