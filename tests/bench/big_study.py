"""A liver study of about a thousand files, as a scanner would send it: headers of real size, one flat folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.bench_intake import realistic_template
from tests.support.dicom_writer import save
from tests.support.liver_files import DWI_TAGS, T2_TAGS

SIDE = 192
_T1 = {"ScanningSequence": "GR", "SequenceVariant": "SK", "EchoTime": 1.3, "RepetitionTime": 3.5, "ScanOptions": "FS"}
_COR = (1, 0, 0, 0, 0, -1)
_TRA = (1, 0, 0, 0, 1, 0)

SERIES: tuple[tuple[str, int, float, tuple[int, ...], dict[str, Any]], ...] = (
    ("localizer", 15, 10.0, _COR, {**_T1, "ScanOptions": ""}),
    ("t2_haste_cor", 40, 5.0, _COR, {**T2_TAGS, "EchoTrainLength": 200, "ScanOptions": ""}),
    ("t1_vibe_opp-in_tra", 80, 3.0, _TRA, _T1),
    ("t2_tse_fs_tra_trig", 40, 6.0, _TRA, T2_TAGS),
    ("ep2d_diff_b50_tra_TRACEW", 40, 6.0, _TRA, {**DWI_TAGS, "DiffusionBValue": 50.0}),
    ("ep2d_diff_b800_tra_TRACEW", 40, 6.0, _TRA, DWI_TAGS),
    ("ep2d_diff_tra_ADC", 40, 6.0, _TRA, {**DWI_TAGS, "DiffusionBValue": None,
                                          "ImageType": ["DERIVED", "PRIMARY", "DIFFUSION", "ADC"]}),
    ("t1_vibe_fs_tra_pre", 88, 3.0, _TRA, _T1),
    ("t1_vibe_fs_tra_art", 88, 3.0, _TRA, {**_T1, "ContrastBolusAgent": "Gd"}),
    ("t1_vibe_fs_tra_pv", 88, 3.0, _TRA, {**_T1, "ContrastBolusAgent": "Gd"}),
    ("t1_vibe_fs_tra_equ", 88, 3.0, _TRA, {**_T1, "ContrastBolusAgent": "Gd"}),
    ("t1_vibe_fs_tra_late", 88, 3.0, _TRA, {**_T1, "ContrastBolusAgent": "Gd"}),
    ("t1_vibe_fs_cor_late", 88, 3.0, _COR, {**_T1, "ContrastBolusAgent": "Gd"}),
    ("t2_haste_mrcp", 88, 4.0, _COR, {**T2_TAGS, "EchoTime": 700.0, "EchoTrainLength": 250}),
    ("t2_tse_tra_resp", 89, 3.0, _TRA, {**T2_TAGS, "ScanOptions": ""}),
)  # fmt: skip


def write_big_study(folder: Path, *, uid: str = "1.2.826.0.1.3680043.10.1561.70", patient: str = "BENCH-1") -> int:
    """Write the study (1,000 files) and return the number of files."""
    generator = np.random.default_rng(5)
    body = np.hypot(*(np.mgrid[:SIDE, :SIDE] - SIDE / 2)) < SIDE * 0.42
    files = 0
    for series, (name, slices, step_mm, orientation, tags) in enumerate(SERIES, start=1):
        template = realistic_template(SIDE)
        template.PatientID, template.StudyInstanceUID = patient, uid
        template.FrameOfReferenceUID = f"{uid}.99"
        template.SeriesNumber, template.SeriesInstanceUID = series, f"{uid}.{series}"
        for keyword, value in tags.items():
            if value is None:
                template.pop(keyword, None)
            else:
                setattr(template, keyword, value)
        template.SeriesDescription = name
        template.ImageOrientationPatient = [float(v) for v in orientation]
        template.PixelSpacing = [1.9, 1.9]
        normal = np.cross(orientation[:3], orientation[3:])
        for index in range(slices):
            origin = np.array([-182.0, -182.0, 182.0 if orientation == _COR else 0.0])
            if orientation == _COR:
                origin[1] = 0.0
            position = origin + normal * step_mm * (index - slices / 2)
            template.SOPInstanceUID = f"{uid}.{series}.{index + 1}"
            template.InstanceNumber = index + 1
            template.AcquisitionTime = f"10{series:02d}{index % 60:02d}"
            template.ImagePositionPatient = [round(float(v), 4) for v in position]
            pixels = (body * (200 + 3 * index) + generator.integers(0, 40, (SIDE, SIDE))).astype(np.uint16)
            template.PixelData = pixels.tobytes()
            save(template, folder / f"IM{files:06d}")
            files += 1
    return files
