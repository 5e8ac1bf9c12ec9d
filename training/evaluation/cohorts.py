"""Cohorts to evaluate on: folders of shards, or tables of DICOM folders that are prepared first.

One cohort is one set (column ``set``) of one source. Sets that the package was trained on are refused by name, and
left out where no set was named.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count as count_from
from pathlib import Path

from engine.domain.errors import StorageError, UsageError
from engine.domain.package import ModelPackage
from engine.domain.progress import SILENT, Progress
from training.cohort import read_cohort
from training.dataset import ShardSet
from training.prepare import prepare
from training.sources import Source, table_sources
from training.tables import read_rows

logger = logging.getLogger(__name__)

PREPARED = "lobule-shards"
EXCLUSIONS = "exclusions.csv"


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """Lesions to evaluate on, under a short id and the name that stands beside the figures.

    Attributes:
        left_out: Rows of ``exclusions.csv`` that belong to the set: lesions that gave no shard, and why.
    """

    id: str
    name: str
    shards: ShardSet
    left_out: tuple[Mapping[str, str], ...] = ()


def open_cohorts(
    package: ModelPackage,
    sources: Sequence[Path],
    sets: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
    workers: int = 1,
    progress: Progress = SILENT,
) -> tuple[Cohort, ...]:
    """Open every cohort of these sources that the package may be measured on.

    Args:
        sources: Folders of shards, or cohort tables (CSV).
        sets: Sets to take; none: all that have no part in the package.
        names: Set → name of the cohort.

    Raises:
        UsageError: A named set was trained on or is nowhere; nothing is left.
        StorageError: No shards.
    """
    used = used_sets(package)
    refuse_sets(package, sets)
    found: list[Cohort] = []
    sources = tuple({path.resolve(): path for path in sources}.values())  # one source named twice is one
    for source in sources:
        everything = shards_of(package, source, workers, progress)
        for subset in sorted({shard.subset for shard in everything.shards}):
            if (sets and subset not in sets) or (not sets and subset in used):
                continue
            identity = _free_id(subset, source, sources, {cohort.id for cohort in found})
            name = (names or {}).get(subset, identity)
            if name in {cohort.name for cohort in found}:  # the same set of another source
                name = f"{name} ({identity})"
            found.append(Cohort(identity, name, everything.of_set(subset), exclusions_of(everything, subset)))
        lost = {row.get("subset", "") for row in exclusions_of(everything)} - {s.subset for s in everything.shards}
        for subset in sorted(lost & set(sets) if sets else lost - set(used)):
            logger.warning("No lesion of the set %r was prepared; see %s.", subset, everything.folder / EXCLUSIONS)
    absent = set(sets) - {shard.subset for cohort in found for shard in cohort.shards.shards}
    if absent or not found:
        wanted = f"the set {sorted(absent)[0]!r}" if absent else "any set that the package was not trained on"
        raise UsageError(
            f"There are no lesions of {wanted} in {', '.join(str(source) for source in sources)}.",
            remedy="Name a set of the cohort table that was prepared.",
            code="no-such-set",
        )
    return tuple(found)


def _free_id(subset: str, source: Path, sources: Sequence[Path], taken: set[str]) -> str:
    """The set's name; where that is taken by another source, with the folder that tells the two apart before it."""
    own = subset or source.stem
    if own not in taken:
        return own
    paths = [path.resolve().parts for path in sources]
    parts = source.resolve().parts
    tails = (count for count in range(1, len(parts)) if sum(path[-count:] == parts[-count:] for path in paths) == 1)
    place = Path(parts[-next(tails, 1)]).stem
    names = (f"{place}-{own}{f'-{number}' if number > 1 else ''}" for number in count_from(1))
    return next(name for name in names if name not in taken)


def exclusions_of(shards: ShardSet, subset: str | None = None) -> tuple[Mapping[str, str], ...]:
    """Rows of the exclusion log beside these shards, of one set or of all."""
    path = shards.folder / EXCLUSIONS
    rows = read_rows(path) if path.exists() else []
    return tuple(row for row in rows if subset is None or row.get("subset", "") == subset)


def used_sets(package: ModelPackage) -> dict[str, str]:
    """Sets that have a part in the package, and which: their figures would flatter it."""
    training, calibration = package.manifest.training, package.manifest.calibration
    found = {str(calibration["set"]): "was calibrated on"} if calibration.get("set") else {}
    found |= {str(name): "was chosen on" for name in training.get("selection_sets", ())}
    return found | {str(name): "was trained on" for name in training.get("sets", ())}


def refuse_sets(package: ModelPackage, sets: Sequence[str]) -> None:
    """Raise UsageError where a set has a part in the package."""
    used = used_sets(package)
    leaked = sorted(set(sets) & set(used))
    if leaked:
        raise UsageError(
            f"The package {used[leaked[0]]} patients of the set {leaked[0]!r}.",
            remedy="Name another --set.",
            code="patient-leak",
        )


def shards_of(package: ModelPackage, source: Path, workers: int = 1, progress: Progress = SILENT) -> ShardSet:
    """A folder of shards, or the lesions of a cohort table, prepared beside it and kept there.

    Lesions that the table no longer lists are left out, though their shards stay.
    """
    if source.is_dir():
        return ShardSet.open(source, package.manifest.labels)
    sources = table_sources(read_cohort(source))
    folder = _prepared(package, source, sources, workers, progress)
    return ShardSet.open(folder, package.manifest.labels).named(item.name for item in sources)


def _prepared(package: ModelPackage, table: Path, sources: Sequence[Source], workers: int, progress: Progress) -> Path:
    spec = package.manifest.preprocess
    out = table.parent / PREPARED / f"{table.stem}-{spec.digest()[:8]}"
    done = prepare(sources, spec, out, workers, progress)
    if done.made + done.kept == 0:
        raise StorageError(
            f"No lesion of {table} could be prepared: {done.exclusions[0].reason}",
            remedy=f"See {out / EXCLUSIONS}.",
            code="no-shards",
        )
    return out
