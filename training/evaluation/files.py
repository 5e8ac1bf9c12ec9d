"""What an evaluation leaves in files: its figures as JSON and CSV, and every call of a cohort."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from training.evaluation.misclassified import lesion_rows
from training.evaluation.scored import Scored
from training.tables import write_rows

FIGURE = ("value", "low", "high", "events", "n")
"""What a figure may carry beside its name."""


def write_figures(path: Path, values: Mapping[str, Any]) -> None:
    """Write or replace figures as JSON, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    draft.write_text(json.dumps(values, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    draft.replace(path)


def write_flat(path: Path, figures: Mapping[str, Any]) -> None:
    """Every number of a tree of figures as CSV: one row per figure, its path in words, value, limits, counts."""
    write_rows(
        path,
        (
            {"figure": " / ".join(name), **{key: entry.get(key, "") for key in FIGURE}}
            for name, entry in _leaves(figures, ())
        ),
    )


def _leaves(node: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    if isinstance(node, Mapping):
        if "value" in node:
            yield path, node
        for name, below in node.items():
            if not ("value" in node and name in FIGURE):
                yield from _leaves(below, (*path, str(name)))
    elif isinstance(node, list | tuple):
        for place, item in enumerate(node):
            yield from _leaves(item, (*path, str(place)))
    elif isinstance(node, int | float) and not isinstance(node, bool):
        yield path, {"value": node}


def write_calls(scored: Scored, folder: Path) -> None:
    """Write every call of a cohort: ``slices.csv``, ``lesions.csv`` and ``patients.csv``."""
    write_rows(folder / "lesions.csv", lesion_rows(scored))
    write_rows(folder / "slices.csv", _slice_rows(scored))
    write_rows(folder / "patients.csv", _patient_rows(scored))


def _slice_rows(scored: Scored) -> Iterator[dict[str, Any]]:
    number = 0
    for shard in scored.shards:
        for index, position_mm in enumerate(shard.position_mm):
            scores = scored.scores[number]
            yield {
                "patient": shard.patient,
                "lesion": shard.lesion,
                "slice": index,
                "position_mm": position_mm,
                "truth": scored.labels[scored.truth[number]],
                "predicted": scored.labels[int(scores.argmax())],
                **{f"score_{label}": float(score) for label, score in zip(scored.labels, scores, strict=True)},
            }
            number += 1


def _patient_rows(scored: Scored) -> Iterator[dict[str, Any]]:
    level = scored.patient_level
    for number, name in enumerate(level.names.tolist()):
        yield {
            "patient": name,
            "truth": scored.labels[level.truth[number]],
            "sum_rule": scored.labels[level.predicted[number]],
            "any_slice_malignant": bool(level.flagged[number]),
            **{f"score_{label}": float(level.scores[number, k]) for k, label in enumerate(scored.labels)},
        }
