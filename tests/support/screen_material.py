"""What screenshots show: the sample study, opened, recognised and analysed once for all looks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pydicom
from pydicom.uid import generate_uid

from desktop.operations.studies import Reading
from engine import pipeline
from engine.domain.case import Case
from engine.domain.result import Analysis
from engine.domain.volume import VolumeSet


@dataclass(frozen=True)
class Prepared:
    """One study with what is known of it."""

    reading: Reading
    case: Case
    volumes: VolumeSet
    analysis: Analysis | None = None


@dataclass(frozen=True)
class Material:
    """What the scenes show, made once by the engine: the sample as it is, as treated, and with a second T2."""

    folder: Path
    sample: Prepared
    treated: Prepared
    ambiguous: Prepared


def material(scratch: Path) -> Material:
    """Open, recognise and analyse the sample; open its copy that leaves a choice."""
    folder = pipeline.sample_study(scratch / "sample")
    second = pipeline.sample_study(scratch / "ambiguous")
    _second_t2(second)
    sample = _analysed(_opened(folder, outlines=True))
    treated = _analysed(replace(sample, case=sample.case.with_treated(True)))
    return Material(folder, sample, treated, _opened(second, outlines=False))


def _opened(folder: Path, *, outlines: bool) -> Prepared:
    study = pipeline.open_study([folder]).studies[0]
    reading = Reading(study, pipeline.propose_roles(study), pipeline.describe_rois(study))
    case = Case(study.study_instance_uid, roles=dict(reading.role_map.roles))
    volumes = pipeline.load_volumes(study, case.roles)
    for found in reading.roi_objects if outlines else ():
        imported = pipeline.import_roi(found.path, study, case, volumes)
        assert isinstance(imported, Case)
        case = imported
    return Prepared(reading, case, volumes)


def _analysed(made: Prepared) -> Prepared:
    return replace(made, analysis=pipeline.analyze(made.reading.study, made.case, made.volumes))


def _second_t2(folder: Path) -> None:
    """Add a repetition of T2 under identifiers of its own, and take the outline away."""
    series, number = generate_uid(), 9
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        dataset = pydicom.dcmread(path)
        if dataset.Modality == "SEG":
            path.unlink()
        elif str(dataset.SeriesDescription).startswith("t2"):
            dataset.SeriesInstanceUID, dataset.SeriesNumber = series, number
            dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
            dataset.SeriesDescription = f"{dataset.SeriesDescription}_rep"
            dataset.decompress()  # equal pixels would be taken for a copy
            dataset.PixelData = (dataset.pixel_array + 1).astype(np.uint16).tobytes()
            dataset.save_as(path.with_name(f"rep_{path.name}"))
