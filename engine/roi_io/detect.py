"""Detection: which kind of ROI object a file is, by its content and not by its name."""

from __future__ import annotations

import zlib
from pathlib import Path

from engine.domain.errors import RoiError
from engine.domain.study import Series
from engine.roi_io.dicom_object import read_dataset, text
from engine.roi_io.found import Found, guarded, unreadable
from engine.roi_io.image_mask import read_image_mask
from engine.roi_io.nifti import is_nifti
from engine.roi_io.rtstruct import MAX_FILE_BYTES, STRUCTURE_SET, read_structure_set
from engine.roi_io.segmentation import FRACTION, LABEL_MAP, SEGMENTATION, read_segmentation


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
    if kind == "SEG":
        return guarded(path.name, lambda: read_segmentation(read_dataset(path), path.name, reference, fraction))
    if kind == "RTSTRUCT":
        return guarded(path.name, lambda: read_structure_set(read_dataset(path, most_bytes=MAX_FILE_BYTES), path.name))
    if kind:
        return guarded(path.name, lambda: read_image_mask(path, kind))
    raise RoiError(
        f"The file {path.name} is no ROI object.",
        remedy="Choose a DICOM SEG or RTSTRUCT, NIfTI, NRRD or MHA file.",
        code="roi-not-an-roi",
    )
