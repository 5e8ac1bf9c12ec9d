"""Images and masks that are no longer DICOM: NIfTI, NRRD and MHA files as volumes and outlines.

Hospitals read DICOM; research archives are often spread as such files. SimpleITK turns every format's space
to patient LPS. Nothing in the files says which of them share a frame of reference: the table's author does.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk

from engine.domain.errors import IntakeError
from engine.domain.roi import LesionId, Roi
from engine.domain.volume import Volume
from engine.geometry.affine import Matrix
from engine.geometry.outline import contours_of_mask
from engine.roi_io.image_mask import read_image_mask

FORMATS = {".nii": "NIfTI", ".nii.gz": "NIfTI", ".nrrd": "NRRD", ".mha": "MHA"}


def open_image(path: Path) -> sitk.Image:
    """Read one three-dimensional image as float32.

    Raises:
        IntakeError: The file cannot be read, or is not a volume.
    """
    try:
        image = sitk.ReadImage(str(path), sitk.sitkFloat32)
        if image.GetDimension() != 3:
            raise ValueError(f"it has {image.GetDimension()} dimensions")
    except (RuntimeError, ValueError) as error:
        reason = str(error).strip().splitlines()[-1]
        raise IntakeError(
            f"The image {path} cannot be read: {reason}.",
            remedy="Give a three-dimensional NIfTI, NRRD or MHA file.",
            code="bad-image",
        ) from error
    return image


def read_volume(path: Path) -> Volume:
    """Read one three-dimensional image as a volume; raises as `open_image` does."""
    image = open_image(path)
    return Volume(sitk.GetArrayFromImage(image), affine_of(image), series_key=path.name)


def affine_of(image: sitk.Image) -> Matrix:
    """(4, 4): index (slice, row, column) of a voxel centre to patient LPS mm."""
    direction = np.array(image.GetDirection()).reshape(3, 3) * np.array(image.GetSpacing())
    affine = np.eye(4)
    affine[:3, :3] = direction[:, ::-1]  # ITK's axes are (column, row, slice)
    affine[:3, 3] = image.GetOrigin()
    return affine


def read_rois(path: Path) -> tuple[Roi, ...]:
    """Read a mask file: every label is a lesion, named as in the file.

    Raises:
        RoiError: Damaged, empty, or no mask.
        IntakeError: A format that is not known.
    """
    form = next((form for suffix, form in FORMATS.items() if path.name.lower().endswith(suffix)), None)
    if form is None:
        raise IntakeError(
            f"The mask {path} is of no known format.",
            remedy=f"Give a file that ends in {', '.join(FORMATS)}.",
            code="bad-image",
        )
    lesions = read_image_mask(path, form).lesions
    return tuple(
        Roi(
            LesionId(f"L{number}"),
            tuple(c for block in lesion.blocks for c in contours_of_mask(block.mask, block.affine)),
            origin=f"imported from {form}",
            name=lesion.name,
        )
        for number, lesion in enumerate(lesions, start=1)
    )
