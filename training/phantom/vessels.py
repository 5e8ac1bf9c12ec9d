"""Branching vessel trees of the liver, as lists of straight tubes in anatomical mm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.phantom.shapes import Point


@dataclass(frozen=True)
class Tube:
    """A straight piece of vessel; radii in mm, ends in anatomical mm (x left, y back, z head)."""

    start: Point
    end: Point
    r_start: float
    r_end: float


def _polyline(points: list[Point], r_start: float, r_end: float) -> list[Tube]:
    radii = np.linspace(r_start, r_end, len(points))
    return [
        Tube(a, b, float(ra), float(rb)) for a, b, ra, rb in zip(points, points[1:], radii, radii[1:], strict=False)
    ]


def _jitter(rng: np.random.Generator, point: Point, sd_mm: float) -> Point:
    moved = np.asarray(point) + rng.normal(0, sd_mm, 3)
    return float(moved[0]), float(moved[1]), float(moved[2])


def _grow(
    rng: np.random.Generator, root: Point, direction: np.ndarray, radius: float, length: float, depth: int
) -> list[Tube]:
    """A twig that bends once and forks until it is thinner than 0.9 mm or `depth` forks deep."""
    direction = direction / np.linalg.norm(direction)
    middle = np.asarray(root) + direction * length * 0.5 + rng.normal(0, 2.0, 3)
    bent = direction + rng.normal(0, 0.25, 3)
    end = middle + bent / np.linalg.norm(bent) * length * 0.5
    m: Point = (float(middle[0]), float(middle[1]), float(middle[2]))
    e: Point = (float(end[0]), float(end[1]), float(end[2]))
    tubes = [Tube(root, m, radius, radius * 0.9), Tube(m, e, radius * 0.9, radius * 0.75)]
    if depth > 0 and radius * 0.7 > 0.9:
        side = np.cross(bent, rng.standard_normal(3))
        side /= np.linalg.norm(side)
        spread = rng.uniform(0.5, 0.9)
        for sign in (1.0, -1.0):
            child = bent / np.linalg.norm(bent) + sign * spread * side
            tubes += _grow(rng, e, child, radius * rng.uniform(0.6, 0.75), length * rng.uniform(0.7, 0.95), depth - 1)
    return tubes


def _sprout(rng: np.random.Generator, trunk: list[Tube], count: int, radius: float, length: float) -> list[Tube]:
    """Side branches leaving a trunk at random places."""
    tubes: list[Tube] = []
    for _ in range(count):
        piece = trunk[int(rng.integers(len(trunk)))]
        t = rng.uniform(0.2, 1.0)
        start, end = np.asarray(piece.start), np.asarray(piece.end)
        root = start + t * (end - start)
        axis = (end - start) / np.linalg.norm(end - start)
        side = np.cross(axis, rng.standard_normal(3))
        side /= np.linalg.norm(side)
        at: Point = (float(root[0]), float(root[1]), float(root[2]))
        tubes += _grow(rng, at, axis * 0.6 + side, radius * rng.uniform(0.8, 1.1), length, 2)
    return tubes


def portal_tree(rng: np.random.Generator) -> list[Tube]:
    """Portal vein: main trunk from behind the pancreatic head, right anterior and posterior branches, left branch."""
    caliber = rng.uniform(0.85, 1.15)
    hilum = _jitter(rng, (-24, -2, -2), 3)
    fork = _jitter(rng, (-52, 2, 2), 3)
    main = _polyline([(2, 16, -48), _jitter(rng, (-8, 8, -25), 2), hilum, fork], 6.8 * caliber, 5.4 * caliber)
    anterior = _polyline([fork, _jitter(rng, (-72, -22, 12), 4), _jitter(rng, (-88, -42, 26), 5)], 4.4 * caliber, 2.4)
    posterior = _polyline([fork, _jitter(rng, (-76, 22, -6), 4), _jitter(rng, (-100, 42, -14), 5)], 4.4 * caliber, 2.4)
    low = _polyline([fork, _jitter(rng, (-74, 0, -32), 4), _jitter(rng, (-86, 8, -62), 5)], 3.6 * caliber, 2.0)
    left = _polyline(
        [hilum, _jitter(rng, (-6, -14, 14), 2), _jitter(rng, (10, -36, 18), 3), _jitter(rng, (24, -50, 22), 4)],
        4.8 * caliber,
        2.4,
    )
    tubes = main + anterior + posterior + low + left
    for trunk, count in ((anterior, 6), (posterior, 6), (low, 6), (left, 5)):
        tubes += _sprout(rng, trunk, count, 2.7, 28)
    return tubes


def hepatic_veins(rng: np.random.Generator, cava: Point) -> list[Tube]:
    """Right, middle and left hepatic veins, converging on the cava under the diaphragm."""
    caliber = rng.uniform(0.85, 1.2)
    trunks = []
    for path, radius in (
        ([(-62, 8, 46), (-92, 2, 22), (-110, 0, -4)], 4.8),
        ([(-38, -18, 44), (-52, -34, 18), (-60, -44, -12)], 4.4),
        ([(6, -18, 52), (34, -42, 38), (52, -54, 28)], 4.0),
    ):
        points = [cava] + [_jitter(rng, point, 4) for point in path]
        trunks.append(_polyline(points, radius * caliber, 1.8))
    tubes = [tube for trunk in trunks for tube in trunk]
    for trunk in trunks:
        tubes += _sprout(rng, trunk, 7, 2.6, 28)
    return tubes
