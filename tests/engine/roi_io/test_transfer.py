"""Masks carried from one grid to another: copied where the grids meet, resampled where not, never lost silently."""

from __future__ import annotations

import numpy as np
import pytest

from engine.domain.volume import Volume
from engine.roi_io.found import Block
from engine.roi_io.transfer import place


@pytest.fixture
def volume() -> Volume:
    """8 slices of 4 mm, 10 x 12 pixels of 2 x 1 mm, axial, first centre at the origin."""
    affine = np.eye(4)
    affine[:3, :3] = [[0, 0, 1], [0, 2, 0], [4, 0, 0]]
    return Volume(np.zeros((8, 10, 12)), affine)


def box(shape: tuple[int, int, int], *slices: slice) -> np.ndarray:
    mask = np.zeros(shape, dtype=bool)
    mask[slices] = True
    return mask


def test_any_axis_order_and_crop_of_the_same_grid_is_copied(volume) -> None:
    mask = box(volume.shape, slice(2, 5), slice(3, 7), slice(4, 6))
    cut = Block(mask, volume.affine).cropped()
    assert cut.mask.shape == (3, 4, 2)
    turned = Block(cut.mask.transpose(2, 0, 1)[::-1], cut.affine[:, [2, 0, 1, 3]].copy())
    turned.affine[:3, 3] = cut.affine[:3, 3] + cut.affine[:3, 2] * 1  # index 0 is now the last column
    turned.affine[:3, 0] *= -1
    found, notes = place([turned], volume)
    assert np.array_equal(found, mask)
    assert notes == ()


def test_a_shift_of_less_than_half_a_voxel_gives_the_same_voxels(volume) -> None:
    mask = box(volume.shape, slice(2, 5), slice(3, 7), slice(4, 8))
    affine = np.array(volume.affine)
    affine[0, 3] = 0.3  # columns of 1 mm: each voxel keeps 0.7 of itself
    found, notes = place([Block(mask, affine)], volume)
    assert np.array_equal(found, mask)
    assert "resampled" in notes[0]


def test_thin_slices_are_averaged_over_the_t2_slab(volume) -> None:
    """Slices of 1 mm at z = 6.5, 7.5, 8.5, 9.5 fill the slab of slice 2 (6 to 10 mm) exactly."""
    affine = np.eye(4)
    affine[:3, :3] = [[0, 0, 1], [0, 2, 0], [1, 0, 0]]
    affine[2, 3] = 0.5
    mask = box((32, 10, 12), slice(6, 10), slice(3, 7), slice(4, 8))
    found, _ = place([Block(mask, affine)], volume)
    assert np.array_equal(found, box(volume.shape, slice(2, 3), slice(3, 7), slice(4, 8)))


def test_a_lesion_that_covers_no_voxel_by_half_is_rescued_and_said(volume) -> None:
    """2 mm of a slab of 4 mm (0.5) and 0.8 of the pixels on both sides: 0.4 of two pixels."""
    affine = np.eye(4)
    affine[:3, :3] = [[0, 0, 0.1], [0, 2, 0], [1, 0, 0]]
    affine[2, 3] = 0.5
    mask = box((32, 10, 120), slice(7, 9), slice(3, 4), slice(47, 63))  # x from 4.65 to 6.25 mm
    found, notes = place([Block(mask, affine)], volume)
    assert found.sum() > 0
    assert any("30 %" in note for note in notes)


def test_less_than_a_tenth_inside_lies_outside(volume) -> None:
    affine = np.array(volume.affine)
    affine[0, 3] = 11.0  # only the first of 12 columns meets the last one of the stack
    found, notes = place([Block(np.ones(volume.shape, dtype=bool), affine)], volume)
    assert not found.any()
    affine[0, 3] = 6.0  # half of the columns
    found, notes = place([Block(np.ones(volume.shape, dtype=bool), affine)], volume)
    assert found.sum() == 8 * 10 * 6
    assert any("50% of it lies outside" in note for note in notes)


def test_volume_changes_above_ten_per_cent_are_said(volume) -> None:
    """One slice of 4 mm at z = 6 mm lies half in slice 1 and half in slice 2: both are kept, twice the volume."""
    affine = np.array(volume.affine)
    affine[2, 3] = 6.0
    found, notes = place([Block(box((1, 10, 12), slice(0, 1), slice(3, 7), slice(4, 8)), affine)], volume)
    assert found.sum() == 2 * 16
    assert any("changed from 0.13 ml to 0.26 ml" in note for note in notes)  # 16 voxels of 8 mm³ = 0.128 ml
