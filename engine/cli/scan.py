"""`lobule scan` and `lobule sample`: what a folder holds, and an example of one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from engine import pipeline, storage
from engine.cli.console import ConsoleProgress, say
from engine.domain.errors import UsageError
from engine.domain.roi import RoiObject
from engine.domain.sequence import RoleMap, SequenceRole
from engine.domain.study import Opened, Series, Skipped, Study

SCAN_SCHEMA = "lobule.scan/1"


def run(arguments: argparse.Namespace) -> int:
    """Scan and print, as a table or as JSON."""
    opened = pipeline.look_into([arguments.folder], ConsoleProgress())
    described = [(study, pipeline.propose_roles(study), pipeline.describe_rois(study)) for study in opened.studies]
    if arguments.json is not None:
        text = storage.to_json(_document(opened, described))
        if arguments.json == "-":
            sys.stdout.write(text)
        else:
            storage.write_text_atomic(Path(arguments.json), text)
            say(f"wrote {arguments.json}")
    else:
        for study, roles, rois in described:
            _print_study(study, roles, rois)
        _print_skipped(opened)
    if not opened.studies:
        raise pipeline.nothing_found([arguments.folder], opened)
    return 0


def run_sample(arguments: argparse.Namespace) -> int:
    """Write the sample study into a folder that is new or empty."""
    folder = arguments.folder
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            f"{folder} exists and is not an empty folder.",
            remedy="Name a new folder, so that the sample does not mix with other files.",
            code="folder-not-empty",
        )
    pipeline.sample_study(folder)
    say("Simulated images: a digital phantom, not a patient.")
    print(folder)
    return 0


def _document(opened: Opened, described: list[tuple[Study, RoleMap, tuple[RoiObject, ...]]]) -> dict[str, Any]:
    skipped = [*opened.skipped, *(item for study in opened.studies for item in study.skipped)]
    return {
        "schema": SCAN_SCHEMA,
        "studies": [_study(study, roles, rois) for study, roles, rois in described],
        "skipped": [_skipped(item) for item in skipped],
    }


def _study(study: Study, roles: RoleMap, rois: tuple[RoiObject, ...]) -> dict[str, Any]:
    patient = study.patient
    return {
        "study_instance_uid": study.study_instance_uid,
        "study_date": study.study_date,
        "patient": {
            "id": patient.patient_id,
            "name": patient.patient_name,
            "age_years": patient.age_years,
            "sex": patient.sex,
        },
        "series": [_series(series, roles) for series in study.series],
        "roles": {role.value: key for role, key in roles.roles.items()},
        "missing_roles": [role.value for role in roles.missing(SequenceRole)],
        "roi_objects": [
            {
                "path": str(item.path),
                "format": item.format,
                "lesions": item.lesions,
                "usable": item.usable,
                "reason": item.reason,
            }
            for item in rois
        ],
    }


def _series(series: Series, roles: RoleMap) -> dict[str, Any]:
    guess = roles.guess_for(series.key)
    plane = series.plane
    facts = series.facts
    return {
        "key": series.key,
        "series_instance_uid": series.series_instance_uid,
        "series_number": facts.series_number,
        "description": facts.series_description,
        "manufacturer": facts.manufacturer,
        "kind": guess.kind.value if guess else "OTHER",
        "phase": guess.phase.value if guess and guess.phase else None,
        "b_value_s_mm2": facts.b_value_s_mm2,
        "b_value_source": facts.b_value_source,
        "role": guess.role.value if guess and guess.role else None,
        "confidence": guess.confidence if guess else 0.0,
        "reasons": list(guess.reasons) if guess else [],
        "files": series.files,
        "slices": series.slices,
        "rows": series.rows,
        "columns": series.columns,
        "pixel_spacing_mm": list(plane.pixel_spacing_mm) if plane else None,
        "slice_step_mm": series.slice_step_mm,
        "normal": list(plane.normal) if plane else None,
        "first_position_mm": list(plane.position_mm) if plane else None,
        "is_stack": series.is_stack,
        "stack_problem": series.stack_problem,
    }


def _skipped(item: Skipped) -> dict[str, str]:
    return {"path": str(item.path), "reason": item.reason}


def _print_study(study: Study, roles: RoleMap, rois: tuple[RoiObject, ...]) -> None:
    patient = study.patient
    print(
        f"Study {study.study_date or 'without date'}  {patient.patient_name or '(no name)'}  "
        f"ID {patient.patient_id or '–'}"
    )
    for series in study.series:
        guess = roles.guess_for(series.key)
        number = "–" if series.facts.series_number is None else str(series.facts.series_number)
        role = guess.role.value if guess and guess.role else ""
        kind = guess.kind.value if guess else "OTHER"
        b_value = series.facts.b_value_s_mm2
        b_text = "" if b_value is None else f" b{b_value:g}"
        print(
            f"  {number:>5}  {kind + b_text:<18} {role:<18} {series.slices:>4} slices  "
            f"{series.facts.series_description or '(no description)'}"
        )
        if guess and guess.reasons:
            print(f"         {guess.confidence:.2f}: {'; '.join(guess.reasons)}")
        if series.stack_problem:
            print(f"         no regular stack: {series.stack_problem}")
    for item in rois:
        state = "usable" if item.usable else "not usable"
        print(f"  outline {item.path.name} ({item.format}, {item.lesions} lesions): {state}: {item.reason}")
    missing = roles.missing((SequenceRole.T2, SequenceRole.DWI))
    if missing:
        print(f"  missing: {', '.join(role.value for role in missing)}")


def _print_skipped(opened: Opened) -> None:
    skipped = [*opened.skipped, *(item for study in opened.studies for item in study.skipped)]
    if skipped:
        print(f"{len(skipped)} files were not used:")
    for item in skipped[:20]:
        print(f"  {item.path}: {item.reason}")
    if len(skipped) > 20:
        print(f"  … and {len(skipped) - 20} more; --json lists them all")
