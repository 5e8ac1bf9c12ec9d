"""Outlines: between closed polygons and masks, in pixels and in patient millimetres.

One rule joins both directions: a pixel belongs to an outline when its **centre** lies inside by the even-odd rule.
Masks are traced half-way between pixel centres, so that tracing a mask and filling the trace gives the mask back,
exactly.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from contourpy import contour_generator
from numpy.typing import NDArray

from engine.domain.roi import Contour, Roi
from engine.domain.volume import Volume
from engine.geometry.affine import Matrix, to_index, to_world

Polygon = NDArray[np.float64]


def outline_of_mask(mask: NDArray[np.bool_]) -> list[Polygon]:
    """Trace a (row, column) mask.

    Returns:
        Closed polygons (N, 2) of (row, column) indices, last point not repeated; holes are polygons of their own.
    """
    padded = np.pad(np.asarray(mask, dtype=np.float32), 1)
    lines = contour_generator(z=padded).lines(0.5)
    return [np.asarray(line[:-1, ::-1], dtype=np.float64) - 1.0 for line in lines if len(line) > 3]


def rasterise(polygons: Sequence[Polygon], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Fill polygons of (row, column) indices by the even-odd rule at pixel centres.

    An edge spans the half-open row interval [low, high), so that a shared vertex is counted once. A centre that lies
    on an edge belongs to the region on its right.

    Returns:
        (row, column) bool mask of `shape`.
    """
    mask = np.zeros(shape, dtype=bool)
    rows, columns = window_of(polygons, shape)
    mask[rows, columns] = rasterise_window(polygons, rows, columns)
    return mask


def window_of(polygons: Sequence[Polygon], shape: tuple[int, int]) -> tuple[slice, slice]:
    """Return the (rows, columns) of a mask of `shape` beyond which polygons of (row, column) indices fill nothing."""
    if not any(len(polygon) for polygon in polygons):
        return slice(0, 0), slice(0, 0)
    points = np.concatenate([np.asarray(polygon, dtype=np.float64) for polygon in polygons])
    first = np.clip(np.floor(points.min(axis=0)), 0, shape).astype(int).tolist()
    stop = np.clip(np.ceil(points.max(axis=0)) + 1, 0, shape).astype(int).tolist()
    return slice(first[0], max(stop[0], first[0])), slice(first[1], max(stop[1], first[1]))


def rasterise_window(polygons: Sequence[Polygon], rows: slice, columns: slice) -> NDArray[np.bool_]:
    """Return the part of a rasterised mask in these rows and columns, pixel for pixel: lesions are small, images are
    not."""
    top, bottom, left, right = rows.start, rows.stop, columns.start, columns.stop
    toggles = np.zeros((bottom - top, right - left + 1), dtype=np.int32)
    for polygon in polygons:
        points = np.asarray(polygon, dtype=np.float64)
        starts, ends = points, np.roll(points, -1, axis=0)
        low = np.minimum(starts[:, 0], ends[:, 0])
        high = np.maximum(starts[:, 0], ends[:, 0])
        first = np.clip(np.ceil(low), top, bottom).astype(np.int64)
        stop = np.clip(np.ceil(high), top, bottom).astype(np.int64)
        counts = stop - first
        edges = np.repeat(np.arange(len(points)), counts)
        if edges.size == 0:
            continue
        offsets = np.arange(edges.size) - np.repeat(np.cumsum(counts) - counts, counts)
        row = first[edges] + offsets
        (r0, c0), (r1, c1) = starts[edges].T, ends[edges].T
        crossing = c0 + (row - r0) * (c1 - c0) / (r1 - r0)
        column = np.clip(np.ceil(crossing), left, right).astype(np.int64)
        np.add.at(toggles, (row - top, column - left), 1)
    inside: NDArray[np.bool_] = np.cumsum(toggles, axis=1)[:, : right - left] % 2 == 1
    return inside


def contours_of_mask(mask: NDArray[np.bool_], affine: Matrix) -> tuple[Contour, ...]:
    """Trace a (slice, row, column) mask into contours on its slice planes, in patient mm."""
    contours: list[Contour] = []
    for index in np.flatnonzero(mask.any(axis=(1, 2))):
        for polygon in outline_of_mask(mask[index]):
            indices = np.column_stack([np.full(len(polygon), float(index)), polygon])
            contours.append(Contour(to_world(affine, indices)))
    return tuple(contours)


def contours_by_slice(roi: Roi, affine: Matrix) -> dict[int, list[Contour]]:
    """Group contours by the nearest slice index of a stack (any integer, also outside it)."""
    groups: dict[int, list[Contour]] = {}
    for contour in roi.contours:
        position = to_index(affine, contour.points_mm)[:, 0].mean()
        groups.setdefault(int(np.floor(position + 0.5)), []).append(contour)
    return dict(sorted(groups.items()))


def polygons_in_plane(contours: Sequence[Contour], affine: Matrix) -> list[Polygon]:
    """Project contours onto the slice plane of a stack: polygons (N, 2) of continuous (row, column) indices."""
    return [to_index(affine, contour.points_mm)[:, 1:] for contour in contours]


def mask_of_roi(roi: Roi, affine: Matrix, shape: tuple[int, int, int]) -> NDArray[np.bool_]:
    """Fill an ROI on a stack: contours go to their nearest slice; those outside the stack are left out.

    Returns:
        (slice, row, column) bool mask of `shape`.
    """
    mask = np.zeros(shape, dtype=bool)
    first, box = box_of_roi(roi, affine, shape)
    mask[tuple(slice(start, start + size) for start, size in zip(first, box.shape, strict=True))] = box
    return mask


def box_of_roi(roi: Roi, affine: Matrix, shape: tuple[int, int, int]) -> tuple[tuple[int, int, int], NDArray[np.bool_]]:
    """Fill an ROI as `mask_of_roi` does, but return only the box that holds it: a lesion is a small part of a stack.

    Returns:
        (slice, row, column) of the first voxel of the box, and the box; an empty one where nothing lies in the stack.
    """
    planes = {
        index: polygons_in_plane(contours, affine)
        for index, contours in contours_by_slice(roi, affine).items()
        if 0 <= index < shape[0]
    }
    if not planes:
        return (0, 0, 0), np.zeros((0, 0, 0), dtype=bool)
    rows, columns = window_of([polygon for polygons in planes.values() for polygon in polygons], shape[1:])
    bottom, top = min(planes), max(planes)
    box = np.zeros((top - bottom + 1, rows.stop - rows.start, columns.stop - columns.start), dtype=bool)
    for index, polygons in planes.items():
        box[index - bottom] = rasterise_window(polygons, rows, columns)
    return (bottom, rows.start, columns.start), box


def volume_ml(roi: Roi, volume: Volume) -> float:
    """Return the volume of the filled outlines on the slices of `volume`, in millilitres."""
    voxel_mm3 = abs(float(np.linalg.det(volume.affine[:3, :3])))
    _, box = box_of_roi(roi, volume.affine, volume.shape)
    return float(box.sum() * voxel_mm3 / 1000.0)
