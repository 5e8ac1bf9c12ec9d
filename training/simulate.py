"""Phantom cohorts on disk: shards for a training, or DICOM studies with a cohort table; the manifest beside either."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import joblib

from engine.domain.package import PreprocessSpec
from engine.domain.progress import SILENT, Progress
from engine.domain.sequence import SequenceRole
from training.cohort import CohortRow, write_cohort
from training.phantom.cohort import draw_patient
from training.phantom.dicom_writer import Variants, draw_variants, write_study
from training.phantom.exclusions import Excluded, draw_excluded, excluded_count
from training.phantom.manifest import write_manifest
from training.phantom.render import render_patient
from training.prepare import Exclusion, Prepared, prepare, record_exclusions
from training.sources import PhantomSource, phantom_sources

TABLE = "cohort.csv"


def write_dicom_cohort(
    sources: Sequence[PhantomSource],
    folder: Path,
    roles: Sequence[SequenceRole],
    workers: int = 1,
    progress: Progress = SILENT,
    irregular: bool = False,
) -> Path:
    """Write one folder per patient (images and a SEG of the lesion), ``cohort.csv`` and the manifest.

    Args:
        sources: patients of one cohort.
        folder: created when missing.
        roles: sequences to write; T2 always.
        workers: processes.
        progress: told after each patient.
        irregular: draw deliberate departures from the tidy study for every patient, as archives hold them.

    Returns:
        Path of the table.
    """
    folder.mkdir(parents=True, exist_ok=True)
    run = joblib.Parallel(n_jobs=workers, return_as="generator")
    jobs = (joblib.delayed(_write_one)(source, folder, tuple(roles), irregular) for source in sources)
    rows: list[CohortRow] = []
    for row in run(jobs):
        rows.append(row)
        progress.step("simulate", len(rows), len(sources))
    write_cohort(folder / TABLE, tuple(rows))
    if sources:
        files = [path for row in rows for path in row.folder.rglob("*.dcm")]
        details = {"roles": [str(role) for role in roles], "irregular": irregular}
        patients = [row.patient for row in rows]
        write_manifest(folder, sources[0].cohort, sources[0].seed, patients, [*files, folder / TABLE], details)
    return folder / TABLE


def _write_one(source: PhantomSource, folder: Path, roles: tuple[SequenceRole, ...], irregular: bool) -> CohortRow:
    patient = draw_patient(source.cohort, source.index, source.seed)
    study = folder / source.patient
    write_study(render_patient(patient, roles), study, variants=draw_variants(patient) if irregular else Variants())
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
            "age": str(patient.age),
            "sex": patient.sex,
        },
    )


def write_shard_cohort(
    sources: Sequence[PhantomSource],
    spec: PreprocessSpec,
    folder: Path,
    workers: int = 1,
    progress: Progress = SILENT,
    with_excluded: bool = False,
) -> Prepared:
    """Write one shard per patient of one cohort, and the manifest of all its patients in the folder.

    Args:
        sources: patients of one cohort.
        spec: every number of the preprocessing.
        folder: created when missing; finished shards are kept.
        workers: processes.
        progress: told after each patient.
        with_excluded: list the cohort's excluded patients in ``exclusions.csv``, for the flow diagram.
    """
    done = prepare(sources, spec, folder, workers, progress)
    if not sources:
        return done
    cohort, seed = sources[0].cohort, sources[0].seed
    if with_excluded:
        left_out = (draw_excluded(cohort, number, seed) for number in range(excluded_count(cohort)))
        record_exclusions(folder, [_exclusion(item) for item in left_out])
    everybody = phantom_sources(cohort, seed=seed)
    made = [source.name for source in everybody if (folder / f"{source.name}.npy").exists()]
    files = [folder / f"{name}{ending}" for name in made for ending in (".npy", ".json")]
    write_manifest(folder, cohort, seed, made, files, {"spec_digest": spec.digest()})
    return done


def _exclusion(item: Excluded) -> Exclusion:
    patient = item.patient
    return Exclusion(patient.patient_id, patient.patient_id, patient.cohort, item.code, item.reason)
