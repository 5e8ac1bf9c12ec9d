"""From volumes and one lesion's outline to the network's inputs: the order of the steps, nothing else."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.domain.errors import SequenceError
from engine.domain.package import PreprocessSpec
from engine.domain.progress import SILENT, Progress
from engine.domain.roi import Roi
from engine.domain.sample import SliceInput, SliceRef
from engine.domain.sequence import SequenceRole
from engine.domain.volume import VolumeSet
from engine.geometry.outline import polygons_in_plane, rasterise
from engine.geometry.resample import sample_slab
from engine.preprocess.crop import input_affine, lesion_square, resize, resize_mask, square_affine
from engine.preprocess.grid import AnalysisPlane, analysis_planes
from engine.preprocess.intensity import intensity_window, scale


def build_slice_inputs(
    volumes: VolumeSet, roi: Roi, spec: PreprocessSpec, progress: Progress = SILENT
) -> tuple[SliceInput, ...]:
    """Make one network input per analysis plane that the outline touches with at least one analysis pixel.

    Args:
        volumes: At least the roles that `spec` names.
        roi: One lesion, outlined on the T2 slices, in patient mm.
        spec: Every number of the path.

    Returns:
        Inputs in plane order; arrays (channel, `input_px`, `input_px`) float32.

    Raises:
        SequenceError: A role of `spec` has no volume.
        RoiError: The outline is empty or outside the T2 stack.
        Cancelled: The progress asked to stop.
    """
    missing = [role.value for role in spec.roles if role not in volumes]
    if missing:
        raise SequenceError(
            f"The model needs {', '.join(missing)}, which this study does not offer.",
            remedy="Assign a series to each role, or choose a model that needs fewer sequences.",
            code="role-missing",
        )
    t2 = volumes[SequenceRole.T2]
    windows = {role: intensity_window(volumes[role], t2, spec) for role in spec.roles}
    planes = analysis_planes(t2, roi, spec)
    digest = spec.digest()
    inputs: list[SliceInput] = []
    for number, plane in enumerate(planes):
        progress.step("preprocess", number, len(planes))
        made = _build_one(volumes, roi, spec, plane, windows, digest)
        if made is not None:
            inputs.append(made)
    progress.step("preprocess", len(planes), len(planes))
    return tuple(inputs)


def _build_one(
    volumes: VolumeSet,
    roi: Roi,
    spec: PreprocessSpec,
    plane: AnalysisPlane,
    windows: dict[SequenceRole, tuple[float, float]],
    digest: str,
) -> SliceInput | None:
    rows, columns = _lesion_pixels(plane)
    if rows.size == 0:
        return None
    square = lesion_square(rows, columns, spec)
    crop = square_affine(plane.affine, square)
    channels: dict[SequenceRole, NDArray[np.float32]] = {}
    for role in spec.roles:
        image = sample_slab(volumes[role], crop, (square.side, square.side), spec.slice_step_mm, spec.slab_average)
        channels[role] = resize(scale(image, windows[role], spec), spec)
    inside = np.zeros((square.side, square.side), dtype=bool)
    inside[rows - square.row, columns - square.column] = True
    return SliceInput(
        array=np.stack([channels[role] for role in spec.channels]).astype(np.float32),
        ref=SliceRef(roi.lesion_id, plane.index, plane.position_mm, plane.nearest_t2_slice),
        affine=input_affine(plane.affine, square, spec),
        spec_digest=digest,
        roi_mask=resize_mask(inside, spec),
    )


def _lesion_pixels(plane: AnalysisPlane) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return rows and columns of the grid pixels inside the lesion; they may lie outside the T2 images."""
    groups = [polygons_in_plane(group, plane.affine) for group in plane.outlines]
    points = np.concatenate([polygon for group in groups for polygon in group])
    corner = np.floor(points.min(axis=0)).astype(int)
    size = np.ceil(points.max(axis=0)).astype(int) - corner + 1
    mask = np.zeros((int(size[0]), int(size[1])), dtype=bool)
    for group in groups:  # contours of one slice combine by even-odd, slices of one plane by union
        mask |= rasterise([polygon - corner for polygon in group], (int(size[0]), int(size[1])))
    rows, columns = np.nonzero(mask)
    return rows + corner[0], columns + corner[1]
