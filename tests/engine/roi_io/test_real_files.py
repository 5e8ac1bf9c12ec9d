"""Outlines made by other programs: RTSTRUCT against an independent mask, SEG against counts, NRRD beside SEG."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pydicom
import pytest

from engine.domain.sequence import SequenceFacts
from engine.domain.study import Instance, PatientContext, Plane, Series, Study
from engine.domain.volume import Volume
from engine.geometry.affine import affine_from_plane
from engine.geometry.outline import mask_of_roi
from engine.roi_io import describe_roi, read_rois
from engine.roi_io.detect import read_found
from tests.support.paths import shared_dicom


def open_folder(folder: Path) -> tuple[Study, Series, Volume]:
    """Stack classic images by position; the real intake is another room."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        files = [(path, pydicom.dcmread(path)) for path in sorted(folder.iterdir())]
        head = files[0][1]
        iop = [float(value) for value in head.ImageOrientationPatient]
        normal = np.cross(iop[:3], iop[3:])
        files.sort(key=lambda item: float(normal @ np.array(item[1].ImagePositionPatient, dtype=float)))
        instances = tuple(
            Instance(
                path,
                0,
                str(ds.SOPInstanceUID),
                str(ds.SOPClassUID),
                Plane(
                    tuple(map(float, ds.ImagePositionPatient)),
                    tuple(iop[:3]),
                    tuple(iop[3:]),
                    tuple(map(float, ds.PixelSpacing)),
                ),
                ds.Rows,
                ds.Columns,
            )
            for path, ds in files
        )
        array = np.stack([ds.pixel_array for _, ds in files]).astype(np.float32)
    places = [float(normal @ np.array(instance.plane.position_mm)) for instance in instances]
    step = float(np.median(np.diff(places)))
    uid = str(head.SeriesInstanceUID)
    frame = str(head.FrameOfReferenceUID)
    series = Series(uid, uid, frame, SequenceFacts(), instances, head.Rows, head.Columns, step)
    patient = PatientContext(str(head.PatientID), str(head.PatientName), str(head.PatientBirthDate or ""))
    volume = Volume(array, affine_from_plane(instances[0].plane, step), frame, uid)
    return Study(str(head.StudyInstanceUID), patient, (series,)), series, volume


@pytest.mark.parametrize("case", ["ibsi_sts002_mr_t1_rtstruct", "ibsi_sts042_mr_t1_rtstruct"])
def test_rtstruct_agrees_with_the_independent_mask(case: str) -> None:
    folder = shared_dicom(case)
    study, series, volume = open_folder(folder / "image")
    masks = []
    for path in (folder / "mask" / "RS.dcm", folder / "nifti_reference" / "MR_T1_mask.nii.gz"):
        (roi,) = read_rois(path, study, series, volume)
        masks.append(mask_of_roi(roi, volume.affine, volume.shape))
    ours, independent = masks
    dice = 2 * (ours & independent).sum() / (ours.sum() + independent.sum())
    assert dice >= 0.97
    assert abs(int(ours.sum()) - int(independent.sum())) <= 0.03 * independent.sum()


def test_description_names_the_series_although_no_image_uid_matches() -> None:
    folder = shared_dicom("ibsi_sts002_mr_t1_rtstruct")
    study, _, _ = open_folder(folder / "image")
    described = describe_roi(folder / "mask" / "RS.dcm", study)
    assert (described.format, described.lesions, described.usable) == ("RTSTRUCT", 1, True)
    assert "drawn on the series" in described.reason


def test_an_image_in_nifti_is_not_taken_for_a_mask() -> None:
    folder = shared_dicom("ibsi_sts002_mr_t1_rtstruct")
    study, _, _ = open_folder(folder / "image")
    described = describe_roi(folder / "nifti_reference" / "MR_T1_image.nii.gz", study)
    assert not described.usable
    assert "image intensities" in described.reason


@pytest.mark.parametrize("case", ["dcmqi_seg_tiny_nonsquare_synthetic", "highdicom_seg_ct_variants"])
def test_segmentations_hold_the_counted_voxels(case: str) -> None:
    folder = shared_dicom(case)
    expected = json.loads((folder.parent / "EXPECTED.json").read_text())[case]["seg"]
    assert expected
    for entry in expected:
        # the counts are of values above zero, so the threshold of fractional objects is put just above zero
        found = read_found(folder / entry["file"], fraction=1e-6)
        assert sum(lesion.voxels for lesion in found.lesions) == entry["nonzero"], entry["file"]
        labels = [label for number, label in entry["segments"] if number]
        assert [lesion.name for lesion in found.lesions] == labels


@pytest.mark.parametrize("size", ["24x38x3", "23x38x3"])
def test_nrrd_truth_equals_the_segmentation_in_place(size: str) -> None:
    folder = shared_dicom("dcmqi_seg_tiny_nonsquare_synthetic") / size
    study, series, volume = open_folder(folder / "image")
    masks = []
    for path in (folder / "seg" / "label.seg", folder / "nrrd" / "label.nrrd"):
        (roi,) = read_rois(path, study, series, volume, confirmed=True)
        masks.append(mask_of_roi(roi, volume.affine, volume.shape))
    assert np.array_equal(*masks)
    assert masks[0].any()
