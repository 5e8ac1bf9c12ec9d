"""Scoring an exported package, through the engine, on shards that it was not trained on.

The network that ships is run (not the checkpoint), the rules are those of `engine.aggregate`. What comes out is
plain data for the manifest, the same figures for every cohort.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import aggregate
from engine.domain.errors import UsageError
from engine.domain.labels import BENIGN
from engine.domain.package import ModelPackage
from engine.domain.progress import SILENT, Progress
from engine.domain.result import LesionResult
from engine.domain.roi import LesionId, Roi
from engine.domain.sample import SliceInput, SliceRef
from engine.inference import loading, predict, session
from training.checkpoint import Checkpoint
from training.dataset import Shard, ShardSet, target_of
from training.export import finish_package, network_of, write_float
from training.parity import Answer, Graph, compare, softmax
from training.splits import refuse_shared_patients
from training.statistics.interval import Interval
from training.statistics.likelihood_ratios import likelihood_ratios_log
from training.statistics.proportions import clopper_pearson
from training.statistics.roc import auc, auc_interval


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Answers of a package for a cohort.

    Attributes:
        labels: Classes in output order.
        shards: The lesions.
        lesions: Their results by both rules, aligned with `shards`.
        truth: (n,) class index per slice.
        scores: (n, k) score per slice.
        lesion_of_slice: (n,) index into `shards`.
    """

    labels: tuple[str, ...]
    shards: tuple[Shard, ...]
    lesions: tuple[LesionResult, ...]
    truth: NDArray[np.int64]
    scores: NDArray[np.float64]
    lesion_of_slice: NDArray[np.int64]


def score_package(package: ModelPackage, shards: ShardSet, progress: Progress = SILENT) -> Scored:
    """Run the package over all lesions of a cohort.

    Raises:
        UsageError: The package was trained on a set that is among them, or the shards were prepared differently.
    """
    manifest = package.manifest
    if shards.spec_digest != manifest.preprocess.digest():
        raise UsageError(
            "The shards were not prepared with this package's preprocessing.",
            remedy="Prepare them with the same --model and --margin-mm.",
            code="mixed-shards",
        )
    leaked = {shard.subset for shard in shards.shards} & set(manifest.training.get("sets", ()))
    if leaked:
        raise UsageError(
            f"The package was trained on patients of the set {sorted(leaked)[0]!r}.",
            remedy="Name another --set.",
            code="patient-leak",
        )
    runner = session.open_session(package, session.CPU)
    size = manifest.preprocess.input_px
    lesions: list[LesionResult] = []
    rows: list[NDArray[np.float64]] = []
    for number, shard in enumerate(shards.shards):
        progress.step("evaluate", number, len(shards.shards))
        images = shards.images(np.flatnonzero(shards.shard_index == number), size).numpy()
        answers = predict.predict(runner, _inputs(shard, images))
        lesions.append(
            aggregate.lesion_result(
                Roi(LesionId(shard.lesion), ()),
                answers,
                manifest.labels,
                longest_diameter_mm=float(shard.facts.get("diameter_mm") or 0.0),
                volume_ml=0.0,
            )
        )
        rows += [answer.probabilities for answer in answers]
    progress.step("evaluate", len(shards.shards), len(shards.shards))
    truth = [target_of(shard.label, manifest.labels) for shard in shards.shards]
    return Scored(
        manifest.labels,
        shards.shards,
        tuple(lesions),
        np.array(truth, dtype=np.int64)[shards.shard_index],
        np.stack(rows),
        shards.shard_index.astype(np.int64),
    )


def refuse_trained(saved: Checkpoint, shards: ShardSet) -> None:
    """Check patient by patient, with the checkpoint that a package came from, that none was trained on.

    Raises:
        UsageError: Names a patient.
    """
    facts = saved.facts
    for name in ("training_patients", "validation_patients"):
        refuse_shared_patients(facts[name], shards.patients.tolist(), f"{name} and this cohort")


def against_float(
    package: ModelPackage, saved: Checkpoint, shards: ShardSet, progress: Progress = SILENT
) -> dict[str, Any]:
    """What quantisation changes on a cohort: classes, scores and AUC per class, int8 less float."""
    size = package.manifest.preprocess.input_px
    labels = package.manifest.labels
    with tempfile.TemporaryDirectory(prefix="lobule-evaluate-") as scratch:
        path = Path(scratch) / "float.onnx"
        write_float(network_of(saved), path, size)
        graphs = (Graph(path), Graph(package.folder / "model.onnx"))
        answers: tuple[list[Answer], list[Answer]] = ([], [])
        for first in range(0, len(shards), 4):
            progress.step("compare with float", first, len(shards))
            images = shards.images(np.arange(first, min(first + 4, len(shards))), size).numpy()
            for graph, kept in zip(graphs, answers, strict=True):
                kept.append(graph.run(images))
    scores = [softmax(np.concatenate([a.logits for a in kept])) for kept in answers]
    differences = {}
    for index, label in enumerate(labels):
        positive = shards.targets == index
        if positive.any() and not positive.all():
            one, two = (auc(positive, values[:, index]) for values in scores)
            differences[label] = round(two - one, 5)
    return {**compare(*answers).as_dict(), "auc_difference": differences}


