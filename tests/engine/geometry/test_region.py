"""Region growing and thresholds on pictures small enough to read."""

from __future__ import annotations

import numpy as np
import pytest

from engine.geometry.region import grown, rim, signal_at, signal_range, within


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
    ramp = np.tile(np.concatenate([np.arange(0, 105, 5), np.arange(100, -5, -5)]).astype(np.float32), (42, 1))
    everywhere = np.ones(ramp.shape, dtype=bool)
    columns = [grown(ramp, (21, 21), everywhere, lean).any(axis=0).sum() for lean in (-0.8, -0.4, 0.0, 0.4, 0.8)]
    assert columns == sorted(set(columns))


def test_the_edge_lies_half_way_between_seed_and_surroundings_whatever_else_the_bound_holds():
    image = np.full((40, 40), 200.0, dtype=np.float32)  # liver
    image[:, :6] = 0.0  # air beside it: far darker than the difference that counts
    image[12:28, 12:28] = 340.0  # a blurred edge, above 300 = half-way to 400
    image[13:27, 13:27] = 400.0
    image[11:29, 11] = 290.0  # below half-way
    region = grown(image, (20, 20), np.ones(image.shape, dtype=bool))
    assert np.argwhere(region).min(axis=0).tolist() == [12, 12]
    assert region.sum() == 16 * 16


def test_the_rim_of_a_disc_is_its_outer_fifth():
    rows, columns = np.indices((41, 41)) - 20
    disc = rows**2 + columns**2 <= 20**2
    outer = rim(disc)
    assert outer[20, 1]
    assert not outer[20, 8]
    assert rim(np.ones((3, 3), dtype=bool)).sum() == 8


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
