"""Interpolation between outlines: what a lesion may look like on slices between two that were outlined.

Each outlined region becomes a field of signed distances to its edge (inside negative), seen from its own centre; the
fields are blended, the edge of the blend is the outline, and its centre moves on a straight line. So two circles give a
circle of the radius between, and a region that lies elsewhere on the second slice travels there instead of fading
(distance fields alone lose shapes that do not overlap: Raya and Udupa 1990, IEEE TMI 9:32-42, with centres aligned).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from contourpy import contour_generator
from numpy.typing import NDArray

from engine.geometry.outline import rasterise
from engine.geometry.planar import Polygon, centre, cleaned, simplified

CELLS = 96
"""Cells along the longer side of the grid; the edge is placed between them, far finer than a cell."""
TOLERANCE_CELLS = 0.1
"""Thinning of the traced line: it hides nothing that the grid could see."""


def between(first: Sequence[Polygon], second: Sequence[Polygon], shares: Sequence[float]) -> list[list[Polygon]]:
    """Return the region at each share of the way from `first` (0) to `second` (1).

    Args:
        first: Rings (N, 2) in mm of a plane, even-odd.
        second: Rings on a parallel plane, in the same mm.
        shares: Numbers within 0..1.

    Returns:
        A region for every share; it may be empty where two very different shapes have nothing in common.
    """
    centres = [centre(first), centre(second)]
    placed = [[ring - centre for ring in region] for region, centre in zip((first, second), centres, strict=True)]
    points = np.concatenate([ring for region in placed for ring in region])
    low, high = points.min(axis=0), points.max(axis=0)
    cell = max(float((high - low).max()), 1e-6) / CELLS
    u = np.arange(low[0] - 2 * cell, high[0] + 3 * cell, cell)
    v = np.arange(low[1] - 2 * cell, high[1] + 3 * cell, cell)
    fields = [_signed_distances(region, u, v) for region in placed]
    made = []
    for share in shares:
        blend = (1 - share) * fields[0] + share * fields[1]
        lines = contour_generator(x=u, y=v, z=blend).lines(0.0)
        shift = (1 - share) * centres[0] + share * centres[1]
        rings = [simplified(np.asarray(line), TOLERANCE_CELLS * cell)[:-1] + shift for line in lines if len(line) > 4]
        made.append(cleaned(rings))
    return made


def neighbours(index: int, outlined: Sequence[int]) -> tuple[int, int] | None:
    """Return the nearest outlined slices below and above `index`, None where there is none on one side."""
    below = [one for one in outlined if one < index]
    above = [one for one in outlined if one > index]
    return (max(below), min(above)) if below and above else None


def _signed_distances(region: Sequence[Polygon], u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distance in mm of every grid point (v, u) from the edge, negative inside."""
    grid = np.stack(np.meshgrid(u, v), axis=-1)
    squared = np.full(grid.shape[:2], np.inf)
    for ring in region:
        for start, end in zip(ring, np.roll(ring, -1, axis=0), strict=True):
            along = end - start
            length = float(along @ along)
            offset = grid - start
            place = np.clip(offset @ along / length, 0.0, 1.0) if length > 0 else np.zeros(grid.shape[:2])
            rest = offset - place[..., None] * along
            np.minimum(squared, rest[..., 0] ** 2 + rest[..., 1] ** 2, out=squared)
    origin, step = np.array([v[0], u[0]]), u[1] - u[0]
    inside = rasterise([(ring[:, ::-1] - origin) / step for ring in region], (len(v), len(u)))
    distance: NDArray[np.float64] = np.sqrt(squared)
    distance[inside] *= -1
    return distance
