"""Drops: which of several things dropped together are parts of one study, found by a glance into each.

A study exported as one folder per series is dropped as many folders; they must be read together. A glance reads the
first images of a folder alone: folders are nearly always of one study. Where one is not, reading it whole says so.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from engine import pipeline
from engine.domain.progress import Progress

GLANCE_FILES = 12
"""After so many files without an image a folder is taken for a drop of its own."""

Group = tuple[Path, ...]


def sort(paths: Sequence[Path], progress: Progress) -> tuple[Group, ...]:
    """Return the paths in groups that are to be read together, in the order of the drop.

    Single files belong together; a zip stands alone, since looking into it means unpacking it.
    """
    groups: dict[object, list[Path]] = {}
    for done, path in enumerate(paths):
        progress.step("glance", done, len(paths))
        groups.setdefault(_belongs_to(path, progress), []).append(path)
    return tuple(tuple(group) for group in groups.values())


def _belongs_to(path: Path, progress: Progress) -> object:
    """Return the study (UID, patient) of a folder, or what else stands for the group that a path belongs to."""
    if path.is_file() and path.name.upper() != "DICOMDIR":
        return path if zipfile.is_zipfile(path) else "single files"
    folder = path.parent if path.is_file() else path
    for file in islice(_files(folder), GLANCE_FILES):
        opened = pipeline.look_into([file], progress)
        if opened.studies:
            study = opened.studies[0]
            return study.study_instance_uid, study.patient.patient_id
    return path


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(parent, name) for name in sorted(names) if name.upper() != "DICOMDIR")
