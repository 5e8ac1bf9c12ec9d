"""Drawing, cutting, copying and deleting outlines: cases in, cases out."""

from __future__ import annotations

import numpy as np
import pytest

from desktop.display_plane import DisplayPlane
from desktop.gestures import Mode
from desktop.roi_edits import confirmed, copied_to, interpolated, moved, region_on, renamed, with_region, without_slice
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
    case = with_region(EMPTY, None, PLANE, 2, [box(9.5, 9.5, 19.5, 29.5)], frame_of_reference_uid="1.9")
    (roi,) = case.rois
    assert roi.lesion_id == "L1"
    assert roi.origin == "drawn"
    assert roi.frame_of_reference_uid == "1.9"
    assert roi.contours[0].points_mm[:, 2] == pytest.approx(12.0)  # slice 2 of 6 mm
    assert area_px(case, 2) == 10 * 20


def test_a_second_line_that_overlaps_joins_and_one_beside_stays_apart():
    case = with_region(EMPTY, None, PLANE, 2, [box(9.5, 9.5, 19.5, 19.5)])
    case = with_region(case, LesionId("L1"), PLANE, 2, [box(14.5, 9.5, 24.5, 19.5)])
    assert area_px(case, 2) == 15 * 10  # 10 × 10 and 10 × 10 that share 5 × 10
    assert len(case.rois[0].contours) == 1
    case = with_region(case, LesionId("L1"), PLANE, 2, [box(40.5, 40.5, 44.5, 44.5)])
    assert len(case.rois[0].contours) == 2
    assert area_px(case, 2) == 150 + 16


def test_cutting_makes_holes_and_removes_what_is_cut_away():
    case = with_region(EMPTY, None, PLANE, 2, [box(9.5, 9.5, 29.5, 29.5)])
    holed = with_region(case, LesionId("L1"), PLANE, 2, [box(14.5, 14.5, 19.5, 19.5)], Mode.CUT)
    assert area_px(holed, 2) == 400 - 25
    gone = with_region(case, LesionId("L1"), PLANE, 2, [box(0, 0, 50, 50)], Mode.CUT)
    assert gone.rois == ()  # a lesion goes with its last outline


def test_cutting_what_is_not_there_and_lines_without_area_change_nothing():
    assert with_region(EMPTY, None, PLANE, 2, [box(0, 0, 5, 5)], Mode.CUT) == EMPTY
    assert with_region(EMPTY, None, PLANE, 2, [np.array([(0.0, 0.0), (5.0, 5.0), (9.0, 9.0)])]) == EMPTY


def test_a_line_that_crosses_itself_is_filled_by_the_even_odd_rule():
    bow = np.array([(0.0, 0.0), (20.0, 20.0), (20.0, 0.0), (0.0, 20.0)])
    case = with_region(EMPTY, None, PLANE, 0, [bow])
    assert len(case.rois[0].contours) == 2


def test_deleting_copying_and_moving_one_slice():
    case = with_region(EMPTY, None, PLANE, 2, [box(9.5, 9.5, 19.5, 19.5)])
    copied = copied_to(case, LesionId("L1"), PLANE, 2, 3)
    assert area_px(copied, 3) == area_px(copied, 2) == 100
    shifted = moved(copied, LesionId("L1"), PLANE, 3, np.array([5.0, 0.0]))
    before, after = copied.rois[0].contours[-1], shifted.rois[0].contours[-1]
    assert after.points_mm - before.points_mm == pytest.approx(np.tile([5.0, 0.0, 0.0], (len(after.points_mm), 1)))
    assert area_px(without_slice(copied, LesionId("L1"), PLANE, 2), 2) == 0
    assert without_slice(case, LesionId("L1"), PLANE, 4) == case


def test_editing_an_imported_outline_says_so_once():
    case = with_region(EMPTY, None, PLANE, 2, [box(9.5, 9.5, 19.5, 19.5)])
    imported = case.with_roi(case.rois[0].__class__(LesionId("L1"), case.rois[0].contours, "imported from SEG"))
    once = with_region(imported, LesionId("L1"), PLANE, 2, [box(30, 30, 40, 40)])
    twice = with_region(once, LesionId("L1"), PLANE, 2, [box(50, 50, 55, 55)])
    assert twice.rois[0].origin == "imported from SEG, edited"


def test_renaming():
    case = with_region(EMPTY, None, PLANE, 2, [box(0, 0, 5, 5)])
    assert renamed(case, LesionId("L1"), " segment VII ").rois[0].name == "segment VII"


