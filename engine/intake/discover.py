"""What lies where somebody pointed: folders, single files, DICOMDIRs and zip archives become a plain list of files.

Folders are walked by ourselves: links to folders are followed once, so a loop ends; whatever is no regular file is
named and left alone (opening a pipe would wait for ever). A DICOMDIR stands for the folder it lies in, since such
indexes are often incomplete or stale.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from engine.domain.study import Skipped
from engine.intake.archive import begins_like_zip, extract, is_zip

ROI_IMAGE_SUFFIXES = (".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd")
_OTHER_ARCHIVES = (".tar", ".tgz", ".tar.gz", ".7z", ".rar", ".gz", ".bz2", ".xz")


@dataclass(slots=True)
class Found:
    """Files that may be images, files that may hold outlines, and what was left aside.

    Attributes:
        shown_as: For files unpacked from an archive, the path a person would recognise.
    """

    files: list[Path] = field(default_factory=list)
    roi_files: list[Path] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    shown_as: dict[Path, Path] = field(default_factory=dict)


def discover(paths: Iterable[Path]) -> Found:
    """Return every file below the given paths, each once, in a fixed order."""
    found = Found()
    visited: set[tuple[int, int]] = set()
    for path in sorted(set(paths)):
        _enter(path, found, visited)
    return found


def is_roi_image(path: Path) -> bool:
    """Tell whether a file's name says that it is a mask in an image format (NIfTI, NRRD, MHA)."""
    return path.name.lower().endswith(ROI_IMAGE_SUFFIXES)


def _enter(path: Path, found: Found, visited: set[tuple[int, int]]) -> None:
    try:
        status = path.stat()
    except OSError as error:
        found.skipped.append(Skipped(path, f"the file cannot be reached ({error.strerror or 'unknown reason'})"))
        return
    identity = (status.st_dev, status.st_ino)
    if status.st_ino and identity in visited:
        return
    visited.add(identity)
    if stat.S_ISDIR(status.st_mode):
        _walk(path, found, visited)
    elif not stat.S_ISREG(status.st_mode):
        found.skipped.append(Skipped(path, "no regular file"))
    elif path.name.upper() == "DICOMDIR":
        found.skipped.append(Skipped(path, "DICOMDIR: the files themselves are read"))
        _enter(path.parent, found, visited)
    elif begins_like_zip(path) and is_zip(path):  # pointed at: whatever its name, an archive is opened
        _unpack(path, found)
    else:
        _sort_in(path, found)


def _walk(folder: Path, found: Found, visited: set[tuple[int, int]]) -> None:
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        try:
            with os.scandir(current) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            found.skipped.append(Skipped(current, f"the folder cannot be read ({error.strerror or 'unknown reason'})"))
            continue
        for entry in entries:
            path = current / entry.name
            try:
                if entry.is_dir():
                    status = path.stat()
                    identity = (status.st_dev, status.st_ino)
                    if identity not in visited or not status.st_ino:
                        visited.add(identity)
                        waiting.append(path)
                elif not entry.is_file():
                    reason = "a link that leads nowhere" if entry.is_symlink() else "no regular file"
                    found.skipped.append(Skipped(path, reason))
                elif _is_new(path, entry, visited):
                    _sort_in(path, found)
            except OSError as error:
                found.skipped.append(
                    Skipped(path, f"the file cannot be reached ({error.strerror or 'unknown reason'})")
                )


def _is_new(path: Path, entry: os.DirEntry[str], visited: set[tuple[int, int]]) -> bool:
    """Tell whether a file was not met yet: only a link, or a file given twice, can be met again."""
    if not entry.is_symlink():
        return True
    status = path.stat()
    identity = (status.st_dev, status.st_ino)
    if identity in visited:
        return False
    visited.add(identity)
    return True


def _sort_in(path: Path, found: Found) -> None:
    name = path.name.lower()
    if name == "dicomdir":
        found.skipped.append(Skipped(path, "DICOMDIR: the files themselves are read"))
    elif is_roi_image(path):
        found.roi_files.append(path)
    elif name.endswith(".zip") and is_zip(path):
        _unpack(path, found)
    elif name.endswith(".zip") and begins_like_zip(path):
        found.skipped.append(Skipped(path, "the archive is damaged or cut short"))
    elif name.endswith(_OTHER_ARCHIVES):
        found.skipped.append(Skipped(path, "an archive that is no zip: unpack it and open the folder"))
    else:
        found.files.append(path)


def _unpack(path: Path, found: Found) -> None:
    unpacked = extract(path)
    found.skipped.extend(unpacked.skipped)
    for file, shown in sorted(unpacked.files.items()):
        found.shown_as[file] = shown
        if is_roi_image(shown):
            found.roi_files.append(file)
        else:
            found.files.append(file)
