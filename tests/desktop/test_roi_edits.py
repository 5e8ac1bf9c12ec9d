"""Drawing, cutting, copying and deleting outlines: cases in, cases out."""

from __future__ import annotations

import numpy as np
import pytest

from desktop.display_plane import DisplayPlane
from desktop.roi_edits import Mode, copied_to, ellipse, moved, renamed, simplified, with_line, without_slice
from engine.domain.case import Case
from engine.domain.roi import LesionId
from engine.geometry.outline import mask_of_roi
from tests.support.volumes import axial_affine

AFFINE = axial_affine(step=6.0)
PLANE = DisplayPlane.of(AFFINE)
EMPTY = Case("1.2.3")


def box(u0, v0, u1, v1):
    return np.array([(u0, v0), (u1, v0), (u1, v1), (u0, v1)], dtype=float)


def area_px(case, index, lesion=0):
    """Pixels of 1 mm² whose centres lie inside."""
    return int(mask_of_roi(case.rois[lesion], AFFINE, (5, 60, 60))[index].sum())


def test_the_first_line_begins_a_lesion():
    case = with_line(EMPTY, None, PLANE, 2, box(9.5, 9.5, 19.5, 29.5), frame_of_reference_uid="1.9")
    (roi,) = case.rois
    assert roi.lesion_id == "L1"
    assert roi.origin == "drawn"
    assert roi.frame_of_reference_uid == "1.9"
    assert roi.contours[0].points_mm[:, 2] == pytest.approx(12.0)  # slice 2 of 6 mm
    assert area_px(case, 2) == 10 * 20


def test_a_second_line_that_overlaps_joins_and_one_beside_stays_apart():
    case = with_line(EMPTY, None, PLANE, 2, box(9.5, 9.5, 19.5, 19.5))
    case = with_line(case, LesionId("L1"), PLANE, 2, box(14.5, 9.5, 24.5, 19.5))
    assert area_px(case, 2) == 15 * 10  # 10 × 10 and 10 × 10 that share 5 × 10
    assert len(case.rois[0].contours) == 1
    case = with_line(case, LesionId("L1"), PLANE, 2, box(40.5, 40.5, 44.5, 44.5))
    assert len(case.rois[0].contours) == 2
    assert area_px(case, 2) == 150 + 16


def test_cutting_makes_holes_and_removes_what_is_cut_away():
    case = with_line(EMPTY, None, PLANE, 2, box(9.5, 9.5, 29.5, 29.5))
    holed = with_line(case, LesionId("L1"), PLANE, 2, box(14.5, 14.5, 19.5, 19.5), Mode.CUT)
    assert area_px(holed, 2) == 400 - 25
    gone = with_line(case, LesionId("L1"), PLANE, 2, box(0, 0, 50, 50), Mode.CUT)
    assert gone.rois == ()  # a lesion goes with its last outline


def test_cutting_what_is_not_there_and_lines_without_area_change_nothing():
    assert with_line(EMPTY, None, PLANE, 2, box(0, 0, 5, 5), Mode.CUT) == EMPTY
    assert with_line(EMPTY, None, PLANE, 2, np.array([(0.0, 0.0), (5.0, 5.0), (9.0, 9.0)])) == EMPTY


def test_a_line_that_crosses_itself_is_filled_by_the_even_odd_rule():
    bow = np.array([(0.0, 0.0), (20.0, 20.0), (20.0, 0.0), (0.0, 20.0)])
    case = with_line(EMPTY, None, PLANE, 0, bow)
    assert len(case.rois[0].contours) == 2


def test_deleting_copying_and_moving_one_slice():
    case = with_line(EMPTY, None, PLANE, 2, box(9.5, 9.5, 19.5, 19.5))
    copied = copied_to(case, LesionId("L1"), PLANE, 2, 3)
    assert area_px(copied, 3) == area_px(copied, 2) == 100
    shifted = moved(copied, LesionId("L1"), PLANE, 3, np.array([5.0, 0.0]))
    before, after = copied.rois[0].contours[-1], shifted.rois[0].contours[-1]
    assert after.points_mm - before.points_mm == pytest.approx(np.tile([5.0, 0.0, 0.0], (len(after.points_mm), 1)))
    assert area_px(without_slice(copied, LesionId("L1"), PLANE, 2), 2) == 0
    assert without_slice(case, LesionId("L1"), PLANE, 4) == case


def test_editing_an_imported_outline_says_so_once():
    case = with_line(EMPTY, None, PLANE, 2, box(9.5, 9.5, 19.5, 19.5))
    imported = case.with_roi(case.rois[0].__class__(LesionId("L1"), case.rois[0].contours, "imported from SEG"))
    once = with_line(imported, LesionId("L1"), PLANE, 2, box(30, 30, 40, 40))
    twice = with_line(once, LesionId("L1"), PLANE, 2, box(50, 50, 55, 55))
    assert twice.rois[0].origin == "imported from SEG, edited"


def test_renaming():
    case = with_line(EMPTY, None, PLANE, 2, box(0, 0, 5, 5))
    assert renamed(case, LesionId("L1"), " segment VII ").rois[0].name == "segment VII"


def test_an_ellipse_fills_its_box():
    line = ellipse(np.array([10.0, 20.0]), np.array([30.0, 26.0]))
    assert line.min(axis=0) == pytest.approx([10.0, 20.0])
    assert line.max(axis=0) == pytest.approx([30.0, 26.0])


def test_simplifying_keeps_the_shape_within_the_tolerance():
    straight = np.column_stack([np.linspace(0, 10, 50), np.zeros(50)])
    assert len(simplified(straight, 0.1)) == 2
    corner = np.vstack([straight, np.column_stack([np.full(50, 10.0), np.linspace(0, 10, 50)])])
    assert simplified(corner, 0.1).tolist() == [[0, 0], [10, 0], [10, 10]]
