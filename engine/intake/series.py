"""Part → series: the slices in order, directions of one b-value averaged, and the facts of the whole volume."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from engine.domain.sequence import SequenceFacts
from engine.domain.study import Instance, Series
from engine.geometry.stacking import NotAStack, stack_planes
from engine.intake.parts import Part
from engine.intake.positions import columns_of, plane_of, time_order
from engine.intake.records import Frame

_Number = TypeVar("_Number", int, float)


def series_from(part: Part, label: str) -> Series:
    """Return the series of one part; `label` sets it apart within its DICOM series, empty where it is alone."""
    frames = part.frames
    columns = columns_of(part)
    leaders = [column[0] for column in columns]
    leader_planes = [plane_of(frame) for frame in leaders]
    stack = stack_planes(leader_planes)
    order = stack.order
    if any(plane is None for plane in leader_planes):
        order = tuple(sorted(order, key=lambda index: time_order(leaders[index])))
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


def _instance(column: tuple[Frame, ...]) -> Instance:
    first, *others = (_single_instance(frame) for frame in column)
    return replace(first, averaged=tuple(others)) if others else first


def _single_instance(frame: Frame) -> Instance:
    return Instance(
        path=frame.path,
        frame=frame.frame,
        sop_instance_uid=frame.sop_instance_uid,
        sop_class_uid=frame.facts.sop_class_uid,
        plane=plane_of(frame),
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
