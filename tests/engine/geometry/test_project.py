"""Class maps back in patient space."""

from __future__ import annotations

import numpy as np

from engine.geometry.project import map_affine, project_map
from tests.support.volumes import axial_affine


def test_map_cells_share_the_outer_edges_of_the_input():
    # 8 input pixels of 1 mm from centre 0: edges -0.5..7.5; 2 cells of 4 mm: centres 1.5 and 5.5
    affine = map_affine(axial_affine(), 8, (2, 2))
    assert affine[0, 3] == 1.5
    assert affine[0, 2] == 4.0


def test_projection_onto_a_finer_plane():
    values = np.array([[0.0, 4.0], [0.0, 4.0]], dtype=np.float32)
    target = axial_affine(row=1.0, column=1.0, origin=(-1.0, 0.0, 0.0))
    shown = project_map(values, axial_affine(), 8, target, (2, 10))
    # columns at x = -1 … 8: outside, then constant 0 to 1.5, linear 1 a mm to 5.5, constant 4 to 7.5, outside
    assert np.isnan(shown[0, 0])
    assert shown[0, 1:9].tolist() == [0.0, 0.0, 0.5, 1.5, 2.5, 3.5, 4.0, 4.0]
    assert np.isnan(shown[0, 9])
