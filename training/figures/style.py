"""One style for every figure: the report's face, Okabe and Ito's colours, and dashes so that colour is never alone."""

from __future__ import annotations

import io
from pathlib import Path

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from engine.domain.labels import STATUS_TEXT
from engine.domain.package import ClinicalStatus
from engine.report import chart, palette
from engine.report.fonts import text_width

WIDTH_IN = 7.1
"""Full text width of a printed page."""
CLASS_NAMES = {
    "benign": "Benign",
    "primary_malignancy": "Primary malignancy",
    "metastasis": "Metastasis",
    "malignant": "Malignant",
}
SHORT_NAMES = {**CLASS_NAMES, "primary_malignancy": "Primary"}
MODEL_STYLE = {
    "t2": ("#0072B2", "--"),
    "t2_dwi": ("#D55E00", "-"),
    "tri_seq": ("#AA4499", "-."),
    "six_seq": ("#333333", ":"),
}
"""Colour and dash of the paper's four models."""
SIZE = 7.0


def font(size: float) -> FontProperties:
    """The report's face at this size."""
    return chart.font(size)


def fitted(text: str, size: float, width_in: float) -> str:
    """The text, cut with an ellipsis where it is wider than its place; whole names stand in the tables."""
    room = 72.0 * width_in
    if text_width(text, size) <= room:
        return text
    kept = next(n for n in range(len(text) - 1, -1, -1) if n == 0 or text_width(f"{text[:n]}…", size) <= room)
    return f"{text[:kept].rstrip()}…"


def new_figure(width_in: float, height_in: float) -> Figure:
    """An empty white figure."""
    return chart.new_figure(width_in, height_in, 200)


def plain_axes(axes: Axes, xlabel: str = "", ylabel: str = "", size: float = SIZE) -> None:
    """Thin lines, no box, the report's face."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_linewidth(0.6)
    axes.tick_params(width=0.6, length=2.5, pad=2)
    if xlabel:
        axes.set_xlabel(xlabel, fontproperties=font(size), labelpad=2)
    if ylabel:
        axes.set_ylabel(ylabel, fontproperties=font(size), labelpad=2)
    for tick in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        tick.set_fontproperties(font(size - 0.5))


def status_line(figure: Figure, status: ClinicalStatus, y: float = 0.004) -> None:
    """The sentence that stands on every image."""
    figure.text(
        0.5, y, STATUS_TEXT[status.value], ha="center", va="bottom", fontproperties=font(5.5), color=palette.STATUS_BAR
    )


def save(figure: Figure, path: Path) -> None:
    """Write one figure; the suffix decides the format. Equal figures give equal bytes: no date is written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(figure_bytes(figure, path.suffix.removeprefix(".")))


def figure_bytes(figure: Figure, kind: str) -> bytes:
    """One figure as ``svg``, ``pdf`` or ``png``."""
    dates = {"svg": {"Date": None}, "pdf": {"CreationDate": None, "ModDate": None}}
    target = io.BytesIO()
    with rc_context({"pdf.fonttype": 42, "svg.hashsalt": "lobule", "svg.fonttype": "path"}):
        figure.savefig(target, format=kind, facecolor="white", metadata=dates.get(kind))
    return target.getvalue()
