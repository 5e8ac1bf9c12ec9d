"""The same images sent twice under new UIDs, as archives do: found by equal geometry, equal facts and equal pixels.

Headers alone cannot tell a copy from a second acquisition of the same technique, so pixels decide; they are read only
where everything else agrees, clock included, first one slice and then all.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.errors import EngineError
from engine.domain.study import Series, Skipped

LoadFrame = Callable[[Series, int], NDArray[np.float32]]

LEAST_VALUES = 16
"""An image of fewer different values is a blank or a test pattern: equal ones prove nothing."""


def without_copies(series: Sequence[Series], load_frame: LoadFrame) -> tuple[list[Series], list[Skipped]]:
    """Return the series of one study without copies, and the files of the copies with their reason.

    Of equal series the one with the lowest number stays, then the smallest key: no order of files changes that.
    """
    alike: dict[tuple[Any, ...], list[Series]] = defaultdict(list)
    for own in series:
        alike[_likeness(own)].append(own)
    copies: dict[str, Series] = {}
    for group in alike.values():
        kept: list[Series] = []
        for own in sorted(group, key=lambda s: (s.facts.series_number or 0, s.key)):
            original = next((other for other in kept if _same_images(own, other, load_frame)), None)
            if original is None:
                kept.append(own)
            else:
                copies[own.key] = original
    skipped = [
        Skipped(path, f"the same images as series {_name(copies[own.key])}, sent again with new UIDs")
        for own in series
        if own.key in copies
        for path in sorted({instance.path for instance in _all_instances(own)})
    ]
    return [own for own in series if own.key not in copies], skipped


def _likeness(series: Series) -> tuple[Any, ...]:
    """Everything that a copy keeps; two series that differ in any of it are never compared."""
    facts = series.facts
    planes = (series.instances[0].plane, series.instances[-1].plane) if series.instances else ()
    places = tuple(
        tuple(round(value, 2) for value in (*plane.position_mm, *plane.row_cosine, *plane.column_cosine))
        for plane in planes
        if plane is not None
    )
    return (
        series.slices,
        series.rows,
        series.columns,
        places,
        facts.modality,
        facts.image_type,
        facts.acquisition_time_s,
        facts.trigger_time_ms,
        facts.temporal_position,
        facts.echo_time_ms,
        facts.repetition_time_ms,
        facts.inversion_time_ms,
        facts.flip_angle_deg,
        facts.b_value_s_mm2,
        facts.diffusion,
        facts.scanning_sequence,
    )


def _same_images(one: Series, other: Series, load_frame: LoadFrame) -> bool:
    if one.series_instance_uid == other.series_instance_uid:
        return False
    middle = one.slices // 2
    try:
        first = load_frame(one, middle)
        return (
            len(np.unique(first)) >= LEAST_VALUES
            and np.array_equal(first, load_frame(other, middle))
            and _digest(one, load_frame) == _digest(other, load_frame)
        )
    except EngineError:  # images that cannot be decoded are no proof
        return False


def _digest(series: Series, load_frame: LoadFrame) -> bytes:
    digest = hashlib.sha256()
    for index in range(series.slices):
        digest.update(np.ascontiguousarray(load_frame(series, index)).tobytes())
    return digest.digest()


def _all_instances(series: Series) -> Iterable[Any]:
    for instance in series.instances:
        yield instance
        yield from instance.averaged


def _name(series: Series) -> str:
    number = series.facts.series_number
    description = series.facts.series_description or series.key
    return f"{number} ({description})" if number is not None else description
