"""Cohorts to evaluate on: folders of shards, or tables of DICOM folders that are prepared first.

One cohort is one set (column ``set``) of one source. Sets that the package was trained on are refused by name, and
left out where no set was named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.domain.errors import StorageError, UsageError
from engine.domain.package import ModelPackage
from engine.domain.progress import SILENT, Progress
from training.cohort import read_cohort
from training.dataset import ShardSet
from training.prepare import prepare
from training.sources import table_sources

PREPARED = "lobule-shards"


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """Lesions to evaluate on, under a short id and the name that stands beside the figures."""

    id: str
    name: str
    shards: ShardSet


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
        sets: Sets to take; none: all that the package was not trained on.
        names: Set → name of the cohort.

    Raises:
        UsageError: A named set was trained on or is nowhere; nothing is left.
        StorageError: No shards.
    """
    trained = set(package.manifest.training.get("sets", ()))
    refuse_sets(package, sets)
    found: list[Cohort] = []
    for source in sources:
        folder = source if source.is_dir() else prepared(package, source, workers, progress)
        everything = ShardSet.open(folder, package.manifest.labels)
        for subset in sorted({shard.subset for shard in everything.shards}):
            if (sets and subset not in sets) or (not sets and subset in trained):
                continue
            taken = [cohort.id for cohort in found]
            identity = subset or source.stem
            if identity in taken:
                identity = f"{source.stem}-{identity}"
            shards = ShardSet.open(folder, package.manifest.labels, [subset])
            found.append(Cohort(identity, (names or {}).get(subset, identity), shards))
    absent = set(sets) - {shard.subset for cohort in found for shard in cohort.shards.shards}
    if absent or not found:
        wanted = f"the set {sorted(absent)[0]!r}" if absent else "any set that the package was not trained on"
        raise UsageError(
            f"There are no lesions of {wanted} in {', '.join(str(source) for source in sources)}.",
            remedy="Name a set of the cohort table that was prepared.",
            code="no-such-set",
        )
    return tuple(found)


def refuse_sets(package: ModelPackage, sets: Sequence[str]) -> None:
    """Raise UsageError where a set is one that the package was trained on."""
    leaked = set(sets) & set(package.manifest.training.get("sets", ()))
    if leaked:
        raise UsageError(
            f"The package was trained on patients of the set {sorted(leaked)[0]!r}.",
            remedy="Name another --set.",
            code="patient-leak",
        )


def prepared(package: ModelPackage, table: Path, workers: int = 1, progress: Progress = SILENT) -> Path:
    """Prepare a cohort table for a package, beside the table; what is finished there is not made again."""
    rows = read_cohort(table)
    spec = package.manifest.preprocess
    out = table.parent / PREPARED / f"{table.stem}-{spec.digest()[:8]}"
    done = prepare(table_sources(rows), spec, out, workers, progress)
    if done.made + done.kept == 0:
        raise StorageError(
            f"No lesion of {table} could be prepared: {done.exclusions[0].reason}",
            remedy=f"See {out / 'exclusions.csv'}.",
            code="no-shards",
        )
    return out
