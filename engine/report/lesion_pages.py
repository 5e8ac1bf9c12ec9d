"""The pages of the lesions: what each came to, its score chart and table, and every slice of it."""

from __future__ import annotations

from functools import partial

from engine.report.chart import chart_pixels
from engine.report.images import Chart, HeatLegend, PanelRow, ScoreBars
from engine.report.layout import SMALL, Block, Columns, Gap, Heading, Paragraph, Stack
from engine.report.pen import Style
from engine.report.pieces import field_grid, slice_table
from engine.report.styles import CHAPTER, SECTION
from engine.report.values import Field, LesionContent, ReportContent, SliceContent


def lesion_pages(content: ReportContent) -> list[Block]:
    """Return the blocks of all lesions, one after the other."""
    blocks: list[Block] = []
    for place, lesion in enumerate(content.lesions):
        if place:
            blocks.append(Gap(14))
        blocks += [Heading(lesion.heading, CHAPTER, level=0, rule=True), Gap(2), field_grid(lesion.facts, 4), Gap(4)]
        rules = (
            Field(content.words["sum_rule"], lesion.sum_rule),
            Field(content.words["any_slice_rule"], lesion.any_slice_rule),
        )
        blocks += [field_grid(rules, 2), Gap(6)]
        scored = [slice_ for slice_ in lesion.slices if slice_.values]
        if scored:
            chart = Chart(partial(chart_pixels, content, lesion), 115.0)
            blocks += [Heading(content.words["scores"], SECTION), chart, Gap(4), slice_table(content, scored), Gap(8)]
        if lesion.slices:
            heading = Heading(content.words["all_slices"].format(lesion=lesion.lesion_id), SECTION, level=1)
            first = _slice_block(content, lesion.slices[0])
            blocks.append(Stack((heading, *_heat_legend(content, lesion), Gap(3), first)))
        blocks += [_slice_block(content, slice_) for slice_ in lesion.slices[1:]]
    return blocks


def _slice_block(content: ReportContent, slice_: SliceContent) -> Block:
    said = f"{slice_.place}: {slice_.predicted}" if slice_.predicted else slice_.place
    panels = tuple(panel for panel in slice_.panels if panel.kind != "overview")
    row = PanelRow(panels, content.status_line, content.words["scale_bar"], 92.0)
    line = Paragraph(said, Style(7.8, bold=slice_.malignant))
    if not slice_.values:
        return Stack((line, row, Gap(7)))
    bars = ScoreBars(content.labels, content.label_keys, slice_.values, slice_.row[2:-1])
    size = Paragraph(content.words["map_beside"].format(size=slice_.map_size), SMALL)
    return Stack((line, Columns((row, Stack((Gap(12), bars, size))), (2.9, 1.0)), Gap(7)))


def _heat_legend(content: ReportContent, lesion: LesionContent) -> list[Block]:
    words = content.words
    if not any(slice_.heat_note for slice_ in lesion.slices):
        return []
    return [
        HeatLegend(words["heat_low"], words["heat_high"]),
        Paragraph(f"{words['heat_caption']} {words['heat_each']} {words['heat_scale']}", SMALL),
    ]
