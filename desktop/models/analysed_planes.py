"""Analysed planes: where in the patient the network looked, whatever stack plays T2 by now."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from desktop.models.navigation import Point
from engine.domain.sample import SliceInput
from engine.geometry.affine import normal, to_world


def centre_mm(made: SliceInput) -> Point:
    """Return the middle of what the network saw of a plane, in patient mm."""
    _, rows, columns = made.array.shape
    return to_world(made.affine, (0.0, (rows - 1) / 2, (columns - 1) / 2))


def carried(point_mm: Point, made: SliceInput) -> Point:
    """Return a point carried along the plane's normal onto the plane: only the level changes."""
    across = normal(made.affine)
    onto: Point = point_mm + across * float((centre_mm(made) - point_mm) @ across)
    return onto


def distance_mm(made: SliceInput, point_mm: Point) -> float:
    """Return how far a point lies from the plane."""
    return abs(float((point_mm - centre_mm(made)) @ normal(made.affine)))


def step_mm(made: SliceInput) -> float:
    """Return the distance between planes of the analysis."""
    return float(np.linalg.norm(made.affine[:3, 0]))


def nearest(planes: Sequence[SliceInput], point_mm: Point) -> SliceInput | None:
    """Return the plane nearest to a point, None where there is none."""
    return min(planes, key=lambda made: distance_mm(made, point_mm), default=None)
