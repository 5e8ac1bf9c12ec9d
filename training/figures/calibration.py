"""Reliability and decision curves, one pair of panels per cohort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from engine.domain.package import ClinicalStatus
from training.figures.style import MODEL_STYLE, SIZE, WIDTH_IN, fitted, font, new_figure, plain_axes, status_line


def calibration_figure(
    cohorts: Sequence[tuple[str, Mapping[str, Mapping[str, Any]]]],
    names: Mapping[str, str],
    status: ClinicalStatus,
) -> Figure:
    """Upper row: observed share against score; lower row: net benefit against threshold.

    Args:
        cohorts: Title and model id → the ``calibration`` figures of `evaluation.measure`.
        names: Model id → name.
    """
    columns = max(2, len(cohorts))
    height = 5.7
    figure = new_figure(WIDTH_IN, height)
    grid = figure.subplots(2, columns, squeeze=False)
    for column in range(len(cohorts), columns):
        grid[0, column].set_axis_off()
        grid[1, column].set_axis_off()
    for column, (title, models) in enumerate(cohorts):
        upper, lower = grid[0, column], grid[1, column]
        upper.plot([0, 1], [0, 1], color="#B8BEC4", linewidth=0.6)
        highest = 0.05
        for model, found in models.items():
            colour, dash = MODEL_STYLE.get(model, ("#333333", "-"))
            bins = found["reliability"]
            upper.errorbar(
                [item["mean_score"] for item in bins],
                [item["observed"]["value"] for item in bins],
                yerr=[
                    [item["observed"]["value"] - item["observed"]["low"] for item in bins],
                    [item["observed"]["high"] - item["observed"]["value"] for item in bins],
                ],
                color=colour,
                linestyle=dash,
                linewidth=0.9,
                elinewidth=0.5,
                capsize=1.5,
                capthick=0.5,
                marker="o",
                markersize=2.5,
                label=f"{names[model]}: ECE {found['ece_patient']:.3f}, Brier {found['brier_patient']:.3f}",
            )
            curve = found["decision_curve"]
            thresholds = [item["threshold"] for item in curve]
            lower.plot(
                thresholds,
                [item["score"] for item in curve],
                color=colour,
                linestyle=dash,
                linewidth=1.1,
                label=names[model],
            )
            everyone = [item["all"] for item in curve]
            highest = max(highest, max(item["score"] for item in curve), everyone[0])
        lower.plot(thresholds, everyone, color="#8A9099", linewidth=0.8, linestyle=(0, (1, 1)), label="all")
        lower.axhline(0, color="#8A9099", linewidth=0.6, label="none")
        lower.set_ylim(-0.12 * highest, 1.12 * highest)
        lower.set_xlim(0, 0.85)
        upper.set_xlim(0, 1)
        upper.set_ylim(0, 1)
        upper.set_title(fitted(title, SIZE, 0.85 * WIDTH_IN / columns), fontproperties=font(SIZE), loc="left", pad=3)
        plain_axes(upper, "malignant score", "observed share malignant" if column == 0 else "")
        plain_axes(lower, "threshold", "net benefit" if column == 0 else "")
        upper.legend(  # below: limits of several models fill the whole panel
            loc="upper left",
            bbox_to_anchor=(-0.02, -0.2),
            frameon=False,
            prop=font(5.4),
            handlelength=2.2,
            borderaxespad=0.0,
        )
        lower.legend(loc="upper right", frameon=False, prop=font(5.4), handlelength=2.2, borderaxespad=0.1)
    figure.subplots_adjust(left=0.065, right=0.99, top=0.96, bottom=0.095, wspace=0.22, hspace=0.62)
    status_line(figure, status)
    return figure
