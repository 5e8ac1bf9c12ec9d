"""Frames → series: every DICOM series is split until each part holds every position once.

What differs by nature (stack, orientation, matrix, image type, b-value, contrast phase) always splits. What may also
vary innocently (echo, flip angle, times, numbers) splits only where one position holds several images. Every choice
depends on values in the headers alone, never on the order or the names of the files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from engine.domain.sequence import SequenceFacts
from engine.domain.study import Instance, Plane, Series
from engine.geometry.stacking import (
    NotAStack,
    cluster_orientations,
    distances_along_normal,
    plane_or_none,
    regular_blocks,
    repeated_positions,
    stack_planes,
)
from engine.intake.labels import MEANINGFUL_TOKENS, volume_labels
from engine.intake.records import Frame, Numbers

_Number = TypeVar("_Number", int, float)

B_CLUSTER_S_MM2, B_CLUSTER_FRACTION = 10.0, 0.03
"""Scanners dither b around its nominal value; closer than this is one b-value."""


class Part(NamedTuple):
    """Frames that belong together so far, and what sets them apart from the rest of their DICOM series."""

    frames: tuple[Frame, ...]
    marks: tuple[tuple[str, Any], ...]


def group_series(frames: Sequence[Frame]) -> tuple[Series, ...]:
    """Return the volumes of one DICOM series, in a fixed order.

    Args:
        frames: All frames of one SeriesInstanceUID of one study, without duplicates, in any order.
    """
    ordered = sorted(frames, key=_frame_order)
    parts = [Part(tuple(ordered), ())]
    parts = _split(parts, "stack", _stack_keys(ordered))
    parts = [piece for part in parts for piece in _split_image_types(part)]
    parts = [piece for part in parts for piece in _split_diffusion(part)]
    parts = [piece for part in parts for piece in _split_repeats(part)]
    parts = [piece for part in parts for piece in _split_stations(part)]
    labels = volume_labels([part.marks for part in parts])
    return tuple(_series(part, label) for part, label in zip(parts, labels, strict=True))


def _frame_order(frame: Frame) -> tuple[Any, ...]:
    return (
        frame.facts.series_number or 0,
        frame.sop_instance_uid,
        frame.frame,
        frame.tile or (),
        frame.position_mm,
        frame.instance_number or 0,
    )


def _plane(frame: Frame) -> Plane | None:
    return _plane_of(frame.position_mm, frame.orientation, frame.pixel_spacing_mm)


@lru_cache(maxsize=50_000)
def _plane_of(position: Numbers, orientation: Numbers, spacing: Numbers) -> Plane | None:
    return plane_or_none(position, orientation, spacing)


def _split(parts: list[Part], name: str, keys: dict[int, Any]) -> list[Part]:
    """Split every part by a key per frame; parts of one key stay whole, the new ones come in the keys' order."""
    found = []
    for part in parts:
        groups: dict[Any, list[Frame]] = defaultdict(list)
        for frame in part.frames:
            groups[keys[id(frame)]].append(frame)
        for key in sorted(groups, key=_sortable):
            marks = (*part.marks, (name, key)) if len(groups) > 1 else part.marks
            found.append(Part(tuple(groups[key]), marks))
    return found


def _sortable(key: Any) -> tuple[Any, ...]:
    values = key if isinstance(key, tuple) else (key,)
    return tuple((value is not None, str(type(value).__name__), value) for value in values)


def _stack_keys(frames: Sequence[Frame]) -> dict[int, int]:
    """Number the stacks: frames of one orientation, matrix, spacing, frame of reference and StackID."""
    placed = [frame for frame in frames if _plane(frame) is not None]
    clusters: dict[int, int] = {}
    if placed:
        numbers = cluster_orientations([plane for frame in placed if (plane := _plane(frame)) is not None])
        clusters = {id(frame): number for frame, number in zip(placed, numbers, strict=True)}
    keys: dict[int, tuple[Any, ...]] = {}
    for frame in frames:
        facts = frame.facts
        spacing = tuple(round(value, 3) for value in frame.pixel_spacing_mm)
        keys[id(frame)] = (
            facts.series_number or 0,
            frame.stack_id,
            clusters.get(id(frame), -1),
            frame.rows,
            frame.columns,
            spacing,
            frame.scope.frame_of_reference_uid,
            facts.modality,
            facts.samples_per_pixel,
            facts.sop_class_uid,
        )
    ranks = {key: rank for rank, key in enumerate(sorted(set(keys.values())), start=1)}
    return {identity: ranks[key] for identity, key in keys.items()}


