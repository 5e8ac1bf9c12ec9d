"""Interpolation between outlines: circles, travelling and splitting shapes, with sizes worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from engine.geometry.interpolate import between, neighbours
from engine.geometry.planar import area_mm2, box, centre, subtracted


def circle(u, v, radius, points=180):
    angles = np.linspace(0, 2 * np.pi, points, endpoint=False)
    return np.column_stack([u + radius * np.cos(angles), v + radius * np.sin(angles)])


def square(u0, v0, u1, v1):
    return box(np.array([u0, v0], dtype=float), np.array([u1, v1], dtype=float))


def test_between_two_circles_lies_the_circle_of_the_radius_between():
    quarter, half = between([circle(0, 0, 10)], [circle(0, 0, 20)], [0.25, 0.5])
    for (ring,), radius in ((quarter, 12.5), (half, 15.0)):
        assert np.hypot(*ring.T) == pytest.approx(np.full(len(ring), radius), abs=0.1)


def test_a_shape_that_moves_travels_even_where_the_two_do_not_overlap():
    (made,) = between([square(0, 0, 10, 10)], [square(100, 40, 110, 50)], [0.5])
    assert centre(made) == pytest.approx([55.0, 25.0], abs=0.1)
    assert area_mm2(made) == pytest.approx(100.0, rel=0.02)


def test_the_ends_are_the_outlines_themselves():
    first, second = [circle(5, 5, 12)], [square(0, 0, 30, 8)]
    start, end = between(first, second, [0.0, 1.0])
    assert area_mm2(subtracted(start, first)) + area_mm2(subtracted(first, start)) < 0.02 * area_mm2(first)
    assert area_mm2(subtracted(end, second)) + area_mm2(subtracted(second, end)) < 0.02 * area_mm2(second)


def test_a_hole_in_both_stays_a_hole():
    ring = [circle(0, 0, 20), circle(0, 0, 8)]
    (made,) = between(ring, ring, [0.5])
    assert len(made) == 2
    assert area_mm2(made) == pytest.approx(np.pi * (400 - 64), rel=0.02)


def test_an_outline_with_many_points_and_one_in_metres_are_both_right():
    fine = between([circle(0, 0, 10, 2000)], [circle(0, 0, 20, 7)], [0.0])[0]
    assert area_mm2(fine) == pytest.approx(np.pi * 100, rel=0.01)
    (tiny,) = between([circle(0, 0, 1)], [circle(0, 0, 1)], [0.5])
    assert area_mm2(tiny) == pytest.approx(np.pi, rel=0.02)


def test_neighbours_of_a_gap():
    assert neighbours(5, [2, 3, 8, 12]) == (3, 8)
    assert neighbours(1, [2, 3]) is None
    assert neighbours(9, [2, 3]) is None
