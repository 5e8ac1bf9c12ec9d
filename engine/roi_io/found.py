"""What was found in an ROI object before it is fitted to a study: lesions in their own geometry, and whose they are."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.domain.errors import EngineError, RoiError
from engine.geometry.affine import Matrix, to_world

Content = TypeVar("Content")

MAX_BYTES = 2 * 1024**3
"""No array larger than this is made from a file, whatever its header declares."""

VOXEL_BYTES = 16
"""What one voxel of a mask image costs while its labels are told apart: 128 million voxels fit into `MAX_BYTES`."""

MAX_LESIONS = 64
"""More labels than this are an atlas or an image, not lesions."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a DICOM ROI object says about its patient, study and place; empty where it is silent.

    Attributes:
        series_instance_uids: Image series that it names as its source.
        sop_instance_uids: Images that it names as its source.
    """

    patient_id: str = ""
    patient_name: str = ""
    birth_date: str = ""
    study_instance_uid: str = ""
    frame_of_reference_uids: frozenset[str] = frozenset()
    series_instance_uids: frozenset[str] = frozenset()
    sop_instance_uids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A mask on a regular grid.

    Attributes:
        mask: (slice, row, column) bool.
        affine: (4, 4): index of a voxel centre to patient LPS mm; shear is allowed.
    """

    mask: NDArray[np.bool_]
    affine: Matrix

    def cropped(self) -> Block:
        """Return the same voxels on the smallest grid that holds them."""
        slices = []
        for axis in range(3):
            held = np.flatnonzero(self.mask.any(axis=tuple(each for each in range(3) if each != axis)))
            slices.append(slice(int(held[0]), int(held[-1]) + 1) if len(held) else slice(0, 1))
        affine = self.affine.copy()
        affine[:3, 3] = to_world(self.affine, [each.start for each in slices])
        return Block(self.mask[tuple(slices)].copy(), affine)


@dataclass(frozen=True, slots=True, eq=False)
class FoundLesion:
    """One lesion in its own geometry: mask blocks or closed planar outlines.

    Attributes:
        blocks: Masks; several where the frames of an object make no single regular stack.
        outlines_mm: (N, 3) closed planar polygons in patient mm, even-odd on each plane.
        notes: What was done to read it, in sentences.
        frame_of_reference_uid: Frame of this lesion where the object states one for each.
        exact: The outlines are the region's own edge, as Lobule writes it, wherever their corners lie.
    """

    name: str
    blocks: tuple[Block, ...] = ()
    outlines_mm: tuple[NDArray[np.float64], ...] = ()
    notes: tuple[str, ...] = ()
    frame_of_reference_uid: str | None = None
    exact: bool = False

    @property
    def voxels(self) -> int:
        """Number of voxels in the mask blocks."""
        return sum(int(block.mask.sum()) for block in self.blocks)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The content of one ROI object.

    Attributes:
        format: ``SEG``, ``RTSTRUCT``, ``NIfTI``, ``NRRD`` or ``MHA``.
        lesions: Lesions with content, in the object's order; at least one.
        identity: None for image formats, which name no patient.
        notes: What concerns all lesions, in sentences.
        placed: False when the file has no geometry: its blocks' affines then lead to indices of an array, not to mm.
        shape: Shape of that array, None where the blocks are placed.
    """

    format: str
    lesions: tuple[FoundLesion, ...]
    identity: Identity | None = None
    notes: tuple[str, ...] = field(default=())
    placed: bool = True
    shape: tuple[int, int, int] | None = None


def unreadable(name: str, why: str, *, remedy: str = "") -> RoiError:
    """Return the error for an object whose content is damaged."""
    return RoiError(
        f"The ROI file {name} cannot be read: {why}.",
        remedy=remedy or "Export it again from the program that made it, or draw the lesion here.",
        code="roi-unreadable",
    )


def unsupported(name: str, why: str, remedy: str) -> RoiError:
    """Return the error for an object that is sound but of a kind that is not read."""
    return RoiError(f"The ROI file {name} is not supported: {why}.", remedy=remedy, code="roi-unsupported")


def too_large(name: str, what: str) -> RoiError:
    """Return the error for an object that declares more data than is ever needed."""
    return RoiError(
        f"The ROI file {name} is too large: {what}.",
        remedy="Export only the lesion, on the grid of the T2 series.",
        code="roi-too-large",
    )


def empty(name: str, what: str) -> RoiError:
    """Return the error for an object without any lesion in it."""
    return RoiError(
        f"The ROI file {name} holds no lesion: {what}.",
        remedy="Draw the lesion and export it again, or draw it here.",
        code="roi-empty",
    )


def guard_bytes(name: str, shape: tuple[int, ...], bytes_each: int = 1) -> None:
    """Refuse declared sizes that would make an array above `MAX_BYTES`, before anything is allocated."""
    total = bytes_each
    for size in shape:
        total *= int(size)
    if total > MAX_BYTES:
        text = " x ".join(str(size) for size in shape)
        raise too_large(name, f"it declares an array of {text}")


def guarded(name: str, read: Callable[[], Content]) -> Content:
    """Run a reader over untrusted content: whatever it trips over becomes a `RoiError` that names the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd values are judged where they are used
            return read()
    except EngineError:
        raise
    except MemoryError as problem:
        raise too_large(name, "the memory of this machine does not hold it") from problem
    except Exception as problem:  # damaged objects fail in any way that a parser can
        raise unreadable(name, f"its content is damaged ({type(problem).__name__}: {problem})") from problem
