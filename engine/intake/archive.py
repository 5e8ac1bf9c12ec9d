"""Zip archives: unpacked entry by entry into a private temporary folder that is removed when the program ends.

An archive is foreign text: entries that point outside, are encrypted, or unpack to far more than they are, are
refused with a reason. Files get names of our own, so that no entry's name can reach the file system.
"""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from engine.domain.study import Skipped
from engine.intake.headers import looks_like_dicom

MAXIMUM_ENTRIES = 200_000
MAXIMUM_ENTRY_BYTES = 4 * 1024**3
MAXIMUM_TOTAL_BYTES = 32 * 1024**3
MAXIMUM_RATIO = 200
"""Uncompressed to compressed: images reach 20; only bombs (and blank images, which are small) go beyond this."""
RATIO_FREE_BYTES = 64 * 1024**2
_BLOCK = 1024 * 1024
_IMAGE_SUFFIX = re.compile(r"(?:\.seg)?(?:\.nii|\.nii\.gz|\.nrrd|\.nhdr|\.mha|\.mhd)$", re.IGNORECASE)

_folders: dict[tuple[str, int, int], Path] = {}
_contents: dict[Path, Unpacked] = {}


@dataclass(slots=True)
class Unpacked:
    """Files on disk by the path a person would recognise (archive/entry), and entries left out."""

    files: dict[Path, Path] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)


class _Refused(Exception):
    """This entry is left out; the message is the reason."""


def is_zip(path: Path) -> bool:
    """Tell whether a file is a zip archive by its content."""
    try:
        return zipfile.is_zipfile(path)
    except OSError:
        return False


def begins_like_zip(path: Path) -> bool:
    """Tell whether a file begins like a zip archive, whole or not."""
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PK\x03\x04"
    except OSError:
        return False


def extract(path: Path) -> Unpacked:
    """Unpack the images and outlines of an archive; opening the same archive again finds them unpacked."""
    status = path.stat()
    identity = (str(path.resolve()), status.st_size, status.st_mtime_ns)
    folder = _folders.get(identity)
    if folder is not None and folder in _contents and folder.is_dir():
        return _contents[folder]
    folder = Path(tempfile.mkdtemp(prefix="lobule-"))
    _folders[identity] = folder
    unpacked = Unpacked()
    try:
        with zipfile.ZipFile(path) as archive:
            _extract_entries(archive, path, folder, unpacked)
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        unpacked.skipped.append(Skipped(path, f"the archive is damaged ({type(error).__name__})"))
    _contents[folder] = unpacked
    return unpacked


def remove_extracted() -> None:
    """Delete everything that was unpacked."""
    for folder in _folders.values():
        shutil.rmtree(folder, ignore_errors=True)
    _folders.clear()
    _contents.clear()


atexit.register(remove_extracted)


def _extract_entries(archive: zipfile.ZipFile, path: Path, folder: Path, unpacked: Unpacked) -> None:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if not entries:
        unpacked.skipped.append(Skipped(path, "the archive is empty"))
    if len(entries) > MAXIMUM_ENTRIES:
        unpacked.skipped.append(Skipped(path, f"the archive holds {len(entries)} files, more than any study"))
        return
    room = min(MAXIMUM_TOTAL_BYTES, int(shutil.disk_usage(folder).free * 0.9))
    for number, entry in enumerate(entries):
        shown = path / _shown_name(entry.filename)
        try:
            target = folder / f"{number:06d}{_kept_suffix(entry.filename)}"
            room -= _extract_entry(archive, entry, target, room)
            unpacked.files[target] = shown
        except _Refused as reason:
            unpacked.skipped.append(Skipped(shown, str(reason)))
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            NotImplementedError,
            RuntimeError,
            EOFError,
            ValueError,
        ) as error:
            unpacked.skipped.append(Skipped(shown, f"the archive's entry is damaged ({type(error).__name__})"))


def _extract_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, room: int) -> int:
    """Write one entry and return its size."""
    _check_name(entry.filename)
    if entry.flag_bits & 0x1:
        raise _Refused("the archive's entry is encrypted: unpack it and open the folder")
    if entry.filename.lower().endswith(".zip"):
        raise _Refused("an archive within an archive: unpack it and open the folder")
    limit = min(room, MAXIMUM_ENTRY_BYTES, max(entry.compress_size * MAXIMUM_RATIO, RATIO_FREE_BYTES))
    if entry.file_size > limit:
        raise _Refused("the archive's entry unpacks to more than is believable or fits")
    wanted = bool(_kept_suffix(entry.filename))
    written = 0
    complete = False
    try:
        with archive.open(entry) as source:
            block = source.read(_BLOCK)
            if not wanted and not looks_like_dicom(block):
                raise _Refused("no DICOM file")
            with target.open("wb") as file:
                while block:
                    written += len(block)
                    if written > limit:
                        raise _Refused("the archive's entry unpacks to more than it says")
                    file.write(block)
                    block = source.read(_BLOCK)
        complete = True
    finally:
        if not complete:
            target.unlink(missing_ok=True)
    return written


def _check_name(name: str) -> None:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if name.startswith(("/", "\\")) or ".." in parts or re.match(r"^[A-Za-z]:", name):
        raise _Refused("the archive's entry points outside the archive")


def _shown_name(name: str) -> str:
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "/".join(part[:120] for part in parts)[-400:] or "entry"


def _kept_suffix(name: str) -> str:
    match = _IMAGE_SUFFIX.search(name)
    return match.group().lower() if match else ""
