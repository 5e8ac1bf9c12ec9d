"""Opening packages, finding cohorts and scoring: the data of a study, and what is missing with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.domain.errors import EngineError, StorageError, UsageError
from engine.domain.package import ClinicalStatus, ModelPackage
from engine.domain.progress import SILENT, Progress
from engine.inference.loading import load_package
from training import facts
from training.config import THREE_WAY
from training.dataset import ShardSet
from training.evaluate import score_package
from training.evaluation.cohorts import exclusions_of, shards_of
from training.evaluation.command import cache_of
from training.evaluation.measure import measure
from training.evaluation.readers import Reader, compare_readers, read_readers, refuse_strangers
from training.evaluation.scored import Scored
from training.study.config import MODEL_NAMES, CohortEntry, StudyConfig


@dataclass(frozen=True, slots=True, eq=False)
class StudyCohort:
    """One cohort with the answers of every package that could be run on it.

    Attributes:
        described: Shards that Table 1 and the flow diagram describe (of any source that has the set), or None.
        shards: Model id → the shards that it was scored on.
        scored: Model id → its answers.
        measured: Model id → the figures of `evaluation.measure`.
        readers: Model id → reader → comparison.
        exclusions: Rows of ``exclusions.csv`` that belong to the set.
    """

    entry: CohortEntry
    described: ShardSet | None
    shards: Mapping[str, ShardSet]
    scored: Mapping[str, Scored]
    measured: Mapping[str, Mapping[str, Any]]
    readers: Mapping[str, Mapping[str, Any]]
    exclusions: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """Everything that the report is made from.

    Attributes:
        packages: Model id → package, in the paper's order.
        cohorts: In the order of the configuration; those with data only.
        missing: What is not there and why, in sentences.
        simulated: True when any patient or any package is simulated.
    """

    config: StudyConfig
    packages: Mapping[str, ModelPackage]
    cohorts: tuple[StudyCohort, ...]
    missing: tuple[str, ...]
    simulated: bool
    absent_models: tuple[str, ...] = field(default=())

    @property
    def measured_cohorts(self) -> tuple[StudyCohort, ...]:
        """Cohorts that at least one package was scored on."""
        return tuple(cohort for cohort in self.cohorts if cohort.scored)

    @property
    def simulated_cohorts(self) -> tuple[StudyCohort, ...]:
        """Cohorts with any simulated patient."""
        return tuple(
            cohort
            for cohort in self.cohorts
            if cohort.described is not None and any(map(facts.is_simulated, cohort.described.shards))
        )

    @property
    def labels(self) -> tuple[str, ...]:
        """The three classes."""
        return THREE_WAY

    @property
    def status(self) -> ClinicalStatus:
        """The lowest status of anything in the study."""
        states = {package.manifest.clinical_status for package in self.packages.values()}
        if self.simulated:
            return ClinicalStatus.SIMULATED
        return ClinicalStatus.RESEARCH if ClinicalStatus.RESEARCH in states else ClinicalStatus.VALIDATED


def gather(config: StudyConfig, progress: Progress = SILENT) -> Study:
    """Open, score and measure everything that is there.

    Raises:
        UsageError: No package, or no cohort that any package could be scored on.
    """
    missing: list[str] = []
    packages: dict[str, ModelPackage] = {}
    for model, name in MODEL_NAMES.items():
        if model not in config.packages:
            missing.append(f"Model {name}: the configuration names no package.")
            continue
        try:
            package = load_package(config.packages[model])
        except EngineError as fault:
            missing.append(f"Model {name}: {fault.what}")
            continue
        if package.manifest.labels != THREE_WAY:
            missing.append(f"Model {name}: the package {package.manifest.id} is no three-way network.")
            continue
        packages[model] = package
    tables: dict[Path | None, tuple[Reader, ...]] = {
        entry.readers: read_readers(entry.readers) for entry in config.cohorts if entry.readers
    }
    cohorts = []
    for entry in config.cohorts:
        cohort = _cohort(config, entry, packages, tables.get(entry.readers, ()), missing, progress)
        if cohort is not None:
            cohorts.append(cohort)
    if not any(cohort.scored for cohort in cohorts):
        raise UsageError(
            f"No package could be scored on any cohort. {' '.join(missing)}",
            remedy="Check the paths in the configuration, or add --shards.",
            code="empty-study",
        )
    for path, readers in tables.items():
        own = [shards for cohort in cohorts if cohort.entry.readers == path for shards in cohort.shards.values()]
        if path is None or not own:
            continue
        evaluated = {shard.patient for shards in own for shard in shards.shards}
        for name, patients in refuse_strangers(readers, evaluated, path).items():
            missing.append(f"{name}: calls of patients that no model was evaluated on: {len(patients)}.")
    simulated = any(p.manifest.clinical_status is ClinicalStatus.SIMULATED for p in packages.values()) or any(
        facts.is_simulated(shard) for cohort in cohorts if cohort.described for shard in cohort.described.shards
    )
    absent = tuple(model for model in MODEL_NAMES if model not in packages)
    return Study(config, packages, tuple(cohorts), tuple(missing), simulated, absent)


def _cohort(
    config: StudyConfig,
    entry: CohortEntry,
    packages: Mapping[str, ModelPackage],
    readers: tuple[Reader, ...],
    missing: list[str],
    progress: Progress,
) -> StudyCohort | None:
    shards: dict[str, ShardSet] = {}
    scored: dict[str, Scored] = {}
    described = _described(entry)
    if described is None and entry.training and any(source.is_file() for source in entry.sources):
        missing.append(f"Cohort {entry.name}: a training set is described from its folder of shards, not from a table.")
        return None
    if described is None and not any(source.is_file() for source in entry.sources):
        missing.append(f"Cohort {entry.name}: no source has lesions of the set {entry.subset!r}.")
        return None
    for model, package in {} if entry.training else packages.items():
        name = f"Cohort {entry.name}, model {MODEL_NAMES[model]}"
        try:
            shards[model] = _serving(package, entry, progress)
            scored[model] = score_package(package, shards[model], progress, cache_of(shards[model], None))
        except EngineError as fault:
            shards.pop(model, None)
            missing.append(f"{name}: {_without_places(fault.what, entry)}")
    described = described or next(iter(shards.values()), None)
    if described is None:
        missing.append(f"Cohort {entry.name}: no source has lesions of the set {entry.subset!r}.")
        return None
    measured = {model: measure(item, entry.name, config.resamples, config.seed) for model, item in scored.items()}
    if not readers and not entry.training:
        missing.append(f"Cohort {entry.name}: no readers’ calls were given, so no reader stands in Figure 6.")
    compared = (
        {model: compare_readers(item.patient_level, readers) for model, item in scored.items()} if readers else {}
    )
    return StudyCohort(entry, described, shards, scored, measured, compared, exclusions_of(described, entry.subset))


def _without_places(text: str, entry: CohortEntry) -> str:
    """The sentence with folders by their names: where somebody keeps shards has no place in a report."""
    for source in entry.sources:
        text = text.replace(str(source), source.name)
    return text


def _serving(package: ModelPackage, entry: CohortEntry, progress: Progress) -> ShardSet:
    """The first source whose shards hold the set and serve the package."""
    last: EngineError | None = None
    for source in entry.sources:
        try:
            shards = shards_of(package, source, 1, progress).of_set(entry.subset)
            if shards.shards:
                return shards.serving(package.manifest.preprocess)
            last = StorageError(
                f"There are no shards of {entry.subset} in {source}.",
                remedy="Name a set of the cohort table that was prepared.",
                code="no-shards",
            )
        except EngineError as fault:
            last = fault
    if last is not None:
        raise last
    raise UsageError("The cohort has no source.", remedy="Add sources, or --shards.", code="no-cohort")


def _described(entry: CohortEntry) -> ShardSet | None:
    for source in entry.sources:
        if source.is_dir():
            try:
                return ShardSet.open(source, THREE_WAY, [entry.subset])
            except EngineError:
                continue
    return None
