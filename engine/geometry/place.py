"""Where volumes lie once the case's corrections are applied: the one place where a correction becomes geometry."""

from __future__ import annotations

from engine.domain.case import Case
from engine.domain.sequence import SequenceRole
from engine.domain.volume import Volume, VolumeSet


def placed(volume: Volume, role: SequenceRole, case: Case) -> Volume:
    """Return the volume of `role` where the case has it: moved and turned in patient space, or as its files say."""
    correction = case.correction(role)
    if correction is None:
        return volume
    return Volume(volume.array, correction @ volume.affine, volume.frame_of_reference_uid, volume.series_key)


def placed_volumes(volumes: VolumeSet, case: Case) -> VolumeSet:
    """Return every volume where the case has it."""
    if not case.shifts_mm and not case.rotations:
        return volumes
    return VolumeSet({role: placed(volume, role, case) for role, volume in volumes.items()})
