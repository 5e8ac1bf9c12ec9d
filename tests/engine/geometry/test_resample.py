"""Reading volumes at other places."""

from __future__ import annotations

import numpy as np

from engine.geometry.resample import covers, sample
from tests.support.volumes import axial_affine, linear_volume, turned


def test_linear_field_is_read_exactly_on_an_oblique_grid():
    source = linear_volume(axial_affine(step=4.0, origin=(-40, -40, -40)), (21, 81, 81), (2.0, -1.0, 0.5))
    grid = turned(axial_affine(step=3.0, row=1.3, column=0.7, origin=(-3, 4, 1)), 25.0, "y")
    read = sample(source, grid, (3, 5, 6))
    index = np.stack(np.meshgrid(range(3), range(5), range(6), indexing="ij"), axis=-1)
    truth = (index @ grid[:3, :3].T + grid[:3, 3]) @ np.array([2.0, -1.0, 0.5]) + 1000.0
    np.testing.assert_allclose(read, truth, atol=1e-3)


def test_no_data_beyond_half_a_voxel():
    source = linear_volume(axial_affine(step=10.0), (2, 3, 3), (1.0, 0.0, 0.0))
    read = sample(source, axial_affine(step=1.0, origin=(0, 0, -6)), (3, 1, 1))[:, 0, 0]
    assert np.isnan(read[0])  # z = -6: 0.6 of a slice outside
    assert read[1] == read[2] == 1000.0  # z = -5 and -4: the edge value holds


def test_covers_counts_half_a_voxel():
    source = linear_volume(axial_affine(step=10.0), (2, 3, 3), (1.0, 0.0, 0.0))
    points = np.array([(0, 0, 15.0), (0, 0, 15.1), (2.5, 0, 0), (2.6, 0, 0)])
    assert covers(source, points).tolist() == [True, False, True, False]
