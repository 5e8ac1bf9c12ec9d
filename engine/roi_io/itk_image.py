"""NRRD and MetaImage files through SimpleITK, which turns their spaces to LPS; `.seg.nrrd` names from the header."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copyfile
from typing import Any

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from engine.geometry.affine import Matrix
from engine.roi_io.found import VOXEL_BYTES, guard_bytes, unreadable, unsupported

IMAGE_IO = {"NRRD": "NrrdImageIO", "MHA": "MetaImageIO"}
READERS = {"NRRD": (".nrrd", ".nhdr"), "MHA": (".mha", ".mhd")}
"""Suffixes of files with their data attached, and in a file beside them."""

KNOWN_SPACES = {
    "left-posterior-superior", "lps", "right-anterior-superior", "ras", "left-anterior-superior", "las",
}  # fmt: skip
HEADER_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class ItkImage:
    """A mask image.

    Attributes:
        array: (layer, slice, row, column).
        affine: (slice, row, column) to patient LPS mm, or None when the header gives no geometry.
        names: (layer, label) to segment name, from `.seg.nrrd` headers.
    """

    array: NDArray[Any]
    affine: Matrix | None
    names: Mapping[tuple[int, int], str] = field(default_factory=dict)


def read_itk(path: Path, format_name: str) -> ItkImage:
    """Read an NRRD or MetaImage file, its data attached or in one file beside it.

    Raises:
        RoiError: Damaged, cut short, too large, without its data, or in a space that is not anatomical.
    """
    header = _text_header(path)
    _check_space(header, path.name, format_name)
    data = _data_file(header, path)
    with tempfile.TemporaryDirectory() as folder:
        readable = path
        if not str(path).isascii():  # ITK opens files by their narrow name, which fails on Windows
            readable = Path(folder) / f"mask{READERS[format_name][data is not None]}"
            copyfile(path, readable)
            if data is not None:
                copyfile(data, Path(folder) / data.name)
        reader = sitk.ImageFileReader()
        reader.SetImageIO(IMAGE_IO[format_name])
        reader.SetFileName(str(readable))
        try:
            reader.ReadImageInformation()
            size = (*reader.GetSize(), reader.GetNumberOfComponents())
            guard_bytes(path.name, size, VOXEL_BYTES)
            image = reader.Execute()
        except RuntimeError as problem:
            raise unreadable(path.name, _last_line(problem)) from problem
    return _unpack(image, header, path.name, format_name)


def _last_line(problem: RuntimeError) -> str:
    lines = [line.strip() for line in str(problem).splitlines() if line.strip()]
    if not lines or lines[-1].startswith("Reason:"):  # MetaIO gives the reason of another call
        return "its data is cut short or damaged"
    return lines[-1].rstrip(".")


def _text_header(path: Path) -> dict[str, str]:
    """Return the fields of the text header, names in lower case."""
    fields: dict[str, str] = {}
    with path.open("rb") as stream:
        for line in stream.read(HEADER_BYTES).split(b"\n"):
            text = line.decode("utf-8", errors="replace").strip("\r")
            if not text:
                break
            for separator in (":=", ":", "="):
                if separator in text and not text.startswith("#"):
                    key, value = text.split(separator, 1)
                    fields[key.strip().lower()] = value.strip()
                    break
            if fields.get("elementdatafile"):
                break
    return fields


def _check_space(header: Mapping[str, str], name: str, format_name: str) -> None:
    space = header.get("space", "").lower()
    if format_name == "NRRD" and space and space not in KNOWN_SPACES:
        raise unsupported(
            name, f"its space {header['space']!r} is not anatomical", "Save it in left-posterior-superior space."
        )


def _data_file(header: Mapping[str, str], path: Path) -> Path | None:
    """Return the file beside `path` that holds its data, or None where the data is attached."""
    named = header.get("data file") or header.get("datafile") or header.get("elementdatafile") or "LOCAL"
    if named.upper() == "LOCAL":
        return None
    if named.upper().startswith("LIST") or "%" in named:
        raise unsupported(path.name, "its data is in several files", "Save it as one file (.nrrd or .mha).")
    plain = named.removeprefix("./")
    if Path(plain).name != plain or "\\" in plain:
        raise unsupported(path.name, f"its data is in another folder ({named})", "Save it as one file (.nrrd or .mha).")
    data = path.with_name(plain)
    if not data.is_file():
        raise unreadable(
            path.name, f"the file {plain} with its data is not beside it", remedy="Put both files into one folder."
        )
    return data


def _unpack(image: sitk.Image, header: Mapping[str, str], name: str, format_name: str) -> ItkImage:
    array = sitk.GetArrayFromImage(image)
    if image.GetNumberOfComponentsPerPixel() > 1:
        array = np.moveaxis(array, -1, 0)
        if image.GetDimension() == 2:
            array = array[:, np.newaxis]
    elif image.GetDimension() == 2:
        array = array[np.newaxis, np.newaxis]
    elif image.GetDimension() == 3:
        array = array[np.newaxis]
    if array.ndim != 4 or image.GetDimension() > 3:
        raise unsupported(name, f"it has {image.GetDimension()} dimensions", "Save a three-dimensional label image.")
    if array.dtype.kind == "c":
        raise unsupported(name, "it holds complex numbers", "Save a label image.")
    affine = _affine(image) if image.GetDimension() == 3 else None
    if format_name == "NRRD" and not header.get("space"):
        affine = None
    elif affine is not None and np.array_equal(affine[:3, [2, 1, 0, 3]], np.eye(4)[:3]):
        affine = None  # what every program writes that knows no geometry
    return ItkImage(array, affine, _segment_names(header))


def _affine(image: sitk.Image) -> Matrix:
    direction = np.reshape(image.GetDirection(), (3, 3)) * np.asarray(image.GetSpacing())
    affine = np.eye(4)
    affine[:3, :3] = direction[:, ::-1]
    affine[:3, 3] = image.GetOrigin()
    return affine


def _segment_names(header: Mapping[str, str]) -> dict[tuple[int, int], str]:
    """Read SegmentN_LabelValue, SegmentN_Layer and SegmentN_Name of 3-D Slicer."""
    names: dict[tuple[int, int], str] = {}
    for key, value in header.items():
        if not (key.startswith("segment") and key.endswith("_labelvalue")):
            continue
        stem = key.removesuffix("_labelvalue")
        try:
            names[int(header.get(f"{stem}_layer", "0")), int(value)] = header.get(f"{stem}_name", stem)
        except ValueError:
            continue
    return names
