"""Gestures: presses and drags in screen mm, regions with sizes worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from desktop.display_plane import DisplayPlane
from desktop.gestures import Canvas, Mode, Tool, begin
from desktop.gestures.reshape import can_hold, handles
from engine.geometry.planar import area_mm2, box, centre
from tests.support.volumes import axial_affine

AFFINE = axial_affine(step=6.0)
PLANE = DisplayPlane.of(AFFINE)
SQUARE = box(np.array([20.0, 20.0]), np.array([40.0, 40.0]))


def canvas(*present, image=None, radius=5.0):
    """A slice of 80 × 80 pixels of 1 mm; a pixel of the screen is 0.5 mm."""
    image = np.zeros((80, 80), np.float32) if image is None else image
    return Canvas(PLANE, 2, image, present, radius, 0.5)


def at(u, v):
    return np.array([u, v], dtype=float)


def lesion_image():
    """A lesion of 20 × 20 mm, signal 300 on 100, with a hole of one pixel."""
    image = np.full((80, 80), 100.0, np.float32)
    image[30:50, 30:50] = 300.0
    image[40, 40] = 100.0
    return image


@pytest.mark.parametrize("tool", [Tool.ELLIPSE, Tool.BOX])
def test_frames_fill_the_dragged_box(tool):
    gesture = begin(tool, canvas(), at(10, 10), cut=False)
    gesture.drag(at(12, 11))
    gesture.drag(at(30, 20))
    (ring,) = gesture.stroke().region
    assert (ring.min(axis=0).tolist(), ring.max(axis=0).tolist()) == ([10, 10], [30, 20])
    assert gesture.stroke().mode is Mode.ADD
    assert len(gesture.preview().region) == 1


def test_alt_cuts_and_with_the_eraser_gives_back():
    modes = {
        (tool, cut): begin(tool, canvas(), at(10, 10), cut=cut).mode
        for tool in (Tool.FREEHAND, Tool.BRUSH, Tool.ERASER)
        for cut in (False, True)
    }
    assert modes[Tool.FREEHAND, True] is modes[Tool.BRUSH, True] is modes[Tool.ERASER, False] is Mode.CUT
    assert modes[Tool.FREEHAND, False] is modes[Tool.BRUSH, False] is modes[Tool.ERASER, True] is Mode.ADD


def test_a_freehand_click_encloses_nothing():
    gesture = begin(Tool.FREEHAND, canvas(), at(10, 10), cut=False)
    assert gesture.stroke() is None
    gesture.drag(at(20, 10))
    assert gesture.stroke() is None


def test_a_polygon_outlives_the_release_and_takes_corners_back():
    gesture = begin(Tool.POLYGON, canvas(), at(10, 10), cut=False)
    assert gesture.by_clicks
    assert not gesture.click(at(30, 10))
    assert not gesture.click(at(30, 30))
    assert not gesture.click(at(50, 50))
    assert gesture.back()
    assert gesture.click(at(11, 12))  # within 9 screen pixels = 4.5 mm of the first corner
    assert area_mm2(gesture.stroke().region) == pytest.approx(200)
    assert begin(Tool.POLYGON, canvas(), at(10, 10), cut=False).back() is False


def test_the_brush_has_its_radius_in_mm():
    gesture = begin(Tool.BRUSH, canvas(radius=4.0), at(20, 20), cut=False)
    for u in np.arange(20.5, 40.5, 0.5):
        gesture.drag(at(u, 20))
    assert area_mm2(gesture.stroke().region) == pytest.approx(20 * 8 + np.pi * 16, rel=0.01)
    dot = begin(Tool.BRUSH, canvas(radius=4.0), at(20, 20), cut=False)
    assert area_mm2(dot.stroke().region) == pytest.approx(np.pi * 16, rel=0.01)


def test_the_preview_of_brush_and_eraser_is_what_the_slice_will_show():
    paint = begin(Tool.BRUSH, canvas(SQUARE, radius=5.0), at(40, 30), cut=False)
    assert paint.preview().instead
    assert area_mm2(paint.preview().region) == pytest.approx(400 + np.pi * 25 / 2, rel=0.01)
    erase = begin(Tool.ERASER, canvas(SQUARE, radius=5.0), at(40, 30), cut=False)
    assert area_mm2(erase.preview().region) == pytest.approx(400 - np.pi * 25 / 2, rel=0.01)


def test_the_brush_for_like_signal_stays_inside_the_lesion():
    gesture = begin(Tool.THRESHOLD, canvas(image=lesion_image(), radius=4.0), at(35, 35), cut=False)
    for u in np.arange(35, 60, 0.5):  # out of the lesion, whose last column is 49
        gesture.drag(at(u, 35))
    (ring,) = gesture.stroke().region
    assert ring[:, 0].max() <= 49.5 + 0.1
    covered = 8 * (49.5 - 35) + np.pi * 16 / 2  # the capsule, cut off at 49.5
    assert area_mm2([ring]) == pytest.approx(covered, rel=0.06)


def test_growing_finds_the_lesion_inside_the_dragged_circle_and_the_wheel_leans():
    rng = np.random.default_rng(5)
    image = lesion_image() + rng.normal(0, 12, (80, 80)).astype(np.float32)
    gesture = begin(Tool.GROW, canvas(image=image), at(36, 42), cut=False)
    assert gesture.stroke() is None
    gesture.drag(at(36, 62))
    region = gesture.stroke().region
    assert len(region) == 1  # the hole is filled
    assert area_mm2(region) == pytest.approx(400, rel=0.03)
    assert centre(region) == pytest.approx([39.5, 39.5], abs=0.3)
    assert len(gesture.preview().bound) > 10
    assert gesture.turn(10)
    assert area_mm2(gesture.stroke().region) > 500  # half of the surroundings' noise lies on the lesion's side now
    assert gesture.turn(-18)
    assert area_mm2(gesture.stroke().region) < 400


def test_growing_outside_the_image_gives_nothing():
    gesture = begin(Tool.GROW, canvas(image=lesion_image()), at(-30, -30), cut=False)
    gesture.drag(at(-30, -10))
    assert gesture.stroke() is None


def test_dragging_inside_moves_all_of_it():
    hole = box(at(24, 24), at(27, 27))
    gesture = begin(Tool.RESHAPE, canvas(SQUARE, hole), at(33, 33), cut=False)
    gesture.drag(at(36, 27))
    stroke = gesture.stroke()
    assert stroke.mode is Mode.REPLACE
    assert stroke.moved
    np.testing.assert_allclose(stroke.region[0], SQUARE + at(3, -6))
    np.testing.assert_allclose(stroke.region[1], hole + at(3, -6))


def test_pulling_a_corner_moves_it_alone_where_its_neighbours_are_out_of_reach():
    gesture = begin(Tool.RESHAPE, canvas(SQUARE, radius=5.0), at(40.5, 40.5), cut=False)
    gesture.drag(at(45.5, 43.5))
    stroke = gesture.stroke()
    assert not stroke.moved
    np.testing.assert_allclose(stroke.region[0], [(20, 20), (40, 20), (45, 43), (20, 40)])


def test_pulling_an_edge_makes_a_point_there():
    gesture = begin(Tool.RESHAPE, canvas(SQUARE), at(30, 41), cut=False)
    gesture.drag(at(30, 51))
    (ring,) = gesture.stroke().region
    assert len(ring) == 5
    assert area_mm2([ring]) == pytest.approx(400 + 20 * 10 / 2)


def test_neighbours_within_reach_follow_less_and_less():
    angles = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    circle = 40 + 15 * np.column_stack([np.cos(angles), np.sin(angles)])
    arc = 15 * 2 * np.pi / 200
    gesture = begin(Tool.RESHAPE, canvas(circle, radius=12 * arc), at(55, 40), cut=False)
    gesture.drag(at(60, 40))
    (ring,) = gesture.stroke().region
    shift = (ring - circle)[:, 0]
    assert shift[0] == pytest.approx(5.0)
    assert shift[6] == pytest.approx(2.5, abs=0.01)  # half the reach: half the way
    assert shift[-6] == pytest.approx(2.5, abs=0.01)
    assert shift[13] == 0.0
    assert shift[100] == 0.0


def test_a_press_elsewhere_or_a_still_click_changes_nothing():
    assert begin(Tool.RESHAPE, canvas(SQUARE), at(70, 70), cut=False) is None
    assert begin(Tool.RESHAPE, canvas(), at(30, 30), cut=False) is None
    assert begin(Tool.RESHAPE, canvas(SQUARE), at(30, 30), cut=False).stroke() is None
    assert (can_hold(canvas(SQUARE), at(30, 30)), can_hold(canvas(SQUARE), at(30, 41))) == ("all", "line")


def test_handles_of_a_traced_outline_are_thinned():
    angles = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    circle = 40 + 15 * np.column_stack([np.cos(angles), np.sin(angles)])
    assert len(handles((SQUARE,), 0.5)) == 4
    assert len(handles((circle,), 0.5)) <= 94 / 7 + 1  # 94 mm around, a handle every 7 mm
    assert handles((), 0.5).shape == (0, 2)
