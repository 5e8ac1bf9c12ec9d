"""The case: every human decision about one study, as one immutable value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.digest import digest_of
from engine.domain.roi import Contour, LesionId, Roi
from engine.domain.sequence import SequenceRole


@dataclass(frozen=True, slots=True)
class ReaderImpression:
    """What the reader thought: before the scores (read-first mode) and at the end.

    Attributes:
        first_impression: Class label given before scores were shown, or None.
        final_class: The reader's own final class, or None.
        comment: Free text for the report.
        pre_test_probability: The reader's estimate in 0..1, or None.
    """

    first_impression: str | None = None
    final_class: str | None = None
    comment: str = ""
    pre_test_probability: float | None = None


@dataclass(frozen=True, slots=True)
class Rotation:
    """A turn of one volume in patient space.

    Attributes:
        angles_deg: About the patient's x, then y, then z axis.
        centre_mm: (x, y, z) of the point that stays where it is.
    """

    angles_deg: tuple[float, float, float]
    centre_mm: tuple[float, float, float]

    def matrix(self) -> NDArray[np.float64]:
        """Return the (4, 4) map of patient mm."""
        turn = np.eye(3)
        for axis, degrees in enumerate(self.angles_deg):
            cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
            one, two = ((1, 2), (2, 0), (0, 1))[axis]
            step = np.eye(3)
            step[one, one], step[one, two], step[two, one], step[two, two] = cosine, -sine, sine, cosine
            turn = step @ turn
        whole = np.eye(4)
        centre = np.asarray(self.centre_mm)
        whole[:3, :3], whole[:3, 3] = turn, centre - turn @ centre
        return whole


@dataclass(frozen=True, slots=True)
class Case:
    """Decisions about one study; every change makes a new case.

    Attributes:
        study_instance_uid: The study decided about.
        roles: Role to series key, as confirmed.
        rois: Lesions in the order they were drawn or imported.
        model: Package id, or ``auto`` for the one that uses most of the roles present.
        treated: The reader ticked prior treatment of a lesion.
        shifts_mm: Correction of a misalignment per role, (x, y, z) in patient mm, added to that volume's position.
        rotations: Turn per role, applied before the shift; found by registration.
        reader: Impressions and comment; they do not affect the result, so the digest leaves them out.
    """

    study_instance_uid: str
    roles: Mapping[SequenceRole, str] = field(default_factory=dict)
    rois: tuple[Roi, ...] = ()
    model: str = "auto"
    treated: bool = False
    shifts_mm: Mapping[SequenceRole, tuple[float, float, float]] = field(default_factory=dict)
    rotations: Mapping[SequenceRole, Rotation] = field(default_factory=dict)
    reader: ReaderImpression = ReaderImpression()

    def __post_init__(self) -> None:
        for name in ("roles", "shifts_mm", "rotations"):
            given: Mapping[SequenceRole, Any] = getattr(self, name)
            ordered = {role: given[role] for role in SequenceRole if role in given}
            object.__setattr__(self, name, MappingProxyType(ordered))
        object.__setattr__(self, "rois", tuple(self.rois))
        ids = [roi.lesion_id for roi in self.rois]
        if len(set(ids)) != len(ids):
            raise ValueError(f"lesion ids must differ, got {ids}")

    def with_role(self, role: SequenceRole, series_key: str | None) -> Case:
        """Return a case in which `series_key` plays `role` and no other (None: the role is vacant)."""
        kept = {r: key for r, key in self.roles.items() if r != role and key != series_key}
        if series_key is not None:
            kept[role] = series_key
        return replace(self, roles=kept)

    def with_rois(self, rois: tuple[Roi, ...]) -> Case:
        """Return a case with these lesions."""
        return replace(self, rois=rois)

    def with_roi(self, roi: Roi) -> Case:
        """Return a case with `roi` added, or put in the place of the lesion of the same id."""
        if any(known.lesion_id == roi.lesion_id for known in self.rois):
            return replace(self, rois=tuple(roi if k.lesion_id == roi.lesion_id else k for k in self.rois))
        return replace(self, rois=(*self.rois, roi))

    def without_roi(self, lesion_id: LesionId) -> Case:
        """Return a case without that lesion."""
        return replace(self, rois=tuple(roi for roi in self.rois if roi.lesion_id != lesion_id))

    def with_treated(self, treated: bool) -> Case:
        """Return a case with the prior-treatment tick set or cleared."""
        return replace(self, treated=treated)

    def with_model(self, model: str) -> Case:
        """Return a case that asks for this package."""
        return replace(self, model=model)

    def with_shift(self, role: SequenceRole, shift_mm: tuple[float, float, float] | None) -> Case:
        """Return a case in which the volume of `role` is moved by `shift_mm`, a turn it has kept (None: the volume
        stays where its files say).
        """
        return self.with_correction(role, shift_mm, None if shift_mm is None else self.rotations.get(role))

    def with_correction(
        self, role: SequenceRole, shift_mm: tuple[float, float, float] | None, rotation: Rotation | None
    ) -> Case:
        """Return a case in which the volume of `role` is turned and moved so and not otherwise."""
        shifts = {r: s for r, s in self.shifts_mm.items() if r != role}
        turns = {r: t for r, t in self.rotations.items() if r != role}
        if shift_mm is not None and any(shift_mm):
            shifts[role] = shift_mm
        if rotation is not None and any(rotation.angles_deg):
            turns[role] = rotation
        return replace(self, shifts_mm=shifts, rotations=turns)

    def correction(self, role: SequenceRole) -> NDArray[np.float64] | None:
        """Return the (4, 4) map of patient mm that the volume of `role` goes through, None where it stays."""
        shift, rotation = self.shifts_mm.get(role), self.rotations.get(role)
        if shift is None and rotation is None:
            return None
        whole = np.eye(4) if rotation is None else rotation.matrix()
        whole[:3, 3] += shift or (0.0, 0.0, 0.0)
        return whole

    def with_reader(self, reader: ReaderImpression) -> Case:
        """Return a case with these impressions."""
        return replace(self, reader=reader)

    def next_lesion_id(self) -> LesionId:
        """Return the first free id of the form L1, L2, …"""
        taken = {roi.lesion_id for roi in self.rois}
        number = 1
        while f"L{number}" in taken:
            number += 1
        return LesionId(f"L{number}")

    def digest(self) -> str:
        """Return the SHA-256 of what a result depends on: study, roles, outlines, model, treatment, corrections."""
        turned = {role.value: [list(turn.angles_deg), list(turn.centre_mm)] for role, turn in self.rotations.items()}
        return digest_of(
            {
                "study": self.study_instance_uid,
                "roles": {role.value: key for role, key in self.roles.items()},
                "rois": [_roi_facts(roi) for roi in self.rois],
                "model": self.model,
                "treated": self.treated,
                "shifts_mm": {role.value: list(shift) for role, shift in self.shifts_mm.items()},
                **({"rotations": turned} if turned else {}),
            }
        )

    def __reduce__(self) -> tuple[object, ...]:  # MappingProxyType does not pickle
        return (
            Case,
            (
                self.study_instance_uid,
                dict(self.roles),
                self.rois,
                self.model,
                self.treated,
                dict(self.shifts_mm),
                dict(self.rotations),
                self.reader,
            ),
        )


def _roi_facts(roi: Roi) -> dict[str, Any]:
    return {
        "id": roi.lesion_id,
        "origin": roi.origin,
        "contours": [_contour_facts(contour) for contour in roi.contours],
    }


def _contour_facts(contour: Contour) -> dict[str, Any]:
    # a micrometre is far below any pixel: rounding keeps the digest equal through text formats
    return {"interpolated": contour.interpolated, "points": (contour.points_mm.round(3) + 0.0).tolist()}
