"""On which patients a temperature is fitted: a set of the cohorts, or those that the training itself held out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.domain.errors import UsageError
from engine.domain.package import ModelPackage
from training.dataset import ShardSet
from training.evaluation.cohorts import open_cohorts
from training.fitting.checkpoint import Checkpoint
from training.splits import refuse_shared_patients

HELD_OUT = "validation"
"""Name of the calibration split that a checkpoint's own held-out patients are."""


@dataclass(frozen=True, slots=True)
class CalibrationSplit:
    """Patients to fit a temperature on.

    Attributes:
        shards: Their lesions.
        name: What the split is called in the manifest.
        subset: The set that it is, on which the package is not measured later; empty for part of the training's.
    """

    shards: ShardSet
    name: str
    subset: str = ""


def unfit(what: str, remedy: str) -> UsageError:
    """The refusal of a split that no temperature can be fitted on."""
    return UsageError(what, remedy=remedy, code="calibration-split")


def find_split(
    package: ModelPackage,
    wanted: str,
    sources: Sequence[Path],
    saved: Checkpoint | None,
    names: Mapping[str, str],
) -> CalibrationSplit:
    """The split that `wanted` names: a set of `sources`, or `HELD_OUT`.

    Raises:
        UsageError: There is none, there are several, or the training saw its patients.
    """
    if wanted == HELD_OUT:
        return CalibrationSplit(_held_out(package, sources, saved), "patients held out of the training")
    # The set of an earlier calibration may calibrate again.
    fresh = replace(package, manifest=replace(package.manifest, calibration={}))
    first, *more = open_cohorts(fresh, sources, [wanted])
    if more:
        raise unfit(
            f"The set {wanted!r} stands in {1 + len(more)} of these cohorts.",
            "Calibrate on one of them: name it alone, and evaluate the others after that.",
        )
    if saved is not None:
        trained = saved.facts.get("training_patients", ())
        refuse_shared_patients(trained, first.shards.patients.tolist(), "the training and the calibration split")
    return CalibrationSplit(first.shards, names.get(wanted, f"set {wanted}"), wanted)


def _held_out(package: ModelPackage, sources: Sequence[Path], saved: Checkpoint | None) -> ShardSet:
    if saved is None:
        raise unfit(
            "The patients that the training held out are known to its checkpoint only.",
            "Add --checkpoint, or name another set.",
        )
    # They carry the name of the training's set: opened here, past the check of sets, patient by patient.
    wanted = saved.facts.get("validation_patients", ())
    for folder in (path for path in sources if path.is_dir()):
        held = ShardSet.open(folder, package.manifest.labels).of_patients(wanted)
        if held.shards:
            return held
    raise unfit(
        "The patients that the training held out have no shards in these cohorts.",
        "Name the folder of shards that the training used.",
    )
