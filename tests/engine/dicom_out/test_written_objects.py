"""Every written object: valid to dciodvfy, filed beside its source, the same bytes for the same run."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pydicom
import pytest

from engine.dicom_out import (
    write_encapsulated_pdf,
    write_secondary_captures,
    write_segmentation,
    write_structure_set,
    write_structured_report,
)
from engine.domain.case import Case
from engine.domain.errors import ReportError
from engine.domain.sequence import SequenceRole
from engine.domain.volume import Volume, VolumeSet
from engine.geometry.outline import mask_of_roi
from engine.roi_io import read_rois
from tests.support.dicom_check import dicom_errors
from tests.support.roi_analysis import made_up_analysis
from tests.support.roi_series import AXIAL, OBLIQUE, SERIES_UID, STUDY_UID, SmallStudy, ball, small_study

CREATED = datetime(2026, 1, 2, 3, 4, 5)
BARE = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyID", "StudyDate", "StudyTime",
    "AccessionNumber", "ReferringPhysicianName", "StudyDescription", "SpecificCharacterSet", "BodyPartExamined",
)  # fmt: skip


def write_all(small: SmallStudy, folder: Path) -> list[Path]:
    """Write one object of each kind (and one heat map a slice) for two lesions, one with a Chinese name."""
    first = small.roi(ball(small.volume.shape, (2, 19, 22), (1.5, 8, 9)), name="肝脏病灶")
    second = small.roi(ball(small.volume.shape, (3, 10, 14), (1.5, 3, 3)), "L2", origin="imported from SEG")
    case = small.case(first, second)
    analysis = made_up_analysis(small, case)
    folder.mkdir(parents=True)
    write_segmentation(case, small.study, small.volumes, folder / "seg.dcm", created=CREATED)
    write_structured_report(
        analysis, case, small.study, folder / "sr.dcm", segmentation=folder / "seg.dcm", created=CREATED
    )
    (folder / "report.pdf").write_bytes(b"%PDF-1.4 odd")
    write_encapsulated_pdf(folder / "report.pdf", small.study, small.series, folder / "pdf.dcm", created=CREATED)
    write_structure_set(case, small.study, small.volumes, folder / "rs.dcm", created=CREATED)
    heats = write_secondary_captures(analysis, case, small.study, small.volumes, folder, created=CREATED)
    return [folder / "seg.dcm", folder / "sr.dcm", folder / "pdf.dcm", folder / "rs.dcm", *heats]


def _plain(dataset) -> None:
    del dataset  # nothing odd


def _bare(dataset) -> None:
    for keyword in BARE:
        del dataset[keyword]


def _odd(dataset) -> None:
    dataset.PatientSex, dataset.PatientBirthDate, dataset.StudyTime = "X", "1960.01.02", "25:61"
    dataset.StudyID, dataset.AccessionNumber, dataset.PatientAge = "a" * 30, "b" * 20, "65"
    dataset.StudyDescription, dataset.PatientIdentityRemoved = "x" * 100, "YES"


def _chinese(dataset) -> None:
    dataset.SpecificCharacterSet, dataset.PatientName = "GB18030", "Wang^XiaoDong=王^小东"


def _latin(dataset) -> None:
    dataset.SpecificCharacterSet, dataset.PatientName = "ISO_IR 100", "Müller^Jörg"


@pytest.mark.filterwarnings("ignore::UserWarning")  # pydicom warns while the odd source is written
@pytest.mark.parametrize(
    ("change", "enhanced"),
    [(_plain, False), (_plain, True), (_bare, False), (_odd, True), (_chinese, False), (_latin, True)],
)
def test_objects_are_valid_and_carry_patient_and_study(tmp_path, change, enhanced) -> None:
    axes = OBLIQUE if enhanced else AXIAL
    small = small_study(tmp_path / "t2", shape=(6, 40, 60), change=change, enhanced=enhanced, axes=axes)
    source = pydicom.dcmread(small.series.instances[0].path)
    for path in write_all(small, tmp_path / "out"):
        assert dicom_errors(path) == [], path.name
        written = pydicom.dcmread(path)
        assert written.StudyInstanceUID == STUDY_UID
        assert written.get("SpecificCharacterSet") == source.get("SpecificCharacterSet")
        assert written.PatientName == source.get("PatientName", "")
        assert written.PatientID == source.get("PatientID", "")
        assert written.Manufacturer == "Lobule project"
        assert written.SeriesDescription.startswith("AI liver lesion")
        assert written.SeriesInstanceUID != SERIES_UID
        assert written.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"


def test_one_run_repeats_its_bytes_and_another_time_does_not_repeat_uids(tmp_path) -> None:
    small = small_study(tmp_path / "t2", shape=(6, 40, 60))
    first, second = write_all(small, tmp_path / "a"), write_all(small, tmp_path / "b")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    numbers = [pydicom.dcmread(path).SeriesNumber for path in first]
    assert numbers[:4] == [9001, 9002, 9003, 9005]
    assert set(numbers[4:]) == {9004}
    uids = {pydicom.dcmread(path).SOPInstanceUID for path in first}
    assert len(uids) == len(first)
    case = small.case(small.roi(ball(small.volume.shape, (2, 19, 22), (1.5, 8, 9))))
    later = tmp_path / "later.dcm"
    write_segmentation(case, small.study, small.volumes, later, created=datetime(2026, 1, 2, 3, 4, 6))
    assert pydicom.dcmread(later).SOPInstanceUID not in uids


def test_nothing_to_write_and_sources_gone_end_in_a_message(tmp_path) -> None:
    small = small_study(tmp_path / "t2")
    target = tmp_path / "x.dcm"
    mask = ball(small.volume.shape, (2, 9, 12), (1, 4, 4))
    with pytest.raises(ReportError) as caught:
        write_segmentation(small.case(), small.study, small.volumes, target, created=CREATED)
    assert caught.value.code == "nothing-to-export"
    with pytest.raises(ReportError) as caught:
        write_segmentation(Case(STUDY_UID), small.study, small.volumes, target, created=CREATED)
    assert caught.value.code == "no-reference-series"
    for instance in small.series.instances:
        instance.path.unlink()
    with pytest.raises(ReportError) as caught:
        write_segmentation(small.case(small.roi(mask)), small.study, small.volumes, target, created=CREATED)
    assert caught.value.code == "source-unreadable"
    assert not target.exists()


def test_a_folder_that_cannot_be_written_leaves_nothing(tmp_path) -> None:
    small = small_study(tmp_path / "t2")
    (tmp_path / "file").write_text("x")
    case = small.case(small.roi(ball(small.volume.shape, (2, 9, 12), (1, 4, 4))))
    with pytest.raises(ReportError) as caught:
        write_segmentation(case, small.study, small.volumes, tmp_path / "file" / "x.dcm", created=CREATED)
    assert caught.value.code == "dicom-not-written"


def test_resampled_stack_writes_the_grid_it_was_drawn_on(tmp_path) -> None:
    """A volume that is not the slices of its files (a sheared stack resampled on loading) keeps its own positions."""
    small = small_study(tmp_path / "t2")
    affine = np.array(small.volume.affine)
    affine[:3, 3] += (1.0, 2.0, 0.0)
    moved = SmallStudy(
        small.study, small.series, Volume(small.volume.array, affine, small.volume.frame_of_reference_uid)
    )
    mask = ball(moved.volume.shape, (2, 9, 12), (1.5, 4, 6))
    path = tmp_path / "seg.dcm"
    volumes = VolumeSet({SequenceRole.T2: moved.volume})
    write_segmentation(moved.case(moved.roi(mask)), moved.study, volumes, path, created=CREATED)
    assert dicom_errors(path) == []
    (roi,) = read_rois(path, moved.study, moved.series, moved.volume)
    assert np.array_equal(mask_of_roi(roi, moved.volume.affine, moved.volume.shape), mask)


def test_directions_that_differ_in_the_sixth_digit_make_one_segmentation(tmp_path) -> None:
    small = small_study(tmp_path / "t2", axes=OBLIQUE)
    uneven = tuple(
        replace(
            one, plane=replace(one.plane, row_cosine=(one.plane.row_cosine[0] + 1e-6 * n, *one.plane.row_cosine[1:]))
        )
        for n, one in enumerate(small.series.instances)
    )
    small = replace(small, series=replace(small.series, instances=uneven))
    small = replace(small, study=replace(small.study, series=(small.series,)))
    mask = ball(small.volume.shape, (2, 9, 12), (1.5, 4, 6))
    write_segmentation(small.case(small.roi(mask)), small.study, small.volumes, tmp_path / "s.dcm", created=CREATED)
    assert dicom_errors(tmp_path / "s.dcm") == []
    (roi,) = read_rois(tmp_path / "s.dcm", small.study, small.series, small.volume)
    assert np.array_equal(mask_of_roi(roi, small.volume.affine, small.volume.shape), mask)


def test_tiles_of_a_mosaic_refer_to_one_image_without_frame_numbers(tmp_path) -> None:
    small = small_study(tmp_path / "t2")
    first = small.series.instances[0]
    tiles = tuple(
        replace(one, path=first.path, sop_instance_uid=first.sop_instance_uid, tile=(n, 3, 20, 28))
        for n, one in enumerate(small.series.instances)
    )
    small = replace(small, series=replace(small.series, instances=tiles))
    small = replace(small, study=replace(small.study, series=(small.series,)))
    for path in write_all(small, tmp_path / "out"):
        assert dicom_errors(path) == [], path.name
        assert "ReferencedFrameNumber" not in str(pydicom.dcmread(path))
