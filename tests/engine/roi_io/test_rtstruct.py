"""RTSTRUCT contours: even-odd, keyholes, off the planes, other orientations, regions that are no lesion, refusals.

The grid is oblique, 10 slices of 4 mm, 40 x 60 pixels of 1.5 x 0.75 mm. A circle of radius r mm covers about
pi r² / (1.5 * 0.75) pixels: 279 for r = 10, 70 for r = 5.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from engine.dicom_out import write_structure_set
from engine.domain.errors import RoiError
from engine.domain.roi import Roi
from engine.geometry.affine import to_index, to_world
from engine.geometry.outline import mask_of_roi
from engine.roi_io import describe_roi, read_rois
from tests.support.roi_series import OBLIQUE, SmallStudy, ball, small_study


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> SmallStudy:
    return small_study(
        tmp_path_factory.mktemp("t2"), axes=OBLIQUE, shape=(10, 40, 60), pixel_mm=(1.5, 0.75), step_mm=4.0
    )


@pytest.fixture(scope="module")
def template(small, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("rs") / "rs.dcm"
    mask = ball(small.volume.shape, (4, 20, 30), (2, 8, 10))
    write_structure_set(small.case(small.roi(mask)), small.study, small.volumes, path, created=datetime(2026, 1, 2))
    return path


@pytest.fixture
def structure_set(template, tmp_path) -> Callable[..., Path]:
    """Write the given contours (N, 3) in mm as the only region, then apply a change."""

    def make(
        contours: Sequence[np.ndarray],
        kinds: Sequence[str] = (),
        change: Callable[[Dataset], None] | None = None,
    ) -> Path:
        dataset = pydicom.dcmread(template)
        items = []
        for number, points in enumerate(contours):
            item = Dataset()
            item.ContourGeometricType = kinds[number] if kinds else "CLOSED_PLANAR"
            item.NumberOfContourPoints = len(points)
            item.ContourData = [f"{value:.4f}" for value in np.ravel(points)]
            items.append(item)
        dataset.ROIContourSequence[0].ContourSequence = items
        if change is not None:
            change(dataset)
        dataset.save_as(tmp_path / "made.dcm")
        return tmp_path / "made.dcm"

    return make


def circle(small: SmallStudy, k: float, row: float, column: float, radius_mm: float, points: int = 200) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    index = [np.full(points, k), row + radius_mm / 1.5 * np.sin(angle), column + radius_mm / 0.75 * np.cos(angle)]
    return to_world(small.volume.affine, np.column_stack(index))


def read(path: Path, small: SmallStudy, **options) -> Roi:
    (roi,) = read_rois(path, small.study, small.series, small.volume, **options)
    return roi


def per_slice(roi: Roi, small: SmallStudy) -> list[int]:
    return [int(n) for n in mask_of_roi(roi, small.volume.affine, small.volume.shape).sum(axis=(1, 2))]


def refusal(path: Path, small: SmallStudy) -> RoiError:
    with pytest.raises(RoiError) as caught:
        read_rois(path, small.study, small.series, small.volume)
    assert caught.value.remedy
    return caught.value


def test_contours_on_planes_are_kept_point_by_point(small, structure_set) -> None:
    drawn = circle(small, 4, 20, 30, 10)
    roi = read(structure_set([drawn]), small)
    assert np.allclose(roi.contours[0].points_mm, drawn, atol=1e-4)
    assert sum(per_slice(roi, small)) == pytest.approx(279, rel=0.03)
    assert roi.notes == ()


def test_hole_keyhole_and_islands_follow_the_even_odd_rule(small, structure_set) -> None:
    outer, inner = circle(small, 4, 20, 30, 10), circle(small, 4, 20, 30, 5)[::-1]
    ring = per_slice(read(structure_set([outer, inner]), small), small)
    assert ring[4] == pytest.approx(279 - 70, rel=0.03)
    keyhole = np.vstack([outer, outer[:1], inner, inner[:1]])
    assert per_slice(read(structure_set([keyhole]), small), small) == ring
    islands = [circle(small, 4, 10, 20, 5), circle(small, 4, 30, 40, 5)]
    assert per_slice(read(structure_set(islands), small), small)[4] == pytest.approx(140, rel=0.04)


def test_a_contour_given_twice_counts_once(small, structure_set) -> None:
    drawn = circle(small, 4, 20, 30, 10)
    once = per_slice(read(structure_set([drawn]), small), small)
    for copy_of_it in (drawn, np.roll(drawn, 50, axis=0), drawn[::-1], np.vstack([drawn, drawn[:1]])):
        roi = read(structure_set([drawn, copy_of_it]), small)
        assert per_slice(roi, small) == once
        assert any("repeated" in note for note in roi.notes)


def test_partly_overlapping_contours_are_said(small, structure_set) -> None:
    roi = read(structure_set([circle(small, 4, 20, 25, 6), circle(small, 4, 20, 32, 6)]), small)
    assert any("overlap in part" in note for note in roi.notes)


def test_contours_through_pixel_centres_include_the_pixels_they_run_through(small, structure_set) -> None:
    """As OpenCV traces a block of 8 x 6 pixels with a hole of 2 x 1: the corners are centres of pixels of the block.

    Filled as drawn, the rim and a wider hole would be lost.
    """
    rim = np.array([(3, 10, 20), (3, 17, 20), (3, 17, 25), (3, 10, 25)], dtype=float)
    hole = np.array([(3, 12, 23), (3, 13, 22), (3, 14, 22), (3, 15, 23), (3, 14, 24), (3, 13, 24)], dtype=float)
    path = structure_set([to_world(small.volume.affine, corners) for corners in (rim, hole)])
    dataset = pydicom.dcmread(path)
    dataset.ManufacturerModelName = "another program"  # Lobule's own objects hold the edge itself
    dataset.save_as(path)
    roi = read(path, small)
    expected = np.zeros(small.volume.shape, dtype=bool)
    expected[3, 10:18, 20:26] = True
    expected[3, 13:15, 23] = False
    assert np.array_equal(mask_of_roi(roi, small.volume.affine, small.volume.shape), expected)
    assert any("pixel centres" in note for note in roi.notes)


def test_contours_through_centres_beyond_the_images_do_no_harm(small, structure_set) -> None:
    inside = np.array([(3, 10, 20), (3, 17, 20), (3, 17, 25)], dtype=float)
    beyond = inside + np.array([0, 0, 500])
    away = inside + np.array([50, 0, 0])
    contours = [to_world(small.volume.affine, corners) for corners in (inside, beyond, away)]
    roi = read(structure_set(contours), small)
    assert {k for k, count in enumerate(per_slice(roi, small)) if count} == {3}
    assert refusal(structure_set([contours[1]]), small).code == "roi-outside"


def test_open_contours_and_points_are_refused_or_left_out(small, structure_set) -> None:
    drawn = [circle(small, 4, 20, 30, 10), circle(small, 5, 20, 30, 10)]
    assert "open contours" in refusal(structure_set(drawn, ["OPEN_PLANAR", "POINT"]), small).what
    roi = read(structure_set(drawn, ["OPEN_PLANAR", "CLOSED_PLANAR"]), small)
    assert [n > 0 for n in per_slice(roi, small)].count(True) == 1
    assert any("open contours were left out" in note for note in roi.notes)


@pytest.mark.parametrize("offset", [0.3, 0.5])
def test_contours_between_planes_are_interpolated_to_them_and_said(small, structure_set, offset) -> None:
    """Planes 2.3, 3.3, 4.3 stand for 1.8 to 4.8: slices 2, 3, 4. Planes 2.5 to 4.5 stand for [2, 5): the same."""
    roi = read(structure_set([circle(small, k + offset, 20, 30, 10) for k in (2, 3, 4)]), small)
    filled = per_slice(roi, small)
    assert [k for k, n in enumerate(filled) if n] == [2, 3, 4]
    assert filled[3] == pytest.approx(279, rel=0.03)
    assert any("between the T2 planes" in note for note in roi.notes)


def test_nearly_on_the_plane_is_on_it(small, structure_set) -> None:
    places = (1.1, 1.85, 3.05)
    roi = read(structure_set([circle(small, k, 20, 30, 5) for k in places]), small)
    assert [k for k, n in enumerate(per_slice(roi, small)) if n] == [1, 2, 3]
    index = to_index(small.volume.affine, roi.contours[0].points_mm)[:, 0]
    assert np.allclose(index, 1.0, atol=1e-9)


def test_every_third_slice_drawn_is_filled_between_and_flagged(small, structure_set) -> None:
    roi = read(structure_set([circle(small, k, 20, 30, r) for k, r in ((1, 4), (4, 10), (7, 4))]), small)
    filled = per_slice(roi, small)
    # radius 4, 6, 8, 10, 8, 6, 4 on slices 1 to 7, nothing beyond
    expected = [0, *(np.pi * r * r / 1.125 for r in (4, 6, 8, 10, 8, 6, 4)), 0, 0]
    assert filled == pytest.approx(expected, rel=0.06)
    assert [contour.interpolated for contour in roi.contours].count(True) == 4
    assert any("confirm them" in note for note in roi.notes)


def test_a_gap_among_drawn_slices_stays_empty_and_is_said(small, structure_set) -> None:
    roi = read(structure_set([circle(small, k, 20, 30, 5) for k in (1, 2, 3, 6, 7)]), small)
    assert [k for k, n in enumerate(per_slice(roi, small)) if n] == [1, 2, 3, 6, 7]
    assert any("left empty" in note for note in roi.notes)


def test_contours_drawn_across_the_slices_are_carried_over(small, structure_set) -> None:
    """A ball of radius 9 mm cut every 2 mm at right angles to the rows: 4/3 pi 729 mm³ = 678.6 voxels of 4.5 mm³."""
    axes = [small.volume.affine[:3, k] / np.linalg.norm(small.volume.affine[:3, k]) for k in range(3)]
    centre = to_world(small.volume.affine, (5, 20, 30))
    angle = np.linspace(0, 2 * np.pi, 100, endpoint=False)[:, np.newaxis]
    contours = []
    for x in np.arange(-8, 8.1, 2.0):
        radius = np.sqrt(81 - x * x)
        contours.append(centre + x * axes[2] + radius * (np.cos(angle) * axes[0] + np.sin(angle) * axes[1]))
    roi = read(structure_set(contours), small)
    assert sum(per_slice(roi, small)) == pytest.approx(678.6, rel=0.06)
    assert any("another orientation" in note for note in roi.notes)
    mixed = [*contours[:2], circle(small, 4, 20, 30, 10)]
    assert "different orientations" in refusal(structure_set(mixed), small).what


def test_a_contour_that_is_not_flat_is_refused(small, structure_set) -> None:
    bent = circle(small, 4, 20, 30, 10)
    bent[::2] += small.volume.affine[:3, 0] * 2
    assert "does not lie in one plane" in refusal(structure_set([bent]), small).what


def test_smaller_than_a_voxel_and_outside(small, structure_set) -> None:
    assert refusal(structure_set([circle(small, 4, 20.5, 30.5, 0.2)]), small).code == "roi-too-small"
    assert refusal(structure_set([circle(small, 40, 20, 30, 10)]), small).code == "roi-outside"
    assert refusal(structure_set([circle(small, 4, 500, 30, 10)]), small).code == "roi-outside"
    roi = read(structure_set([circle(small, k, 20, 30, 10) for k in (8, 9, 10, 11)]), small)
    assert any("2 contours outside" in note for note in roi.notes)


def test_organs_body_and_margins_are_left_out_and_regions_joined_by_number(small, structure_set) -> None:
    def add(dataset: Dataset) -> None:
        for number, kind in ((2, "EXTERNAL"), (3, "ORGAN"), (4, "PTV")):
            for sequence, keyword in (
                (dataset.StructureSetROISequence, "ROINumber"),
                (dataset.ROIContourSequence, "ReferencedROINumber"),
                (dataset.RTROIObservationsSequence, "ReferencedROINumber"),
            ):
                sequence.append(copy.deepcopy(sequence[0]))
                setattr(sequence[-1], keyword, number)
            dataset.StructureSetROISequence[-1].ROIName = kind
            dataset.RTROIObservationsSequence[-1].RTROIInterpretedType = kind
        dataset.RTROIObservationsSequence[0].RTROIInterpretedType = "GTV"
        dataset.ROIContourSequence = list(dataset.ROIContourSequence)[::-1]

    roi = read(structure_set([circle(small, 4, 20, 30, 10)], change=add), small)
    assert roi.name == "Lesion L1"
    assert any("EXTERNAL, ORGAN, PTV" in note for note in roi.notes)


def _no_contours(dataset: Dataset) -> None:
    del dataset.ROIContourSequence


def _empty_region(dataset: Dataset) -> None:
    del dataset.ROIContourSequence[0].ContourSequence


def _half_point(dataset: Dataset) -> None:
    dataset.ROIContourSequence[0].ContourSequence[0].ContourData = ["1", "2"]


def _other_patient(dataset: Dataset) -> None:
    dataset.PatientID = "P-2"


def _other_frame(dataset: Dataset) -> None:
    dataset.FrameOfReferenceUID = "1.2.3"
    dataset.ReferencedFrameOfReferenceSequence[0].FrameOfReferenceUID = "1.2.3"
    dataset.StructureSetROISequence[0].ReferencedFrameOfReferenceUID = "1.2.3"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_no_contours, "roi-empty"),
        (_empty_region, "roi-empty"),
        (_half_point, "roi-unreadable"),
        (_other_patient, "roi-wrong-patient"),
        (_other_frame, "roi-wrong-frame"),
    ],
)
def test_refusals(small, structure_set, change, code) -> None:
    path = structure_set([circle(small, 4, 20, 30, 10)], change=change)
    assert refusal(path, small).code == code
    assert not describe_roi(path, small.study).usable


def test_images_that_do_not_match_are_no_hindrance_in_the_same_frame(small, structure_set) -> None:
    def renew(dataset: Dataset) -> None:
        study = dataset.ReferencedFrameOfReferenceSequence[0].RTReferencedStudySequence[0]
        for item in study.RTReferencedSeriesSequence[0].ContourImageSequence:
            item.ReferencedSOPInstanceUID = "1.9.9"

    assert read(structure_set([circle(small, 4, 20, 30, 10)], change=renew), small).contours
