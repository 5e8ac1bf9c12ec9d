"""Scoring an exported package, through the engine, on lesions that it was not trained on.

The network that ships is run (not the checkpoint), the rules are those of `engine.aggregate`. What comes out is plain
data for the manifest, the same figures for every cohort; `evaluation.measure` says what is measured.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.package import ClinicalStatus, ModelPackage
from engine.domain.progress import SILENT, Progress
from engine.inference import loading, session
from training.dataset import ShardSet
from training.evaluation.cohorts import refuse_sets
from training.evaluation.predictions import answers
from training.evaluation.scored import Scored, combine
from training.export import finish_package, network_of, write_float
from training.fitting.checkpoint import Checkpoint
from training.packaging.package_folder import change_package
from training.packaging.parity import Answer, Graph, compare
from training.splits import refuse_shared_patients


def score_package(
    package: ModelPackage,
    shards: ShardSet,
    progress: Progress = SILENT,
    cache: Path | None = None,
    provider: str = session.CPU,
) -> Scored:
    """Run the package over all lesions of a cohort.

    Args:
        cache: Folder where answers are kept; None keeps nothing.

    Raises:
        UsageError: The package was trained on a set that is among them, or the shards were prepared differently.
    """
    refuse_sets(package, sorted({shard.subset for shard in shards.shards}))
    return combine(package, shards, answers(package, shards, cache, provider, progress))


def refuse_trained(saved: Checkpoint, shards: ShardSet) -> None:
    """Check patient by patient, with the checkpoint that a package came from, that none was trained on.

    Raises:
        UsageError: Names a patient.
    """
    facts = saved.facts
    for name in ("training_patients", "validation_patients", "earlier_patients"):
        refuse_shared_patients(facts.get(name, ()), shards.patients.tolist(), f"{name} and this cohort")


@dataclass(frozen=True, slots=True, eq=False)
class BothAnswers:
    """What the float network and the package answer for the same slices.

    Attributes:
        targets: (n,) class index per slice.
    """

    targets: NDArray[np.int64]
    reference: tuple[Answer, ...]
    package: tuple[Answer, ...]


def answer_both(package: ModelPackage, saved: Checkpoint, shards: ShardSet, progress: Progress = SILENT) -> BothAnswers:
    """Run a cohort through the package's graph and through its checkpoint's float graph."""
    size = package.manifest.preprocess.input_px
    shards = shards.serving(package.manifest.preprocess)
    with tempfile.TemporaryDirectory(prefix="lobule-evaluate-") as scratch:
        path = Path(scratch) / "float.onnx"
        write_float(network_of(saved), path, size)
        graphs = (Graph(path), Graph(package.folder / "model.onnx"))
        found: tuple[list[Answer], list[Answer]] = ([], [])
        for first in range(0, len(shards), 4):
            progress.step("compare with float", first, len(shards))
            images = shards.images(np.arange(first, min(first + 4, len(shards))), size).numpy()
            for graph, kept in zip(graphs, found, strict=True):
                kept.append(graph.run(images))
    return BothAnswers(shards.targets, tuple(found[0]), tuple(found[1]))


def against_float(labels: Sequence[str], cohorts: Sequence[BothAnswers]) -> dict[str, Any]:
    """What quantisation changes on these cohorts together: classes, scores and AUC per class, int8 less float."""
    targets = np.concatenate([item.targets for item in cohorts])
    reference = [answer for item in cohorts for answer in item.reference]
    package = [answer for item in cohorts for answer in item.package]
    return compare(reference, package, targets, labels).as_dict()


def manifest_figures(measured: Mapping[str, Any], status: ClinicalStatus) -> dict[str, Any]:
    """The figures of one cohort that a manifest carries, from `evaluation.measure`: those that stand beside a result.

    What shows a package that is not `simulated` shows its figures as those of patients: where they are of phantoms,
    the name of the cohort says so.

    Rules and their ratios count patients. Ratios are the log method's; where that does not apply (no error of one
    kind) the combined Clopper–Pearson limits stand in, which the note says.
    """
    patient, areas = measured["patient"], measured["slice"]["auc"]
    cohort = measured["cohort"]
    marked = cohort["simulated"] and status is not ClinicalStatus.SIMULATED
    result: dict[str, Any] = {
        "cohort": {
            "name": cohort["name"] + (" (simulated patients)" if marked else ""),
            "patients": cohort["patients"],
        },
        **({"simulated": True} if cohort["simulated"] else {}),
        "lesions": cohort["lesions"],
        "slices": cohort["slices"],
    }
    notes = ["rules and patient AUC count patients; slice AUC is one class against the rest, limits count patients"]
    for name in ("any_slice_rule", "sum_rule"):
        rule = patient["binary"][name]
        entry = {key: _plain(rule[key]) for key in ("sensitivity", "specificity") if key in rule}
        for key in ("dlr_plus", "dlr_minus"):
            chosen, stand_in = _ratio(rule.get(key, {}))
            if chosen:
                entry[key] = chosen
            if stand_in:
                notes.append(f"{name} {key}: combined Clopper–Pearson limits, since one kind of error never occurred")
        result[name] = entry
    result["sum_rule"]["accuracy"] = _plain(patient["three_way"]["accuracy"])
    result["patient_auc"] = _plain(patient["binary"]["auc"])
    result["slice_auc"] = {label: _plain(entry) for label, entry in areas.items()}
    result["naive_slice_auc"] = {
        "note": "limits take slices as independent, as the paper does: too narrow",
        **{label: {**entry["naive"], "n": entry["n"]} for label, entry in areas.items()},
    }
    result["confusion_patients"] = patient["three_way"]["confusion"]
    result["confusion_slices"] = measured["slice"]["confusion"]
    notes.append("confusion matrices: one row per true class, one column per predicted class, in label order")
    result["note"] = "; ".join(notes)
    return result


def write_validation(package: ModelPackage, validation: Mapping[str, Any]) -> ModelPackage:
    """Put figures into a package's manifest and card (other files stay) and read it back."""
    merged = {**package.manifest.validation, **validation}
    manifest = replace(package.manifest, validation=merged)
    change_package(package.folder, lambda made: finish_package(made, manifest))
    return loading.load_package(package.folder)


def _plain(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: entry[key] for key in ("value", "low", "high", "events", "n") if key in entry}


def _ratio(kinds: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """The log method's figure where finite, else the combined one (True), else nothing."""
    for stand_in, kind in ((False, "log"), (True, "combined_clopper_pearson")):
        entry = kinds.get(kind)
        if entry and None not in entry.values():
            return _plain(entry), stand_in
    return {}, False
