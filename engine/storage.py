"""Keeping things: cases and results as versioned JSON and CSV, written whole or not at all; where Lobule's own files
live.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

from engine.domain.case import Case, ReaderImpression, Rotation
from engine.domain.errors import StorageError
from engine.domain.labels import STATUS_TEXT
from engine.domain.progress import SILENT
from engine.domain.result import Caution, Fact, LesionResult, SliceResult, StudyResult
from engine.domain.roi import Contour, LesionId, Roi
from engine.domain.sequence import SequenceRole

CASE_SCHEMA = "lobule.case/1"
RESULT_SCHEMA = "lobule.result/1"

_FORMULA = re.compile(r"[\s\x00-\x1f\ufeff]*[=+\-@＝＋－＠]|[\t\n]")
"""How a cell begins that a spreadsheet may take for a formula: also after blanks, and in full-width signs."""
_INNER = re.compile(r"([;\t\n][\s\x00-\x1f\ufeff\"]*)(?=[=+\-@＝＋－＠])")
"""Where one begins within a cell to a spreadsheet that reads semicolons or tabs instead of commas, and drops quotes."""
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def data_folder() -> Path:
    """Return the folder of Lobule's own files (settings, installed packages, logs); LOBULE_HOME overrides it."""
    override = os.environ.get("LOBULE_HOME")
    return Path(override) if override else Path(platformdirs.user_data_dir("Lobule", appauthor=False))


def assets_folder() -> Path:
    """Return the folder of what ships with Lobule: models, sample, fonts, icons."""
    return Path(__file__).resolve().parents[1] / "assets"


def write_bytes(path: Path, data: bytes, commit: Callable[[], None] = SILENT.commit) -> None:
    """Write a file whole: to a neighbour first, then renamed over the target.

    Args:
        commit: Called when the neighbour is written; whatever it raises leaves the target as it was.

    Raises:
        StorageError: The place cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.parent / f".writing-{uuid.uuid4().hex}"
        try:
            with scratch.open("xb") as stream:
                stream.write(data)
            commit()
            scratch.replace(path)
        except BaseException:
            scratch.unlink(missing_ok=True)
            raise
    except OSError as problem:
        raise StorageError(
            f"{path} cannot be written: {problem.strerror or problem}.",
            remedy="Choose a folder that you may write to and that has space left.",
            code="not-writable",
        ) from problem


def write_text_atomic(path: Path, text: str, commit: Callable[[], None] = SILENT.commit) -> None:
    """Write UTF-8 text whole, with plain newlines on every system; `commit` as in `write_bytes`."""
    write_bytes(path, text.encode("utf-8"), commit)


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Write indented JSON with full precision; equal data give equal bytes."""
    write_text_atomic(path, to_json(data))


def to_json(data: Mapping[str, Any]) -> str:
    """Return indented JSON text that ends with a newline."""
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def result_to_dict(result: StudyResult, *, deidentify: bool = False) -> dict[str, Any]:
    """Return the content of `result.json` (schema lobule.result/1). Numbers keep full precision.

    With `deidentify` the UIDs of the series and the names that people gave to lesions are left out.
    """
    return {
        "schema": RESULT_SCHEMA,
        "engine_version": result.engine_version,
        "case_digest": result.case_digest,
        "package": {
            "id": result.package.id,
            "version": result.package.version,
            "digest": result.package.digest,
            "clinical_status": result.package.clinical_status,
            "roles": list(result.package.roles),
        },
        "status_text": STATUS_TEXT[result.package.clinical_status],
        "provider": result.provider,
        "roles_used": {} if deidentify else dict(result.roles_used or {}),
        "corrections": {
            role: {name: list(value) for name, value in done.items()} for role, done in result.corrections.items()
        },
        "rules": {"patient": "sum", "flag": "any-slice"},
        "lesions": [_lesion(lesion, deidentify) for lesion in result.lesions],
        "patient": {
            "predicted": result.predicted,
            "scores": None if result.scores is None else dict(result.scores),
            "malignant_by_any_slice_rule": result.malignant_by_any_slice,
        },
        "contrast_follow_up": {
            "recommended": result.follow_up.recommended,
            "headline": result.follow_up.headline,
            "reason": result.follow_up.reason,
            "withheld_because": result.follow_up.withheld_because,
        },
        "cautions": [_caution(caution) for caution in result.cautions],
    }


def _lesion(lesion: LesionResult, deidentify: bool) -> dict[str, Any]:
    return {
        "id": lesion.lesion_id,
        "name": "" if deidentify else lesion.name,
        "roi_origin": lesion.roi_origin,
        "longest_diameter_mm": lesion.longest_diameter_mm,
        "volume_ml": lesion.volume_ml,
        "slices": [_slice(slice_) for slice_ in lesion.slices],
        "sum_rule": {
            "scores": dict(lesion.summed_scores),
            "mean_scores": lesion.mean_scores,
            "predicted": lesion.predicted,
        },
        "any_slice_rule": {
            "malignant": lesion.malignant_by_any_slice,
            "slices": list(lesion.malignant_slices),
        },
    }


def _slice(slice_: SliceResult) -> dict[str, Any]:
    return {
        "index": slice_.ref.index,
        "position_mm": slice_.ref.position_mm,
        "nearest_t2_slice": slice_.ref.nearest_t2_slice,
        "scores": dict(slice_.scores),
        "predicted": slice_.predicted,
    }


def _caution(caution: Caution) -> dict[str, Any]:
    return {
        "code": caution.code,
        "effect": caution.effect.value,
        "text": caution.text,
        "values": {name: _fact(fact) for name, fact in caution.values.items()},
    }


def _fact(fact: Fact) -> dict[str, Any]:
    value = list(fact.value) if isinstance(fact.value, tuple) else fact.value
    return {"value": value, "unit": fact.unit} if fact.unit else {"value": value}


def slices_csv(result: StudyResult) -> str:
    """Return the content of `slices.csv`: one row a slice, names as in `result.json`.

    `recommended` is empty where the flag is withheld; `withheld_because` then says why.
    """
    labels = list(result.package.labels)
    rules = ["malignant_by_any_slice_rule", "package", "version", "package_digest", "provider", "status_text"]
    rules += ["roles", "recommended", "withheld_because"]
    table: list[list[object]] = [
        ["lesion_id", "index", "position_mm", "nearest_t2_slice", *labels, "predicted", *rules]
    ]
    package = result.package
    facts = [package.id, package.version, package.digest, result.provider, STATUS_TEXT[package.clinical_status]]
    recommended = "" if result.withheld else str(result.follow_up.recommended)
    facts += [" ".join(package.roles), recommended, result.follow_up.withheld_because or ""]
    for lesion in result.lesions:
        for slice_ in lesion.slices:
            ref = slice_.ref
            scores = [repr(slice_.scores[label]) for label in labels]
            row: list[object] = [lesion.lesion_id, ref.index, repr(ref.position_mm), ref.nearest_t2_slice, *scores]
            row += [slice_.predicted, lesion.malignant_by_any_slice, *facts]
            table.append(row)
    return csv_text(table)


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV text in which no cell can start a formula in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def _cell(value: object) -> object:
    """Keep a text cell from starting a formula in a spreadsheet: an apostrophe is put before it; numbers pass."""
    if not isinstance(value, str) or _NUMBER.fullmatch(value):
        return value
    lines = value.replace("\r\n", "\n").replace("\r", "\n")  # else a reader may begin a new row, unquoted as it is
    guarded = _INNER.sub(r"\1'", lines)
    return f"'{guarded}" if _FORMULA.match(lines) else guarded


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
