"""Cohort tables: one row a lesion, from a CSV that a hospital can write in a spreadsheet.

Columns: ``patient``, ``folder``, ``diagnosis`` (needed); ``roi`` (a file; empty: the ROI objects found in
the folder), ``lesion`` (which lesion of the ROI, by id, name or number from 1; empty: the only one),
``set`` (``train``, ``validation``, ``test`` … ; empty: train). Relative paths start at the table's
folder. Every other column is kept as a fact by which evaluation can be split.

Where the images are no longer DICOM, columns such as ``image_T2`` and ``image_DWI`` (``image_`` and a role)
name one NIfTI, NRRD or MHA file each, and ``roi`` a mask file: then no series is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.domain.errors import UsageError
from engine.domain.sequence import SequenceRole
from training.splits import refuse_two_sets, spoken
from training.tables import append_row, read_table

DIAGNOSES: Mapping[str, str] = {
    "benign": "benign",
    "cyst": "benign",
    "haemangioma": "benign",
    "hemangioma": "benign",
    "abscess": "benign",
    "fnh": "benign",
    "benign nodule": "benign",
    "primary malignancy": "primary_malignancy",
    "hcc": "primary_malignancy",
    "icc": "primary_malignancy",
    "mixed hcc-icc": "primary_malignancy",
    "other primary": "primary_malignancy",
    "metastasis": "metastasis",
    "metastatic": "metastasis",
}
"""Words accepted in the column ``diagnosis`` (any case; ``_`` and space are the same) and their classes."""

NEEDED = ("patient", "folder", "diagnosis")
SETS = ("train", "validation", "test")
"""Names of sets that have a meaning; written with capitals they are meant all the same."""
IMAGES = {f"image_{role.value}": role for role in SequenceRole}
"""Columns that name an image file of a role."""
KNOWN = (*NEEDED, "roi", "lesion", "set", *IMAGES)


@dataclass(frozen=True, slots=True)
class CohortRow:
    """One lesion of the table.

    Attributes:
        label: Class of the lesion; empty where the diagnosis is not one of `DIAGNOSES`.
        diagnosis: As written.
        images: Image files by role; empty where `folder` holds DICOM.
    """

    patient: str
    folder: Path
    diagnosis: str
    label: str
    roi: Path | None = None
    lesion: str = ""
    subset: str = "train"
    facts: dict[str, str] = field(default_factory=dict)
    images: dict[SequenceRole, Path] = field(default_factory=dict)


def read_cohort(path: Path) -> tuple[CohortRow, ...]:
    """Read and check a cohort table.

    Raises:
        UsageError: No such table, a needed column or value is absent, a patient stands in two sets, two patients
            have the same images.
    """
    try:
        rows = read_table(path)
    except OSError as error:
        raise _bad(f"The cohort table {path} cannot be read ({error.strerror})", "Check the path.") from error
    except ValueError as problem:
        raise _bad(f"The cohort table {path} cannot be read: {problem}", "Correct the table.") from problem
    if not rows:
        raise _bad(f"The cohort table {path} has no rows", "Write one row per lesion.")
    columns = len(rows[0][1])
    rows = [(number, _columns(row)) for number, row in rows]
    if len(rows[0][1]) < columns:
        raise _bad(f"The cohort table {path} has two columns whose names differ in case only", "Rename one of them.")
    for name in NEEDED:
        if name not in rows[0][1]:
            raise _bad(
                f"The cohort table {path} has no column {name!r}",
                f"Its first line must name at least {', '.join(NEEDED)}.",
            )
    result = tuple(_row(path, number, row) for number, row in rows)
    refuse_two_sets(result)
    _refuse_shared_images(path, result)
    return result


def write_cohort(path: Path, rows: tuple[CohortRow, ...]) -> None:
    """Write a table that `read_cohort` reads; paths are written relative to it where they can be."""
    path.unlink(missing_ok=True)
    named = {column: role for column, role in IMAGES.items() if any(role in item.images for item in rows)}
    for item in rows:
        append_row(
            path,
            {
                "patient": item.patient,
                "folder": _relative(item.folder, path.parent),
                "roi": _relative(item.roi, path.parent) if item.roi else "",
                "lesion": item.lesion,
                "diagnosis": item.diagnosis,
                "set": item.subset,
                **{
                    column: _relative(item.images[role], path.parent) if role in item.images else ""
                    for column, role in named.items()
                },
                **item.facts,
            },
        )


def class_of(diagnosis: str) -> str:
    """The class of a diagnosis, or an empty string where the word is not known."""
    word = " ".join(diagnosis.replace("_", " ").lower().split())
    return DIAGNOSES.get(word, "")


def _columns(row: dict[str, str]) -> dict[str, str]:
    """A row with the known columns by their names, whatever their case in the table."""
    names = {name.casefold(): name for name in KNOWN}
    return {names.get(column.casefold(), column): value for column, value in row.items()}


def _refuse_shared_images(path: Path, rows: tuple[CohortRow, ...]) -> None:
    """Raise where two patients have the same images: one of them may be trained on, the other tested."""
    owners: dict[Path, str] = {}
    for row in rows:
        for place in row.images.values() if row.images else (row.folder,):
            owner = owners.setdefault(place.resolve(), row.patient)
            if owner != row.patient:
                raise UsageError(
                    f"In {path} the patients {owner} and {row.patient} have the same images, {place}.",
                    remedy="Give every patient a folder of its own, or one name to what is one patient.",
                    code="patient-leak",
                )


def _row(path: Path, number: int, values: Mapping[str, str]) -> CohortRow:
    for name in ("patient", "folder"):  # a lesion without diagnosis is left out by name, as one of an unknown word
        if not values[name]:
            raise _bad(f"Line {number} of {path} has no {name}", "Fill it in or delete the line.")
    subset = values.get("set", "") or "train"
    return CohortRow(
        patient=values["patient"],
        folder=path.parent / values["folder"],
        diagnosis=values["diagnosis"],
        label=class_of(values["diagnosis"]),
        roi=path.parent / values["roi"] if values.get("roi") else None,
        lesion=values.get("lesion", ""),
        subset=spoken(subset) if spoken(subset) in SETS else subset,
        facts={name: value for name, value in values.items() if name not in KNOWN},
        images={role: path.parent / values[column] for column, role in IMAGES.items() if values.get(column)},
    )


def _relative(path: Path, start: Path) -> str:
    resolved = path.resolve()
    return str(resolved.relative_to(start.resolve())) if resolved.is_relative_to(start.resolve()) else str(resolved)


def _bad(what: str, remedy: str) -> UsageError:
    return UsageError(f"{what}.", remedy=remedy, code="bad-cohort")
