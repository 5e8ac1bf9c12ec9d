"""The lesions that a package gets wrong, as a table and as images: what a person must look at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from engine.domain.package import ModelPackage
from engine.domain.sequence import SequenceRole
from engine.inference import predict, session
from engine.report import palette
from training import facts
from training.dataset import ShardSet, target_of
from training.evaluation.predictions import slice_inputs
from training.evaluation.scored import Scored
from training.figures.style import CLASS_NAMES, font, new_figure, save, status_line
from training.tables import append_row, read_rows

MOST_SLICES = 6


def lesion_rows(scored: Scored) -> Iterator[dict[str, Any]]:
    """One row per lesion: who, what, truth, both rules, scores."""
    for shard, lesion, truth in zip(scored.shards, scored.lesions, scored.lesion_level.truth.tolist(), strict=True):
        label = scored.labels[truth]
        malignant = label != scored.labels[scored.lesion_level.benign]
        yield {
            "patient": shard.patient,
            "lesion": shard.lesion,
            "shard": shard.name,
            "type": facts.GROUPS.get(facts.group_of(shard), facts.UNKNOWN),
            "diagnosis": shard.facts.get("diagnosis", ""),
            "diameter_mm": facts.diameter_mm(shard),
            "vendor": facts.vendor(shard),
            "field": facts.field_strength(shard),
            "truth": label,
            "sum_rule": lesion.predicted,
            "any_slice_malignant": lesion.malignant_by_any_slice,
            "slices": len(lesion.slices),
            "slices_called_malignant": len(lesion.malignant_slices),
            **{f"score_{name}": round(value, 6) for name, value in lesion.mean_scores.items()},
            "three_way_wrong": lesion.predicted != label,
            "flag_wrong": lesion.malignant_by_any_slice != malignant,
        }


def is_wrong(row: dict[str, Any]) -> bool:
    """Either rule fails: the class by the sum rule, or the flag by the any-slice rule."""
    return bool(row["three_way_wrong"] or row["flag_wrong"])


def write_misclassified(
    package: ModelPackage, shards: ShardSet, scored: Scored, folder: Path, images: bool = True
) -> tuple[dict[str, Any], ...]:
    """Write ``misclassified.csv`` and one PNG per lesion into `folder`; returns the rows.

    File names hold the shard's name, which is the cohort's own identifier and never a patient's name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    table = folder / "misclassified.csv"
    if table.exists():  # images of an earlier package's errors would pass for this one's
        for former in read_rows(table):
            if former.get("image") == f"{former['shard']}.png":
                (folder / former["image"]).unlink(missing_ok=True)
        table.unlink()
    rows = []
    runner = session.open_session(package, session.CPU) if images else None
    for number, row in enumerate(lesion_rows(scored)):
        if not is_wrong(row):
            continue
        if runner is not None:
            row["image"] = f"{row['shard']}.png"
            save(_picture(package, runner, shards, number, row), folder / str(row["image"]))
        append_row(table, row)
        rows.append(row)
    return tuple(rows)


def grey(image: NDArray[np.float32]) -> NDArray[np.uint8]:
    """One channel (row, column) in −1…1 as grey levels."""
    return np.asarray(np.clip((image + 1.0) * 127.5, 0, 255), dtype=np.uint8)


def heat(cam: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """A class map (h, w) enlarged to the image and divided by its largest value."""
    from PIL import Image

    enlarged = np.asarray(Image.fromarray(cam).resize((size, size), Image.Resampling.BICUBIC))
    return np.asarray(np.clip(enlarged / max(float(cam.max()), 1e-9), 0.0, 1.0), dtype=np.float32)


def _picture(
    package: ModelPackage, runner: session.Session, shards: ShardSet, number: int, row: dict[str, Any]
) -> Figure:
    inputs = slice_inputs(package, shards, number)
    chosen = np.unique(np.linspace(0, len(inputs) - 1, min(MOST_SLICES, len(inputs))).round().astype(int))
    predictions = predict.predict(runner, [inputs[index] for index in chosen])
    labels, roles = package.manifest.labels, package.manifest.preprocess.channels
    lines = [(role.value, roles.index(role)) for role in package.roles][:2]
    figure = new_figure(max(4.6, 1.25 * len(chosen) + 0.5), 1.25 * (len(lines) + 1) + 1.0)
    called = "raised" if row["any_slice_malignant"] else "not raised"
    size = "" if row["diameter_mm"] is None else f", {row['diameter_mm']:.0f} mm"
    figure.suptitle(
        f"{row['shard']}: {row['type']}{size}. Truth: {CLASS_NAMES.get(row['truth'], row['truth'])}. "
        f"Sum rule: {CLASS_NAMES.get(row['sum_rule'], row['sum_rule'])}. Flag {called}.",
        fontproperties=font(6.5),
        x=0.02,
        ha="left",
        y=0.985,
    )
    figure.text(
        0.02,
        0.925,
        "Maps: regions that raised the score of the called class. Not a lesion boundary and not proof of reasoning.",
        fontproperties=font(5.5),
        color=palette.MUTED,
        va="top",
    )
    grid = figure.subplots(len(lines) + 1, len(chosen), squeeze=False)
    truth = target_of(shards.shards[number].label, labels)
    for column, (index, prediction) in enumerate(zip(chosen, predictions, strict=True)):
        t2 = grey(inputs[index].array[roles.index(SequenceRole.T2)])
        best = int(prediction.logits.argmax())
        for place, (name, channel) in enumerate(lines):
            axes = grid[place, column]
            axes.imshow(grey(inputs[index].array[channel]), cmap="gray", vmin=0, vmax=255)
            if column == 0:
                axes.set_ylabel(name, fontproperties=font(6))
            if place == 0:
                axes.set_title(f"{inputs[index].ref.position_mm:.1f} mm", fontproperties=font(5.5), pad=2)
        axes = grid[-1, column]
        axes.imshow(palette.heat_over(t2, heat(np.array(prediction.cam[best]), t2.shape[0])))
        axes.set_xlabel(
            f"{CLASS_NAMES.get(labels[best], labels[best])} {prediction.probabilities[best]:.2f}\n"
            f"(truth {prediction.probabilities[truth]:.2f})",
            fontproperties=font(5.5),
            labelpad=2,
        )
        if column == 0:
            axes.set_ylabel("map of the called class", fontproperties=font(6))
    for axes in grid.ravel():
        axes.set_xticks([])
        axes.set_yticks([])
    figure.subplots_adjust(left=0.06, right=0.99, top=0.86, bottom=0.15, wspace=0.05, hspace=0.06)
    status_line(figure, package.manifest.clinical_status)
    return figure
