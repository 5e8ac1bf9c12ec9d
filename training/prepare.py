"""Preparing shards: every lesion of a cohort through `engine.preprocess`, in parallel, resumable.

A finished shard is not made again. A fault costs its patient only: the row goes into
``exclusions.csv`` (for the flow diagram) and the work goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

import joblib
import numpy as np

from engine.domain.errors import EngineError, StorageError
from engine.domain.package import PreprocessSpec
from engine.domain.progress import SILENT, Progress
from engine.domain.sequence import SequenceRole
from engine.geometry.diameters import longest_diameter_mm
from engine.preprocess.build import build_slice_inputs
from training.dataset import Shard, read_shard, write_facts, write_shard
from training.sources import Source, TableRow
from training.splits import Member, refuse_two_sets
from training.tables import append_row, read_rows, write_rows

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A lesion that gave no shard, and why."""

    name: str
    patient: str
    subset: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """What one run of `prepare` did.

    Attributes:
        made: Shards written now.
        kept: Shards found finished.
        exclusions: Lesions without a shard.
    """

    made: int
    kept: int
    exclusions: tuple[Exclusion, ...]


def prepare(
    sources: Sequence[Source],
    spec: PreprocessSpec,
    out: Path,
    workers: int = 1,
    progress: Progress = SILENT,
) -> Prepared:
    """Write one shard per source into `out`.

    Raises:
        StorageError: `out` holds shards of another specification, or two sources share a name.
        UsageError: A patient stands in two sets, here or in `out`.
    """
    names = [source.name for source in sources]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise StorageError(
            f"Two lesions would share the shard {twice}.",
            remedy="Fill in the column 'lesion' where a patient has several rows.",
            code="shard-name",
        )
    out.mkdir(parents=True, exist_ok=True)
    finished = {path.stem: read_shard(path) for path in out.glob("*.json")}
    stale = [shard.name for shard in finished.values() if shard.spec_digest != spec.digest()]
    if stale:
        raise StorageError(
            f"{out} holds {len(stale)} shards of another specification, such as {stale[0]}.",
            remedy="Use another folder, or delete the stale shards.",
            code="mixed-shards",
        )
    for source in sources:
        if source.name in finished:
            finished[source.name] = _restated(source, finished[source.name], out)
    members: list[Member] = [*finished.values(), *sources]
    refuse_two_sets(members)
    waiting = [source for source in sources if source.name not in finished]
    log = out / "exclusions.csv"
    _keep_others(log, set(names))
    exclusions: list[Exclusion] = []
    run = joblib.Parallel(n_jobs=workers, return_as="generator_unordered")
    answers = run(joblib.delayed(_prepare_one)(source, spec, out) for source in waiting)
    for done, exclusion in enumerate(answers, start=1):
        if exclusion is not None:
            logger.warning("excluded %s: %s", exclusion.name, exclusion.reason)
            exclusions.append(exclusion)
            append_row(log, _entry(exclusion))
        progress.step("prepare", done, len(waiting))
    return Prepared(len(waiting) - len(exclusions), len(sources) - len(waiting), tuple(exclusions))


def _restated(source: Source, shard: Shard, out: Path) -> Shard:
    """A finished shard as its row says now: diagnosis, set and facts may have been corrected, the images stay."""
    if shard.patient != source.patient:
        raise StorageError(
            f"The shard {shard.name} is of patient {shard.patient}, and would also be that of {source.patient}.",
            remedy="Give the two patients names that differ in letters or digits, or use another folder.",
            code="shard-name",
        )
    if not isinstance(source, TableRow) or not source.row.label:
        return shard
    row = source.row
    facts = {**shard.facts, "diagnosis": row.diagnosis, **row.facts}
    now = replace(shard, label=row.label, subset=row.subset, facts=facts)
    if now != shard:
        if (now.label, now.subset) != (shard.label, shard.subset):
            former = f"{shard.label}, set {shard.subset!r}"
            logger.warning("%s was %s, and is now %s, set %r", now.name, former, now.label, now.subset)
        write_facts(out, now)
    return now


def record_exclusions(out: Path, exclusions: Sequence[Exclusion]) -> None:
    """Write these into the log of `out`, in place of former entries of the same names."""
    log = out / "exclusions.csv"
    names = {item.name for item in exclusions}
    _keep_others(log, names)
    for item in exclusions:
        append_row(log, _entry(item))


def _keep_others(log: Path, names: Set[str]) -> None:
    """Leave only what is logged of other lesions: cohorts may share a folder."""
    former = [row for row in read_rows(log) if row["name"] not in names] if log.exists() else []
    if former:
        write_rows(log, former)
    else:
        log.unlink(missing_ok=True)


def _entry(exclusion: Exclusion) -> dict[str, str]:
    return {field: getattr(exclusion, field) for field in Exclusion.__slots__}


def _prepare_one(source: Source, spec: PreprocessSpec, out: Path) -> Exclusion | None:
    """Make one shard; a fault of any kind becomes an exclusion that names the patient."""
    try:
        lesion = source.load(spec.roles)
        inputs = build_slice_inputs(lesion.volumes, lesion.roi, spec)
        t2 = lesion.volumes[SequenceRole.T2]
        if not inputs:
            return Exclusion(source.name, source.patient, source.subset, "no-slices", "The outline touches no plane.")
        shard = Shard(
            name=source.name,
            patient=source.patient,
            label=lesion.label,
            subset=source.subset,
            spec_digest=spec.digest(),
            roles=tuple(role.value for role in spec.channels),
            position_mm=tuple(round(float(item.ref.position_mm), 4) for item in inputs),
            nearest_t2_slice=tuple(int(item.ref.nearest_t2_slice) for item in inputs),
            lesion=str(lesion.roi.lesion_id),
            facts={"diameter_mm": round(longest_diameter_mm(lesion.roi, t2.affine), 1), **lesion.facts},
        )
        write_shard(out, shard, np.stack([item.array for item in inputs]))
    except EngineError as fault:
        return Exclusion(source.name, source.patient, source.subset, fault.code, str(fault))
    except Exception as fault:  # one patient's unforeseen fault must not cost a night's work
        logger.exception("unforeseen fault with %s", source.name)
        reason = f"{type(fault).__name__}: {fault}"
        return Exclusion(source.name, source.patient, source.subset, "unforeseen", reason)
    return None
