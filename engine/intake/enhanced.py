"""Enhanced multi-frame objects: functional groups, shared and per frame, turned into one record per frame.

Groups are looked up per frame first and shared second. Legacy converted objects keep what a classic header said in the
"unassigned converted attributes", which serve as a last resort.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.domain.sequence import SequenceFacts
from engine.intake.bvalue import functional_group_diffusion
from engine.intake.facts import read_facts, read_scope, seconds, share
from engine.intake.headers import Header, NotUsable
from engine.intake.records import Diffusion, Frame
from engine.intake.tags import RawHeader

SHARED_GROUPS, PER_FRAME_GROUPS = 0x52009229, 0x52009230
MAXIMUM_FRAMES = 100_000

_POSITION, _ORIENTATION, _MEASURES = 0x00209113, 0x00209116, 0x00289110
_CONTENT, _FRAME_TYPE, _ECHO, _TIMING = 0x00209111, 0x00189226, 0x00189114, 0x00189112
_MODIFIER, _DIFFUSION, _TEMPORAL = 0x00189115, 0x00189117, 0x00209310
_CONTRAST_USAGE, _UNASSIGNED_SHARED, _UNASSIGNED = 0x00189341, 0x00209170, 0x00209171
_NOT_YET = ("contrast_agent", "")
"""A frame of which ContrastBolusAgentAdministered says NO, whatever agents the object lists for the examination."""
_CT_FRAME_TYPE = 0x00189329


class _Groups:
    """One frame's view on its functional groups: own group first, then the shared one."""

    __slots__ = ("_own", "_shared")

    def __init__(self, own: RawHeader | None, shared: RawHeader | None) -> None:
        self._own = own
        self._shared = shared

    def get(self, sequence: int) -> RawHeader | None:
        for groups in (self._own, self._shared):
            if groups is not None and sequence in groups:
                item = groups.first_item(sequence)
                if item is not None:
                    return item
        return None

    def number(self, sequence: int, tag: int, form: str = "") -> float | None:
        item = self.get(sequence)
        return item.number(tag, form) if item is not None else None

    def numbers(self, sequence: int, tag: int) -> tuple[float, ...]:
        item = self.get(sequence)
        return item.numbers(tag) if item is not None else ()

    def text(self, sequence: int, tag: int) -> str:
        item = self.get(sequence)
        return item.text(tag) if item is not None else ""


def is_multi_frame(header: Header) -> bool:
    """Tell whether the header describes its frames by functional groups."""
    return PER_FRAME_GROUPS in header.tags


def enhanced_frames(header: Header, path: Path) -> tuple[Frame, ...]:
    """Return one record per frame of an enhanced object.

    Raises:
        NotUsable: The object describes no frame, or more than any real one has.
    """
    tags = header.tags
    scope = read_scope(tags)
    facts = read_facts(tags, header.sop_class_uid, header.transfer_syntax_uid)
    shared = tags.first_item(SHARED_GROUPS)
    own = tags.items(PER_FRAME_GROUPS)
    if not own:
        raise NotUsable("the multi-frame object describes no frame")
    count = max(tags.integer(0x00280008) or len(own), 1)
    if count > MAXIMUM_FRAMES:
        raise NotUsable(f"the multi-frame object claims {count} frames")
    rows, columns = tags.integer(0x00280010, "H") or 0, tags.integer(0x00280011, "H") or 0
    uid = tags.text(0x00080018)
    top_times = (tags.text(0x0008002A), tags.text(0x00080033))
    variants: dict[tuple[Any, ...], SequenceFacts] = {}
    frames = []
    for index, item in enumerate(own[:count]):
        groups = _Groups(item, shared)
        frame_facts = _frame_facts(groups, facts, variants)
        diffusion_item = groups.get(_DIFFUSION)
        acquired = groups.text(_CONTENT, 0x00189074) or top_times[0]
        offset = groups.number(_TEMPORAL, 0x0020930D, "d")
        frames.append(
            Frame(
                path=path,
                frame=index,
                scope=scope,
                facts=frame_facts,
                sop_instance_uid=uid,
                rows=rows,
                columns=columns,
                position_mm=groups.numbers(_POSITION, 0x00200032) or _unassigned(groups, 0x00200032),
                orientation=groups.numbers(_ORIENTATION, 0x00200037) or _unassigned(groups, 0x00200037),
                pixel_spacing_mm=groups.numbers(_MEASURES, 0x00280030) or _unassigned(groups, 0x00280030),
                instance_number=index + 1,
                acquisition_number=_integer(groups.number(_CONTENT, 0x00209156, "H")),
                acquisition_time_s=seconds(acquired),
                content_time_s=seconds(top_times[1]),
                trigger_time_ms=offset * 1000 if offset is not None else None,
                temporal_position=_integer(groups.number(_CONTENT, 0x00209128, "I")),
                stack_id=groups.text(_CONTENT, 0x00209056),
                diffusion=functional_group_diffusion(diffusion_item, frame_facts) if diffusion_item else Diffusion(),
            )
        )
    return tuple(frames)


