"""NIfTI files, read from their header: sform before qform, a disagreement said, no array made that the file can't fill.

Source: nifti1.h and nifti2.h of the NIfTI Data Format Working Group. NIfTI's world is RAS: x and y change sign to LPS.
Shear in the sform, which ITK refuses, is kept.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

from engine.geometry.affine import Matrix
from engine.roi_io.found import VOXEL_BYTES, guard_bytes, unreadable, unsupported

TYPES = {
    2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8",
}  # fmt: skip
DISAGREE_MM = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Nifti:
    """Content of a NIfTI file.

    Attributes:
        array: (layer, k, j, i): the last axis is NIfTI's first.
        affine: Index (k, j, i) to patient LPS mm, or None when the header has no orientation.
    """

    array: NDArray[Any]
    affine: Matrix | None
    notes: tuple[str, ...] = ()


def is_nifti(start: bytes) -> bool:
    """Say whether the first 352 (uncompressed) bytes are a NIfTI header."""
    return start[344:347] in (b"n+1", b"ni1") or start[4:7] in (b"n+2", b"ni2")


def open_plain(path: Path) -> IO[bytes]:
    """Open a file for reading, through gzip when it is compressed, whatever it is called."""
    with path.open("rb") as stream:
        compressed = stream.read(2) == b"\x1f\x8b"
    return cast(IO[bytes], gzip.open(path, "rb")) if compressed else path.open("rb")


def read_nifti(path: Path) -> Nifti:
    """Read a single-file NIfTI-1 or NIfTI-2 image, compressed or not.

    Raises:
        RoiError: Damaged, cut short, too large, or of an unsupported kind.
    """
    try:
        with open_plain(path) as stream:
            return _read(stream, path.name)
    except (OSError, EOFError, zlib.error, struct.error) as problem:
        raise unreadable(path.name, f"the file is damaged or cut short ({problem})") from problem


def _read(stream: IO[bytes], name: str) -> Nifti:
    start = stream.read(540)
    if start[344:347] == b"ni1" or start[4:7] == b"ni2":
        raise unsupported(name, "header and data are in two files", "Save it as one .nii or .nii.gz file.")
    order = _byte_order(start, name)
    first = _second_version if start[4:7] == b"n+2" else _first_version
    header = first(start, order, name)
    kind = TYPES.get(header.datatype)
    if kind is None:
        raise unsupported(name, f"NIfTI data type {header.datatype}", "Save the mask with integer labels.")
    shape = _shape(header.dim, name)
    dtype = np.dtype(order + kind)
    guard_bytes(name, shape, VOXEL_BYTES)
    skip = int(header.offset) - len(start)
    if header.offset < 0 or header.offset > 1 << 28:
        raise unreadable(name, f"its data would begin at byte {header.offset}")
    start = start[int(header.offset) :] if skip < 0 else b""
    if skip > 0:
        stream.read(skip)
    needed = int(np.prod(shape)) * dtype.itemsize
    data = (start + stream.read(max(0, needed - len(start))))[:needed]
    if len(data) < needed:
        raise unreadable(name, f"it holds {len(data)} of {needed} bytes")
    array = np.frombuffer(data, dtype=dtype).reshape(shape)
    if np.isfinite(header.slope) and header.slope != 0 and (header.slope, header.inter) != (1.0, 0.0):
        array = array * header.slope + (header.inter if np.isfinite(header.inter) else 0.0)
    affine, notes = _affine(header)
    return Nifti(array, affine, notes)


@dataclass(frozen=True, slots=True)
class _Header:
    dim: tuple[int, ...]
    datatype: int
    pixdim: tuple[float, ...]
    offset: float
    slope: float
    inter: float
    qform_code: int
    sform_code: int
    quatern: tuple[float, ...]
    qoffset: tuple[float, ...]
    srow: tuple[float, ...]
    units: int

    @property
    def mm(self) -> float:
        """Millimetres in one spatial unit of the file; nearly all files are in mm or say nothing."""
        return {1: 1000.0, 3: 0.001}.get(self.units & 7, 1.0)


def _byte_order(start: bytes, name: str) -> str:
    for order in ("<", ">"):
        if len(start) >= 348 and struct.unpack_from(order + "i", start)[0] in (348, 540):
            return order
    raise unreadable(name, "it has no NIfTI header")


def _first_version(start: bytes, order: str, name: str) -> _Header:
    if len(start) < 348:
        raise unreadable(name, "its header is cut short")

    def get(form: str, at: int) -> tuple[Any, ...]:
        return struct.unpack_from(order + form, start, at)

    qform_code, sform_code, *place = get("hh18f", 252)
    return _Header(
        get("8h", 40), get("h", 70)[0], get("8f", 76), get("f", 108)[0], get("f", 112)[0], get("f", 116)[0],
        qform_code, sform_code, tuple(place[:3]), tuple(place[3:6]), tuple(place[6:]), start[123],
    )  # fmt: skip


def _second_version(start: bytes, order: str, name: str) -> _Header:
    if len(start) < 540:
        raise unreadable(name, "its header is cut short")

    def get(form: str, at: int) -> tuple[Any, ...]:
        return struct.unpack_from(order + form, start, at)

    qform_code, sform_code, *place = get("ii18d", 344)
    return _Header(
        get("8q", 16), get("h", 12)[0], get("8d", 104), get("q", 168)[0], get("d", 176)[0], get("d", 184)[0],
        qform_code, sform_code, tuple(place[:3]), tuple(place[3:6]), tuple(place[6:]), get("i", 500)[0],
    )  # fmt: skip


def _shape(dim: tuple[int, ...], name: str) -> tuple[int, int, int, int]:
    """Return (layers, k, j, i) from dim[]: trailing axes are layers."""
    count = dim[0]
    sizes = [max(1, size) for size in dim[1 : 1 + count]] if 1 <= count <= 7 else []
    if len(sizes) < 2 or any(size < 1 for size in dim[1 : 1 + count]):
        raise unreadable(name, f"it declares the dimensions {dim}")
    i, j, k, *more = [*sizes, 1, 1]
    layers = 1
    for size in more:
        layers *= size
    return layers, k, j, i


def _affine(header: _Header) -> tuple[Matrix | None, tuple[str, ...]]:
    """Return (k, j, i) to LPS, preferring the sform (dicom_out and most tools write it as the full truth)."""
    sform = np.vstack([np.reshape(header.srow, (3, 4)), [0, 0, 0, 1]]) if header.sform_code > 0 else None
    qform = _qform(header) if header.qform_code > 0 else None
    usable = [m for m in (sform, qform) if m is not None and np.isfinite(m).all() and abs(np.linalg.det(m)) > 1e-9]
    if not usable or np.array_equal(
        usable[0], np.eye(4)
    ):  # the identity is what a program writes that knows no geometry
        return None, ()
    notes: tuple[str, ...] = ()
    if len(usable) == 2:
        sizes = np.array(header.dim[1:4], dtype=np.float64) - 1
        corners = np.array(np.meshgrid(*([0.0, max(0.0, s)] for s in sizes), [1.0])).reshape(4, -1)
        apart = float(np.abs((usable[0] - usable[1]) @ corners).max()) * header.mm
        if apart > DISAGREE_MM:
            notes = (f"Its two orientations (sform and qform) differ by up to {apart:.1f} mm: the sform was used.",)
    lps = np.diag([-header.mm, -header.mm, header.mm, 1.0]) @ usable[0]
    return lps[:, [2, 1, 0, 3]], notes


def _qform(header: _Header) -> Matrix:
    b, c, d = header.quatern
    a = np.sqrt(max(0.0, 1.0 - (b * b + c * c + d * d)))
    rotation = np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - c * c - b * b],
        ]
    )
    qfac = -1.0 if header.pixdim[0] < 0 else 1.0
    affine = np.eye(4)
    affine[:3, :3] = rotation * np.abs([header.pixdim[1], header.pixdim[2], header.pixdim[3]]) * [1, 1, qfac]
    affine[:3, 3] = header.qoffset
    return affine
