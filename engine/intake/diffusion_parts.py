"""Diffusion parts: a series split by b-value, and by trace against direction."""

from __future__ import annotations

from collections.abc import Iterable

from engine.intake.parts import Part, split
from engine.intake.records import Frame

B_CLUSTER_S_MM2, B_CLUSTER_FRACTION = 10.0, 0.03
"""Scanners dither b around its nominal value; closer than this is one b-value."""


def split_diffusion(part: Part) -> list[Part]:
    """Split by b-value and by trace against direction; uncertain b-values count only beside others."""
    values = {f.diffusion.b_value for f in part.frames if f.diffusion.b_value is not None}
    believed = any(f.diffusion.certain and f.diffusion.b_value is not None for f in part.frames) or len(values) > 1
    if not values or not believed:
        return [Part(tuple(_without_b(frame) for frame in part.frames), part.marks)] if values else [part]
    clusters = b_clusters(values)
    frames = tuple(
        frame
        if frame.diffusion.b_value is None
        else frame._replace(diffusion=frame.diffusion._replace(b_value=clusters[frame.diffusion.b_value]))
        for frame in part.frames
    )
    if any(frame.diffusion.b_value is None for frame in frames) and _is_acquired_diffusion(frames):
        # Toshiba and GE leave the tag out at b = 0 and write it at every other b-value
        frames = tuple(
            frame
            if frame.diffusion.b_value is not None
            else frame._replace(diffusion=frame.diffusion._replace(b_value=0.0, source="absent beside others"))
            for frame in frames
        )
    parts = split([Part(frames, part.marks)], "b", {id(f): f.diffusion.b_value for f in frames})
    found = []
    for piece in parts:
        kinds = {f.diffusion.kind for f in piece.frames}
        if kinds <= {"direction", ""}:
            found.append(piece)  # unmarked images beside direction-encoded ones belong to them
        else:
            found += split([piece], "kind", {id(f): f.diffusion.kind for f in piece.frames})
    return found


def _is_acquired_diffusion(frames: Iterable[Frame]) -> bool:
    types = {token for frame in frames for token in frame.facts.image_type}
    return not types & {"ADC", "EADC", "FA", "TENSOR"}


def b_clusters(values: Iterable[float]) -> dict[float, float]:
    """Return the nominal value that each b-value belongs to: the lowest of its neighbours within 10 or 3 %."""
    nominal: dict[float, float] = {}
    leader: float | None = None
    for value in sorted(values):
        if leader is None or value - leader > max(B_CLUSTER_S_MM2, B_CLUSTER_FRACTION * value) or leader == 0 < value:
            leader = value
        nominal[value] = leader
    return {value: _rounded(nominal, value) for value in nominal}


def _rounded(nominal: dict[float, float], value: float) -> float:
    """Name a cluster by its member that is a multiple of 50, or by its lowest one."""
    members = [other for other, leader in nominal.items() if leader == nominal[value]]
    return next((member for member in members if member % 50 == 0), nominal[value])


def _without_b(frame: Frame) -> Frame:
    return frame._replace(diffusion=frame.diffusion._replace(b_value=None, source=None, kind="", measured=None))
