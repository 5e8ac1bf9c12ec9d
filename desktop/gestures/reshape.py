"""Reshaping: a drag on the line pulls it, a drag inside moves the whole outline."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desktop.gestures.canvas import Canvas, Gesture, Mode, Preview, Stroke, Tool, no_line
from engine.geometry.planar import Polygon, covers_point

GRAB_PX = 9.0
"""The line is held when it is pressed this near."""
STILL_PX = 2.0
"""A press that moved less was a click: it changes nothing."""
HANDLE_PX = 14.0
"""Handles are shown at least this far apart: a traced outline has a point every pixel."""


class Reshape(Gesture):
    """Pulls a point of the outline and, less and less, its neighbours within the reach; or moves all of it.

    A press on the line between two points makes a point there, so that any outline can be pulled anywhere.
    """

    def __init__(self, tool: Tool, canvas: Canvas, start: Polygon, mode: Mode = Mode.REPLACE) -> None:
        super().__init__(tool, canvas, start, mode)
        self._by = np.zeros(2)
        self._rings = list(canvas.present)
        held = hold(canvas, start)
        self._weights: list[NDArray[np.float64]] | None = None
        if held is not None:
            number, edge, on_line = held
            ring = self._rings[number]
            ring, point = _with_point(ring, edge, on_line, GRAB_PX / 2 * canvas.mm_per_px)
            self._rings[number] = ring
            self._weights = [np.zeros(len(other)) for other in self._rings]
            self._weights[number] = _falloff(ring, point, canvas.radius_mm)

    @property
    def moves_all(self) -> bool:
        """True when the whole outline is moved."""
        return self._weights is None

    def drag(self, point: Polygon) -> None:
        self._by = point - self.start

    def preview(self) -> Preview:
        return Preview(region=self._moved(), instead=True)

    def stroke(self) -> Stroke | None:
        if float(np.hypot(*self._by)) < STILL_PX * self.canvas.mm_per_px:
            return None
        return Stroke(self.tool, tuple(self._moved()), Mode.REPLACE, moved=self.moves_all)

    def _moved(self) -> list[Polygon]:
        if self._weights is None:
            return [ring + self._by for ring in self._rings]
        return [ring + weights[:, None] * self._by for ring, weights in zip(self._rings, self._weights, strict=True)]


def can_hold(canvas: Canvas, point: Polygon) -> str:
    """Return what a press would take hold of: ``line``, ``all`` or nothing."""
    if hold(canvas, point) is not None:
        return "line"
    return "all" if canvas.present and covers_point(canvas.present, point) else ""


def hold(canvas: Canvas, point: Polygon) -> tuple[int, int, Polygon] | None:
    """Return (ring, edge, point on it) nearest to a press, None when no line is near enough."""
    best: tuple[float, int, int, Polygon] | None = None
    for number, ring in enumerate(canvas.present):
        along = np.roll(ring, -1, axis=0) - ring
        length = np.maximum((along**2).sum(axis=1), 1e-12)
        place = np.clip(((point - ring) * along).sum(axis=1) / length, 0.0, 1.0)
        nearest = ring + place[:, None] * along
        distances = np.hypot(*(nearest - point).T)
        edge = int(np.argmin(distances))
        if best is None or distances[edge] < best[0]:
            best = (float(distances[edge]), number, edge, nearest[edge])
    if best is None or best[0] > GRAB_PX * canvas.mm_per_px:
        return None
    return best[1:]


def handles(region: tuple[Polygon, ...], mm_per_px: float) -> Polygon:
    """Return the points of an outline that are shown as handles, (n, 2)."""
    shown: list[Polygon] = []
    for ring in region:
        last: Polygon | None = None
        for point in ring:
            if last is None or float(np.hypot(*(point - last))) >= HANDLE_PX * mm_per_px:
                shown.append(point)
                last = point
    return np.array(shown) if shown else no_line()


def _with_point(ring: Polygon, edge: int, at: Polygon, near_mm: float) -> tuple[Polygon, int]:
    """Return the ring with a point at `at` on an edge, and its place; an end of the edge that is near is taken."""
    following = (edge + 1) % len(ring)
    for end in (edge, following):
        if float(np.hypot(*(ring[end] - at))) <= near_mm:
            return ring, end
    return np.insert(ring, edge + 1, at, axis=0), edge + 1


def _falloff(ring: Polygon, point: int, reach_mm: float) -> NDArray[np.float64]:
    """Return how much each point follows the one held: 1 there, 0 from `reach_mm` along the line on."""
    steps = np.hypot(*(np.roll(ring, -1, axis=0) - ring).T)
    places = np.concatenate([[0.0], np.cumsum(steps)])
    away = np.abs(places[:-1] - places[point])
    away = np.minimum(away, places[-1] - away)
    weights = np.where(away < reach_mm, 0.5 + 0.5 * np.cos(np.pi * np.minimum(away / max(reach_mm, 1e-9), 1.0)), 0.0)
    weights[point] = 1.0
    return np.asarray(weights)
