"""Intake: whatever somebody drops becomes studies of series with known geometry, and volumes when they are wanted.

    discover   folders, files, DICOMDIRs, zips → a list of files     (archive: safe unpacking)
    reading    one file → frames, an ROI file, or a reason why not   (headers, tags, charset, facts, enhanced, tiles)
    bvalue     the b-value of a frame, and where it was found
    assemble   frames → studies, patients kept apart                 (grouping, labels, brightness: series → volumes;
               copies: the same images under new UIDs set aside)
    grouping   frames of one DICOM series → volumes                  (parts, positions, diffusion_parts: what splits;
               series: a part becomes a series)
    pixels     series → volume, decoded and rescaled                 (decoders: every transfer syntax of MR)

No pydicom object leaves this package.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from engine.domain.progress import SILENT, Progress
from engine.domain.study import Opened, Skipped
from engine.intake.assemble import assemble
from engine.intake.discover import discover
from engine.intake.facts import clear_caches
from engine.intake.pixels import load_frame, load_volume
from engine.intake.pool import read_all
from engine.intake.reading import read_files
from engine.intake.records import FileContent, RoiFile

__all__ = ["load_frame", "load_volume", "read_paths"]


EARLY_FILES = 64
"""So many files, spread over a drop, say what is in it: of a series of 20 among 1,000 one or two are met."""


def read_paths(
    paths: Sequence[Path],
    progress: Progress = SILENT,
    *,
    workers: int | None = None,
    early: Callable[[Opened], None] | None = None,
) -> Opened:
    """Read everything that lies at the given paths; only headers, no pixels.

    Every file ends in a series, in a study's ROI files, or in a list of skipped files with its reason. The result
    does not depend on the order, the names or the folders of the files.

    Args:
        paths: Folders, files, DICOMDIRs or zip archives.
        progress: Told while reading; may raise `Cancelled`.
        workers: Helper processes; None decides by the amount of work.
        early: Told once, soon, what a spread of the files holds, so that something can be shown while the rest is
            read. Its series are fragments.
    """
    found = discover([Path(path) for path in paths])
    try:
        first = _spread(found.files) if early is not None else []
        contents = read_files(first)
        if early is not None and contents:
            early(assemble(list(contents)))
        met = set(first)
        contents += read_all([path for path in found.files if path not in met], progress, workers)
        contents += [FileContent(path, roi=RoiFile(path, "")) for path in found.roi_files]
        contents += [FileContent(skipped.path, skipped=skipped) for skipped in found.skipped]
        return assemble((_as_shown(content, found.shown_as) for content in contents), progress)
    finally:
        clear_caches()


def _spread(files: Sequence[Path]) -> list[Path]:
    """Return files from every part of a long list; none of a short one, which is read as quickly whole."""
    step = len(files) / EARLY_FILES
    return [files[int((place + 0.5) * step)] for place in range(EARLY_FILES)] if step > 2 else []


def _as_shown(content: FileContent, shown_as: dict[Path, Path]) -> FileContent:
    """Name a skipped file of an archive as the person knows it."""
    if content.skipped is None or content.path not in shown_as:
        return content
    shown = shown_as[content.path]
    return FileContent(shown, skipped=Skipped(shown, content.skipped.reason))
