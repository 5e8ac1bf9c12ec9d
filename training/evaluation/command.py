"""`lobule-train evaluate`: one package, any number of cohorts, everything that a site asks, in files."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.domain.errors import UsageError
from engine.domain.package import ModelPackage
from engine.domain.progress import SILENT, Progress
from engine.inference import session
from engine.inference.loading import load_package
from training.dataset import ShardSet
from training.evaluate import (
    BothAnswers,
    against_float,
    answer_both,
    manifest_figures,
    refuse_trained,
    score_package,
    write_validation,
)
from training.evaluation.calibrate import calibrate
from training.evaluation.calibration_split import HELD_OUT, find_split
from training.evaluation.cohorts import Cohort, open_cohorts
from training.evaluation.files import write_calls, write_figures, write_flat
from training.evaluation.measure import measure
from training.evaluation.misclassified import write_misclassified
from training.evaluation.predictions import answers
from training.evaluation.readers import compare_readers, read_readers, refuse_strangers
from training.evaluation.scored import combine
from training.fitting import checkpoint
from training.statistics.bootstrap import LEAST_RESAMPLES, RESAMPLES

logger = logging.getLogger(__name__)

SCHEMA = "lobule.evaluation/1"


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
        split = find_split(package, request.calibrate_on, request.cohorts, saved, request.names)
        kept = cache_of(split.shards, request.cache)
        found = combine(package, split.shards, answers(package, split.shards, kept, provider, progress))
        measured_patients = {shard.patient for cohort in cohorts for shard in cohort.shards.shards}
        package = calibrate(package, found, split.name, measured_patients, split.subset)
    everything: dict[str, Any] = {}
    stated: dict[str, Any] = {}
    both: list[BothAnswers] = []
    for cohort in cohorts:
        scored = score_package(package, cohort.shards, progress, cache_of(cohort.shards, request.cache), provider)
        measured = measure(scored, cohort.name, request.resamples)
        measured["cohort"]["left_out"] = _left_out(cohort)
        if readers:
            measured["readers"] = compare_readers(scored.patient_level, readers)
        stated[cohort.id] = manifest_figures(measured, package.manifest.clinical_status)
        if saved is not None:
            both.append(answer_both(package, saved, cohort.shards, progress))
            measured["int8_against_float"] = against_float(package.manifest.labels, both[-1:])
            stated[cohort.id]["int8_against_float"] = measured["int8_against_float"]
        if request.out:
            write_calls(scored, request.out / cohort.id)
            write_misclassified(
                package, cohort.shards, scored, request.out / cohort.id / "misclassified", request.images
            )
        everything[cohort.id] = measured
    if request.write:
        package = write_validation(package, stated)
    whole = {"schema": SCHEMA, "package": package_facts(package), "cohorts": everything}
    if both:
        whole["int8_against_float"] = against_float(package.manifest.labels, both)
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


def _measured_sets(package: ModelPackage, request: Request) -> tuple[str, ...]:
    """The sets asked for; without any, the calibration split is not measured either."""
    if request.sets or request.calibrate_on in ("", HELD_OUT):
        return request.sets
    cohorts = open_cohorts(package, request.cohorts, workers=request.workers)
    subsets = {shard.subset for cohort in cohorts for shard in cohort.shards.shards}
    return tuple(sorted(subsets - {request.calibrate_on}))
