"""`lobule-train evaluate`: one package, any number of cohorts, everything that a site asks, in files."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.domain.errors import UsageError
from engine.domain.package import ModelPackage
from engine.domain.progress import SILENT, Progress
from engine.inference import session
from engine.inference.loading import load_package
from training import checkpoint
from training.calibrate import calibrate
from training.checkpoint import Checkpoint
from training.cohorts import Cohort, open_cohorts
from training.dataset import ShardSet
from training.evaluate import (
    against_float,
    manifest_figures,
    refuse_trained,
    score_package,
    write_figures,
    write_validation,
)
from training.measure import measure
from training.misclassified import lesion_rows, write_misclassified
from training.predictions import answers
from training.readers import compare_readers, read_readers, refuse_strangers
from training.scored import Scored, combine
from training.splits import refuse_shared_patients
from training.statistics.bootstrap import LEAST_RESAMPLES, RESAMPLES
from training.tables import append_row

logger = logging.getLogger(__name__)

SCHEMA = "lobule.evaluation/1"
HELD_OUT = "validation"
"""Name of the calibration split that a checkpoint's own held-out patients are."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is evaluated and what is written; the options of the command.

    Attributes:
        names: Set → name beside the figures.
        calibrate_on: Set to fit the temperature on, `HELD_OUT` for the checkpoint's, or empty.
        cache: Folder of kept answers; None: beside the shards.
    """

    package: Path
    cohorts: tuple[Path, ...]
    sets: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    readers: Path | None = None
    checkpoint: Path | None = None
    calibrate_on: str = ""
    json: Path | None = None
    out: Path | None = None
    images: bool = True
    cache: Path | None = None
    provider: str = "cpu"
    resamples: int = RESAMPLES
    workers: int = 1
    write: bool = False


def evaluate(request: Request, progress: Progress = SILENT) -> dict[str, Any]:
    """Do what the request says; returns the figures that a manifest carries, per cohort.

    Raises:
        UsageError: No cohort, a set that was trained on, a patient in two sets.
    """
    package = load_package(request.package)
    if not request.cohorts:
        raise UsageError(
            "There is no cohort to evaluate on.",
            remedy="Name a folder of shards or a cohort table after the package.",
            code="no-cohort",
        )
    if request.resamples < LEAST_RESAMPLES:
        raise UsageError(
            f"{request.resamples} resamples have no 2.5 % at either end.",
            remedy=f"Take {LEAST_RESAMPLES} or more; {RESAMPLES} are usual.",
            code="resamples",
        )
    provider = session.provider_candidates(request.provider)[0]
    readers = read_readers(request.readers) if request.readers else ()
    saved = checkpoint.load(request.checkpoint) if request.checkpoint else None
    cohorts = open_cohorts(
        package, request.cohorts, _measured_sets(package, request), request.names, request.workers, progress
    )
    subsets = {shard.subset for cohort in cohorts for shard in cohort.shards.shards} | {request.calibrate_on}
    for name in sorted(set(request.names) - subsets):
        raise UsageError(
            f"A name is given to the set {name!r}, which is not evaluated.",
            remedy=f"Evaluated are: {', '.join(sorted(subsets - {''}))}.",
            code="name",
        )
    if saved is not None:
        for cohort in cohorts:
            refuse_trained(saved, cohort.shards)
    strangers = {}
    if request.readers:
        evaluated = {shard.patient for cohort in cohorts for shard in cohort.shards.shards}
        strangers = refuse_strangers(readers, evaluated, request.readers)
        for name, patients in strangers.items():
            logger.warning("%s called patients that are not evaluated: %s", name, ", ".join(patients))
    if request.calibrate_on:
        package = _calibrated(package, request, saved, cohorts, provider, progress)
    everything: dict[str, Any] = {}
    stated: dict[str, Any] = {}
    for cohort in cohorts:
        scored = score_package(package, cohort.shards, progress, cache_of(cohort.shards, request.cache), provider)
        measured = measure(scored, cohort.name, request.resamples)
        measured["cohort"]["left_out"] = _left_out(cohort)
        if readers:
            measured["readers"] = compare_readers(scored.patient_level, readers)
        stated[cohort.id] = manifest_figures(measured, package.manifest.clinical_status)
        if saved is not None:
            stated[cohort.id]["int8_against_float"] = against_float(package, saved, cohort.shards, progress)
            measured["int8_against_float"] = stated[cohort.id]["int8_against_float"]
        if request.out:
            _write_cohort(package, cohort, scored, request.out / cohort.id, request.images)
        everything[cohort.id] = measured
    if request.write:
        package = write_validation(package, stated)
    whole = {"schema": SCHEMA, "package": package_facts(package), "cohorts": everything}
    if request.readers:
        whole["calls_of_patients_not_evaluated"] = strangers
    for path in (request.json, request.out / "figures.json" if request.out else None):
        if path:
            write_figures(path, whole)
    if request.out:
        write_flat(request.out / "figures.csv", everything)
    return stated


def _left_out(cohort: Cohort) -> dict[str, Any]:
    """Lesions of the cohort that no figure counts, patients that have no other, and how often each reason."""
    measured = {shard.patient for shard in cohort.shards.shards}
    lost = {row["patient"] for row in cohort.left_out} - measured
    reasons = dict(Counter(row["code"] for row in cohort.left_out).most_common())
    if cohort.left_out:
        told = ", ".join(f"{reason} {count}" for reason, count in reasons.items())
        logger.warning("%s: %d lesions left out in preparation (%s)", cohort.name, len(cohort.left_out), told)
    return {"lesions": len(cohort.left_out), "patients": len(lost), "reasons": reasons}


def cache_of(shards: ShardSet, wanted: Path | None) -> Path:
    """Where answers for these shards are kept: beside them, so that they are deleted together."""
    return wanted or shards.folder / "answers"


def package_facts(package: ModelPackage) -> dict[str, Any]:
    """What names a package in a file of figures."""
    manifest = package.manifest
    return {
        "id": manifest.id,
        "version": manifest.version,
        "title": manifest.title,
        "digest": package.digest,
        "network": manifest.files["model.onnx"],
        "clinical_status": manifest.clinical_status.value,
        "labels": list(manifest.labels),
        "channels": [role.value for role in manifest.preprocess.channels],
        "temperature": manifest.calibration.get("temperature", 1.0),
    }


def write_flat(path: Path, figures: Mapping[str, Any]) -> None:
    """Every number of a tree of figures as CSV: one row per figure, its path in words, value, limits, counts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    columns = ("figure", "value", "low", "high", "events", "n")
    for name, entry in _leaves(figures, ()):
        append_row(path, {"figure": " / ".join(name), **{key: entry.get(key, "") for key in columns[1:]}})