def _split_image_types(part: Part) -> list[Part]:
    """Split by image type and contrast phase; types that differ in noise words only stay together where they fit."""
    keys = {
        id(frame): (*frame.facts.image_type, frame.facts.complex_image_component, frame.facts.contrast_phase)
        for frame in part.frames
    }
    if len({tuple(sorted(set(key) & MEANINGFUL_TOKENS)) for key in keys.values()}) == 1:
        places = _places(part)
        if places is not None and max(_counts(places).values()) == 1:
            return [part]
    return _split([part], "type", keys)


def _split_diffusion(part: Part) -> list[Part]:
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
    parts = _split([Part(frames, part.marks)], "b", {id(f): f.diffusion.b_value for f in frames})
    found = []
    for piece in parts:
        kinds = {f.diffusion.kind for f in piece.frames}
        if kinds <= {"direction", ""}:
            found.append(piece)  # unmarked images beside direction-encoded ones belong to them
        else:
            found += _split([piece], "kind", {id(f): f.diffusion.kind for f in piece.frames})
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


_REPEAT_KEYS: tuple[tuple[str, Callable[[Frame], Any]], ...] = (
    ("te", lambda frame: round(frame.facts.echo_time_ms, 2) if frame.facts.echo_time_ms is not None else None),
    ("ti", lambda frame: round(frame.facts.inversion_time_ms, 1) if frame.facts.inversion_time_ms else None),
    ("fa", lambda frame: round(frame.facts.flip_angle_deg, 1) if frame.facts.flip_angle_deg else None),
    ("time", lambda frame: frame.temporal_position),
    ("time", lambda frame: frame.acquisition_number),
    ("time", lambda frame: frame.trigger_time_ms),
)


def _split_repeats(part: Part) -> list[Part]:
    """Split until each position is held once; the directions of one b-value stay together to be averaged."""
    places = _places(part)
    if places is None or max(_counts(places).values()) == 1:
        return [part]
    if part.frames[0].diffusion.b_value is not None:
        return [part]
    for name, key in _REPEAT_KEYS:
        keys = {id(frame): key(frame) for frame in part.frames}
        if None in keys.values() or len(set(keys.values())) < 2:
            continue
        pieces = _split([part], name, keys)
        if _covers_alike(pieces, places):
            return [final for piece in pieces for final in _split_repeats(piece)]
    return _split([part], "time", _ranks(part, places))


def _places(part: Part) -> dict[int, int] | None:
    known = [_plane(frame) for frame in part.frames]
    present = [plane for plane in known if plane is not None]
    if len(present) < len(part.frames):
        return None
    numbers = repeated_positions(list(distances_along_normal(present)))
    return {id(frame): number for frame, number in zip(part.frames, numbers, strict=True)}


def _counts(places: dict[int, int]) -> dict[int, int]:
    counts: dict[int, int] = defaultdict(int)
    for number in places.values():
        counts[number] += 1
    return counts


