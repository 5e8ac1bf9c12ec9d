"""Diameters: lengths and directions worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.roi import Contour, LesionId, Roi
from engine.geometry.affine import to_world
from engine.geometry.diameters import diameters, longest_diameter_mm
from tests.support.volumes import axial_affine, box_roi, turned


def lesion(affine, *rings, index=0):
    contours = [Contour(to_world(affine, [(index, row, column) for row, column in ring])) for ring in rings]
    return Roi(LesionId("L1"), tuple(contours))


def test_the_diagonal_of_a_rectangle_and_its_width_at_right_angles():
    # 30 rows of 1.5 mm by 40 columns of 0.5 mm: sides a = 45 and b = 20 mm, diagonal sqrt(2025 + 400) = 49.24 mm.
    # Across a diagonal the longest line starts at a corner off it: it runs along the normal (a, -b)/d until it meets
    # the side of length a on the other side, which it does after b * d / a = 20 * 49.24 / 45 = 21.89 mm.
    affine = axial_affine(step=8.0, row=1.5, column=0.5)
    roi = box_roi(affine, [1, 2], (9.5, 39.5), (4.5, 44.5))
    found = diameters(roi, affine)
    assert found.longest_mm == longest_diameter_mm(roi, affine) == pytest.approx(np.hypot(45.0, 20.0))
    assert found.across_mm == pytest.approx(20 * np.hypot(45.0, 20.0) / 45)


def test_a_rhombus_has_its_two_diagonals():
    affine = axial_affine()
    found = diameters(lesion(affine, [(0, 10), (20, 30), (0, 50), (-20, 30)]), affine)
    assert found.longest_mm == pytest.approx(40.0)
    assert found.across_mm == pytest.approx(40.0)
    flat = diameters(lesion(affine, [(0, 10), (6, 30), (0, 50), (-6, 30)]), affine)
    assert (flat.longest_mm, flat.across_mm) == (pytest.approx(40.0), pytest.approx(12.0))
    assert sorted(flat.across[:, 1]) == pytest.approx([-6.0, 6.0])
    assert flat.across[:, 0] == pytest.approx([30.0, 30.0])


def test_across_a_bay_the_line_stays_at_right_angles_and_spans_what_lies_outermost():
    # a U: legs 10 wide and 40 long, joined by a base; longest: (0, 0) to (30, 40) = 50
    affine = axial_affine()
    u_shape = [(0, 0), (40, 0), (40, 10), (10, 10), (10, 20), (40, 20), (40, 30), (0, 30)]
    found = diameters(lesion(affine, u_shape), affine)
    assert found.longest_mm == pytest.approx(50.0)
    direction, across = found.longest[1] - found.longest[0], found.across[1] - found.across[0]
    assert direction @ across == pytest.approx(0.0, abs=1e-9)
    assert found.across_mm <= found.longest_mm


def test_the_slice_with_the_longest_line_is_named_and_slices_are_not_joined():
    affine = axial_affine(step=100.0)
    small = lesion(affine, [(0, 0), (0, 5), (5, 5), (5, 0)], index=1)
    large = lesion(affine, [(0, 0), (0, 12), (5, 12), (5, 0)], index=3)
    both = Roi(LesionId("L1"), (*small.contours, *large.contours))
    assert diameters(both, affine).index == 3
    assert diameters(both, affine).longest_mm == pytest.approx(13.0)


def test_points_on_one_line_still_have_a_length():
    affine = axial_affine()
    line = lesion(affine, [(0, 0), (0, 3), (0, 7)])
    assert longest_diameter_mm(line, affine) == pytest.approx(7.0)
    assert diameters(line, affine).across_mm == 0.0
    assert diameters(Roi(LesionId("L1"), ()), affine) is None
    assert longest_diameter_mm(Roi(LesionId("L1"), ()), affine) == 0.0


@given(
    st.lists(st.tuples(st.floats(-30, 30), st.floats(-30, 30)), min_size=3, max_size=20, unique=True),
    st.floats(-40, 40),
)
@settings(max_examples=80, deadline=None)
def test_in_any_patient_space_both_ends_lie_on_the_plane_and_across_is_not_longer(ring, degrees):
    affine = turned(axial_affine(row=0.7, column=1.3), degrees, "y")
    found = diameters(lesion(affine, ring, index=2), affine)
    assert found.across_mm <= found.longest_mm + 1e-6
    across = found.across[1] - found.across[0]
    assert abs((found.longest[1] - found.longest[0]) @ across) <= 1e-6 * max(found.longest_mm, 1)
