"""Masks in image formats: the labels of NIfTI, NRRD, .seg.nrrd and MHA files become lesions."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.errors import RoiError
from engine.roi_io.found import MAX_LESIONS, Block, Found, FoundLesion, empty, guard_bytes, unsupported
from engine.roi_io.itk_image import read_itk
from engine.roi_io.nifti import read_nifti

FRACTION = 0.5
FRACTION_NOTE = "The mask holds fractions: voxels with at least 0.5 were kept."
SCALED = 1e-3
"""Labels that went through a scale factor are whole numbers within this much."""


class Kind(Enum):
    """What the values of a mask image mean."""

    LABELS = auto()
    FRACTION = auto()
    ONE_VALUE = auto()


def read_image_mask(path: Path, format_name: str) -> Found:
    """Read every label of a mask image as one lesion.

    Args:
        format_name: ``NIfTI``, ``NRRD`` or ``MHA``.

    Raises:
        RoiError: Damaged, empty, too large, or no mask.
    """
    names: Mapping[tuple[int, int], str] = {}
    if format_name == "NIfTI":
        nifti = read_nifti(path)
        array, affine, notes = nifti.array, nifti.affine, nifti.notes
    else:
        image = read_itk(path, format_name)
        array, affine, notes, names = image.array, image.affine, (), image.names
    placed = affine is not None
    grid = affine if affine is not None else np.eye(4)  # an array index stands for a position until the reader binds it
    lesions: list[FoundLesion] = []
    several = array.shape[0] > 1
    held = 0
    for layer, values in enumerate(array):
        kind, labels = _labels(values, path.name)
        if kind is Kind.FRACTION and FRACTION_NOTE not in notes:
            notes = (*notes, FRACTION_NOTE)
        for label in labels:
            fallback = f"layer {layer + 1} label {label}" if several else f"label {label}"
            mask = _mask(values, kind, label)
            if mask.any():
                block = Block(mask, grid).cropped()
                held += block.mask.size
                guard_bytes(path.name, (held,))  # labels strewn over the whole image, each a mask of its size
                lesions.append(FoundLesion(names.get((layer, label), fallback), (block,)))
            if len(lesions) > MAX_LESIONS:
                raise _no_mask(path.name)
    if not lesions:
        raise empty(path.name, "no voxel is set")
    shape = None if placed else (array.shape[1], array.shape[2], array.shape[3])
    return Found(format_name, tuple(lesions), None, notes, placed, shape)


def _labels(values: NDArray[Any], name: str) -> tuple[Kind, list[int]]:
    """Say what the values of one layer are, and which labels are present."""
    filled = values[values != 0]
    if filled.dtype.kind == "f":
        filled = filled[np.isfinite(filled)]
    if filled.size == 0:
        return Kind.LABELS, []
    low, high = filled.min(), filled.max()
    if low == high:
        whole = abs(low - round(float(low))) <= SCALED and round(float(low)) > 0
        return (Kind.LABELS, [round(float(low))]) if whole else (Kind.ONE_VALUE, [1])
    if filled.dtype.kind == "f":
        whole = np.rint(filled)
        if np.allclose(filled, whole, rtol=0.0, atol=SCALED):
            filled = whole[whole != 0]
        elif low > 0 and high <= 1:
            return Kind.FRACTION, [1]
        else:
            raise _no_mask(name)
    sample = np.unique(filled[:: max(1, filled.size // 100_000)])
    if low < 0 or len(sample) > MAX_LESIONS:
        raise _no_mask(name)
    found = np.unique(filled)
    if len(found) > MAX_LESIONS:
        raise _no_mask(name)
    return Kind.LABELS, [int(label) for label in found]


def _mask(values: NDArray[Any], kind: Kind, label: int) -> NDArray[np.bool_]:
    if kind is Kind.FRACTION:
        return np.asarray(values >= FRACTION)
    if kind is Kind.ONE_VALUE:
        return np.asarray((values != 0) & np.isfinite(values), dtype=bool)
    if values.dtype.kind == "f":
        return np.asarray(np.isclose(values, label, rtol=0.0, atol=SCALED), dtype=bool)
    return np.asarray(values == label)


def _no_mask(name: str) -> RoiError:
    return unsupported(
        name,
        "it holds image intensities or more labels than lesions",
        "Choose a file with one integer label for each lesion.",
    )
