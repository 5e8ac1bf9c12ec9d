"""Stacks: the frames of a segmentation, each with its own place, become regular blocks; omitted frames come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.domain.study import Plane
from engine.geometry.affine import affine_from_plane
from engine.roi_io.found import Block

SAME_POSITION_MM = 0.01
PIXEL_DRIFT = 0.1
STEP_DRIFT = 0.1
LONGEST_GAP = 200
"""Steps; frames farther apart than this start a block of their own."""

MOST_VOXELS = 1 << 28
"""Of one block: a slice distance far below the gaps would otherwise fill the memory with empty slices."""


@dataclass(frozen=True, slots=True, eq=False)
class PlacedFrame:
    """One frame with content: its plane and its (row, column) bool mask."""

    plane: Plane
    mask: NDArray[np.bool_]


def blocks_of_frames(
    frames: Sequence[PlacedFrame], planes: Sequence[Plane], steps_mm: Sequence[float]
) -> tuple[Block, ...]:
    """Build regular blocks from frames in any order.

    Args:
        frames: Frames of one segment; several on one plane are united.
        planes: Planes of all frames of the object, which show its slice distance.
        steps_mm: Declared slice distances, best first; one is used where it divides the distances found.
    """
    blocks: list[Block] = []
    for group in _by_orientation(frames):
        step_mm = _step(group[0].plane, planes, steps_mm)
        for run in _runs(group, step_mm):
            blocks.append(_block(run, step_mm))
    return tuple(blocks)


def _by_orientation(frames: Sequence[PlacedFrame]) -> list[list[PlacedFrame]]:
    """Group frames of equal size, spacing and direction, each group sorted along its normal."""
    groups: list[list[PlacedFrame]] = []
    for frame in frames:
        for group in groups:
            first = group[0]
            if frame.mask.shape == first.mask.shape and _parallel(frame.plane, first.plane):
                group.append(frame)
                break
        else:
            groups.append([frame])
    return [sorted(group, key=lambda frame: _along(group[0].plane, frame.plane)) for group in groups]


def _parallel(plane: Plane, other: Plane) -> bool:
    axes = np.allclose(plane.row_cosine, other.row_cosine, atol=1e-3) and np.allclose(
        plane.column_cosine, other.column_cosine, atol=1e-3
    )
    return axes and np.allclose(plane.pixel_spacing_mm, other.pixel_spacing_mm, rtol=1e-3)


def _along(origin: Plane, plane: Plane) -> float:
    """Return the distance of `plane` along the normal of `origin` from the patient origin, in mm."""
    return float(np.dot(origin.normal, plane.position_mm))


def _step(plane: Plane, planes: Sequence[Plane], declared_mm: Sequence[float]) -> float:
    """Return the slice distance: a declared one that divides the smallest gap, else that gap, else the first one."""
    positions = np.unique([_along(plane, each) for each in planes if _parallel(each, plane)])
    gaps = np.diff(positions)
    gaps = gaps[gaps > SAME_POSITION_MM]
    if len(gaps) == 0:
        return declared_mm[0] if declared_mm else 1.0
    smallest = float(gaps.min())
    for step_mm in declared_mm:
        times = smallest / step_mm
        if round(times) >= 1 and abs(times - round(times)) <= 0.02 * round(times):
            return smallest / round(times)
    return smallest


def _runs(group: Sequence[PlacedFrame], step_mm: float) -> list[list[tuple[int, PlacedFrame]]]:
    """Cut sorted frames into runs of (slice index, frame) that lie on one regular grid."""
    runs: list[list[tuple[int, PlacedFrame]]] = []
    for frame in group:
        if runs:
            index, before = runs[-1][-1]
            shift = np.subtract(frame.plane.position_mm, before.plane.position_mm)
            along = float(shift @ np.asarray(before.plane.normal))
            aside = float(np.linalg.norm(shift - along * np.asarray(before.plane.normal)))
            steps = round(along / step_mm)
            if (
                abs(along / step_mm - steps) <= STEP_DRIFT
                and steps <= LONGEST_GAP
                and (index + steps) * frame.mask.size <= MOST_VOXELS
                and aside <= PIXEL_DRIFT * min(frame.plane.pixel_spacing_mm)
            ):
                runs[-1].append((index + steps, frame))
                continue
        runs.append([(0, frame)])
    return runs


def _block(run: Sequence[tuple[int, PlacedFrame]], step_mm: float) -> Block:
    first, last = run[0], run[-1]
    mask = np.zeros((last[0] + 1, *first[1].mask.shape), dtype=bool)
    for index, frame in run:
        mask[index] |= frame.mask
    affine = affine_from_plane(first[1].plane, step_mm)
    if last[0] > 0:  # the mean step of this run: no error adds up over the slices
        affine[:3, 0] = np.subtract(last[1].plane.position_mm, first[1].plane.position_mm) / last[0]
    return Block(mask, affine)
