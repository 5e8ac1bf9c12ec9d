"""Which outline is seen on which slice of which stack."""

from __future__ import annotations

import numpy as np
import pytest

from desktop.display_plane import DisplayPlane
from desktop.outlines import contour_normal, outlined_indices, shapes_on_slice
from engine.domain.roi import Contour, LesionId, Roi
from tests.support.volumes import axial_affine


def square(z, half=10.0):
    return Contour([(-half, -half, z), (half, -half, z), (half, half, z), (-half, half, z)])


ROI = Roi(LesionId("L1"), (square(0.0), square(6.0), square(12.0)))


def test_on_its_own_stack_each_slice_shows_its_own_contour():
    plane = DisplayPlane.of(axial_affine(step=6.0))
    (shape,) = shapes_on_slice(ROI, plane, 1, 6.0)
    assert shape.closed
    assert shape.points.min() == -10.0
    assert shape.points.max() == 10.0
    assert shapes_on_slice(ROI, plane, 3, 6.0) == []  # z = 18 mm: 6 mm above the last outline


def test_a_finer_stack_shows_the_nearest_contour_and_never_two():
    plane = DisplayPlane.of(axial_affine(step=2.0))
    shown = [len(shapes_on_slice(ROI, plane, index, 2.0)) for index in range(9)]  # z = 0, 2, … 16
    assert shown == [1] * 8 + [0]  # up to z = 14: within half of the outlines' 6 mm plus rounding; 16 is 4 mm off


def test_a_plane_at_right_angles_shows_one_cut_per_contour():
    coronal = np.eye(4)
    coronal[:3, 0], coronal[:3, 1], coronal[:3, 2] = (0, 5, 0), (0, 0, -1), (1, 0, 0)
    shapes = shapes_on_slice(ROI, DisplayPlane.of(coronal), 1, 5.0)  # y = 5 mm: through the squares
    assert len(shapes) == 3
    assert not any(shape.closed for shape in shapes)
    assert sorted(shapes[0].points[:, 0]) == pytest.approx([-10.0, 10.0])
    assert shapes_on_slice(ROI, DisplayPlane.of(coronal), 3, 5.0) == []  # y = 15 mm: beside them


def test_marks_of_a_stack():
    assert outlined_indices(ROI, axial_affine(step=6.0), 10) == {0, 1, 2}
    assert outlined_indices(ROI, axial_affine(step=4.0), 10) == {0, 2, 3}  # 6 / 4 = 1.5 rounds to the even 2


def test_the_normal_of_a_contour():
    assert np.abs(contour_normal(square(3.0))) == pytest.approx([0, 0, 1])
