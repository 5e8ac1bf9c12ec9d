"""Whose object is this, and where does it lie: what is refused, what the reader may confirm, what is described."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pydicom
import pytest

from engine.dicom_out import write_segmentation
from engine.domain.errors import RoiError
from engine.domain.study import Series
from engine.geometry.outline import mask_of_roi
from engine.roi_io import describe_roi, read_rois
from tests.support.roi_series import AXIAL, SmallStudy, ball, small_study

OTHER_FRAME = "1.2.826.0.1.3680043.8.498.99"


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> SmallStudy:
    return small_study(tmp_path_factory.mktemp("t2"))


@pytest.fixture(scope="module")
def seg_path(small, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("seg") / "seg.dcm"
    mask = ball(small.volume.shape, (2, 9, 12), (1.5, 4, 6))
    write_segmentation(small.case(small.roi(mask)), small.study, small.volumes, path, created=datetime(2026, 1, 2))
    return path


def changed(seg_path: Path, tmp_path: Path, **values) -> Path:
    """Copy with other top-level values; None removes one; ``references=None`` removes every mention of the images."""
    dataset = pydicom.dcmread(seg_path)
    if "references" in values:
        del values["references"]
        del dataset.ReferencedSeriesSequence
        for group in dataset.PerFrameFunctionalGroupsSequence:
            del group.DerivationImageSequence
    for keyword, value in values.items():
        if value is None:
            del dataset[keyword]
        else:
            setattr(dataset, keyword, value)
    dataset.save_as(tmp_path / "changed.dcm")
    return tmp_path / "changed.dcm"


def refusal(path: Path, small: SmallStudy, **options) -> RoiError:
    with pytest.raises(RoiError) as caught:
        read_rois(path, small.study, small.series, small.volume, **options)
    return caught.value


def test_lesions_are_numbered_and_say_where_they_come_from(small, seg_path) -> None:
    (roi,) = read_rois(seg_path, small.study, small.series, small.volume)
    assert (roi.lesion_id, roi.origin, roi.name) == ("L1", "imported from SEG", "Lesion L1")
    assert roi.frame_of_reference_uid == small.series.frame_of_reference_uid
    assert roi.notes == ()


@pytest.mark.parametrize("confirmed", [False, True])
def test_another_patient_is_refused_whatever_is_confirmed(small, seg_path, tmp_path, confirmed) -> None:
    path = changed(seg_path, tmp_path, PatientID="P-2")
    problem = refusal(path, small, confirmed=confirmed)
    assert problem.code == "roi-wrong-patient"
    assert "P-2" not in str(problem)  # messages reach logs, identifiers do not
    described = describe_roi(path, small.study)
    assert not described.usable
    assert "another patient" in described.reason


def test_without_patient_ids_the_name_decides(small, seg_path, tmp_path) -> None:
    path = changed(seg_path, tmp_path, PatientID="", PatientName="Li^Si", StudyInstanceUID="1.2.3")
    assert refusal(path, small).code == "roi-wrong-patient"


def test_a_missing_patient_id_in_the_same_study_is_accepted(small, seg_path, tmp_path) -> None:
    path = changed(seg_path, tmp_path, PatientID="", PatientName="")
    assert len(read_rois(path, small.study, small.series, small.volume)) == 1


def test_another_frame_of_reference_is_refused_with_both_uids(small, seg_path, tmp_path) -> None:
    path = changed(seg_path, tmp_path, FrameOfReferenceUID=OTHER_FRAME, references=None)
    problem = refusal(path, small, confirmed=True)
    assert problem.code == "roi-wrong-frame"
    assert OTHER_FRAME in problem.what
    assert small.series.frame_of_reference_uid in problem.what
    assert not describe_roi(path, small.study).usable


def test_another_frame_that_names_these_images_needs_a_person(small, seg_path, tmp_path) -> None:
    path = changed(seg_path, tmp_path, FrameOfReferenceUID=OTHER_FRAME)
    assert refusal(path, small).code == "roi-wrong-frame"
    (roi,) = read_rois(path, small.study, small.series, small.volume, confirmed=True)
    assert any("another frame of reference" in note for note in roi.notes)


def test_no_reference_at_all_needs_a_person(small, seg_path, tmp_path) -> None:
    path = changed(seg_path, tmp_path, FrameOfReferenceUID=None, references=None)
    assert refusal(path, small).code == "roi-unreferenced"
    (roi,) = read_rois(path, small.study, small.series, small.volume, confirmed=True)
    assert any("as confirmed" in note for note in roi.notes)


def test_same_frame_without_a_common_image_is_enough(small, seg_path, tmp_path) -> None:
    path = changed(seg_path, tmp_path, references=None)
    assert len(read_rois(path, small.study, small.series, small.volume)) == 1


def test_an_object_beside_the_images_is_refused_with_their_extent(small, seg_path, tmp_path) -> None:
    dataset = pydicom.dcmread(seg_path)
    for group in dataset.PerFrameFunctionalGroupsSequence:
        place = group.PlanePositionSequence[0]
        place.ImagePositionPatient = [float(place.ImagePositionPatient[0]) + 500, *place.ImagePositionPatient[1:]]
    dataset.save_as(tmp_path / "far.dcm")
    problem = refusal(tmp_path / "far.dcm", small)
    assert problem.code == "roi-outside"
    assert "x -40 to -19 mm" in problem.what  # centres -40 to -40 + 27 * 0.75 = -19.75, half a pixel more on each side
    assert "does not overlap" in describe_roi(tmp_path / "far.dcm", small.study).reason


def test_a_lesion_drawn_on_a_coarser_series_is_resampled_and_said(small, tmp_path) -> None:
    """Pixels of 3 x 1.5 mm over T2 pixels of 1.5 x 0.75 mm: one coarse voxel covers 2 x 2 fine ones."""
    # the first coarse centre lies half a fine pixel further: -40 + 0.375, -30 + 0.75
    coarse = small_study(
        tmp_path / "dwi", shape=(6, 10, 14), pixel_mm=(3.0, 1.5), axes=AXIAL, origin_mm=(-39.625, -29.25, -100.0)
    )
    mask = np.zeros(coarse.volume.shape, dtype=bool)
    mask[2, 3:7, 4:9] = True
    path = tmp_path / "seg.dcm"
    write_segmentation(coarse.case(coarse.roi(mask)), coarse.study, coarse.volumes, path, created=datetime(2026, 1, 2))
    (roi,) = read_rois(path, small.study, small.series, small.volume)
    found = mask_of_roi(roi, small.volume.affine, small.volume.shape)
    expected = np.zeros(small.volume.shape, dtype=bool)
    expected[2, 6:14, 8:18] = True
    # linear interpolation rounds the corners: 0.75 x 0.75 = 0.5625 of a corner pixel is covered, above one half
    assert np.array_equal(found, expected)
    assert any("resampled" in note for note in roi.notes)


def test_two_series_in_one_space_are_both_named(small, seg_path, tmp_path) -> None:
    twin: Series = replace(small.series, key="twin", series_instance_uid="twin", instances=small.series.instances)
    other = tuple(replace(one, sop_instance_uid=f"other.{n}") for n, one in enumerate(twin.instances))
    twin = replace(twin, instances=other, facts=replace(twin.facts, series_description="T2 fs", series_number=4))
    study = replace(small.study, series=(small.series, twin))
    described = describe_roi(changed(seg_path, tmp_path, references=None), study)
    assert "fits 2 series" in described.reason
    assert "'T2 tra' (series 3)" in described.reason
    assert "'T2 fs' (series 4)" in described.reason
    assert "drawn on the series 'T2 tra'" in describe_roi(seg_path, study).reason


@pytest.mark.parametrize("content", [b"", b"hello", b"\x1f\x8b", b"NRRD0004\n", b"\0" * 128 + b"DICM", b"\0" * 400])
def test_other_files_are_named_as_such(small, tmp_path, content) -> None:
    path = tmp_path / "roi.nii.gz"
    path.write_bytes(content)
    assert refusal(path, small).code in ("roi-not-an-roi", "roi-unreadable")
    assert not describe_roi(path, small.study).usable


def test_a_missing_file_and_a_folder_are_named(small, tmp_path) -> None:
    assert refusal(tmp_path / "gone.dcm", small).code == "roi-unreadable"
    assert refusal(tmp_path, small).code == "roi-unreadable"
    assert not describe_roi(tmp_path / "gone.dcm", small.study).usable
