"""The attention panel (Figure 5): eight lesion types; T2 crop, then the map of each model laid over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from engine.domain.package import ClinicalStatus
from engine.report import palette
from training.figures.style import font, new_figure, status_line


@dataclass(frozen=True, slots=True, eq=False)
class Map:
    """One model's answer for a slice: map in 0…1 on the crop, called class in words, its score, right or wrong."""

    heat: NDArray[np.float32]
    called: str
    score: float
    right: bool


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One lesion: title (type, case), T2 crop as grey levels, one map per model (None: no answer)."""

    title: str
    t2: NDArray[np.uint8]
    maps: Sequence[Map | None]


def attention_figure(examples: Sequence[Example], models: Sequence[str], status: ClinicalStatus) -> Figure:
    """Two blocks of rows side by side, four types each, as the paper has them."""
    wide = 1 + len(models)
    half = -(-len(examples) // 2)
    cell = min(1.2, 3.45 / wide)
    row_height = cell + 0.36
    height = half * row_height + 0.42
    width = 2 * wide * cell + 0.3
    figure = new_figure(width, height)
    for number, example in enumerate(examples):
        block, row = divmod(number, half)
        top = height - 0.36 - row * row_height
        left = 0.05 + block * (wide * cell + 0.2)
        figure.text(left / width, (top + 0.04) / height, example.title, fontproperties=font(5.8), va="bottom")
        for column in range(wide):
            x, y, side = left + column * cell, top - cell + 0.03, cell - 0.03
            axes = figure.add_axes((x / width, y / height, side / width, side / height))
            axes.set_xticks([])
            axes.set_yticks([])
            found = None if column == 0 else example.maps[column - 1]
            if row == 0:  # above the title of the first row
                name = "T2" if column == 0 else f"map of {models[column - 1]}"
                middle = (x + side / 2) / width
                figure.text(middle, (top + 0.19) / height, name, fontproperties=font(6.5), ha="center", va="bottom")
            if column == 0:
                axes.imshow(example.t2, cmap="gray", vmin=0, vmax=255, interpolation="bilinear")
            elif found is None:
                axes.text(0.5, 0.5, "no answer", ha="center", va="center", fontproperties=font(5.5))
                axes.set_facecolor("#F2F4F6")
            else:
                axes.imshow(palette.heat_over(example.t2, found.heat), interpolation="bilinear")
                mark = "" if found.right else " (wrong)"
                axes.set_xlabel(f"{found.called} {found.score:.2f}{mark}", fontproperties=font(5.6), labelpad=1.5)
            for spine in axes.spines.values():
                spine.set_linewidth(0.4)
    status_line(figure, status)
    return figure
