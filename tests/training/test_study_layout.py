"""The study's layout with many cohorts, long names and many readers: nothing is left out, nothing lies on another."""

from __future__ import annotations

import io
from itertools import pairwise

import numpy as np
from pypdf import PdfReader

from engine.domain.package import ClinicalStatus
from engine.report.fonts import text_width
from training.figures.confusion import Matrix, confusion_figure
from training.figures.roc import Curve, Panel, Point, roc_figure
from training.figures.style import SIZE, fitted
from training.study.blocks import Heading, Picture, Table, Text
from training.study.pdf import pdf_bytes
from training.study.wording import parts

LONG = "Hangzhou First People Hospital, external validation cohort of 2020 and 2021, 邵逸夫医院"


def test_more_cohorts_than_a_figure_has_room_for_make_another_figure() -> None:
    assert list(parts("abc", 3)) == [("", "", "abc")]
    assert list(parts("abcde", 3)) == [("", "", "abc"), ("_2", " (Continued.)", "de")]


def test_a_figure_taller_than_a_page_is_made_smaller() -> None:
    matrices = [Matrix("T2", ("a", "b"), ((1, 0), (0, 1)))] * 24  # eight rows: 18 inches
    figure = confusion_figure(matrices, ClinicalStatus.RESEARCH)
    pages = PdfReader(io.BytesIO(pdf_bytes("t", "s", "", [Heading("h"), Picture("p", "caption", figure)]))).pages
    assert any("caption" in page.extract_text() for page in pages)


def test_titles_stay_within_their_panel() -> None:
    short = fitted(LONG, SIZE, 2.0)
    assert short.endswith("…")
    assert text_width(short, SIZE) <= 144
    assert fitted("SRRSH", SIZE, 2.0) == "SRRSH"
    curve = Curve("T2", np.array([0.0, 1.0]), np.array([0.0, 1.0]), "#000000", "-")
    figure = roc_figure([[Panel(LONG, [curve])] * 3], ClinicalStatus.RESEARCH)
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    boxes = [axes.title.get_window_extent(renderer) for axes in figure.axes] + [
        axes._left_title.get_window_extent(renderer) for axes in figure.axes
    ]
    wide = [box for box in boxes if box.width > 1]
    assert len(wide) == 3
    assert all(one.x1 < two.x0 for one, two in pairwise(wide))


def test_a_long_legend_leaves_the_curves_to_be_seen() -> None:
    curve = Curve("T2", np.array([0.0, 1.0]), np.array([0.0, 1.0]), "#000000", "-")
    points = [Point(f"{LONG} {number} (senior)", 0.2, 0.9, "o") for number in range(12)]
    figure = roc_figure([[Panel("A", [curve], points)]], ClinicalStatus.RESEARCH)
    figure.canvas.draw()
    axes = figure.axes[0]
    legend = axes.get_legend().get_window_extent()
    assert legend.y1 < axes.get_window_extent().y0
    assert legend.y0 > 0
    assert legend.x1 < figure.axes[1].get_window_extent().x0


def test_chinese_names_are_printed() -> None:
    table = Table("邵逸夫医院", ("训练集", "n"), [("外部验证", "3")])
    pages = PdfReader(io.BytesIO(pdf_bytes("研究", "status", "关于", [Heading("标题"), Text("正文"), table]))).pages
    text = "".join(page.extract_text() for page in pages)
    for words in ("研究", "关于", "标题", "正文", "邵逸夫医院", "训练集", "外部验证"):
        assert words in text