def test_what_changes_nothing_is_no_edit():
    case = with_region(EMPTY, None, PLANE, 2, [box(9.5, 9.5, 29.5, 29.5)])
    assert with_region(case, LesionId("L1"), PLANE, 2, [box(12, 12, 20, 20)]) is case
    assert with_region(case, LesionId("L1"), PLANE, 2, [box(40, 40, 45, 45)], Mode.CUT) is case
    assert moved(case, LesionId("L1"), PLANE, 2, np.zeros(2)) is case


def test_replacing_puts_another_outline_in_place():
    case = with_region(EMPTY, None, PLANE, 2, [box(9.5, 9.5, 29.5, 29.5)])
    other = with_region(case, LesionId("L1"), PLANE, 2, [box(0.5, 0.5, 4.5, 4.5)], Mode.REPLACE)
    assert area_px(other, 2) == 16
    assert with_region(case, LesionId("L1"), PLANE, 2, [], Mode.REPLACE).rois == ()


def two_slices():
    case = with_region(EMPTY, None, PLANE, 1, [box(9.5, 9.5, 19.5, 19.5)])
    return with_region(case, LesionId("L1"), PLANE, 4, [box(9.5, 9.5, 39.5, 39.5)])


def test_interpolated_outlines_fill_the_gap_and_wait_to_be_confirmed():
    case = interpolated(two_slices(), LesionId("L1"), PLANE)
    roi = case.rois[0]
    assert [c.interpolated for c in roi.contours].count(True) == 2
    assert roi.has_interpolated
    # sides of 10 and 30 mm; a third of the way 16.67, two thirds 23.33
    assert area_px(case, 2) == pytest.approx(16.67**2, rel=0.05)
    assert area_px(case, 3) == pytest.approx(23.33**2, rel=0.05)
    done = confirmed(case, LesionId("L1"))
    assert not done.rois[0].has_interpolated
    assert area_px(done, 2) == area_px(case, 2)
    assert confirmed(done, LesionId("L1")) is done


def test_confirming_one_slice_leaves_the_other_waiting():
    case = interpolated(two_slices(), LesionId("L1"), PLANE)
    one = confirmed(case, LesionId("L1"), PLANE, 2)
    assert [c.interpolated for c in one.rois[0].contours].count(True) == 1
    assert confirmed(one, LesionId("L1"), PLANE, 2) == one


def test_interpolating_again_follows_what_was_changed_and_keeps_what_was_confirmed():
    case = interpolated(two_slices(), LesionId("L1"), PLANE)
    assert interpolated(case, LesionId("L1"), PLANE) == case
    by_hand = with_region(case, LesionId("L1"), PLANE, 3, [box(9.5, 9.5, 19.5, 19.5)], Mode.REPLACE)
    again = interpolated(by_hand, LesionId("L1"), PLANE)
    assert area_px(again, 3) == 100
    assert area_px(again, 2) == pytest.approx(100, rel=0.03)


def test_drawing_on_an_interpolated_slice_makes_it_the_readers_own():
    case = interpolated(two_slices(), LesionId("L1"), PLANE)
    drawn = with_region(case, LesionId("L1"), PLANE, 2, [box(5, 5, 15, 15)])
    assert [c.interpolated for c in drawn.rois[0].contours].count(True) == 1
    nudged = moved(case, LesionId("L1"), PLANE, 2, np.array([1.0, 0.0]))
    assert [c.interpolated for c in nudged.rois[0].contours].count(True) == 1


def test_neighbouring_slices_and_a_single_one_leave_nothing_to_interpolate():
    one = with_region(EMPTY, None, PLANE, 1, [box(9.5, 9.5, 19.5, 19.5)])
    assert interpolated(one, LesionId("L1"), PLANE) is one
    two = with_region(one, LesionId("L1"), PLANE, 2, [box(9.5, 9.5, 19.5, 19.5)])
    assert interpolated(two, LesionId("L1"), PLANE) is two
    assert interpolated(EMPTY, LesionId("L1"), PLANE) is EMPTY


def test_the_region_of_a_slice_is_what_was_drawn_there():
    case = two_slices()
    (ring,) = region_on(case.rois[0], PLANE, 1)
    assert (ring.min(axis=0).tolist(), ring.max(axis=0).tolist()) == ([9.5, 9.5], [19.5, 19.5])
    assert region_on(case.rois[0], PLANE, 2) == region_on(None, PLANE, 1) == ()
