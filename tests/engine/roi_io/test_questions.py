"""What the importer asks instead of deciding: place, series, overlapping contours."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest

from engine.dicom_out import write_segmentation, write_structure_set
from engine.domain.errors import RoiError
from engine.domain.roi import Contour, LesionId, Roi
from engine.domain.study import Series, Study
from engine.geometry.affine import to_world
from engine.geometry.outline import mask_of_roi
from engine.roi_io import ask_about, read_rois
from tests.support.roi_series import FRAME_UID, SmallStudy, ball, small_study

CREATED = datetime(2026, 1, 2)


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> SmallStudy:
    return small_study(tmp_path_factory.mktemp("t2"))


@pytest.fixture(scope="module")
def structure_set(small, tmp_path_factory) -> Path:
    """Contours on T2 planes in the frame of reference, without any image or series named."""
    path = tmp_path_factory.mktemp("rs") / "rs.dcm"
    case = small.case(small.roi(ball(small.volume.shape, (2, 9, 12), (2, 4, 6))))
    write_structure_set(case, small.study, small.volumes, path, created=CREATED)
    dataset = pydicom.dcmread(path)
    del dataset.ReferencedFrameOfReferenceSequence[0].RTReferencedStudySequence
    for contour in dataset.ROIContourSequence[0].ContourSequence:
        del contour.ContourImageSequence
    dataset.save_as(path)
    return path


def beside(small: SmallStudy, *series: Series) -> Study:
    return replace(small.study, series=(small.series, *series))


def twin(small: SmallStudy, key: str, shift_mm: float = 0.0, **changes) -> Series:
    """Another series of the study with the same matrix, its planes moved along the normal."""
    instances = tuple(
        replace(
            one,
            sop_instance_uid=f"{key}.{n}",
            plane=replace(one.plane, position_mm=(*one.plane.position_mm[:2], one.plane.position_mm[2] + shift_mm)),
        )
        for n, one in enumerate(small.series.instances)
    )
    return replace(small.series, key=key, series_instance_uid=key, instances=instances, **changes)


def asked(path: Path, small: SmallStudy, study: Study | None = None):
    return ask_about(path, study or small.study, small.series, small.volume)


def test_nothing_is_asked_where_one_series_fits(small, structure_set) -> None:
    assert asked(structure_set, small) == ()


def test_two_series_on_the_same_planes_are_both_offered(small, structure_set) -> None:
    (question,) = asked(structure_set, small, beside(small, twin(small, "twin")))
    assert question.code == "series"
    assert [choice.key for choice in question.choices] == [small.series.key, "twin"]
    assert question.default == small.series.key


def test_planes_tell_series_of_one_space_apart(small, structure_set) -> None:
    """The other stack lies 2 mm higher, 0.4 of a slice: the contours lie on T2 planes and not on its planes."""
    assert asked(structure_set, small, beside(small, twin(small, "twin", 2.0))) == ()


def test_pixels_tell_series_on_the_same_planes_apart(small, tmp_path) -> None:
    mask = np.zeros(small.volume.shape, dtype=bool)
    mask[2, 4:9, 5:15] = True
    write_segmentation(small.case(small.roi(mask)), small.study, small.volumes, tmp_path / "s.dcm", created=CREATED)
    dataset = pydicom.dcmread(tmp_path / "s.dcm")
    del dataset.ReferencedSeriesSequence
    for group in dataset.PerFrameFunctionalGroupsSequence:
        del group.DerivationImageSequence
    dataset.save_as(tmp_path / "s.dcm")
    fine = small_study(tmp_path / "fine", shape=(6, 30, 42), pixel_mm=(1.0, 0.5)).series
    other = replace(fine, key="fine", series_instance_uid="fine")
    assert asked(tmp_path / "s.dcm", small, beside(small, other)) == ()
    assert len(asked(tmp_path / "s.dcm", small, beside(small, twin(small, "twin")))) == 1


def test_a_missing_reference_is_asked_about_and_a_wrong_patient_is_not(small, structure_set, tmp_path) -> None:
    dataset = pydicom.dcmread(structure_set)
    del dataset.FrameOfReferenceUID
    del dataset.ReferencedFrameOfReferenceSequence
    for region in dataset.StructureSetROISequence:
        del region.ReferencedFrameOfReferenceUID
    dataset.save_as(tmp_path / "bare.dcm")
    (question,) = asked(tmp_path / "bare.dcm", small)
    assert (question.code, question.default) == ("place", None)
    assert [choice.key for choice in question.choices] == ["yes"]
    dataset.PatientID = "P-2"
    dataset.save_as(tmp_path / "bare.dcm")
    with pytest.raises(RoiError) as caught:
        asked(tmp_path / "bare.dcm", small)
    assert caught.value.code == "roi-wrong-patient"


def test_an_array_without_geometry_is_laid_on_the_series_that_is_chosen(small, tmp_path) -> None:
    """One slice (5 mm) between the stacks: the same array means other places for each of them."""
    mask = ball(small.volume.shape, (2, 9, 12), (1.5, 4, 6))
    path = tmp_path / "bare.nii.gz"
    nibabel.save(nibabel.Nifti1Image(mask.transpose(2, 1, 0).astype(np.uint8), np.eye(4)), path)
    other = twin(small, "higher", 5.0)
    study = beside(small, other)
    (question,) = asked(path, small, study)
    assert (question.code, question.default) == ("series", None)
    assert [choice.key for choice in question.choices] == [small.series.key, "higher"]
    moved = small.volume.affine.copy()
    moved[2, 3] += 5.0
    grid = replace(small.volume, affine=moved, series_key="higher")
    (roi,) = read_rois(path, study, small.series, small.volume, confirmed=True, drawn_on=(other, grid))
    found = mask_of_roi(roi, small.volume.affine, small.volume.shape)
    assert np.array_equal(found[1:], mask[:-1])
    assert not found[0].any()
    assert any("carried over" in note for note in roi.notes)


def test_an_array_of_no_series_size_is_refused_without_a_question(small, tmp_path) -> None:
    path = tmp_path / "bare.nii"
    nibabel.save(nibabel.Nifti1Image(np.ones((4, 4, 4), np.uint8), np.eye(4)), path)
    with pytest.raises(RoiError) as caught:
        asked(path, small)
    assert "4 x 4 x 4" in caught.value.what


def test_a_series_in_another_space_cannot_be_the_source(small, tmp_path) -> None:
    path = tmp_path / "bare.nii"
    shape = small.volume.shape[::-1]
    nibabel.save(nibabel.Nifti1Image(np.ones(shape, np.uint8), np.eye(4)), path)
    other = twin(small, "dwi", frame_of_reference_uid="1.2.3")
    grid = replace(small.volume, frame_of_reference_uid="1.2.3", series_key="dwi")
    with pytest.raises(RoiError) as caught:
        read_rois(path, beside(small, other), small.series, small.volume, confirmed=True, drawn_on=(other, grid))
    assert caught.value.code == "roi-wrong-frame"
    assert "1.2.3" in caught.value.what
    assert FRAME_UID in caught.value.what


def square(small: SmallStudy, row: int, column: int, size: int) -> Contour:
    """An outline around size x size pixels of slice 2, from pixel (row, column) on."""
    low_row, low_column = row - 0.5, column - 0.5
    corners = [(0, 0), (0, size), (size, size), (size, 0)]
    index = [(2.0, low_row + down, low_column + across) for down, across in corners]
    return Contour(to_world(small.volume.affine, index))


@pytest.mark.parametrize(("union", "pixels"), [(False, 36 + 36 - 2 * 9 - 4), (True, 36 + 36 - 9 - 4)])
def test_partly_overlapping_contours_are_asked_about(small, tmp_path, union, pixels) -> None:
    """Two squares of 6 x 6 share 3 x 3 pixels; a hole of 2 x 2 in the first stays a hole either way."""
    contours = (square(small, 2, 2, 6), square(small, 5, 5, 6), square(small, 3, 3, 2))
    case = small.case(Roi(LesionId("L1"), contours, "drawn", FRAME_UID))
    path = tmp_path / "rs.dcm"
    write_structure_set(case, small.study, small.volumes, path, created=CREATED)
    (question,) = asked(path, small)
    assert (question.code, question.default) == ("overlap", "even-odd")
    assert [choice.key for choice in question.choices] == ["even-odd", "union"]
    (roi,) = read_rois(path, small.study, small.series, small.volume, union=union)
    assert mask_of_roi(roi, small.volume.affine, small.volume.shape).sum() == pixels
    assert any("overlap" in note for note in roi.notes)
