"""Implicit shapes in mm: soft-edged ellipsoids, superellipses and tubes, and how they are joined.

A shape is a function that is negative inside; its value approximates the distance to the surface in mm, so that
`coverage` can turn it into an anti-aliased share of the voxel.
"""

from __future__ import annotations

import numpy as np

from training.phantom.fields import Array

Point = tuple[float, float, float]


def coverage(distance_mm: Array, softness_mm: float) -> Array:
    """Share of a voxel inside the surface: 1 well inside, 0 outside, linear over `softness_mm`."""
    out = distance_mm * np.float32(-1.0 / softness_mm)
    out += np.float32(0.5)
    np.clip(out, 0.0, 1.0, out=out)
    return out


def step(value: Array, softness: float) -> Array:
    """Smooth step of any quantity: 1 where `value` is well below zero."""
    return np.clip(0.5 - value / np.float32(softness), 0, 1)


def ellipsoid(x: Array, y: Array, z: Array, centre: Point, radii: Point) -> Array:
    """Approximate distance in mm to an axis-aligned ellipsoid."""
    u, v, w = (x - centre[0]) / radii[0], (y - centre[1]) / radii[1], (z - centre[2]) / radii[2]
    k2 = u * u + v * v + w * w
    k = np.sqrt(k2)
    gradient = np.sqrt((u / radii[0]) ** 2 + (v / radii[1]) ** 2 + (w / radii[2]) ** 2)
    return np.asarray((k2 - k) / np.maximum(gradient, 1e-3), np.float32)


def superellipse(x: Array, y: Array, half_x: float, half_y: float, power: float) -> Array:
    """Approximate distance in mm to an upright cylinder with superelliptic section centred on the axis."""
    k = ((np.abs(x) / half_x) ** power + (np.abs(y) / half_y) ** power) ** (1 / power)
    return np.asarray((k - 1) * (0.5 * (half_x + half_y)), np.float32)


def smooth_max(a: Array, b: Array, radius_mm: float) -> Array:
    """Intersection of two shapes, its edge rounded over `radius_mm`."""
    h = np.maximum(radius_mm - np.abs(a - b), 0) / radius_mm
    return np.asarray(np.maximum(a, b) + h * h * (radius_mm / 4), np.float32)


def smooth_min(a: Array, b: Array, radius_mm: float) -> Array:
    """Union of two shapes, the groove between them filled over `radius_mm`."""
    h = np.maximum(radius_mm - np.abs(a - b), 0) / radius_mm
    return np.asarray(np.minimum(a, b) - h * h * (radius_mm / 4), np.float32)


def capsule(x: Array, y: Array, z: Array, start: Point, end: Point, r_start: float, r_end: float) -> Array:
    """Distance in mm to a straight tube from `start` to `end` whose radius changes evenly."""
    ax, ay, az = (end[i] - start[i] for i in range(3))
    length2 = ax * ax + ay * ay + az * az + 1e-6
    dx, dy, dz = x - start[0], y - start[1], z - start[2]
    t = np.clip((dx * ax + dy * ay + dz * az) / length2, 0, 1)
    dist = np.sqrt((dx - t * ax) ** 2 + (dy - t * ay) ** 2 + (dz - t * az) ** 2)
    return np.asarray(dist - (r_start + t * (r_end - r_start)), np.float32)
