"""Contours through pixel centres: what programs write that trace a pixel mask along its outermost pixels.

OpenCV's contour finder, and with it rt-utils and its kin, connects the centres of the pixels at the rim of a mask.
Those pixels belong to the mask, though the polygon covers only half of each: filled as drawn, a lesion 20 pixels wide
loses a tenth of its area.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.geometry.outline import Polygon, rasterise

AT_CENTRE_PX = 0.02
"""Contour data rounded to 0.01 mm lie this near to a centre; of points set by hand only one in 600 does."""

NOTE = (
    "Its contours run through pixel centres, as traced masks do: the pixels on them were taken as part of the lesion."
)


def run_through_centres(polygons: Sequence[Polygon]) -> bool:
    """Say whether every corner of every polygon (row, column) lies at a pixel centre."""
    return all(bool((np.abs(polygon - np.rint(polygon)) <= AT_CENTRE_PX).all()) for polygon in polygons)


def filled_with_rim(polygons: Sequence[Polygon], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Fill polygons through pixel centres by the even-odd rule, and the pixels on their edges with them.

    Returns:
        (row, column) bool mask of `shape`.
    """
    whole = [np.rint(polygon) for polygon in polygons]
    mask = rasterise(whole, shape)
    for polygon in whole:
        for start, end in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
            across = (end - start).astype(int)
            steps = max(1, int(np.gcd(across[0], across[1])))  # the centres that the edge meets exactly
            on_edge = (start + np.outer(np.arange(steps), across / steps)).round().astype(int)
            inside = ((on_edge >= 0) & (on_edge < shape)).all(axis=1)
            mask[tuple(on_edge[inside].T)] = True
    return mask