def _leaves(node: Any, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], Mapping[str, Any]]]:
    if isinstance(node, Mapping):
        found = [(path, node)] if "value" in node else []
        for name, below in node.items():
            if not ("value" in node and name in ("value", "low", "high", "events", "n")):
                found += _leaves(below, (*path, str(name)))
        return found
    if isinstance(node, list | tuple):
        return [leaf for place, item in enumerate(node) for leaf in _leaves(item, (*path, str(place)))]
    if isinstance(node, bool) or not isinstance(node, int | float):
        return []
    return [(path, {"value": node})]


def _measured_sets(package: ModelPackage, request: Request) -> tuple[str, ...]:
    """The sets asked for; without any, the calibration split is not measured either."""
    if request.sets or request.calibrate_on in ("", HELD_OUT):
        return request.sets
    cohorts = open_cohorts(package, request.cohorts, workers=request.workers)
    subsets = {shard.subset for cohort in cohorts for shard in cohort.shards.shards}
    return tuple(sorted(subsets - {request.calibrate_on}))


def _calibrated(
    package: ModelPackage,
    request: Request,
    saved: Checkpoint | None,
    cohorts: tuple[Cohort, ...],
    provider: str,
    progress: Progress,
) -> ModelPackage:
    measured = {shard.patient for cohort in cohorts for shard in cohort.shards.shards}
    if request.calibrate_on != HELD_OUT:
        # The set of an earlier calibration may calibrate again.
        fresh = replace(package, manifest=replace(package.manifest, calibration={}))
        first, *more = open_cohorts(fresh, request.cohorts, [request.calibrate_on])
        if more:
            raise UsageError(
                f"The set {request.calibrate_on!r} stands in {1 + len(more)} of these cohorts.",
                remedy="Calibrate on one of them: name it alone, and evaluate the others after that.",
                code="calibration-split",
            )
        split = first.shards
        if saved is not None:
            trained = saved.facts.get("training_patients", ())
            refuse_shared_patients(trained, split.patients.tolist(), "the training and the calibration split")
        name = request.names.get(request.calibrate_on, f"set {request.calibrate_on}")
    elif saved is None:
        raise UsageError(
            "The patients that the training held out are known to its checkpoint only.",
            remedy="Add --checkpoint, or name another set.",
            code="calibration-split",
        )
    else:
        # They carry the name of the training's set: opened here, past the check of sets, patient by patient.
        wanted = saved.facts.get("validation_patients", ())
        folders = [path for path in request.cohorts if path.is_dir()]
        held = [ShardSet.open(folder, package.manifest.labels).of_patients(wanted) for folder in folders]
        split, name = some_of(held), "patients held out of the training"
    kept = cache_of(split, request.cache)
    return calibrate(
        package,
        combine(package, split, answers(package, split, kept, provider, progress)),
        name,
        measured,
        "" if request.calibrate_on == HELD_OUT else request.calibrate_on,
    )


def some_of(candidates: Sequence[ShardSet]) -> ShardSet:
    """The first set that is not empty, or UsageError."""
    for shards in candidates:
        if shards.shards:
            return shards
    raise UsageError(
        "The patients that the training held out have no shards in these cohorts.",
        remedy="Name the folder of shards that the training used.",
        code="calibration-split",
    )


def _write_cohort(package: ModelPackage, cohort: Cohort, scored: Scored, folder: Path, images: bool) -> None:
    """Every call as CSV, and the misclassified lesions."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("slices.csv", "lesions.csv", "patients.csv"):
        (folder / name).unlink(missing_ok=True)
    for row in lesion_rows(scored):
        append_row(folder / "lesions.csv", row)
    for number, scores in enumerate(scored.scores):
        shard = scored.shards[scored.lesion_of_slice[number]]
        index = number - int((scored.lesion_of_slice < scored.lesion_of_slice[number]).sum())
        append_row(
            folder / "slices.csv",
            {
                "patient": shard.patient,
                "lesion": shard.lesion,
                "slice": index,
                "position_mm": shard.position_mm[index],
                "truth": scored.labels[scored.truth[number]],
                "predicted": scored.labels[int(scores.argmax())],
                **{f"score_{label}": float(score) for label, score in zip(scored.labels, scores, strict=True)},
            },
        )
    level = scored.patient_level
    for number, name in enumerate(level.names.tolist()):
        append_row(
            folder / "patients.csv",
            {
                "patient": name,
                "truth": scored.labels[level.truth[number]],
                "sum_rule": scored.labels[level.predicted[number]],
                "any_slice_malignant": bool(level.flagged[number]),
                **{f"score_{label}": float(level.scores[number, k]) for k, label in enumerate(scored.labels)},
            },
        )
    write_misclassified(package, cohort.shards, scored, folder / "misclassified", images)
