"""Transfer: a mask on any grid becomes a mask on the T2 grid, by patient position and never by array order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from engine.domain.volume import Volume
from engine.geometry.affine import Matrix, to_index, to_world
from engine.geometry.resample import covers
from engine.roi_io.found import Block

SAME_PIXEL = 0.1
"""Grids whose pixel centres meet within this fraction of a pixel are one grid."""

SAME_SLICE = 0.25
"""The same across slices; looser, since a stack accepts steps that vary by 2 %."""

HALF = 0.5
RESCUE = 0.3
MOST_SAMPLES = 8
VOLUME_CHANGE = 0.10
LEAST_INSIDE = 0.10
"""A lesion of which less than this share lies inside the T2 stack lies outside it."""


def place(blocks: Sequence[Block], volume: Volume) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    """Bring the blocks of one lesion onto the grid of `volume`.

    Voxels that lie on the grid already are copied. Others are resampled: a voxel belongs to the lesion when at least
    half of it is covered (linear interpolation of the mask, averaged over points inside the voxel). A lesion that
    would vanish keeps the voxels that are covered by more than 30 %, or else the ones covered most.

    Returns:
        The (slice, row, column) mask, empty when nothing overlaps, and notes on what was done.
    """
    mask = np.zeros(volume.shape, dtype=bool)
    inside = _share_inside(blocks, volume)
    if inside < LEAST_INSIDE:
        return mask, ()
    notes: list[str] = []
    others: list[Block] = []
    for block in blocks:
        target = _same_grid(block, volume)
        if target is None:
            others.append(block)
            continue
        keep = ((target >= 0) & (target < np.asarray(volume.shape))).all(axis=1)
        mask[tuple(target[keep].T)] = True
    if others:
        resampled, said = _resample(others, volume, inside)
        mask |= resampled
        notes += said
    if inside < 1:
        notes.append(f"{max(1 - inside, 0.01):.0%} of it lies outside the T2 images and was left out.")
    return mask, tuple(notes)


def _share_inside(blocks: Sequence[Block], volume: Volume) -> float:
    """Return the share of the lesion's volume whose voxel centres lie inside the stack."""
    held = total = 0.0
    for block in blocks:
        voxels = np.argwhere(block.mask)
        size = abs(float(np.linalg.det(block.affine[:3, :3])))
        held += float(covers(volume, to_world(block.affine, voxels)).sum()) * size
        total += len(voxels) * size
    return held / total if total else 0.0


def _same_grid(block: Block, volume: Volume) -> NDArray[np.int64] | None:
    """Return the volume indices (n, 3) of the block's voxels when both share one grid, in whatever axis order."""
    relative = np.linalg.inv(volume.affine[:3, :3]) @ block.affine[:3, :3]
    if not np.allclose(np.abs(relative).round(), np.abs(relative), atol=0.02):
        return None
    whole = np.abs(relative).round()
    if not ((whole.sum(axis=0) == 1).all() and (whole.sum(axis=1) == 1).all()):
        return None
    voxels = np.argwhere(block.mask)
    if len(voxels) == 0:
        return np.zeros((0, 3), dtype=np.int64)
    low, high = voxels.min(axis=0), voxels.max(axis=0)
    corners = np.array(list(product(*zip(low, high, strict=True))), dtype=np.float64)
    index = to_index(volume.affine, to_world(block.affine, corners))
    off = np.abs(index - index.round())
    if (off[:, 0] > SAME_SLICE).any() or (off[:, 1:] > SAME_PIXEL).any():
        return None
    target = to_index(volume.affine, to_world(block.affine, voxels)).round().astype(np.int64)
    spread = target.max(axis=0) - target.min(axis=0)
    expected = np.abs(relative).round() @ (high - low)
    return target if np.array_equal(spread, expected) else None


def _resample(blocks: Sequence[Block], volume: Volume, inside: float) -> tuple[NDArray[np.bool_], list[str]]:
    cover = np.zeros(volume.shape, dtype=np.float32)
    before_mm3 = 0.0
    for block in blocks:
        before_mm3 += float(block.mask.sum()) * abs(float(np.linalg.det(block.affine[:3, :3])))
        _add_cover(cover, block, volume)
    notes = ["The mask lay on another grid and was resampled to the T2 images in patient space."]
    mask: NDArray[np.bool_] = cover >= HALF - 1e-4
    if not mask.any() and cover.max() > 0:
        mask = cover > RESCUE
        if mask.any():
            notes.append("It covers no T2 voxel by half: voxels covered by more than 30 % were kept.")
        else:
            mask = cover >= cover.max() - 1e-4
            notes.append("It is smaller than a T2 voxel: the voxels covered most were kept.")
    after_mm3 = float(mask.sum()) * abs(float(np.linalg.det(volume.affine[:3, :3])))
    if mask.any() and inside == 1 and abs(after_mm3 - before_mm3) > VOLUME_CHANGE * before_mm3:
        notes.append(f"Its volume changed from {before_mm3 / 1000:.2f} ml to {after_mm3 / 1000:.2f} ml.")
    return mask, notes


def _add_cover(cover: NDArray[np.float32], block: Block, volume: Volume) -> None:
    """Add to `cover` the share of each voxel that lies inside the block's mask."""
    cropped, affine = _crop(block)
    if cropped is None:
        return
    ends = np.array(list(product(*((0.0, size - 1.0) for size in cropped.shape))))
    reached = to_index(volume.affine, to_world(affine, ends))
    low = np.clip(np.floor(reached.min(axis=0) - 0.5), 0, None).astype(int)
    high = np.minimum(np.ceil(reached.max(axis=0) + 0.5).astype(int) + 1, volume.shape)
    if (low >= high).any():
        return
    relative = np.linalg.inv(affine) @ volume.affine  # volume index to block index
    offsets = [_offsets(np.abs(relative[:3, axis]).max()) for axis in range(3)]
    rows, columns = np.arange(low[1], high[1]), np.arange(low[2], high[2])
    plane = np.zeros((len(rows), len(columns), 3))
    plane[..., 1], plane[..., 2] = np.meshgrid(rows, columns, indexing="ij")
    for index in range(low[0], high[0]):
        plane[..., 0] = index
        share = np.zeros(plane.shape[:2])
        for offset in product(*offsets):
            place_in_block = to_index(affine, to_world(volume.affine, plane + offset))
            share += map_coordinates(cropped, np.moveaxis(place_in_block, -1, 0), order=1, mode="constant", cval=0.0)
        share /= np.prod([len(each) for each in offsets])
        cover[index, low[1] : high[1], low[2] : high[2]] += share


def _offsets(block_voxels_per_voxel: float) -> NDArray[np.float64]:
    """Return sample positions inside a voxel along one axis: as many as it spans voxels of the mask, evenly placed."""
    count = int(np.clip(np.ceil(block_voxels_per_voxel - 0.01), 1, MOST_SAMPLES))
    return (np.arange(count) + 0.5) / count - 0.5


def _crop(block: Block) -> tuple[NDArray[np.float32] | None, Matrix]:
    """Cut the block to its content and one empty voxel around it: linear interpolation falls to zero outside."""
    voxels = np.argwhere(block.mask)
    if len(voxels) == 0:
        return None, block.affine
    low, high = voxels.min(axis=0), voxels.max(axis=0) + 1
    cut = block.mask[low[0] : high[0], low[1] : high[1], low[2] : high[2]]
    affine = block.affine.copy()
    affine[:3, 3] = to_world(block.affine, low - 1)
    return np.pad(cut, 1).astype(np.float32), affine
