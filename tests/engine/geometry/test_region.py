"""Region growing and thresholds on pictures small enough to read."""

from __future__ import annotations

import numpy as np
import pytest

from engine.geometry.region import grown, otsu, signal_at, signal_range, within


def picture():
    """A bright 6 × 6 lesion with a dark hole on grey; a second bright patch apart from it."""
    image = np.full((20, 20), 100.0, dtype=np.float32)
    image[5:11, 5:11] = 300.0
    image[7, 7] = 90.0
    image[5:11, 14:17] = 310.0
    return image


def test_growing_takes_what_hangs_together_and_fills_its_holes():
    image = picture()
    everywhere = np.ones(image.shape, dtype=bool)
    region = grown(image, (8, 9), everywhere)
    expected = np.zeros_like(region)
    expected[5:11, 5:11] = True
    np.testing.assert_array_equal(region, expected)


def test_growing_never_leaves_the_bound():
    image = picture()
    bound = np.zeros(image.shape, dtype=bool)
    bound[4:9, 4:20] = True
    region = grown(image, (6, 9), bound)
    assert region.sum() == 4 * 6  # rows 5 to 8 of the lesion
    assert not (region & ~bound).any()
    assert not grown(image, (15, 15), bound).any()


def test_a_dark_lesion_grows_too_and_an_even_bound_is_taken_whole():
    image = -picture()
    region = grown(image, (9, 9), np.ones(image.shape, dtype=bool))
    assert region.sum() == 36
    even = np.full((5, 5), 7.0, dtype=np.float32)
    bound = np.zeros((5, 5), dtype=bool)
    bound[1:4, 1:4] = True
    np.testing.assert_array_equal(grown(even, (2, 2), bound), bound)


def test_leaning_moves_the_edge_both_ways():
    ramp = np.tile(np.arange(0, 210, 10, dtype=np.float32), (5, 1))  # bright to the right
    everywhere = np.ones(ramp.shape, dtype=bool)
    columns = [grown(ramp, (2, 20), everywhere, lean).any(axis=0).sum() for lean in (-0.6, 0.0, 0.6, 1.0)]
    assert columns == sorted(columns)
    assert columns[0] < columns[1] < columns[2]
    assert columns[3] == 21


def test_otsu_divides_two_populations_half_way():
    assert otsu(np.array([0.0] * 50 + [100.0] * 50)) == pytest.approx(50.0, abs=1.0)


def test_the_range_of_a_brush_is_robust_against_one_outlier():
    image = np.array([[10, 11, 9, 10, 12, 8, 10, 500]], dtype=np.float32)
    low, high = signal_range(image, np.ones(image.shape, dtype=bool))
    # median 10, median deviation 1 → robust SD 1.4826, two of them 2.97
    assert (low, high) == (pytest.approx(10 - 2.9652), pytest.approx(10 + 2.9652))
    chosen = within(image, np.ones(image.shape, dtype=bool), low, high)
    assert chosen.tolist() == [[True] * 7 + [False]]
    assert not within(image, np.ones(image.shape, bool), *signal_range(image, np.zeros(image.shape, bool))).any()


def test_one_noisy_pixel_does_not_decide_the_signal_of_the_seed():
    image = picture()
    assert signal_at(image, (7, 7)) == 300.0
    assert signal_at(image, (0, 0)) == 100.0
