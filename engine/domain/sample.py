"""Samples: the network's input for one analysis plane of one lesion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.domain.roi import LesionId


@dataclass(frozen=True, slots=True)
class SliceRef:
    """Which analysis plane of which lesion.

    Attributes:
        index: Plane number on the analysis grid, from 0 at the first T2 slice.
        position_mm: Distance of the plane from the patient origin along the T2 normal, in mm
            (for axial T2 this is the z coordinate).
        nearest_t2_slice: Index of the nearest original T2 slice, from 0 along the T2 normal.
    """

    lesion_id: LesionId
    index: int
    position_mm: float
    nearest_t2_slice: int


@dataclass(frozen=True, slots=True, eq=False)
class SliceInput:
    """What the network sees of one plane.

    Attributes:
        array: (channel, row, column) float32, read-only.
        ref: Which plane it shows.
        affine: (4, 4) float64; index (0, row, column) of an input pixel centre to patient LPS mm.
        spec_digest: Digest of the `PreprocessSpec` that made it.
        roi_mask: (row, column) bool on the input grid: the lesion outline, for display and background checks only.
    """

    array: NDArray[np.float32]
    ref: SliceRef
    affine: NDArray[np.float64]
    spec_digest: str
    roi_mask: NDArray[np.bool_]

    def __post_init__(self) -> None:
        if self.array.ndim != 3 or self.array.dtype != np.float32:
            raise ValueError("a slice input is a float32 (channel, row, column) array")
        for name in ("array", "affine", "roi_mask"):
            getattr(self, name).flags.writeable = False