def figures(scored: Scored, cohort: str) -> dict[str, Any]:
    """The figures of one cohort, as they stand in a manifest.

    Slice-level intervals are DeLong's and treat slices as independent, as the paper does; they are
    labelled so. Lesion-level figures count every lesion once.
    """
    malignant = np.array([shard.label != BENIGN for shard in scored.shards])
    benign_share = np.array([lesion.mean_scores[BENIGN] for lesion in scored.lesions])
    flagged = np.array([lesion.malignant_by_any_slice for lesion in scored.lesions])
    predicted = np.array([scored.labels.index(lesion.predicted) for lesion in scored.lesions])
    truth = np.array([target_of(shard.label, scored.labels) for shard in scored.shards])
    slice_predicted = scored.scores.argmax(axis=1)
    result: dict[str, Any] = {
        "cohort": {"name": cohort, "patients": len({shard.patient for shard in scored.shards})},
        "lesions": len(scored.shards),
        "slices": len(scored.truth),
        "any_slice_rule": _rule(malignant, flagged),
        "sum_rule": {
            **_rule(malignant, predicted != scored.labels.index(BENIGN)),
            "accuracy": _proportion(int((predicted == truth).sum()), len(truth)),
        },
        "lesion_auc": _auc(malignant, 1.0 - benign_share),
        "slice_auc": {
            "note": "one class against the rest; intervals treat slices as independent",
            **{
                label: _auc(scored.truth == index, scored.scores[:, index]) for index, label in enumerate(scored.labels)
            },
        },
        "confusion_lesions": _confusion(truth, predicted, len(scored.labels)),
        "confusion_slices": _confusion(scored.truth, slice_predicted, len(scored.labels)),
        "note": "confusion matrices: one row per true class, one column per predicted class, in label order",
    }
    return result


def write_validation(package: ModelPackage, validation: Mapping[str, Any]) -> ModelPackage:
    """Put figures into a package's manifest and card (other files stay) and read it back."""
    merged = {**package.manifest.validation, **validation}
    finish_package(package.folder, replace(package.manifest, validation=merged))
    return loading.load_package(package.folder)


def write_figures(path: Path, values: Mapping[str, Any]) -> None:
    """Write figures as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def _inputs(shard: Shard, images: NDArray[np.float32]) -> Sequence[SliceInput]:
    size = images.shape[-1]
    return [
        SliceInput(
            image,
            SliceRef(LesionId(shard.lesion), index, shard.position_mm[index], 0),
            np.eye(4),
            shard.spec_digest,
            np.zeros((size, size), dtype=bool),
        )
        for index, image in enumerate(images)
    ]


def _rule(malignant: NDArray[np.bool_], flagged: NDArray[np.bool_]) -> dict[str, Any]:
    """Sensitivity and specificity with Clopper–Pearson, DLR with log intervals."""
    positives, negatives = int(malignant.sum()), int((~malignant).sum())
    if positives == 0 or negatives == 0:
        return {}
    true_positive = int((malignant & flagged).sum())
    true_negative = int((~malignant & ~flagged).sum())
    plus, minus = likelihood_ratios_log(true_positive, positives, true_negative, negatives)
    return {
        "sensitivity": _proportion(true_positive, positives),
        "specificity": _proportion(true_negative, negatives),
        **({"dlr_plus": _figure(plus)} if isfinite(plus.high) else {}),
        **({"dlr_minus": _figure(minus)} if isfinite(minus.high) else {}),
    }


def _proportion(events: int, n: int) -> dict[str, Any]:
    return {**_figure(clopper_pearson(events, n)), "events": events, "n": n}


def _auc(positive: NDArray[np.bool_], scores: NDArray[np.float64]) -> dict[str, Any]:
    if positive.all() or not positive.any():
        return {}
    return {**_figure(auc_interval(positive, scores)), "n": len(positive)}


def _figure(interval: Interval) -> dict[str, float]:
    return {
        "value": round(interval.value, 4),
        "low": round(interval.low, 4),
        "high": round(interval.high, 4),
    }


def _confusion(truth: NDArray[np.int64], predicted: NDArray[np.int64], k: int) -> list[list[int]]:
    counts = np.bincount(truth * k + predicted, minlength=k * k)
    return [[int(v) for v in row] for row in counts.reshape(k, k)]
