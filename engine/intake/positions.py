"""Positions: the place of each frame along the normal of its part, what shares one, and what came first there."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import Any

from engine.domain.study import Plane
from engine.geometry.stacking import distances_along_normal, plane_or_none, repeated_positions
from engine.intake.parts import Part
from engine.intake.records import Frame, Numbers


def plane_of(frame: Frame) -> Plane | None:
    """Return the plane of a frame in patient mm, or None where its header does not give one."""
    return _cached_plane(frame.position_mm, frame.orientation, frame.pixel_spacing_mm)


@lru_cache(maxsize=50_000)
def _cached_plane(position: Numbers, orientation: Numbers, spacing: Numbers) -> Plane | None:
    return plane_or_none(position, orientation, spacing)


def places_of(part: Part) -> dict[int, int] | None:
    """Number the places of the frames by identity, or None where one of them has no plane."""
    known = [plane_of(frame) for frame in part.frames]
    present = [plane for plane in known if plane is not None]
    if len(present) < len(part.frames):
        return None
    numbers = repeated_positions(list(distances_along_normal(present)))
    return {id(frame): number for frame, number in zip(part.frames, numbers, strict=True)}


def held_once(places: dict[int, int]) -> bool:
    """Tell whether every place holds one image."""
    return len(set(places.values())) == len(places)


def columns_of(part: Part) -> list[tuple[Frame, ...]]:
    """Return the frames by position; more than one at a position are the directions of one b-value."""
    places = places_of(part)
    if places is None:
        return [(frame,) for frame in part.frames]
    at: dict[int, list[Frame]] = defaultdict(list)
    for frame in part.frames:
        at[places[id(frame)]].append(frame)
    return [tuple(sorted(at[number], key=lambda f: (f.diffusion.direction, time_order(f)))) for number in sorted(at)]


def ranks_by_time(part: Part, places: dict[int, int]) -> dict[int, int]:
    """Number the images of each position by time: the i-th images of all positions are one volume."""
    at: dict[int, list[Frame]] = defaultdict(list)
    for frame in part.frames:
        at[places[id(frame)]].append(frame)
    ranks: dict[int, int] = {}
    for frames in at.values():
        for rank, frame in enumerate(sorted(frames, key=time_order), start=1):
            ranks[id(frame)] = rank
    return ranks


def time_order(frame: Frame) -> tuple[Any, ...]:
    """Return the key by which images of one place follow in time; images without a value come last."""
    values = (
        frame.temporal_position,
        frame.acquisition_number,
        frame.acquisition_time_s,
        frame.trigger_time_ms,
        frame.instance_number,
    )
    return (*((value is None, value or 0) for value in values), frame.sop_instance_uid, frame.frame)
