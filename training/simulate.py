"""Phantom patients as DICOM studies with a cohort table: the raw material of a whole training, from files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import joblib

from engine.domain.progress import SILENT, Progress
from engine.domain.sequence import SequenceRole
from training.cohort import CohortRow, write_cohort
from training.phantom.cohort import draw_patient
from training.phantom.dicom_writer import write_study
from training.phantom.render import render_patient
from training.sources import PhantomSource

TABLE = "cohort.csv"


def write_dicom_cohort(
    sources: Sequence[PhantomSource],
    folder: Path,
    roles: Sequence[SequenceRole],
    workers: int = 1,
    progress: Progress = SILENT,
) -> Path:
    """Write one folder per patient (images and a SEG of the lesion) and ``cohort.csv``; returns the table's path."""
    folder.mkdir(parents=True, exist_ok=True)
    run = joblib.Parallel(n_jobs=workers, return_as="generator")
    jobs = (joblib.delayed(_write_one)(source, folder, tuple(roles)) for source in sources)
    rows: list[CohortRow] = []
    for row in run(jobs):
        rows.append(row)
        progress.step("simulate", len(rows), len(sources))
    write_cohort(folder / TABLE, tuple(rows))
    return folder / TABLE


def _write_one(source: PhantomSource, folder: Path, roles: tuple[SequenceRole, ...]) -> CohortRow:
    patient = draw_patient(source.cohort, source.index, source.seed)
    study = folder / source.patient
    write_study(render_patient(patient, roles), study)
    return CohortRow(
        patient=source.patient,
        folder=study,
        diagnosis=patient.label.replace("_", " "),
        label=patient.label,
        subset=source.subset,
        facts={
            "simulated": "yes",
            "lesion_type": patient.lesion_type,
            "diameter_mm": f"{patient.diameter_mm:.1f}",
        },
    )