def _frame_facts(
    groups: _Groups, facts: SequenceFacts, variants: dict[tuple[Any, ...], SequenceFacts]
) -> SequenceFacts:
    """Return the file's facts with what this frame says of itself; equal frames share one value."""
    frame_type = groups.text(_FRAME_TYPE, 0x00089007) or groups.text(_CT_FRAME_TYPE, 0x00089007)
    found = tuple(_frame_values(groups, frame_type))
    if found not in variants:
        changes = {name: value for name, value in found if value not in (None, "", ()) or (name, value) == _NOT_YET}
        variants[found] = share(replace(facts, **changes))
    return variants[found]


def _frame_values(groups: _Groups, frame_type: str) -> Iterator[tuple[str, Any]]:
    yield "image_type", tuple(part.strip().upper() for part in frame_type.split("\\")) if frame_type else ()
    yield "complex_image_component", groups.text(_FRAME_TYPE, 0x00089208).upper()
    yield "acquisition_contrast", groups.text(_FRAME_TYPE, 0x00089209).upper()
    echo = groups.number(_ECHO, 0x00189082, "d")
    yield "echo_time_ms", _positive(echo if echo is not None else next(iter(_unassigned(groups, 0x00180081)), None))
    yield "repetition_time_ms", _positive(groups.number(_TIMING, 0x00180080))
    yield "flip_angle_deg", _positive(groups.number(_TIMING, 0x00181314))
    train = groups.number(_TIMING, 0x00180091) or groups.number(_TIMING, 0x00189240, "H")
    yield "echo_train_length", _integer(_positive(train))
    yield "slice_thickness_mm", _positive(groups.number(_MEASURES, 0x00180050))
    if groups.text(_MODIFIER, 0x00189009).upper() == "YES":
        yield "inversion_time_ms", _positive(groups.number(_MODIFIER, 0x00189079, "d"))
    yield "spectral_suppression", groups.text(_MODIFIER, 0x00189025).upper()
    yield "contrast_phase", groups.text(_CONTRAST_USAGE, 0x00189344).upper()
    yield {"YES": ("contrast_agent", "administered"), "NO": _NOT_YET}.get(
        groups.text(_CONTRAST_USAGE, 0x00189342).upper(), ("contrast_agent", None)
    )
    yield "acquisition_duration_s", _milliseconds(groups.number(_CONTENT, 0x00189220, "d"))


def _unassigned(groups: _Groups, tag: int) -> tuple[float, ...]:
    for sequence in (_UNASSIGNED, _UNASSIGNED_SHARED):
        found = groups.numbers(sequence, tag)
        if found:
            return found
    return ()


def _positive(value: float | None) -> float | None:
    return value if value is not None and value > 0 else None


def _milliseconds(value: float | None) -> float | None:
    return value / 1000 if value is not None and 0 < value < 3_600_000 else None


def _integer(value: float | None) -> int | None:
    return int(value) if value is not None else None
