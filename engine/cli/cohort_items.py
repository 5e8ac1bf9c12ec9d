"""What a cohort consists of: one item per study, from folders of any arrangement and from CSV lists."""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine import pipeline
from engine.cli.work import Request
from engine.domain.digest import digest_of
from engine.domain.errors import EngineError, UsageError
from engine.domain.progress import Progress
from engine.domain.study import Study

PATH, STUDY, ROI, CASE, MODEL, TREATED, ROLES = "path", "study", "roi", "case", "model", "treated", "roles"
COLUMNS = (PATH, STUDY, ROI, CASE, MODEL, TREATED, ROLES)
"""Columns of a list: `path` is needed; `roi` and `roles` may name several, parted by semicolons."""


@dataclass(frozen=True, slots=True)
class Item:
    """One study to analyse.

    Attributes:
        key: Name of its folder below the output: a digest, so that no identifier stands in a file name.
        source: Where it was found, as shown to the person.
        study: The study, where it was opened already; else `source` is opened and `uid` chosen.
        fault: Why it cannot be analysed, where that is known before anything is read.
    """

    key: str
    source: Path
    request: Request
    study: Study | None = None
    uid: str | None = None
    fault: EngineError | None = None

    def files(self) -> list[Path]:
        """Return the files that the result depends on, in a fixed order."""
        named = [*self.request.rois, *([self.request.case] if self.request.case else [])]
        if self.study is None:
            inside = [self.source] if self.source.is_file() else [p for p in self.source.rglob("*") if p.is_file()]
            return sorted({*inside, *named})
        parts = {frame.path for s in self.study.series for one in s.instances for frame in (one, *one.averaged)}
        return sorted({*parts, *self.study.roi_paths, *named})

    def fingerprint(self, engine: str) -> str:
        """Return a digest of inputs (names, sizes, times) and settings: equal means that nothing has to be redone.

        Args:
            engine: What else the answer depends on: version and packages.
        """
        seen: list[str] = []
        for path in self.files():
            try:
                facts = path.stat()
            except OSError:
                continue
            if self.study is not None and not path.is_relative_to(self.source):
                # a file of an archive is unpacked afresh each time: its place and time say nothing
                seen.append(f"{path.name} {facts.st_size}")
            else:
                seen.append(f"{path} {facts.st_size} {facts.st_mtime_ns}")
        return digest_of({"files": sorted(seen), "request": repr(self.request), "engine": engine})


def items_of(sources: Sequence[Path], request: Request, progress: Progress) -> list[Item]:
    """Return one item per study, each once, in the order of the sources.

    Raises:
        UsageError: A source does not exist, or a list lacks the column `path`.
    """
    found: dict[str, Item] = {}
    for source in sources:
        if not source.exists():
            raise UsageError(
                f"There is no file or folder {source}.",
                remedy="Name folders of studies, or CSV files with a column 'path'.",
                code="cohort-source",
            )
        is_list = source.is_file() and source.suffix.lower() == ".csv"
        for item in _listed(source, request) if is_list else _inside(source, request, progress):
            found.setdefault(item.key, item)
    return list(found.values())


def _inside(source: Path, request: Request, progress: Progress) -> list[Item]:
    """Every study in a folder, whatever its arrangement."""
    opened = pipeline.look_into([source], progress)
    if not opened.studies:
        return [Item(_key(str(source.resolve())), source, request, fault=pipeline.nothing_found([source], opened))]
    roots = [_root(study) for study in opened.studies]
    items = []
    for place, study in enumerate(opened.studies):
        # outlines without a study of their own (NIfTI, NRRD, MHA) belong to the study that lies nearest
        alone = len(opened.studies) == 1
        kept = tuple(p for p in study.roi_paths if alone or _is_dicom(p) or _nearest(p, roots) == place)
        own = replace(study, roi_paths=kept)
        items.append(Item(_key(f"{study.study_instance_uid}|{study.patient.patient_id}"), source, request, study=own))
    return items


def _listed(source: Path, request: Request) -> list[Item]:
    with source.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        names = [name.strip().lower() for name in reader.fieldnames or ()]
        if PATH not in names or len(set(names)) != len(names) or not set(names) <= set(COLUMNS):
            raise UsageError(
                f"The list {source} has the columns {', '.join(names) or '(none)'}.",
                remedy=f"It needs '{PATH}' and may have {', '.join(COLUMNS[1:])}; paths are taken from its folder.",
                code="cohort-list",
            )
        rows = [
            {name: (value or "").strip() for name, value in zip(names, row.values(), strict=False)} for row in reader
        ]
    items = []
    for row in rows:
        if not row[PATH]:
            continue
        path = source.parent / row[PATH]
        own = replace(
            request,
            model=row.get(MODEL) or request.model,
            case=source.parent / row[CASE] if row.get(CASE) else None,
            rois=tuple(source.parent / part for part in _parts(row.get(ROI, ""))),
            roles=_parts(row.get(ROLES, "")),
            treated=row.get(TREATED, "").lower() in ("1", "true", "yes"),
        )
        uid = row.get(STUDY) or None
        items.append(Item(_key(f"{path.resolve()}|{uid}|{own!r}"), path, own, uid=uid))
    return items


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _root(study: Study) -> tuple[str, ...]:
    folders = [str(one.path.parent) for series in study.series for one in series.instances]
    return Path(os.path.commonpath(folders)).parts if folders else ()


def _nearest(path: Path, roots: Sequence[tuple[str, ...]]) -> int | None:
    """Return the study that shares the longest way with a file, None where several share it."""
    shared = [_common(path.parts, root) for root in roots]
    best = max(shared)
    return shared.index(best) if shared.count(best) == 1 else None


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _is_dicom(path: Path) -> bool:
    """True for outline files that name their study themselves."""
    try:
        with path.open("rb") as stream:
            return stream.read(132)[128:] == b"DICM"
    except OSError:
        return False
