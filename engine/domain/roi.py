"""Lesion outlines: planar contours in patient millimetres."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NewType

import numpy as np
from numpy.typing import NDArray

from engine.domain.errors import EngineError

LesionId = NewType("LesionId", str)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Contour:
    """One closed outline on one plane. Several on one plane combine by the even-odd rule (inner rings are holes).

    Attributes:
        points_mm: (N, 3) float64 in patient LPS mm, N >= 3, read-only; the last point joins the first.
        interpolated: True for an outline made between drawn ones that nobody has confirmed.
    """

    points_mm: NDArray[np.float64]
    interpolated: bool = False

    def __post_init__(self) -> None:
        points = np.array(self.points_mm, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != 3 or len(points) < 3:
            raise ValueError(f"a contour needs at least three (x, y, z) points, got shape {points.shape}")
        if not np.isfinite(points).all():
            raise ValueError("contour points must be finite")
        points.flags.writeable = False
        object.__setattr__(self, "points_mm", points)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Contour):
            return NotImplemented
        return self.interpolated == other.interpolated and np.array_equal(self.points_mm, other.points_mm)

    def __hash__(self) -> int:
        return hash((self.interpolated, self.points_mm.tobytes()))

    def __reduce__(self) -> tuple[object, ...]:
        return (Contour, (np.array(self.points_mm), self.interpolated))


@dataclass(frozen=True, slots=True)
class Roi:
    """One lesion: its outlines and where they came from.

    Attributes:
        lesion_id: Short stable name within the case, such as ``L1``.
        contours: All outlines, on any number of planes.
        origin: ``drawn``, ``interpolated`` or ``imported from <format>``.
        frame_of_reference_uid: Frame in which the points lie, None when unknown.
        name: What the reader or the imported object calls it.
        notes: What was done on import that the reader should check, in sentences; the result does not depend on them.
    """

    lesion_id: LesionId
    contours: tuple[Contour, ...]
    origin: str = "drawn"
    frame_of_reference_uid: str | None = None
    name: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.lesion_id:
            raise ValueError("a lesion needs an id")
        object.__setattr__(self, "contours", tuple(self.contours))
        object.__setattr__(self, "notes", tuple(self.notes))

    @property
    def has_interpolated(self) -> bool:
        """True when an unconfirmed interpolated outline is part of it."""
        return any(contour.interpolated for contour in self.contours)

    def with_contours(self, contours: tuple[Contour, ...]) -> Roi:
        """Return the same lesion with other outlines."""
        return replace(self, contours=contours)


@dataclass(frozen=True, slots=True)
class RoiObject:
    """A file that may hold outlines, before anything is imported from it.

    Attributes:
        path: The file.
        format: ``SEG``, ``RTSTRUCT``, ``NIfTI``, ``NRRD`` or ``MHA``.
        lesions: Number of lesions that it would give.
        usable: False when it can't belong to the study.
        reason: Why it fits, or why not, in one sentence.
        problem: The fault that reading it met, None where it could be read.
    """

    path: Path
    format: str
    lesions: int
    usable: bool
    reason: str
    problem: EngineError | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class RoiChoice:
    """One possible answer to a `RoiQuestion`.

    Attributes:
        key: What is given back, such as a series key or ``yes``.
        text: The answer in words.
    """

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class RoiQuestion:
    """What only a person can decide before a file is imported.

    Attributes:
        code: ``place`` (does an object without a reference belong to these images?), ``series`` (which of several
            fitting series was it drawn on?) or ``overlap`` (what do contours that overlap in part mean?).
        text: The question, with what was found, in sentences.
        choices: At least one; to refuse all of them is to import nothing.
        default: The key taken where nobody can be asked, None where a person must decide.
    """

    path: Path
    code: str
    text: str
    choices: tuple[RoiChoice, ...]
    default: str | None = None
