"""Frames → stack: order, step, affine, and every way of not being a stack, with numbers that can be redone by hand."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.study import Plane
from engine.geometry.stacking import (
    NotAStack,
    Stack,
    cluster_orientations,
    plane_or_none,
    regular_blocks,
    repeated_positions,
    stack_planes,
)

AXIAL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
CORONAL = ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0))
SAGITTAL = ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0))


def planes(positions, axes=AXIAL, spacing=(1.0, 1.0)):
    return [Plane(tuple(map(float, position)), *axes, spacing) for position in positions]


def along_z(*values):
    return planes([(0, 0, value) for value in values])


def stack_of(given_planes) -> Stack:
    found = stack_planes(given_planes)
    assert isinstance(found, Stack), found
    return found


def reason_of(given_planes) -> str:
    found = stack_planes(given_planes)
    assert isinstance(found, NotAStack), found
    return found.reason


def test_slices_are_ordered_along_the_normal_whatever_the_order_of_files():
    found = stack_of(along_z(10, 0, 5))
    assert found.order == (1, 2, 0)
    assert found.step_mm == pytest.approx(5.0)
    assert found.notes == ()


def test_affine_maps_voxel_centres_with_row_and_column_spacing_in_their_places():
    # PixelSpacing = (between rows 2, between columns 3): the row index moves y by 2, the column index moves x by 3
    found = stack_of(planes([(10, 20, 30), (10, 20, 34)], spacing=(2.0, 3.0)))
    # slice 1, row 2, column 3: x = 10 + 3*3, y = 20 + 2*2, z = 30 + 1*4
    assert found.affine @ [1, 2, 3, 1] == pytest.approx([19, 24, 34, 1])


def test_coronal_stack_runs_along_its_own_normal():
    # row x column = (1,0,0) x (0,0,-1) = (0,1,0): ascending y
    found = stack_of(planes([(0, 6, 0), (0, 0, 0), (0, 3, 0)], CORONAL))
    assert found.order == (1, 2, 0)
    assert found.affine[:3, 0] == pytest.approx([0, 3, 0])


def test_sagittal_normal_points_to_the_right():
    # row x column = (0,1,0) x (0,0,-1) = (-1,0,0): the slice with the largest x comes first
    found = stack_of(planes([(-4, 0, 0), (0, 0, 0), (4, 0, 0)], SAGITTAL))
    assert found.order == (2, 1, 0)
    assert found.affine[:3, 0] == pytest.approx([-4, 0, 0])


@pytest.mark.parametrize("flip", [1, -1])
def test_opposite_stacking_gives_the_same_stack(flip):
    found = stack_of(along_z(*[flip * 2.5 * i for i in range(6)]))
    assert found.step_mm == pytest.approx(2.5)
    assert found.affine[2, 3] == pytest.approx(0.0 if flip == 1 else -12.5)


def test_double_oblique_stack_keeps_its_step():
    c, s = math.cos(math.radians(20)), math.sin(math.radians(20))
    row = np.array([c, s, 0.0])
    column = np.array([-s * c, c * c, -s])
    column /= np.linalg.norm(column)
    normal = np.cross(row, column)
    positions = [tuple(np.array([5.0, -7.0, 3.0]) + 4.4 * i * normal) for i in range(5)]
    found = stack_of(planes(positions, (tuple(row), tuple(column))))
    assert found.step_mm == pytest.approx(4.4)
    # (slice, row, column) axes are normal, column, row cosine: a left-handed order, so the volume is negative
    assert np.linalg.det(found.affine[:3, :3]) == pytest.approx(-4.4, rel=1e-3)


@pytest.mark.parametrize(
    ("gaps", "accepted"),
    [
        ((5, 5, 5.1), True),  # 0.1 <= 0.02 x 5 + 0.01
        ((5, 5, 5.12), False),
        ((0.5, 0.5, 0.519), True),  # 0.019 <= 0.02 x 0.5 + 0.01
        ((0.5, 0.5, 0.53), False),
    ],
)
def test_step_tolerance_is_two_percent_and_a_hundredth(gaps, accepted):
    positions = np.concatenate([[0], np.cumsum(gaps)])
    assert isinstance(stack_planes(along_z(*positions)), Stack if accepted else NotAStack)


def test_a_missing_slice_is_named_and_never_stretched():
    assert "1 missing slice" in reason_of(along_z(0, 5, 10, 20, 25))
    assert "after image 3" in reason_of(along_z(0, 5, 10, 20, 25))


def test_uneven_positions_say_so():
    assert "uneven distances" in reason_of(along_z(0, 5, 12, 15, 22))


def test_repeated_positions_say_so():
    assert "several images at one position" in reason_of(along_z(0, 0, 5, 5))


def test_several_orientations_say_so():
    mixed = along_z(0, 5, 10) + planes([(0, 0, 0), (0, 5, 0)], CORONAL)
    assert "2 orientations" in reason_of(mixed)


def test_unknown_places_single_images_and_nothing_say_so():
    assert "1 of 3 images do not say where they lie" in reason_of([*along_z(0, 5), None])
    assert reason_of(along_z(3)) == "a single image"
    assert reason_of([]) == "no images"


def test_different_pixel_spacing_is_no_stack():
    assert "pixel spacing" in reason_of([*along_z(0, 5), *planes([(0, 0, 10)], spacing=(1.1, 1.1))])


def test_wide_steps_are_noted():
    assert stack_of(along_z(0, 12, 24)).notes == ("slices are 12.0 mm apart",)


def test_a_sheared_stack_keeps_the_true_displacement():
    # each slice is 1 mm further to the left and 5 mm further up: 11.3 degrees off the normal
    found = stack_of(planes([(i, 0, 5 * i) for i in range(4)]))
    assert found.affine[:3, 0] == pytest.approx([1, 0, 5])
    assert found.step_mm == pytest.approx(5.0)
    assert "sheared" in found.notes[0]
    assert "11.3" in found.notes[0]


def test_orientations_cluster_within_one_degree():
    a = math.radians(0.9)
    tilted = ((math.cos(a), math.sin(a), 0.0), (-math.sin(a), math.cos(a), 0.0))
    b = math.radians(2)
    other = ((math.cos(b), math.sin(b), 0.0), (-math.sin(b), math.cos(b), 0.0))
    numbers = cluster_orientations([Plane((0, 0, 0), *axes, (1, 1)) for axes in (AXIAL, tilted, AXIAL, other)])
    assert numbers[0] == numbers[2]
    assert len(set(numbers)) >= 2
    assert numbers[3] != numbers[0]


def test_two_stations_become_two_blocks():
    lower, upper = [0, 5, 10, 15], [200, 205, 210]
    assert regular_blocks([*upper, *lower]) == [[3, 4, 5, 6], [0, 1, 2]]
    assert len(regular_blocks([0, 5, 10, 20, 25, 30])) == 1


def test_positions_seen_twice_share_a_number():
    assert repeated_positions([5.0, 0.0, 5.02, 10.0]) == [1, 0, 1, 2]
    assert repeated_positions([3.0, 3.0]) == [0, 0]


@pytest.mark.parametrize(
    ("position", "orientation", "spacing"),
    [
        ((0, 0), (1, 0, 0, 0, 1, 0), (1, 1)),
        ((0, 0, 0), (1, 0, 0, 1, 0, 0), (1, 1)),
        ((0, 0, 0), (0, 0, 0, 0, 0, 0), (1, 1)),
        ((0, 0, 0), (1, 0, 0, 0, 1, 0), (0, 1)),
        ((0, 0, 1e9), (1, 0, 0, 0, 1, 0), (1, 1)),
    ],
)
def test_numbers_that_describe_no_plane(position, orientation, spacing):
    assert plane_or_none(position, orientation, spacing) is None


@given(
    st.integers(2, 30), st.floats(0.5, 12), st.randoms(use_true_random=False), st.floats(-500, 500), st.floats(0, 6.28)
)
def test_any_regular_stack_in_any_order_is_found(slices, step, chance: random.Random, offset, angle):
    row = (math.cos(angle), math.sin(angle), 0.0)
    column = (-math.sin(angle), math.cos(angle), 0.0)
    made = [Plane((offset, -offset, offset + i * step), row, column, (1.0, 2.0)) for i in range(slices)]
    expected = stack_of(made)
    shuffled = made[:]
    chance.shuffle(shuffled)
    found = stack_of(shuffled)
    assert [shuffled[i] for i in found.order] == [made[i] for i in expected.order]
    assert np.allclose(found.affine, expected.affine)
    moved = stack_of([replace(p, position_mm=(p.position_mm[0] + 7, *p.position_mm[1:])) for p in made])
    assert np.allclose(moved.affine[:3, :3], expected.affine[:3, :3], atol=1e-9)
