"""t-SNE of the last hidden layer: one point a slice, class by colour and marker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from engine.domain.package import ClinicalStatus
from engine.report import palette
from training.figures.style import CLASS_NAMES, SIZE, WIDTH_IN, fitted, font, new_figure, status_line

LEAST = 12
"""Fewer slices make no picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Cloud:
    """Slices in two dimensions: points (n, 2) and their class index (n,)."""

    title: str
    points: NDArray[np.float64]
    truth: NDArray[np.int64]


def embed(features: NDArray[np.float32], seed: int = 1) -> NDArray[np.float64]:
    """(n, 2) by t-SNE after 50 principal components. Distances between far points mean nothing.

    Raises:
        ValueError: Fewer than `LEAST` slices.
    """
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    if len(features) < LEAST:
        raise ValueError(f"t-SNE needs at least {LEAST} slices, got {len(features)}")
    values = features.astype(np.float64)
    kept = min(50, *values.shape)
    reduced = PCA(kept, random_state=seed, svd_solver="full").fit_transform(values)
    perplexity = min(30.0, (len(values) - 1) / 3.0)
    return np.asarray(TSNE(2, perplexity=perplexity, init="pca", random_state=seed).fit_transform(reduced))


def tsne_figure(clouds: Sequence[Cloud], labels: Sequence[str], status: ClinicalStatus, columns: int = 3) -> Figure:
    """A grid of clouds."""
    columns = min(columns, len(clouds))
    rows = -(-len(clouds) // columns)
    height = 2.3 * rows + 0.45
    figure = new_figure(WIDTH_IN, height)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in grid[len(clouds) :]:
        axes.set_axis_off()
    for axes, cloud in zip(grid, clouds, strict=False):
        for index, label in enumerate(labels):
            own = cloud.points[cloud.truth == index]
            axes.plot(
                own[:, 0],
                own[:, 1],
                linestyle="",
                marker=palette.MARKERS[index],
                markersize=3.4,
                markeredgewidth=0.3,
                markeredgecolor="white",
                color=palette.class_colour(label, index),
                label=CLASS_NAMES.get(label, label),
            )
        axes.set_xticks([])
        axes.set_yticks([])
        for side in axes.spines.values():
            side.set_linewidth(0.5)
            side.set_color("#C6CCD2")
        axes.set_title(
            fitted(cloud.title, SIZE, 0.95 * WIDTH_IN / columns), fontproperties=font(SIZE), loc="left", pad=3
        )
    handles, names = grid[0].get_legend_handles_labels()
    figure.legend(
        handles,
        names,
        loc="lower center",
        bbox_to_anchor=(0.5, 0.14 / height),
        ncols=len(labels),
        frameon=False,
        prop=font(6.5),
        markerscale=1.5,
    )
    figure.subplots_adjust(left=0.01, right=0.99, top=1 - 0.22 / height, bottom=0.42 / height, wspace=0.06, hspace=0.16)
    status_line(figure, status)
    return figure
