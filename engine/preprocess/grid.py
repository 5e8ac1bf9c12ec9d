"""The analysis grid.

Planes every `slice_step_mm` along the T2 normal, pixels of `in_plane_mm` along T2's in-plane axes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.domain.errors import RoiError
from engine.domain.package import PreprocessSpec
from engine.domain.roi import Contour, Roi
from engine.domain.volume import Volume
from engine.geometry.affine import Matrix, normal, to_index
from engine.geometry.outline import contours_by_slice


@dataclass(frozen=True, slots=True, eq=False)
class AnalysisPlane:
    """One plane of the grid that an outline touches.

    Attributes:
        index: Plane number, 0 at the centre of the first T2 slice.
        position_mm: Distance from the patient origin along the T2 normal.
        nearest_t2_slice: Index of the nearest T2 slice.
        affine: (4, 4): index (0, row, column) of the grid to patient mm; pixel (0, 0) is T2's first pixel.
        outlines: Contours of the lesion that belong to this plane, one group per T2 slice they were drawn on.
    """

    index: int
    position_mm: float
    nearest_t2_slice: int
    affine: Matrix
    outlines: tuple[tuple[Contour, ...], ...]


def analysis_planes(t2: Volume, roi: Roi, spec: PreprocessSpec) -> tuple[AnalysisPlane, ...]:
    """Find the planes that an outline touches.

    Outlines lie on T2 slices. A T2 slice speaks for the analysis plane nearest to it, and an analysis plane also
    asks the T2 slice nearest to it: so no drawn slice is lost when T2 is finer than the grid, and no plane inside
    the lesion is left out when T2 is coarser. Where two slices lie on one plane, their filled outlines are joined.

    Raises:
        RoiError: The outline has no contour, or lies outside the T2 stack.
    """
    by_slice = contours_by_slice(roi, t2.affine)
    if not by_slice:
        raise RoiError(
            f"Lesion {roi.lesion_id} has no outline.",
            remedy="Draw it on at least one T2 slice or remove it.",
            code="roi-empty",
        )
    slices = t2.shape[0]
    outside = [index for index in by_slice if not 0 <= index < slices]
    if outside or not _overlaps(t2, roi):
        raise RoiError(
            f"Lesion {roi.lesion_id} lies outside the T2 images.",
            remedy="Check that the outline belongs to this study and was drawn on this T2 series.",
            code="roi-outside",
        )
    step_mm = t2.spacing_mm[0]
    last_plane = int(np.floor((slices - 1) * step_mm / spec.slice_step_mm + 1e-6))
    touched: dict[int, tuple[tuple[Contour, ...], ...]] = {}
    for plane in range(last_plane + 1):
        own = _nearest(plane * spec.slice_step_mm / step_mm, slices - 1)
        speaking = {own} | {
            index for index in by_slice if _nearest(index * step_mm / spec.slice_step_mm, last_plane) == plane
        }
        groups = tuple(tuple(by_slice[index]) for index in sorted(speaking) if index in by_slice)
        if groups:
            touched[plane] = groups
    return tuple(_plane(t2, spec, index, groups) for index, groups in touched.items())


def _nearest(position: float, last: int) -> int:
    return min(max(int(np.floor(position + 0.5)), 0), last)


def _plane(t2: Volume, spec: PreprocessSpec, index: int, outlines: tuple[tuple[Contour, ...], ...]) -> AnalysisPlane:
    direction = normal(t2.affine)
    affine = np.eye(4)
    affine[:3, 0] = direction * spec.slice_step_mm
    for axis in (1, 2):
        along = t2.affine[:3, axis]
        affine[:3, axis] = along / np.linalg.norm(along) * spec.in_plane_mm
    affine[:3, 3] = t2.affine[:3, 3] + direction * spec.slice_step_mm * index
    nearest = _nearest(index * spec.slice_step_mm / t2.spacing_mm[0], t2.shape[0] - 1)
    return AnalysisPlane(index, float(affine[:3, 3] @ direction), nearest, affine, outlines)


def _overlaps(t2: Volume, roi: Roi) -> bool:
    """True when at least one outline point lies inside the T2 field of view in the plane."""
    points = np.concatenate([contour.points_mm for contour in roi.contours])
    in_plane = to_index(t2.affine, points)[:, 1:]
    limits = np.asarray(t2.shape[1:]) - 0.5
    return bool(((in_plane >= -0.5) & (in_plane <= limits)).all(axis=1).any())
