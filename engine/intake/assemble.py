"""Contents of files → studies: patients kept apart, duplicates set aside, ROI files given to their study."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from engine.domain.progress import SILENT, Progress
from engine.domain.study import Opened, PatientContext, Skipped, Study
from engine.intake.brightness import label_by_brightness
from engine.intake.copies import without_copies
from engine.intake.grouping import group_series
from engine.intake.pixels import load_frame
from engine.intake.records import FileContent, Frame, RoiFile, Scope

_AGE = re.compile(r"^(\d{1,3})([DWMY])$", re.IGNORECASE)
_YEARS = {"D": 1 / 365.25, "W": 7 / 365.25, "M": 1 / 12, "Y": 1.0}


def assemble(contents: Iterable[FileContent], progress: Progress = SILENT) -> Opened:
    """Return the studies that files make up.

    The result does not depend on the order in which the files come.
    """
    frames: list[Frame] = []
    rois: list[RoiFile] = []
    skipped: list[Skipped] = []
    for content in sorted(contents, key=lambda content: str(content.path)):
        frames += content.frames
        if content.roi is not None:
            rois.append(content.roi)
        if content.skipped is not None:
            skipped.append(content.skipped)
    kept, duplicates = _without_duplicates(frames)
    studies = _by_study(kept)
    duplicate_of: dict[tuple[str, str], list[Skipped]] = defaultdict(list)
    for frame, reason in duplicates:
        duplicate_of[_study_key(frame.scope, studies)].append(reason)
    found = []
    for number, key in enumerate(sorted(studies)):
        progress.step("grouping", number, len(studies))
        found.append(_study(key, studies[key], rois, tuple(duplicate_of.get(key, ()))))
    uids = {study.study_instance_uid for study in found}
    orphans = [
        Skipped(roi.path, "outlines of a study that is not in this folder")
        for roi in rois
        if roi.study_instance_uid and roi.study_instance_uid not in uids and found
    ]
    if not found:
        orphans = [Skipped(roi.path, "outlines without the images that they belong to") for roi in rois]
    return Opened(tuple(found), (*skipped, *orphans))


def _without_duplicates(frames: Sequence[Frame]) -> tuple[list[Frame], list[tuple[Frame, Skipped]]]:
    """Keep one file of each image that came several times.

    The same UID at another place in space is another image: some anonymisers give one UID to all.
    """
    first: dict[tuple[Any, ...], Path] = {}
    kept: list[Frame] = []
    dropped: dict[Path, tuple[Frame, Skipped]] = {}
    for frame in frames:
        if not frame.sop_instance_uid:
            kept.append(frame)
            continue
        key = (
            frame.scope.study_instance_uid,
            frame.scope.patient_id,
            frame.scope.series_instance_uid,
            frame.sop_instance_uid,
            frame.frame,
            frame.tile,
            frame.position_mm,
            frame.instance_number,
            frame.diffusion.b_value,
        )
        owner = first.setdefault(key, frame.path)
        if owner == frame.path:
            kept.append(frame)
        elif frame.path not in dropped:
            reason = f"the same image as {owner.name} (equal SOP Instance UID)"
            dropped[frame.path] = (frame, Skipped(frame.path, reason))
    return kept, list(dropped.values())


def _by_study(frames: Sequence[Frame]) -> dict[tuple[str, str], list[Frame]]:
    """Group frames by study; one study UID that serves two patients makes two studies."""
    patients: dict[str, set[str]] = defaultdict(set)
    for frame in frames:
        if frame.scope.patient_id:
            patients[frame.scope.study_instance_uid].add(frame.scope.patient_id)
    found: dict[tuple[str, str], list[Frame]] = defaultdict(list)
    for frame in frames:
        uid = frame.scope.study_instance_uid
        several = sorted(patients[uid]) if uid else []
        patient = frame.scope.patient_id or (several[0] if several else "")
        found[uid, patient if len(several) > 1 or not uid else ""].append(frame)
    return found


def _study_key(scope: Scope, studies: dict[tuple[str, str], list[Frame]]) -> tuple[str, str]:
    key = (scope.study_instance_uid, scope.patient_id)
    return key if key in studies else (scope.study_instance_uid, "")


def _study(
    key: tuple[str, str], frames: Sequence[Frame], rois: Sequence[RoiFile], skipped: tuple[Skipped, ...]
) -> Study:
    by_series: dict[tuple[str, int], list[Frame]] = defaultdict(list)
    for frame in frames:
        uid = frame.scope.series_instance_uid
        by_series[uid, 0 if uid else frame.facts.series_number or 0].append(frame)
    groups = [label_by_brightness(group_series(by_series[uid]), load_frame) for uid in sorted(by_series)]
    groups.sort(key=lambda group: (group[0].facts.series_number or 0, group[0].key))
    kept, copies = without_copies([series for group in groups for series in group], load_frame)
    scope = _usual_scope(frames)
    study_uid = key[0]
    return Study(
        study_instance_uid=study_uid,
        patient=_patient(scope),
        series=tuple(kept),
        study_date=scope.study_date,
        study_description=scope.study_description,
        accession_number=scope.accession_number,
        roi_paths=tuple(roi.path for roi in rois if roi.study_instance_uid in ("", study_uid)),
        skipped=(*skipped, *copies),
    )


def _usual_scope(frames: Sequence[Frame]) -> Scope:
    """Return the identifiers that most frames state, the smallest among equals."""
    counts = Counter(frame.scope for frame in frames)
    return min(counts, key=lambda scope: (-counts[scope], scope))


def _patient(scope: Scope) -> PatientContext:
    sex = scope.sex.upper()[:1]
    other = {
        "institution_name": scope.institution,
        "referring_physician_name": scope.referring_physician,
        "study_id": scope.study_id,
        "study_time": scope.study_time,
        "patient_age": scope.age,
    }
    return PatientContext(
        patient_id=scope.patient_id,
        patient_name=scope.patient_name,
        birth_date=scope.birth_date,
        sex=sex if sex in ("M", "F", "O") else None,
        age_years=age_in_years(scope.age, scope.birth_date, scope.study_date),
        other={name: value for name, value in other.items() if value},
    )


def age_in_years(age: str, birth_date: str, study_date: str) -> float | None:
    """Return the age at the study from PatientAge (``045Y``), else from the birth date; None when neither is sound."""
    match = _AGE.match(age.strip())
    if match and int(match.group(1)) > 0:
        return int(match.group(1)) * _YEARS[match.group(2).upper()]
    if len(birth_date) == 8 and len(study_date) == 8 and (birth_date + study_date).isdigit():
        born = (int(birth_date[:4]), int(birth_date[4:6]), int(birth_date[6:]))
        seen = (int(study_date[:4]), int(study_date[4:6]), int(study_date[6:]))
        years = seen[0] - born[0] - (seen[1:] < born[1:])
        return float(years) if 0 <= years <= 120 and born[0] > 1850 else None
    return None
