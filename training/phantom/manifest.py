"""What made a simulated cohort, written beside it: seed, version, parameter table, knobs, patients, exclusions, files.

``manifest/COHORT.json`` names everything that must be equal for the same bytes to come out again, and the SHA-256 of
every file; ``manifest/COHORT-patients.csv`` is the patient table, ``manifest/COHORT-exclusions.csv`` the patients and
slices that the flow diagram loses.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from training.phantom.cohort import PhantomPatient, cohort_size, cohort_table, draw_patient
from training.phantom.exclusions import exclusion_table
from training.phantom.identity import PHANTOM_VERSION
from training.phantom.tissues import table_digest

FOLDER = "manifest"
SCHEMA = "lobule.phantom/1"
NOTICE = "SIMULATED PHANTOM - not a patient. Figures measured on it say nothing about patients."


def write_manifest(
    folder: Path,
    cohort: str,
    seed: int,
    patients: Sequence[str],
    files: Iterable[Path],
    details: Mapping[str, Any] | None = None,
) -> Path:
    """Writes the manifest and both tables of one cohort; returns the manifest's path.

    Args:
        folder: where the cohort lies; files are named relative to it.
        cohort: ``train``, ``srrsh``, ``hzfph`` or ``tdh``.
        seed: root of the phantom.
        patients: numbers of the patients in the folder.
        files: what was made of them.
        details: more that decided the bytes, such as the digest of a preprocessing specification.
    """
    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    table, exclusions = cohort_table(cohort, seed), exclusion_table(cohort, seed)
    _write_csv(place / f"{cohort}-patients.csv", table)
    _write_csv(place / f"{cohort}-exclusions.csv", exclusions)
    first: PhantomPatient = draw_patient(cohort, 0, seed)
    labels = [row["label"] for row in table]
    content = {
        "schema": SCHEMA,
        "notice": NOTICE,
        "cohort": cohort,
        "seed": seed,
        "phantom_version": PHANTOM_VERSION,
        "parameter_table_sha256": table_digest(),
        "difficulty": asdict(first.difficulty),
        "cohort_patients": cohort_size(cohort),
        "cohort_labels": {label: labels.count(label) for label in sorted(set(labels))},
        "excluded": {
            step: sum(row["step"] == step for row in exclusions) for step in ("clinical", "quality", "slices")
        },
        "patients": list(patients),
        **(details or {}),
        "files": {path.relative_to(folder).as_posix(): _digest(path) for path in sorted(files)},
    }
    target = place / f"{cohort}.json"
    target.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return target


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
