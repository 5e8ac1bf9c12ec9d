"""What a lesion does to its surroundings: a halo, bile ducts that it obstructs, tumour in the portal branch.

Each is a box with a coverage and a tissue, blended into the images before the lesion itself. The halo follows the
lesion's own surface; the tracts are tubes on the line to the hilum. No chance but the seeded one of the part.
"""

from __future__ import annotations

import numpy as np

from training.phantom import shapes
from training.phantom.fields import Array, Box, Grid
from training.phantom.lesions import Lesion, Part
from training.phantom.shapes import Point
from training.phantom.tissues import Tissue

OUTSIDE = ("halo", "ducts", "thrombus")
"""Kinds of part that lie outside the lesion."""

Effect = tuple[Box, Array, Tissue]
"""Where, how much of each voxel, and of what."""


def halos(lesion: Lesion, box: Box, depth_mm: Array, ragged_mm: Array, to_edge_mm: Array) -> list[Effect]:
    """The lesion's halos.

    Args:
        lesion: whose halos.
        box: where the lesion was painted.
        depth_mm: distance below its surface (negative outside).
        ragged_mm: how far its edge strays from that surface.
        to_edge_mm: distance to the edge of the box, which ends a few mm outside the lesion: halos fade out before.
    """
    found: list[Effect] = []
    for part in _of_kind(lesion, "halo"):
        beyond = -depth_mm - np.float32(part.size) + ragged_mm
        ring = shapes.step(beyond, max(3.0, part.size * 0.8)) * np.float32(part.strength)
        ring *= np.clip(to_edge_mm / 4.0, 0, 1)
        found.append((box, ring, part.tissue))
    return found


def tracts(grid: Grid, lesion: Lesion, centre: Point, outlet: Point, radius: float) -> list[Effect]:
    """Dilated ducts and thrombi of a lesion about `centre`; `outlet` is the hilum (both scanner mm)."""
    found: list[Effect] = []
    for part in _of_kind(lesion, "ducts"):
        found += _ducts(grid, part, centre, outlet, radius)
    return found + [_thrombus(grid, part, centre, outlet, radius) for part in _of_kind(lesion, "thrombus")]


def _of_kind(lesion: Lesion, kind: str) -> list[Part]:
    return [part for part in lesion.parts if part.kind == kind]


def _thrombus(grid: Grid, part: Part, centre: Point, outlet: Point, radius: float) -> Effect:
    """Tumour growing from the lesion along the portal branch towards the hilum."""
    c, o = np.asarray(centre), np.asarray(outlet)
    direction = (o - c) / (np.linalg.norm(o - c) + 1e-3)
    start, end = c + direction * radius * 0.8, c + direction * min(radius + 35.0, float(np.linalg.norm(o - c)))
    return _tube(grid, start, end, part.size, part.size * 0.8, part.tissue)


def _ducts(grid: Grid, part: Part, centre: Point, outlet: Point, radius: float) -> list[Effect]:
    """Dilated bile ducts upstream of the lesion, pointing away from the hilum."""
    rng = np.random.default_rng(part.seed)
    c, o = np.asarray(centre), np.asarray(outlet)
    away = (c - o) / (np.linalg.norm(c - o) + 1e-3)
    out = []
    for _ in range(int(rng.integers(2, 6))):
        direction = away + rng.normal(0, 0.45, 3)
        direction /= np.linalg.norm(direction)
        start = c + direction * radius * 0.9 + rng.normal(0, 3, 3)
        bend = start + direction * rng.uniform(8, 18) + rng.normal(0, 2, 3)
        end = bend + (direction + rng.normal(0, 0.3, 3)) * rng.uniform(8, 18)
        out.append(_tube(grid, start, bend, part.size, part.size * 0.85, part.tissue))
        out.append(_tube(grid, bend, end, part.size * 0.85, part.size * 0.5, part.tissue))
    return out


def _tube(grid: Grid, start: np.ndarray, end: np.ndarray, r_start: float, r_end: float, tissue: Tissue) -> Effect:
    """Coverage of one straight tube given in scanner mm."""
    middle, half = (start + end) / 2, np.abs(start - end) / 2 + r_start + 2.0
    box = grid.box((middle[0], middle[1], middle[2]), (half[0], half[1], half[2]))
    z = grid.z_mm[box[0]][:, None, None]
    y = grid.y_mm[box[1]][None, :, None]
    x = grid.x_mm[box[2]][None, None, :]
    shape = np.broadcast_shapes(z.shape, y.shape, x.shape)
    if 0 in shape:
        return box, np.zeros(shape, np.float32), tissue
    a: Point = (float(start[0]), float(start[1]), float(start[2]))
    b: Point = (float(end[0]), float(end[1]), float(end[2]))
    return box, shapes.coverage(shapes.capsule(x, y, z, a, b, r_start, r_end), 1.4), tissue
