"""The configuration of a study: a TOML file that lists packages and cohorts. Paths start where the command is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from engine.domain.errors import UsageError
from training.statistics.bootstrap import LEAST_RESAMPLES, RESAMPLES
from training.toml_file import read_toml

MODEL_NAMES: Mapping[str, str] = {"t2": "T2", "t2_dwi": "T2+DWI", "tri_seq": "Tri-Seq", "six_seq": "Six-Seq"}
"""The paper's four models, in its order, by the ids of packages."""

T = TypeVar("T")
_KINDS: Mapping[type, str] = {
    str: "a text in quotes",
    int: "a whole number",
    bool: "true or false, without quotes",
    list: "a list in [ ]; a cohort is headed [[cohort]]",
    dict: "a table",
}


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
    values = read_toml(path, "study configuration", "bad-study")
    known = {"title", "out", "seed", "resamples", "images", "packages", "cohort", "checklist"}
    _refuse_unknown(path, values, known, "the file")
    packages: dict[str, Any] = _value(path, values, "packages", {})
    unknown = set(packages) - set(MODEL_NAMES)
    if unknown or not packages:
        raise _bad(f"{path}: [packages] must name one or more of {', '.join(MODEL_NAMES)}, not {sorted(unknown)}")
    folders = {name: Path(_value(path, packages, name, "")) for name in MODEL_NAMES if name in packages}
    cohorts = tuple(_cohort(path, entry, shards) for entry in _list(path, values, "cohort", dict))
    if not any(not cohort.training for cohort in cohorts):
        raise _bad(f"{path} lists no [[cohort]] to evaluate on")
    if len({cohort.id for cohort in cohorts}) != len(cohorts):
        raise _bad(f"{path} gives two cohorts one id")
    seed, resamples = _value(path, values, "seed", 1), _value(path, values, "resamples", RESAMPLES)
    if seed < 0:
        raise _bad(f"{path}: seed is {seed}, and must be 0 or more")
    if resamples < LEAST_RESAMPLES:
        raise _bad(f"{path} asks for fewer than {LEAST_RESAMPLES} resamples, which have no 2.5 % at either end")
    answers: dict[str, Any] = _value(path, values, "checklist", {})
    return StudyConfig(
        title=_value(path, values, "title", "Evaluation"),
        out=Path(_value(path, values, "out", "study")),
        packages=folders,
        cohorts=cohorts,
        seed=seed,
        resamples=resamples,
        images=_value(path, values, "images", False),
        checklist={key: _value(path, answers, key, "") for key in answers},
    )


def _cohort(path: Path, entry: Mapping[str, Any], shards: tuple[Path, ...]) -> CohortEntry:
    known = {"id", "name", "short", "set", "sources", "training", "paper", "readers"}
    _refuse_unknown(path, entry, known, "a [[cohort]]")
    if "id" not in entry:
        raise _bad(f"{path}: a [[cohort]] has no id")
    identity = _value(path, entry, "id", "")
    if identity in ("", ".", "..") or not identity.isprintable() or set(identity) & set('\\/:*?"<>|'):
        raise _bad(f"{path}: the id {identity!r} of a [[cohort]] cannot be part of a file name")
    columns = ("", "training", "SRRSH", "HZFPH", "TDH")
    if entry.get("paper", "") not in columns:
        raise _bad(f"{path}: a [[cohort]] has paper = {entry['paper']!r}; the paper has {', '.join(columns[1:])}")
    sources = (*(Path(item) for item in _list(path, entry, "sources", str)), *shards)
    readers = _value(path, entry, "readers", "")
    return CohortEntry(
        id=identity,
        name=_value(path, entry, "name", identity),
        short=_value(path, entry, "short", identity),
        subset=_value(path, entry, "set", identity),
        sources=sources,
        training=_value(path, entry, "training", False),
        paper=entry.get("paper", ""),
        readers=Path(readers) if readers else None,
    )


def _value(path: Path, values: Mapping[str, Any], key: str, default: T) -> T:
    """The value of a key, of the type that its default has: "no" is a text, and a text in quotes would mean true."""
    value = values.get(key, default)
    if type(value) is not type(default):
        raise _bad(f"{path}: {key} is {value!r}, and must be {_KINDS[type(default)]}")
    return value


def _list(path: Path, values: Mapping[str, Any], key: str, kind: type[T]) -> list[T]:
    """A list whose items are all of one type; empty where the key is absent."""
    items: list[T] = _value(path, values, key, [])
    if not all(type(item) is kind for item in items):
        raise _bad(f"{path}: {key} is {items!r}, and each of it must be {_KINDS[kind]}")
    return items


def _refuse_unknown(path: Path, values: Mapping[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(values) - known)
    if unknown:
        raise _bad(f"{path}: {where} has the unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}")


def _bad(what: str) -> UsageError:
    return UsageError(f"{what}.", remedy="See training/runs/study.toml for an example.", code="bad-study")
