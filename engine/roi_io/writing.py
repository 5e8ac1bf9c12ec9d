"""Writing lesions as NIfTI: labels 1, 2, … in the order of the lesions, on the grid of the T2 volume."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from shutil import move

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from engine.domain.errors import RoiError
from engine.domain.roi import Roi
from engine.domain.volume import Volume
from engine.geometry.outline import mask_of_roi
from engine.geometry.resample import as_image


def write_nifti(rois: Sequence[Roi], volume: Volume, path: Path) -> None:
    """Write all lesions into one ``.nii`` or ``.nii.gz`` file.

    Lesions that share voxels get a volume each along the fourth axis: one label image could hold only one of them.

    Raises:
        RoiError: ``roi-empty`` when no lesion covers a voxel, ``roi-not-written`` when the file can't be written.
    """
    masks = [mask_of_roi(roi, volume.affine, volume.shape) for roi in rois]
    if not any(mask.any() for mask in masks):
        raise RoiError("There is no lesion to write.", remedy="Draw or import a lesion first.", code="roi-empty")
    layers = [np.where(mask, number, 0).astype(np.float32) for number, mask in enumerate(masks, start=1)]
    if np.sum(masks, axis=0, dtype=np.uint8).max() > 1:
        image = sitk.JoinSeries([_labels(layer, volume) for layer in layers])
    else:
        image = _labels(np.sum(layers, axis=0, dtype=np.float32), volume)
    suffix = ".nii.gz" if path.name.endswith(".gz") else ".nii"
    try:
        handle, draft = tempfile.mkstemp(suffix=suffix)  # an ASCII name: ITK opens no other on Windows
        os.close(handle)
        try:
            sitk.WriteImage(image, draft, useCompression=True)
            path.parent.mkdir(parents=True, exist_ok=True)
            move(draft, path)
        finally:
            Path(draft).unlink(missing_ok=True)
    except (OSError, RuntimeError) as problem:
        raise RoiError(
            f"The lesions could not be written to {path.name}: {problem}.",
            remedy="Choose another folder with free space.",
            code="roi-not-written",
        ) from problem


def _labels(layer: NDArray[np.float32], volume: Volume) -> sitk.Image:
    return sitk.Cast(as_image(layer, volume.affine), sitk.sitkUInt8)
