"""Parts: frames of one DICOM series that belong together so far, and the splitting of them by a key."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

from engine.intake.records import Frame


class Part(NamedTuple):
    """Frames that belong together so far, and what sets them apart from the rest of their DICOM series."""

    frames: tuple[Frame, ...]
    marks: tuple[tuple[str, Any], ...]


def split(parts: list[Part], name: str, keys: dict[int, Any]) -> list[Part]:
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
