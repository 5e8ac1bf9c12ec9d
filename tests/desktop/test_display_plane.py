"""How stacks lie on the screen, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from desktop.display_plane import DisplayPlane, orientation_letters
from engine.geometry.affine import to_world


def stack(step, down, right, origin=(0, 0, 0)):
    """Affine with the given directions of slice, row and column index, in mm."""
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1], affine[:3, 2], affine[:3, 3] = step, down, right, origin
    return affine


AXIAL = {
    "as usual": stack((0, 0, 6), (0, 1, 0), (1, 0, 0)),
    "columns to the right": stack((0, 0, 6), (0, 1, 0), (-1, 0, 0)),
    "rows to the front": stack((0, 0, 6), (0, -1, 0), (1, 0, 0)),
    "turned by 180 degrees": stack((0, 0, -6), (0, -1, 0), (-1, 0, 0)),
    "transposed": stack((0, 0, 6), (1, 0, 0), (0, 1, 0)),
    "turned by 90 degrees": stack((0, 0, -6), (-1, 0, 0), (0, 1, 0)),
    "tilted by 20 degrees": stack((0, -2.05, 5.64), (0, 0.94, 0.342), (1, 0, 0)),
}


@pytest.mark.parametrize("name", AXIAL)
def test_axial_images_show_the_right_side_left_and_the_front_on_top(name):
    plane = DisplayPlane.of(AXIAL[name])
    u_right, v_right = plane.to_screen_mm((-100.0, 0.0, 0.0))  # LPS: -x is the patient's right
    u_left, v_left = plane.to_screen_mm((100.0, 0.0, 0.0))
    _, v_front = plane.to_screen_mm((0.0, -100.0, 0.0))
    _, v_back = plane.to_screen_mm((0.0, 100.0, 0.0))
    assert u_right < u_left
    assert v_right == pytest.approx(v_left)
    assert v_front < v_back
    left, right, top, bottom = plane.letters()
    assert (left, right, top[0], bottom[0]) == ("R", "L", "A", "P")


def test_coronal_and_sagittal_conventions():
    coronal = DisplayPlane.of(stack((0, 5, 0), (0, 0, -1), (1, 0, 0)))
    assert coronal.letters() == ("R", "L", "H", "F")
    sagittal = DisplayPlane.of(stack((5, 0, 0), (0, 0, -1), (0, 1, 0)))
    assert sagittal.letters() == ("A", "P", "H", "F")
    assert coronal.name == "coronal"
    assert sagittal.name == "sagittal"


def test_scrolling_on_goes_to_the_feet_whatever_the_order_of_the_stack():
    assert DisplayPlane.of(stack((0, 0, 6), (0, 1, 0), (1, 0, 0))).forward == -1  # index grows to the head
    assert DisplayPlane.of(stack((0, 0, -6), (0, 1, 0), (1, 0, 0))).forward == 1


def test_screen_mm_and_back_is_the_same_point_on_the_slice():
    affine = stack((0, -2.05, 5.64), (0, 0.94, 0.342), (1.5, 0, 0), (-90, 20, 3))
    plane = DisplayPlane.of(affine)
    point = to_world(affine, (4.0, 17.3, 42.8))
    assert plane.to_patient_mm(plane.to_screen_mm(point), 4) == pytest.approx(point)


def test_pixel_corners_in_screen_mm():
    """Rows 2 mm, columns 0.5 mm, first centre at (10, 20): its corner lies half a pixel before, at (9.75, 19)."""
    plane = DisplayPlane.of(stack((0, 0, 5), (0, 2, 0), (0.5, 0, 0), (10, 20, 0)))
    matrix = plane.pixel_to_screen_mm(0)
    assert matrix @ (0, 0, 1) == pytest.approx((9.75, 19.0))
    assert matrix @ (4, 3, 1) == pytest.approx((9.75 + 4 * 0.5, 19.0 + 3 * 2.0))
    assert plane.extent_mm(rows=10, columns=10) == pytest.approx((5.0, 20.0))  # not square, as measured


def test_letters_of_oblique_directions():
    assert orientation_letters(np.array([0.0, -0.94, 0.342])) == "AH"  # 20 degrees up
    assert orientation_letters(np.array([0.0, -0.99, 0.14])) == "A"  # 8 degrees up: one letter