def _covers_alike(pieces: list[Part], places: dict[int, int]) -> bool:
    """Tell whether a split separates whole volumes: parts of the size of a volume, not of single slices."""
    positions = [{places[id(frame)] for frame in piece.frames} for piece in pieces]
    largest = max(len(found) for found in positions)
    everywhere = len(set(places.values()))
    return largest > max(1, everywhere // 2) and min(len(found) for found in positions) * 2 > largest


def _ranks(part: Part, places: dict[int, int]) -> dict[int, int]:
    """Number the images of each position by time: the i-th images of all positions are one volume."""
    at: dict[int, list[Frame]] = defaultdict(list)
    for frame in part.frames:
        at[places[id(frame)]].append(frame)
    ranks: dict[int, int] = {}
    for frames in at.values():
        for rank, frame in enumerate(sorted(frames, key=_time_order), start=1):
            ranks[id(frame)] = rank
    return ranks


def _time_order(frame: Frame) -> tuple[Any, ...]:
    values = (
        frame.temporal_position,
        frame.acquisition_number,
        frame.acquisition_time_s,
        frame.trigger_time_ms,
        frame.instance_number,
    )
    return (*((value is None, value or 0) for value in values), frame.sop_instance_uid, frame.frame)


def _split_stations(part: Part) -> list[Part]:
    """Separate stations that lie far apart along one normal."""
    places = _places(part)
    if places is None or max(_counts(places).values()) > 1:
        return [part]
    known = [plane for frame in part.frames if (plane := _plane(frame)) is not None]
    blocks = regular_blocks(list(distances_along_normal(known)))
    if len(blocks) == 1:
        return [part]
    keys = {id(part.frames[index]): number for number, block in enumerate(blocks, start=1) for index in block}
    return _split([part], "station", keys)


def _series(part: Part, label: str) -> Series:
    frames = part.frames
    columns = _columns(part)
    leaders = [column[0] for column in columns]
    leader_planes = [_plane(frame) for frame in leaders]
    stack = stack_planes(leader_planes)
    order = stack.order
    if any(plane is None for plane in leader_planes):
        order = tuple(sorted(order, key=lambda index: _time_order(leaders[index])))
    instances = tuple(_instance(columns[index]) for index in order)
    problem = stack.reason if isinstance(stack, NotAStack) else None
    first = leaders[order[0]]
    key = first.scope.series_instance_uid or f"series-{first.facts.series_number or 0}"
    depth = max(len(column) for column in columns)
    notes = () if isinstance(stack, NotAStack) else stack.notes
    if len({len(column) for column in columns}) > 1:
        notes = (*notes, "not every slice holds the same number of diffusion directions")
    return Series(
        key=f"{key}#{label}" if label else key,
        series_instance_uid=first.scope.series_instance_uid,
        frame_of_reference_uid=first.scope.frame_of_reference_uid or None,
        facts=_facts(frames, first.facts, depth),
        instances=instances,
        rows=first.rows,
        columns=first.columns,
        slice_step_mm=None if isinstance(stack, NotAStack) else stack.step_mm,
        stack_problem=problem,
        geometry_notes=notes,
        files=len({frame.path for frame in frames}),
    )


def _columns(part: Part) -> list[tuple[Frame, ...]]:
    """Return the frames by position; more than one at a position are the directions of one b-value."""
    places = _places(part)
    if places is None:
        return [(frame,) for frame in part.frames]
    at: dict[int, list[Frame]] = defaultdict(list)
    for frame in part.frames:
        at[places[id(frame)]].append(frame)
    return [tuple(sorted(at[number], key=lambda f: (f.diffusion.direction, _time_order(f)))) for number in sorted(at)]


def _instance(column: tuple[Frame, ...]) -> Instance:
    first, *others = (_single_instance(frame) for frame in column)
    return replace(first, averaged=tuple(others)) if others else first


def _single_instance(frame: Frame) -> Instance:
    return Instance(
        path=frame.path,
        frame=frame.frame,
        sop_instance_uid=frame.sop_instance_uid,
        sop_class_uid=frame.facts.sop_class_uid,
        plane=_plane(frame),
        rows=frame.rows,
        columns=frame.columns,
        instance_number=frame.instance_number,
        acquisition_time_s=frame.acquisition_time_s,
        tile=frame.tile,
    )


def _facts(frames: Sequence[Frame], facts: SequenceFacts, depth: int) -> SequenceFacts:
    """Return the facts of one volume: those of its first slice with b-value, clocks and numbers of the whole."""
    diffusion = next((f.diffusion for f in frames if f.diffusion.b_value is not None), frames[0].diffusion)
    positive = diffusion.b_value is not None and diffusion.b_value > 0
    kinds = {frame.diffusion.kind for frame in frames}
    kind = "trace" if kinds == {"trace"} else "direction" if "direction" in kinds else ""
    if positive and depth > 1 and kind != "trace":
        kind = "mean of directions"
    return replace(
        facts,
        b_value_s_mm2=diffusion.b_value,
        b_value_source=diffusion.source,
        b_value_measured_s_mm2=diffusion.measured,
        diffusion=kind if positive else "",
        diffusion_directions=depth if kind == "mean of directions" else 0,
        acquisition_time_s=_earliest(frame.acquisition_time_s for frame in frames),
        content_time_s=_earliest(frame.content_time_s for frame in frames),
        trigger_time_ms=_earliest(frame.trigger_time_ms for frame in frames),
        temporal_position=_earliest(frame.temporal_position for frame in frames),
        acquisition_number=_earliest(frame.acquisition_number for frame in frames),
        conflicts=tuple(sorted({f.diffusion.conflict for f in frames if f.diffusion.conflict})),
    )


def _earliest(values: Iterable[_Number | None]) -> _Number | None:
    return min((value for value in values if value is not None), default=None)
