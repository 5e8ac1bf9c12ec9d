"""Outlines: masks traced and filled give themselves back; measures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine.domain.roi import LesionId, Roi
from engine.geometry.outline import (
    contours_of_mask,
    mask_of_roi,
    outline_of_mask,
    rasterise,
    rasterise_window,
    volume_ml,
    window_of,
)
from tests.support.volumes import axial_affine, box_roi, linear_volume, turned

masks = arrays.arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12)))


@given(masks)
@settings(max_examples=200, deadline=None)
def test_tracing_and_filling_gives_the_mask_back(mask):
    np.testing.assert_array_equal(rasterise(outline_of_mask(mask), mask.shape), mask)


@given(masks, st.floats(-40, 40), st.sampled_from("xyz"))
@settings(max_examples=60, deadline=None)
def test_round_trip_through_an_oblique_patient_space(mask, degrees, axis):
    affine = turned(axial_affine(step=7.0, row=0.8, column=1.3, origin=(-90, 40, 12)), degrees, axis)
    stack = np.zeros((3, *mask.shape), dtype=bool)
    stack[1] = mask
    roi = Roi(LesionId("L1"), contours_of_mask(stack, affine))
    np.testing.assert_array_equal(mask_of_roi(roi, affine, stack.shape), stack)


def test_pixel_centres_decide():
    # a square from 0.6 to 2.4 contains the centres 1 and 2 only
    square = np.array([(0.6, 0.6), (0.6, 2.4), (2.4, 2.4), (2.4, 0.6)])
    mask = rasterise([square], (4, 4))
    assert np.argwhere(mask).tolist() == [[1, 1], [1, 2], [2, 1], [2, 2]]


def test_inner_ring_is_a_hole_and_island_inside_it_is_filled():
    def ring(a, b):
        return np.array([(a, a), (a, b), (b, b), (b, a)])

    mask = rasterise([ring(0.5, 8.5), ring(2.5, 6.5), ring(3.5, 5.5)], (10, 10))
    # 8 x 8 pixels, less 4 x 4, plus 2 x 2
    assert mask.sum() == 64 - 16 + 4


def test_outline_partly_outside_the_image_is_cut_not_wrapped():
    mask = rasterise([np.array([(-5.0, -5.0), (-5.0, 1.5), (1.5, 1.5), (1.5, -5.0)])], (4, 4))
    assert np.argwhere(mask).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]


def test_volume_by_hand():
    # 30 rows of 1.5 mm by 40 columns of 0.5 mm
    affine = axial_affine(step=8.0, row=1.5, column=0.5)
    roi = box_roi(affine, [1, 2], (9.5, 39.5), (4.5, 44.5))
    # 2 slices x 30 x 40 pixels x (8 x 1.5 x 0.5) mm3 = 14400 mm3
    volume = linear_volume(affine, (4, 60, 60), (1, 0, 0))
    assert volume_ml(roi, volume) == pytest.approx(14.4)


@pytest.mark.parametrize("seed", range(12))
def test_a_window_of_a_mask_is_that_part_of_the_whole_mask(seed):
    """Polygons that overlap, cross themselves and reach out of the image: filled where they are, or all over."""
    generator = np.random.default_rng(seed)
    polygons = [generator.uniform(-15, 55, (int(generator.integers(3, 9)), 2)).round(seed % 3) for _ in range(3)]
    polygons.append(generator.uniform(10, 20, (5, 2)))
    whole = rasterise_window(polygons, slice(0, 40), slice(0, 50))
    assert np.array_equal(rasterise(polygons, (40, 50)), whole)
    small = polygons[-1:]
    rows, columns = window_of(small, (40, 50))
    assert (rows.start, columns.start) >= (10, 10)
    assert rows.stop <= 21
    assert np.array_equal(rasterise_window(small, rows, columns), rasterise(small, (40, 50))[rows, columns])


def test_polygons_beside_the_image_fill_nothing():
    beside = np.array([(-9.0, 5.0), (-9.0, 9.0), (-3.0, 9.0)])
    assert not rasterise([beside], (10, 10)).any()
    assert not rasterise([beside + 50.0], (10, 10)).any()
    assert not rasterise([], (10, 10)).any()
