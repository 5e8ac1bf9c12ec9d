"""Planar regions: areas worked out by hand, and set algebra as a property."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.geometry import planar


def box(u0, v0, u1, v1):
    return planar.box(np.array([u0, v0], dtype=float), np.array([u1, v1], dtype=float))


def test_joining_cutting_and_sharing():
    first, second = [box(0, 0, 10, 10)], [box(5, 0, 15, 10)]
    assert planar.area_mm2(planar.united(first, second)) == pytest.approx(150)
    assert planar.area_mm2(planar.subtracted(first, second)) == pytest.approx(50)
    assert planar.area_mm2(planar.shared(first, second)) == pytest.approx(50)
    apart = planar.united(first, [box(20, 20, 22, 22)])
    assert len(apart) == 2
    assert planar.subtracted(first, [box(-1, -1, 11, 11)]) == []


def test_rings_are_even_odd_and_cutting_inside_makes_a_hole():
    holed = planar.subtracted([box(0, 0, 20, 20)], [box(5, 5, 10, 10)])
    assert len(holed) == 2
    assert planar.area_mm2(holed) == pytest.approx(400 - 25)
    assert not planar.covers_point(holed, np.array([7.0, 7.0]))
    assert planar.covers_point(holed, np.array([2.0, 2.0]))
    assert planar.area_mm2(planar.without_holes(holed)) == pytest.approx(400)
    assert planar.area_mm2(planar.united(holed, [box(6, 6, 8, 8)])) == pytest.approx(400 - 25 + 4)


def test_a_line_that_crosses_itself_is_filled_by_the_even_odd_rule():
    bow = np.array([(0.0, 0.0), (20.0, 20.0), (20.0, 0.0), (0.0, 20.0)])
    rings = planar.cleaned([bow])
    assert len(rings) == 2  # two triangles of 20 x 10 / 2
    assert planar.area_mm2(rings) == pytest.approx(200)


def test_crumbs_and_lines_are_no_region():
    assert planar.cleaned([box(0, 0, 0.5, 0.9)]) == []  # 0.45 mm2 lies below the smallest
    assert planar.cleaned([np.array([(0.0, 0.0), (5.0, 5.0), (9.0, 9.0)])]) == []


def test_a_brush_stroke_is_a_capsule():
    # straight for 20 mm with radius 5: 20 x 10 + pi x 25 = 278.5; a polygon with 32 corners lacks 0.7 % of the circle
    stroke = planar.swept(np.array([(0.0, 0.0), (8.0, 0.0), (20.0, 0.0)]), 5.0)
    assert planar.area_mm2(stroke) == pytest.approx(200 + np.pi * 25, rel=0.005)
    dot = planar.swept(np.array([(3.0, 4.0)]), 5.0)
    assert np.hypot(*(dot[0] - (3.0, 4.0)).T) == pytest.approx(np.full(len(dot[0]), 5.0))


def test_a_stroke_that_comes_back_encloses_a_hole():
    angles = np.linspace(0, 2 * np.pi, 100)
    ring = planar.swept(20 * np.column_stack([np.cos(angles), np.sin(angles)]), 3.0)
    assert len(ring) == 2
    assert planar.area_mm2(ring) == pytest.approx(np.pi * (23**2 - 17**2), rel=0.01)


def test_simplifying_keeps_the_shape_within_the_tolerance():
    straight = np.column_stack([np.linspace(0, 10, 50), np.zeros(50)])
    assert len(planar.simplified(straight, 0.1)) == 2
    corner = np.vstack([straight, np.column_stack([np.full(50, 10.0), np.linspace(0, 10, 50)])])
    assert planar.simplified(corner, 0.1).tolist() == [[0, 0], [10, 0], [10, 10]]


def test_smoothing_takes_steps_and_spikes_but_not_the_lesion():
    spike = planar.united([box(0, 0, 30, 30)], [box(14.8, 29, 15.2, 45)])
    smooth = planar.smoothed(spike, 1.0)
    assert max(ring[:, 1].max() for ring in smooth) <= 30.2
    assert planar.area_mm2(smooth) == pytest.approx(900, rel=0.01)


def test_an_ellipse_fills_its_box():
    line = planar.ellipse(np.array([10.0, 20.0]), np.array([30.0, 26.0]))
    assert line.min(axis=0) == pytest.approx([10.0, 20.0])
    assert line.max(axis=0) == pytest.approx([30.0, 26.0])


def test_the_centre_of_an_l_and_of_a_line():
    # 20 x 10 with centre (10, 5) and 10 x 10 with centre (5, 15): (200 * (10, 5) + 100 * (5, 15)) / 300
    shape = planar.united([box(0, 0, 20, 10)], [box(0, 10, 10, 20)])
    assert planar.centre(shape) == pytest.approx([2500 / 300, 2500 / 300])
    assert planar.centre([np.array([(0.0, 0.0), (3.0, 3.0), (6.0, 6.0)])]) == pytest.approx([3.0, 3.0])


boxes = st.builds(
    lambda u, v, w, h: box(u, v, u + w, v + h),
    st.integers(-20, 20), st.integers(-20, 20), st.integers(1, 25), st.integers(1, 25),
)  # fmt: skip


@given(st.lists(boxes, max_size=4), st.lists(boxes, max_size=4))
@settings(max_examples=100, deadline=None)
def test_what_is_shared_and_what_is_not_make_up_the_whole(first, second):
    first, second = planar.cleaned(first), planar.cleaned(second)
    both = planar.area_mm2(planar.shared(first, second))
    left = planar.area_mm2(planar.subtracted(first, second))
    assert both + left == pytest.approx(planar.area_mm2(first))
    union = planar.area_mm2(planar.united(first, second))
    assert union == pytest.approx(planar.area_mm2(first) + planar.area_mm2(second) - both)
