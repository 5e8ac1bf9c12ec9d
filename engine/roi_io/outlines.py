"""Outlines: planar contours from another program come onto the slice planes of the T2 volume.

Contours that lie on T2 planes are kept point by point. Contours between planes, or in another orientation, are rebuilt
there by shape-based interpolation (signed distance) and said so; nothing is snapped silently.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from engine.domain.roi import Contour
from engine.domain.volume import Volume
from engine.geometry.affine import Matrix, to_index, to_world
from engine.geometry.outline import Polygon, contours_of_mask, outline_of_mask, rasterise
from engine.roi_io.between import FINER, Drawn, fill_between
from engine.roi_io.centres import NOTE, filled_with_rim, run_through_centres
from engine.roi_io.found import Block, guard_bytes, unreadable
from engine.roi_io.transfer import place

FLAT = 0.5
"""Slices: a contour whose points spread more along the slice axis does not lie in a T2 plane."""

ON_PLANE = 0.2
"""Slices: nearer to a T2 plane than this, a contour belongs to it."""

SAME_PLANE_MM = 0.1
PARALLEL = 0.9995
FINE = 2
"""Pixels of the grid of contours in another orientation per T2 pixel."""

MOST_COMPARED = 50
"""Contours of one plane; more than this are no islands and holes of one lesion drawn by hand."""

OVERLAP_NOTES = {
    False: "Two contours on one slice overlap in part: the overlap was left out, check the overlay.",
    True: "Two contours on one slice overlap in part: their union was taken, check the overlay.",
}

Points = NDArray[np.float64]


def place_outlines(
    outlines_mm: Sequence[Points], volume: Volume, name: str, *, union: bool = False, exact: bool = False
) -> tuple[tuple[Contour, ...], tuple[str, ...]]:
    """Bring one lesion's contours onto the planes of `volume`.

    Args:
        outlines_mm: (N, 3) closed polygons in patient mm.
        union: Contours of one plane that overlap in part mean their union; otherwise the even-odd rule leaves the
            overlap out.
        exact: The outlines are the region's own edge: corners on pixel centres do not mean a traced mask.

    Returns:
        Contours on slice planes inside the volume (none when nothing overlaps), and notes.

    Raises:
        RoiError: A contour is not planar, or contours lie in different orientations.
    """
    indices = [to_index(volume.affine, outline) for outline in outlines_mm]
    if all(np.ptp(index[:, 0]) <= FLAT for index in indices):
        drawn = _group(indices, volume.spacing_mm[0])
        overlapping = [plane for plane in drawn if _overlap(plane.polygons, volume)]
        notes = [OVERLAP_NOTES[union]] if overlapping else []
        if union:
            drawn = [_united(plane, volume) if plane in overlapping else plane for plane in drawn]
        nearest = [round(plane.position) for plane in drawn]
        on_planes = all(abs(plane.position - k) <= ON_PLANE for plane, k in zip(drawn, nearest, strict=True))
        if on_planes and not exact and run_through_centres([polygon for plane in drawn for polygon in plane.polygons]):
            drawn = _with_rims(drawn, volume)
            notes.append(NOTE)
        if on_planes and len(set(nearest)) == len(drawn):
            contours, said = _kept(drawn, volume)
            if not contours:  # smaller than a pixel everywhere
                contours, said = _rebuilt(drawn, volume)
        else:
            contours, said = _rebuilt(drawn, volume)
        return contours, (*notes, *said)
    return _from_other_orientation(outlines_mm, volume, name)


def _group(indices: Sequence[Points], step_mm: float) -> list[Drawn]:
    """Group contours that share a plane; positions in slices, ascending."""
    groups: list[tuple[float, list[Polygon]]] = []
    for index in sorted(indices, key=lambda each: float(each[:, 0].mean())):
        position = float(index[:, 0].mean())
        if groups and (position - groups[-1][0]) * step_mm <= SAME_PLANE_MM:
            groups[-1][1].append(index[:, 1:])
        else:
            groups.append((position, [index[:, 1:]]))
    return [Drawn(position, tuple(polygons)) for position, polygons in groups]


def _kept(drawn: Sequence[Drawn], volume: Volume) -> tuple[tuple[Contour, ...], tuple[str, ...]]:
    """Keep contours on their planes, and interpolate the slices between when only every n-th slice was drawn."""
    notes: list[str] = []
    contours: list[Contour] = []
    positions = [round(plane.position) for plane in drawn]
    outside = 0
    for position, plane in zip(positions, drawn, strict=True):
        if not 0 <= position < volume.shape[0]:
            outside += len(plane.polygons)
            continue
        if not rasterise(plane.polygons, volume.shape[1:]).any():
            outside += len(plane.polygons)
            continue
        for polygon in plane.polygons:
            index = np.column_stack([np.full(len(polygon), float(position)), polygon])
            contours.append(Contour(to_world(volume.affine, index)))
    if contours and outside:
        notes.append(f"{outside} contours outside the T2 images, or smaller than a pixel, were left out.")
    gaps = [b - a for a, b in pairwise(positions)]
    if gaps and min(gaps) > 1:
        exact = [Drawn(float(k), plane.polygons) for k, plane in zip(positions, drawn, strict=True)]
        mask = fill_between(exact, volume.shape, volume.spacing_mm, extend=False)
        mask[[k for k in positions if 0 <= k < volume.shape[0]]] = False
        between = contours_of_mask(mask, volume.affine)
        contours += [Contour(contour.points_mm, interpolated=True) for contour in between]
        if not between:
            notes.append("Some slices between drawn ones have no contour and were left empty.")
        else:
            notes.append("Only every n-th slice was drawn: the slices between were interpolated, confirm them.")
    elif gaps and max(gaps) > 1:
        notes.append("Some slices between drawn ones have no contour and were left empty.")
    return tuple(contours), tuple(notes)


def _rebuilt(drawn: Sequence[Drawn], volume: Volume) -> tuple[tuple[Contour, ...], tuple[str, ...]]:
    mask = fill_between(drawn, volume.shape, volume.spacing_mm, extend=True)
    gaps = [b.position - a.position for a, b in pairwise(drawn)]
    invented = bool(gaps) and min(gaps) > 1.5
    contours = tuple(
        Contour(contour.points_mm, interpolated=invented) for contour in contours_of_mask(mask, volume.affine)
    )
    note = "The contours lie between the T2 planes: their shape was interpolated to the planes, check the overlay."
    return contours, (note,)


def _with_rims(drawn: Sequence[Drawn], volume: Volume) -> list[Drawn]:
    """Trace again what contours through pixel centres stand for, half a pixel further out."""
    shape = (volume.shape[1], volume.shape[2])
    traced = [tuple(outline_of_mask(filled_with_rim(plane.polygons, shape))) for plane in drawn]
    return [Drawn(plane.position, new or plane.polygons) for plane, new in zip(drawn, traced, strict=True)]


def overlap_in_part(outlines_mm: Sequence[Points], volume: Volume) -> bool:
    """Say whether two contours of one plane overlap in part: some programs mean their union, even-odd leaves a hole."""
    indices = [to_index(volume.affine, outline) for outline in outlines_mm]
    flat = [index for index in indices if np.ptp(index[:, 0]) <= FLAT]
    return any(bool(_overlap(plane.polygons, volume)) for plane in _group(flat, volume.spacing_mm[0]))


def _overlap(polygons: Sequence[Polygon], volume: Volume) -> set[int]:
    """Return which polygons overlap another one in part, by their number."""
    if not 2 <= len(polygons) <= MOST_COMPARED:
        return set()
    masks = [rasterise([polygon], volume.shape[1:]) for polygon in polygons]
    pairs = combinations(range(len(polygons)), 2)
    return {number for pair in pairs if _cross(masks[pair[0]], masks[pair[1]]) for number in pair}


def _cross(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> bool:
    return int((one & other).sum()) > 1 and bool((one & ~other).any()) and bool((other & ~one).any())


def _united(plane: Drawn, volume: Volume) -> Drawn:
    """Return a plane in which the contours that overlap in part are one, traced on sub-pixels; holes stay holes."""
    crossing = _overlap(plane.polygons, volume)
    size = (volume.shape[1] * FINER, volume.shape[2] * FINER)
    masks = [rasterise([(plane.polygons[number] + 0.5) * FINER - 0.5], size) for number in sorted(crossing)]
    traced = outline_of_mask(np.logical_or.reduce(masks))
    kept = [polygon for number, polygon in enumerate(plane.polygons) if number not in crossing]
    return Drawn(plane.position, (*kept, *((polygon + 0.5) / FINER - 0.5 for polygon in traced)))


def _from_other_orientation(
    outlines_mm: Sequence[Points], volume: Volume, name: str
) -> tuple[tuple[Contour, ...], tuple[str, ...]]:
    """Fill contours on a grid of their own orientation, then carry the mask over."""
    affine, shape = _own_grid(outlines_mm, volume, name)
    lengths = np.linalg.norm(affine[:3, :3], axis=0)
    voxel_mm = (float(lengths[0]), float(lengths[1]), float(lengths[2]))
    drawn = _group([to_index(affine, outline) for outline in outlines_mm], voxel_mm[0])
    mask = fill_between(drawn, shape, voxel_mm, extend=True)
    placed, notes = place((Block(mask, affine),), volume)
    said = "The contours were drawn in another orientation than the T2 images: check the overlay."
    return contours_of_mask(placed, volume.affine), (said, *notes)


def _own_grid(outlines_mm: Sequence[Points], volume: Volume, name: str) -> tuple[Matrix, tuple[int, int, int]]:
    """Return a grid whose slices are the contours' planes."""
    normals = []
    for outline in outlines_mm:
        centred = outline - outline.mean(axis=0)
        axes = np.linalg.svd(centred, full_matrices=False)[2]
        if np.abs(centred @ axes[2]).max() > FLAT * min(volume.spacing_mm):
            raise unreadable(name, "a contour does not lie in one plane")
        normals.append(axes[2])
    largest = int(np.argmax([np.linalg.norm(np.ptp(outline, axis=0)) for outline in outlines_mm]))
    normal = normals[largest]
    for outline, other in zip(outlines_mm, normals, strict=True):
        tilt_mm = np.ptp(outline @ normal)
        if abs(float(other @ normal)) < PARALLEL and tilt_mm > FLAT * min(volume.spacing_mm):
            raise unreadable(name, "its contours lie in planes of different orientations")
    across = np.linalg.svd(outlines_mm[largest] - outlines_mm[largest].mean(axis=0), full_matrices=False)[2][:2]
    positions = np.unique(np.round([float((outline @ normal).mean()) for outline in outlines_mm], 3))
    gaps = np.diff(positions)
    step_mm = float(gaps[gaps > 0.01].min()) if (gaps > 0.01).any() else volume.spacing_mm[0]
    pitch_mm = min(volume.spacing_mm) / FINE
    points = np.concatenate(outlines_mm)
    affine = np.eye(4)
    affine[:3, :3] = np.column_stack([normal * step_mm, across[0] * pitch_mm, across[1] * pitch_mm])
    affine[:3, 3] = points[0]
    reach = to_index(affine, points)
    low = np.floor(reach.min(axis=0)) - 2
    low[0] = (
        min(float(to_index(affine, outline)[:, 0].mean()) for outline in outlines_mm) - 1
    )  # slice 1 is a drawn plane
    shape = np.ceil(reach.max(axis=0) - low).astype(int) + 2
    guard_bytes(name, tuple(int(size) for size in shape), 8)
    affine[:3, 3] = to_world(affine, low)
    return affine, (int(shape[0]), int(shape[1]), int(shape[2]))
