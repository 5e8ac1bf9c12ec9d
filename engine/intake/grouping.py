"""Frames → series: every DICOM series is split until each part holds every position once.

What differs by nature (stack, orientation, matrix, image type, b-value, contrast phase) always splits. What may also
vary innocently (echo, flip angle, times, numbers) splits only where one position holds several images. Every choice
depends on values in the headers alone, never on the order or the names of the files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.domain.study import Series
from engine.geometry.stacking import cluster_orientations, distances_along_normal, regular_blocks
from engine.intake.diffusion_parts import split_diffusion
from engine.intake.labels import MEANINGFUL_TOKENS, volume_labels
from engine.intake.parts import Part, split
from engine.intake.positions import held_once, places_of, plane_of, ranks_by_time
from engine.intake.records import Frame
from engine.intake.series import series_from


def group_series(frames: Sequence[Frame]) -> tuple[Series, ...]:
    """Return the volumes of one DICOM series, in a fixed order.

    Args:
        frames: All frames of one SeriesInstanceUID of one study, without duplicates, in any order.
    """
    ordered = sorted(frames, key=_frame_order)
    parts = [Part(tuple(ordered), ())]
    parts = split(parts, "stack", _stack_keys(ordered))
    parts = [piece for part in parts for piece in _split_image_types(part)]
    parts = [piece for part in parts for piece in split_diffusion(part)]
    parts = [piece for part in parts for piece in _split_repeats(part)]
    parts = [piece for part in parts for piece in _split_stations(part)]
    labels = volume_labels([part.marks for part in parts])
    return tuple(series_from(part, label) for part, label in zip(parts, labels, strict=True))


def _frame_order(frame: Frame) -> tuple[Any, ...]:
    return (
        frame.facts.series_number or 0,
        frame.sop_instance_uid,
        frame.frame,
        frame.tile or (),
        frame.position_mm,
        frame.instance_number or 0,
    )


def _stack_keys(frames: Sequence[Frame]) -> dict[int, int]:
    """Number the stacks: frames of one orientation, matrix, spacing, frame of reference and StackID."""
    placed = [frame for frame in frames if plane_of(frame) is not None]
    clusters: dict[int, int] = {}
    if placed:
        numbers = cluster_orientations([plane for frame in placed if (plane := plane_of(frame)) is not None])
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
        places = places_of(part)
        if places is not None and held_once(places):
            return [part]
    return split([part], "type", keys)


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
    places = places_of(part)
    if places is None or held_once(places):
        return [part]
    if part.frames[0].diffusion.b_value is not None:
        return [part]
    for name, key in _REPEAT_KEYS:
        keys = {id(frame): key(frame) for frame in part.frames}
        if None in keys.values() or len(set(keys.values())) < 2:
            continue
        pieces = split([part], name, keys)
        if _covers_alike(pieces, places):
            return [final for piece in pieces for final in _split_repeats(piece)]
    return split([part], "time", ranks_by_time(part, places))


def _covers_alike(pieces: list[Part], places: dict[int, int]) -> bool:
    """Tell whether a split separates whole volumes: parts of the size of a volume, not of single slices."""
    positions = [{places[id(frame)] for frame in piece.frames} for piece in pieces]
    largest = max(len(found) for found in positions)
    everywhere = len(set(places.values()))
    return largest > max(1, everywhere // 2) and min(len(found) for found in positions) * 2 > largest


def _split_stations(part: Part) -> list[Part]:
    """Separate stations that lie far apart along one normal."""
    places = places_of(part)
    if places is None or not held_once(places):
        return [part]
    known = [plane for frame in part.frames if (plane := plane_of(frame)) is not None]
    blocks = regular_blocks(list(distances_along_normal(known)))
    if len(blocks) == 1:
        return [part]
    keys = {id(part.frames[index]): number for number, block in enumerate(blocks, start=1) for index in block}
    return split([part], "station", keys)
