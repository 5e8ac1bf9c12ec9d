"""Detection: which kind of ROI object a file is, by its content and not by its name."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np

from engine.domain.errors import RoiError
from engine.domain.study import Series
from engine.roi_io.dicom_object import read_dataset, text
from engine.roi_io.found import Found, guarded, unreadable
from engine.roi_io.image_mask import read_image_mask
from engine.roi_io.nifti import is_nifti
from engine.roi_io.rtstruct import MAX_FILE_BYTES, STRUCTURE_SET, read_structure_set
from engine.roi_io.segmentation import FRACTION, LABEL_MAP, SEGMENTATION, read_segmentation

FARTHEST_MM = 100_000.0
SMALLEST_MM = 1e-4


def format_of(path: Path) -> str:
    """Return ``SEG``, ``RTSTRUCT``, ``NIfTI``, ``NRRD``, ``MHA``, or an empty text for any other file.

    Raises:
        RoiError: The file can't be opened.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(4096)
        if start[:2] == b"\x1f\x8b":
            start = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(start, 4096)
    except zlib.error:
        return ""
    except OSError as problem:
        raise unreadable(path.name, str(problem.strerror or problem)) from problem
    if start[128:132] == b"DICM":
        sop_class = guarded(path.name, lambda: text(read_dataset(path, pixels=False), "SOPClassUID"))
        return {SEGMENTATION: "SEG", LABEL_MAP: "SEG", STRUCTURE_SET: "RTSTRUCT"}.get(sop_class, "")
    if is_nifti(start):
        return "NIfTI"
    if start[:7] == b"NRRD000":
        return "NRRD"
    if b"NDims" in start[:1024] and b"ElementType" in start:
        return "MHA"
    return ""


def read_found(path: Path, reference: Series | None = None, fraction: float = FRACTION) -> Found:
    """Read the content of an ROI object in its own geometry.

    Raises:
        RoiError: No ROI object, damaged, empty, too large or unsupported.
    """
    kind = format_of(path)
    if not kind:
        raise RoiError(
            f"The file {path.name} is no ROI object.",
            remedy="Choose a DICOM SEG or RTSTRUCT, NIfTI, NRRD or MHA file.",
            code="roi-not-an-roi",
        )

    def read() -> Found:
        if kind == "SEG":
            found = read_segmentation(read_dataset(path), path.name, reference, fraction)
        elif kind == "RTSTRUCT":
            found = read_structure_set(read_dataset(path, most_bytes=MAX_FILE_BYTES), path.name)
        else:
            found = read_image_mask(path, kind)
        _check_extent(found, path.name)
        return found

    return guarded(path.name, read)


def _check_extent(found: Found, name: str) -> None:
    """Refuse places and sizes that no scanner has, which would only fail later in arithmetic."""
    for lesion in found.lesions:
        if any(np.abs(outline).max() > FARTHEST_MM for outline in lesion.outlines_mm):
            raise unreadable(name, f"a contour of {lesion.name} lies more than {FARTHEST_MM / 1000:.0f} m away")
        for block in lesion.blocks:
            voxel_mm = np.linalg.norm(block.affine[:3, :3], axis=0)
            volume_mm3 = abs(np.linalg.det(block.affine[:3, :3]))
            flat = not volume_mm3 > 1e-3 * voxel_mm.prod()
            if flat or voxel_mm.min() < SMALLEST_MM or not np.abs(block.affine).max() < FARTHEST_MM:
                sizes = " x ".join(f"{size:.3g}" for size in voxel_mm)
                raise unreadable(name, f"its voxels of {sizes} mm lie nowhere in a patient")
