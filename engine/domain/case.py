"""The case: every human decision about one study, as one immutable value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

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
class Case:
    """Decisions about one study; every change makes a new case.

    Attributes:
        study_instance_uid: The study decided about.
        roles: Role to series key, as confirmed.
        rois: Lesions in the order they were drawn or imported.
        model: Package id, or ``auto`` for the one that uses most of the roles present.
        treated: The reader ticked prior treatment of a lesion.
        shifts_mm: Manual correction per role, (x, y, z) in patient mm, added to that volume's position.
        reader: Impressions and comment; they do not affect the result, so the digest leaves them out.
    """

    study_instance_uid: str
    roles: Mapping[SequenceRole, str] = field(default_factory=dict)
    rois: tuple[Roi, ...] = ()
    model: str = "auto"
    treated: bool = False
    shifts_mm: Mapping[SequenceRole, tuple[float, float, float]] = field(default_factory=dict)
    reader: ReaderImpression = ReaderImpression()

    def __post_init__(self) -> None:
        for name in ("roles", "shifts_mm"):
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
        """Return a case in which the volume of `role` is moved by `shift_mm` (None: not moved)."""
        kept = {r: s for r, s in self.shifts_mm.items() if r != role}
        if shift_mm is not None and any(shift_mm):
            kept[role] = shift_mm
        return replace(self, shifts_mm=kept)

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
        """Return the SHA-256 of what a result depends on: study, roles, outlines, model, treatment, shifts."""
        return digest_of(
            {
                "study": self.study_instance_uid,
                "roles": {role.value: key for role, key in self.roles.items()},
                "rois": [_roi_facts(roi) for roi in self.rois],
                "model": self.model,
                "treated": self.treated,
                "shifts_mm": {role.value: list(shift) for role, shift in self.shifts_mm.items()},
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
