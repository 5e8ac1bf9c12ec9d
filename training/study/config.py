"""The configuration of a study: a TOML file that lists packages and cohorts. Paths start where the command is run."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.domain.errors import UsageError
from training.statistics.bootstrap import LEAST_RESAMPLES, RESAMPLES

MODEL_NAMES: Mapping[str, str] = {"t2": "T2", "t2_dwi": "T2+DWI", "tri_seq": "Tri-Seq", "six_seq": "Six-Seq"}
"""The paper's four models, in its order, by the ids of packages."""


@dataclass(frozen=True, slots=True)
class CohortEntry:
    """One cohort.

    Attributes:
        id: Short name in files and panels.
        name: What the report calls it.
        short: The same in panels and tables.
        subset: Set of the shards or the table.
        sources: Folders of shards, or cohort tables (CSV); the first that serves a package is taken.
        training: True for the training set: described in Table 1 and the flow diagram, never scored.
        paper: Column of the paper that stands beside it: ``training``, ``SRRSH``, ``HZFPH``, ``TDH`` or empty.
        readers: Table of readers' calls, or None.
    """

    id: str
    name: str
    short: str
    subset: str
    sources: tuple[Path, ...]
    training: bool = False
    paper: str = ""
    readers: Path | None = None


@dataclass(frozen=True, slots=True)
class StudyConfig:
    """What is studied.

    Attributes:
        packages: Model id → folder of its package.
        checklist: Answers of the site to items of the checklist: item → text.
    """

    title: str
    out: Path
    packages: Mapping[str, Path]
    cohorts: tuple[CohortEntry, ...]
    seed: int = 1
    resamples: int = RESAMPLES
    images: bool = False
    checklist: Mapping[str, str] | None = None


def load(path: Path, shards: tuple[Path, ...] = ()) -> StudyConfig:
    """Read and check a configuration.

    Args:
        shards: Folders that every cohort may take its shards from, after its own.

    Raises:
        UsageError: The file cannot be read, or a key is missing or not known.
    """
    try:
        with path.open("rb") as stream:
            values = tomllib.load(stream)
    except OSError as error:
        raise _bad(f"{path} cannot be read ({error.strerror})") from error
    except tomllib.TOMLDecodeError as error:
        raise _bad(f"{path} is no TOML file: {error}") from error
    known = {"title", "out", "seed", "resamples", "images", "packages", "cohort", "checklist"}
    _refuse_unknown(path, values, known, "the file")
    packages = values.get("packages", {})
    unknown = set(packages) - set(MODEL_NAMES)
    if unknown or not packages:
        raise _bad(f"{path}: [packages] must name one or more of {', '.join(MODEL_NAMES)}, not {sorted(unknown)}")
    cohorts = tuple(_cohort(path, entry, shards) for entry in values.get("cohort", []))
    if not any(not cohort.training for cohort in cohorts):
        raise _bad(f"{path} lists no [[cohort]] to evaluate on")
    if len({cohort.id for cohort in cohorts}) != len(cohorts):
        raise _bad(f"{path} gives two cohorts one id")
    if int(values.get("resamples", RESAMPLES)) < LEAST_RESAMPLES:
        raise _bad(f"{path} asks for fewer than {LEAST_RESAMPLES} resamples, which have no 2.5 % at either end")
    return StudyConfig(
        title=str(values.get("title", "Evaluation")),
        out=Path(values.get("out", "study")),
        packages={name: Path(packages[name]) for name in MODEL_NAMES if name in packages},
        cohorts=cohorts,
        seed=int(values.get("seed", 1)),
        resamples=int(values.get("resamples", RESAMPLES)),
        images=bool(values.get("images", False)),
        checklist=values.get("checklist"),
    )


def _cohort(path: Path, entry: Mapping[str, Any], shards: tuple[Path, ...]) -> CohortEntry:
    known = {"id", "name", "short", "set", "sources", "training", "paper", "readers"}
    _refuse_unknown(path, entry, known, "a [[cohort]]")
    if "id" not in entry:
        raise _bad(f"{path}: a [[cohort]] has no id")
    identity = str(entry["id"])
    if Path(identity).name != identity or "\\" in identity:
        raise _bad(f"{path}: the id {identity!r} of a [[cohort]] cannot be part of a file name")
    columns = ("", "training", "SRRSH", "HZFPH", "TDH")
    if entry.get("paper", "") not in columns:
        raise _bad(f"{path}: a [[cohort]] has paper = {entry['paper']!r}; the paper has {', '.join(columns[1:])}")
    sources = (*(Path(item) for item in entry.get("sources", [])), *shards)
    return CohortEntry(
        id=identity,
        name=str(entry.get("name", identity)),
        short=str(entry.get("short", identity)),
        subset=str(entry.get("set", identity)),
        sources=sources,
        training=bool(entry.get("training", False)),
        paper=str(entry.get("paper", "")),
        readers=Path(entry["readers"]) if entry.get("readers") else None,
    )


def _refuse_unknown(path: Path, values: Mapping[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(values) - known)
    if unknown:
        raise _bad(f"{path}: {where} has the unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}")


def _bad(what: str) -> UsageError:
    return UsageError(f"{what}.", remedy="See training/runs/study.toml for an example.", code="bad-study")
