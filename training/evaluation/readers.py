"""Readers against the model, on the patients that both called.

The table has one row per reader and patient: ``reader``, ``patient``, ``call`` (``benign``, ``malignant``, a class or a
diagnosis of the cohort table), and optionally ``level`` such as ``junior`` or ``senior``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.errors import UsageError
from engine.domain.labels import BENIGN
from training.cohort import class_of
from training.evaluation.measure import proportion
from training.evaluation.scored import Level
from training.statistics import tests
from training.statistics.roc import curve
from training.tables import read_table

NEEDED = ("reader", "patient", "call")


@dataclass(frozen=True, slots=True)
class Reader:
    """One reader's calls: patient → malignant or not."""

    name: str
    level: str
    calls: Mapping[str, bool]


def read_readers(path: Path) -> tuple[Reader, ...]:
    """Read and check the table.

    Raises:
        UsageError: No such table, a column or value is absent or not known, a reader called a patient twice
        differently.
    """
    try:
        rows = [(line, {name.lower(): cell for name, cell in row.items()}) for line, row in read_table(path)]
    except OSError as error:
        raise _bad(f"The readers' table {path} cannot be read ({error.strerror})", "Check the path.") from error
    except ValueError as problem:
        raise _bad(f"The readers' table {path} cannot be read: {problem}", "Correct the table.") from problem
    if not rows:
        raise _bad(f"The readers' table {path} has no rows", "Write one row per reader and patient.")
    missing = [name for name in NEEDED if name not in rows[0][1]]
    if missing:
        raise _bad(f"The readers' table {path} has no column {missing[0]!r}", f"It needs {', '.join(NEEDED)}.")
    calls: dict[str, dict[str, bool]] = {}
    levels: dict[str, str] = {}
    for number, row in rows:
        reader, patient, word = (row[name] for name in NEEDED)
        if not (reader and patient):
            raise _bad(f"Line {number} of {path} has no reader or no patient", "Fill it in or delete the line.")
        malignant = _malignant(word)
        if malignant is None:
            raise _bad(
                f"Line {number} of {path} has the call {word!r}",
                "Write benign, malignant or a class, or delete the line.",
            )
        if calls.setdefault(reader, {}).setdefault(patient, malignant) != malignant:
            raise _bad(f"{reader} called patient {patient} twice, differently (line {number} of {path})", "Keep one.")
        levels[reader] = levels.get(reader) or row.get("level", "")
    return tuple(Reader(name, levels[name], own) for name, own in calls.items())


def refuse_strangers(readers: tuple[Reader, ...], patients: Iterable[str], path: Path) -> dict[str, list[str]]:
    """Patients that readers called and nobody evaluated, by reader: calls that no figure counts.

    Raises:
        UsageError: No reader called any of the patients: they are written otherwise in the two tables.
    """
    known = set(patients)
    strangers = {reader.name: sorted(set(reader.calls) - known) for reader in readers}
    if not any(known & set(reader.calls) for reader in readers):
        example = next(iter(strangers.values()))[0]
        raise _bad(
            f"No patient of the readers' table {path}, such as {example!r}, is among those evaluated",
            "Write patients as in the cohort table (spreadsheets drop leading zeros).",
        )
    return {name: patients for name, patients in strangers.items() if patients}


def compare_readers(level: Level, readers: tuple[Reader, ...]) -> dict[str, Any]:
    """Every reader beside the model on the same patients, both rules, with McNemar's exact test.

    Args:
        level: The patients.
    """
    return {reader.name: _compare(level, reader) for reader in readers if set(reader.calls) & set(level.names.tolist())}


def _compare(level: Level, reader: Reader) -> dict[str, Any]:
    both = np.array([name in reader.calls for name in level.names.tolist()])
    own = level.take(both)
    calls = np.array([reader.calls[name] for name in own.names.tolist()])
    malignant = own.malignant
    models = {"any_slice_rule": own.flagged, "sum_rule": own.predicted != own.benign}
    return {
        "level": reader.level,
        "patients": len(own.names),
        "patients_without_a_call": int((~both).sum()),
        "reader": _rates(malignant, calls),
        **{
            name: {**_rates(malignant, called), "against_reader": _tests(malignant, called, calls)}
            for name, called in models.items()
        },
        **_at_readers_specificity(own, malignant, calls),
    }


def _rates(malignant: NDArray[np.bool_], called: NDArray[np.bool_]) -> dict[str, Any]:
    found = {"accuracy": proportion(int((malignant == called).sum()), len(called))}
    if malignant.any():
        found["sensitivity"] = proportion(int(called[malignant].sum()), int(malignant.sum()))
    if not malignant.all():
        found["specificity"] = proportion(int((~called[~malignant]).sum()), int((~malignant).sum()))
    return found


def _tests(malignant: NDArray[np.bool_], model: NDArray[np.bool_], reader: NDArray[np.bool_]) -> dict[str, Any]:
    """McNemar's exact test of model and reader, for accuracy, sensitivity and specificity."""
    found = {}
    everyone = np.ones(len(malignant), dtype=bool)
    for name, chosen in (("accuracy", everyone), ("sensitivity", malignant), ("specificity", ~malignant)):
        if chosen.any():
            right = (model == malignant)[chosen], (reader == malignant)[chosen]
            result = tests.mcnemar(*right)
            found[name] = {
                "only_model_right": result.only_first,
                "only_reader_right": result.only_second,
                "p": round(result.p, 6),
            }
    return found


def _at_readers_specificity(own: Level, malignant: NDArray[np.bool_], calls: NDArray[np.bool_]) -> dict[str, Any]:
    """The highest sensitivity of the model's curve at no more false alarms than the reader's."""
    if malignant.all() or not malignant.any():
        return {}
    alarms, hits = curve(malignant, own.malignant_score)
    limit = float(calls[~malignant].mean())
    return {"sensitivity_of_the_model_at_the_readers_specificity": round(float(hits[alarms <= limit + 1e-12].max()), 4)}


def _malignant(word: str) -> bool | None:
    plain = " ".join(word.replace("_", " ").lower().split())
    if plain in ("malignant", "malignancy", "1", "yes"):
        return True
    if plain in (BENIGN, "0", "no"):
        return False
    label = class_of(plain)
    return None if not label else label != BENIGN


def _bad(what: str, remedy: str) -> UsageError:
    return UsageError(f"{what}.", remedy=remedy, code="bad-readers")
