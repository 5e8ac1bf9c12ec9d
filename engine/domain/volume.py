"""Volumes: images as arrays in patient space."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.sequence import SequenceRole

Array = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """One stack of images, rescaled, in patient space.

    Attributes:
        array: (slice, row, column) float32, read-only.
        affine: (4, 4) float64: index of a voxel centre to patient LPS mm.
        frame_of_reference_uid: None when the files state none.
        series_key: The series it was read from.
    """

    array: NDArray[np.float32]
    affine: NDArray[np.float64]
    frame_of_reference_uid: str | None = None
    series_key: str = ""

    def __post_init__(self) -> None:
        array = np.ascontiguousarray(self.array, dtype=np.float32)
        affine = np.array(self.affine, dtype=np.float64)
        if array.ndim != 3 or 0 in array.shape:
            raise ValueError(f"a volume is a non-empty (slice, row, column) array, got shape {array.shape}")
        if affine.shape != (4, 4) or not np.isfinite(affine).all() or abs(np.linalg.det(affine)) < 1e-12:
            raise ValueError("the affine must be an invertible finite (4, 4) matrix")
        if array is self.array:  # freeze our own view, not the caller's array
            array = array.view()
        array.flags.writeable = False
        affine.flags.writeable = False
        object.__setattr__(self, "array", array)
        object.__setattr__(self, "affine", affine)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(slices, rows, columns)."""
        slices, rows, columns = self.array.shape
        return slices, rows, columns

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Voxel size along (slice, row, column) in mm."""
        lengths = np.linalg.norm(self.affine[:3, :3], axis=0)
        return float(lengths[0]), float(lengths[1]), float(lengths[2])


class VolumeSet(Mapping[SequenceRole, Volume]):
    """The volumes of one study by role: an immutable mapping in the paper's order."""

    __slots__ = ("_volumes",)

    def __init__(self, volumes: Mapping[SequenceRole, Volume]) -> None:
        self._volumes = MappingProxyType({role: volumes[role] for role in SequenceRole if role in volumes})

    def __getitem__(self, role: SequenceRole) -> Volume:
        return self._volumes[role]

    def __iter__(self) -> Iterator[SequenceRole]:
        return iter(self._volumes)

    def __len__(self) -> int:
        return len(self._volumes)

    def __reduce__(self) -> tuple[object, ...]:
        return (VolumeSet, (dict(self._volumes),))
