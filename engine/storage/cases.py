"""Cases out and in: `case.json` (schema lobule.case/1)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from engine.domain.case import Case, ReaderImpression, Rotation
from engine.domain.errors import StorageError
from engine.domain.progress import SILENT
from engine.domain.roi import Contour, LesionId, Roi
from engine.domain.sequence import SequenceRole
from engine.storage.files import to_json, write_text_atomic

CASE_SCHEMA = "lobule.case/1"


def case_to_json(case: Case) -> str:
    """Return a case as JSON text (schema lobule.case/1)."""
    data = {
        "schema": CASE_SCHEMA,
        "study_instance_uid": case.study_instance_uid,
        "roles": {role.value: key for role, key in case.roles.items()},
        "model": case.model,
        "treated": case.treated,
        "shifts_mm": {role.value: list(shift) for role, shift in case.shifts_mm.items()},
        "rotations": {role.value: asdict(turn) for role, turn in case.rotations.items()},
        "reader": asdict(case.reader),
        "rois": [_roi(roi) for roi in case.rois],
    }
    return to_json(data)


def _roi(roi: Roi) -> dict[str, Any]:
    return {
        "lesion_id": roi.lesion_id,
        "name": roi.name,
        "origin": roi.origin,
        "frame_of_reference_uid": roi.frame_of_reference_uid,
        "notes": list(roi.notes),
        "contours": [
            {"interpolated": contour.interpolated, "points_mm": contour.points_mm.tolist()} for contour in roi.contours
        ],
    }


def case_from_json(text: str, source: str = "The case") -> Case:
    """Read a case back.

    Raises:
        StorageError: The text is not a case of this schema.
    """
    try:
        data = json.loads(text)
        if data["schema"] != CASE_SCHEMA:
            raise ValueError(f"it has schema {data['schema']!r}, this release reads {CASE_SCHEMA!r}")
        return Case(
            study_instance_uid=str(data["study_instance_uid"]),
            roles={SequenceRole(role): str(key) for role, key in data["roles"].items()},
            rois=tuple(_read_roi(roi) for roi in data["rois"]),
            model=str(data["model"]),
            treated=bool(data["treated"]),
            shifts_mm={SequenceRole(role): _vector(shift) for role, shift in data["shifts_mm"].items()},
            rotations={
                SequenceRole(role): Rotation(_vector(turn["angles_deg"]), _vector(turn["centre_mm"]))
                for role, turn in data.get("rotations", {}).items()
            },
            reader=ReaderImpression(**data["reader"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise StorageError(
            f"{source} cannot be read: {problem}.",
            remedy="Choose a case.json that Lobule wrote.",
            code="case-unreadable",
        ) from problem


def _read_roi(data: Mapping[str, Any]) -> Roi:
    contours = tuple(
        Contour(np.array(contour["points_mm"], dtype=np.float64), bool(contour["interpolated"]))
        for contour in data["contours"]
    )
    frame = data["frame_of_reference_uid"]
    return Roi(
        lesion_id=LesionId(str(data["lesion_id"])),
        contours=contours,
        origin=str(data["origin"]),
        frame_of_reference_uid=None if frame is None else str(frame),
        name=str(data["name"]),
        notes=tuple(str(note) for note in data["notes"]),
    )


def _vector(values: Any) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in values)
    return x, y, z


def save_case(case: Case, path: Path, commit: Callable[[], None] = SILENT.commit) -> None:
    """Write a case to a file, whole or not at all; `commit` as in `write_bytes`."""
    write_text_atomic(path, case_to_json(case), commit)


def load_case(path: Path) -> Case:
    """Read a case from a file.

    Raises:
        StorageError: The file cannot be read or holds no case.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise StorageError(
            f"{path} cannot be read: {problem}.",
            remedy="Name a case.json that Lobule wrote.",
            code="case-unreadable",
        ) from problem
    return case_from_json(text, str(path))
