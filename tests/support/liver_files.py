"""A small liver study as files: axial T2 and diffusion series that the recognition is sure of.

Pixels are plain levels, or on request a pattern that both series show at the same places, so that registration works.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.support.dicom_writer import write_stack

T2_TAGS = {
    "SeriesDescription": "t2_tse_fs_tra_trig",
    "ScanningSequence": "SE",
    "SequenceVariant": "SK",
    "ScanOptions": "FS",
    "EchoTime": 84.0,
    "RepetitionTime": 4200.0,
    "EchoTrainLength": 20,
    "ImageType": ["ORIGINAL", "PRIMARY", "M"],
    "BodyPartExamined": "LIVER",
}
DWI_TAGS = {
    "SeriesDescription": "ep2d_diff_b800_tra_TRACEW",
    "ScanningSequence": "EP",
    "EchoTime": 62.0,
    "RepetitionTime": 5200.0,
    "DiffusionBValue": 800.0,
    "ImageType": ["DERIVED", "PRIMARY", "DIFFUSION", "TRACEW"],
    "BodyPartExamined": "LIVER",
}


def blobs(places_mm: NDArray[np.float64]) -> NDArray[Any]:
    """Return levels of a body full of round spots of 6 to 14 mm at places (…, 3) in patient mm."""
    rng = np.random.default_rng(4)
    x, y, z = np.moveaxis(places_mm, -1, 0)
    levels = 300.0 * ((x / 74) ** 2 + (y / 66) ** 2 < 1)
    for centre, radius, height in zip(
        rng.uniform(-60, 60, (90, 3)), rng.uniform(6, 14, 90), rng.uniform(-180, 380, 90), strict=True
    ):
        away = (x - centre[0]) ** 2 + (y - centre[1]) ** 2 + (z - centre[2]) ** 2
        levels = levels + height * np.exp(-away / (2 * (radius / 2) ** 2)) * (levels > 0)
    return np.clip(levels, 5, None)


def write_liver_study(
    folder: Path, *, patient: str = "P-1", study_uid: str = "1.2.826.0.1.9.1", patterned: bool = False
) -> Path:
    """Write 20 T2 slices every 6 mm and 16 diffusion slices every 8 mm, 160 mm square, and return the folder."""
    paint = blobs if patterned else None
    common = {
        "PatientID": patient,
        "PatientName": "Muster^Anna",
        "PatientAge": "054Y",
        "StudyInstanceUID": study_uid,
        "StudyDate": "20260312",
        "FrameOfReferenceUID": f"{study_uid}.99",
    }
    write_stack(
        folder / "t2", slices=20, step_mm=6.0, first_mm=(-80, -80, -60), pixel_spacing_mm=(2.5, 2.5), series=2,
        tags={**common, **T2_TAGS, "SeriesInstanceUID": f"{study_uid}.2"}, shape=(64, 64), paint=paint,
    )  # fmt: skip
    write_stack(
        folder / "dwi", slices=16, step_mm=8.0, first_mm=(-80, -80, -62), pixel_spacing_mm=(4.0, 4.0), series=3,
        tags={**common, **DWI_TAGS, "SeriesInstanceUID": f"{study_uid}.3"}, shape=(40, 40), paint=paint,
    )  # fmt: skip
    return folder


def write_liver_mask(
    path: Path, *, centre_px: tuple[int, int] = (30, 24), radius_px: int = 6, slices: tuple[int, int] = (6, 12)
) -> Path:
    """Write a NIfTI mask of a round lesion on T2 slices (first, last) of `write_liver_study`, and return the path."""
    import nibabel

    rows, columns = np.mgrid[:64, :64]
    disc = (rows - centre_px[0]) ** 2 + (columns - centre_px[1]) ** 2 <= radius_px**2
    mask = np.zeros((64, 64, 20), dtype=np.uint8)  # (column, row, slice)
    mask[:, :, slices[0] : slices[1] + 1] = disc.T[:, :, None]
    affine = np.diag([-2.5, -2.5, 6.0, 1.0])  # NIfTI counts x and y the other way round than DICOM
    affine[:3, 3] = (80.0, 80.0, -60.0)
    path.parent.mkdir(parents=True, exist_ok=True)
    nibabel.save(nibabel.Nifti1Image(mask, affine), path)
    return path
