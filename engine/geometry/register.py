"""Rigid registration on request: the turn and shift that lay one volume on another around a place.

It begins at the shift that `align` finds and improves it by mutual information (Mattes), with three angles and three
shifts, within bounds: organs deform, and a turn of many degrees between two series of one examination is an error of
the method. The person who asked sees the result and keeps or drops it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from engine.domain.case import Rotation
from engine.domain.errors import Cancelled
from engine.domain.progress import SILENT, Progress
from engine.domain.volume import Volume
from engine.geometry.align import MARGIN_MM, MARGIN_SLICES_MM, estimate_shift
from engine.geometry.resample import as_image, sample

Array = NDArray[np.float64]

LARGEST_SHIFT_MM = 40.0
LARGEST_ANGLE_DEG = 8.0
GRID_MM = 2.0


@dataclass(frozen=True, slots=True)
class Registration:
    """What must be done to the moving volume: turn, then shift.

    Attributes:
        shift_mm: (x, y, z) in patient mm.
        rotation: The turn about the middle of the place.
    """

    shift_mm: tuple[float, float, float]
    rotation: Rotation


@dataclass(frozen=True, slots=True)
class NotRegistered:
    """Why no registration is offered, in words."""

    reason: str


def register_rigid(
    reference: Volume, moving: Volume, points_mm: Array, progress: Progress = SILENT
) -> Registration | NotRegistered:
    """Lay `moving` on `reference` around `points_mm` (N, 3).

    Deterministic: one thread, every voxel, no random sampling.

    Raises:
        Cancelled: The progress asked to stop; it is asked at every step of the search.
    """
    progress.step("register", 0, 0)
    begin = estimate_shift(reference, moving, points_mm)
    if begin is None or not begin.certain:
        return NotRegistered("too little of one anatomy is visible in both series around the lesion")
    margin = np.array([MARGIN_MM, MARGIN_MM, MARGIN_SLICES_MM])
    low, high = points_mm.min(axis=0) - margin, points_mm.max(axis=0) + margin
    affine = np.eye(4)
    affine[:3, :3] = np.eye(3)[:, ::-1] * GRID_MM
    affine[:3, 3] = low
    columns, rows, slices = (int(size) for size in np.ceil((high - low) / GRID_MM).astype(int) + 1)
    values = sample(reference, affine, (slices, rows, columns))
    held = np.isfinite(values)
    centre = points_mm.mean(axis=0)
    transform = sitk.Euler3DTransform()
    transform.SetCenter([float(value) for value in centre])
    transform.SetTranslation([float(value) for value in begin.shift_mm])
    method = sitk.ImageRegistrationMethod()
    method.SetNumberOfThreads(1)
    method.SetMetricAsMattesMutualInformation(32)
    method.SetMetricSamplingStrategy(sitk.ImageRegistrationMethod.NONE)
    method.SetMetricFixedMask(as_image(held.astype(np.float32), affine) > 0.5)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(1.0, 0.02, 60, 0.5, 1e-6)
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetInitialTransform(transform, inPlace=True)
    stopped: list[Cancelled] = []
    method.AddCommand(sitk.sitkIterationEvent, lambda: _ask(progress, method, stopped))
    progress.step("register", 0, 0)
    try:
        method.Execute(as_image(np.where(held, values, 0.0).astype(np.float32), affine), _image(moving))
    except RuntimeError as problem:  # ITK's word for samples that leave the image
        return NotRegistered(f"the search left the images ({str(problem).strip().splitlines()[-1][:120]})")
    if stopped:
        raise stopped[0]
    return _undoing(transform, centre)


def _ask(progress: Progress, method: sitk.ImageRegistrationMethod, stopped: list[Cancelled]) -> None:
    """Let the search end where the person has stopped it: an exception must not cross ITK."""
    try:
        progress.step("register", 0, 0)
    except Cancelled as wish:
        stopped.append(wish)
        method.StopRegistration()


def _undoing(transform: sitk.Euler3DTransform, centre: Array) -> Registration | NotRegistered:
    """Return the inverse of a map from reference to moving places, as a turn about `centre` and a shift."""
    turn = np.array(transform.GetMatrix()).reshape(3, 3)
    away = np.array(transform.GetTranslation())
    back = turn.T
    shift = -back @ away
    angles = _angles(back)
    if np.linalg.norm(shift) > LARGEST_SHIFT_MM or max(map(abs, angles)) > LARGEST_ANGLE_DEG:
        return NotRegistered(
            f"it would take {np.linalg.norm(shift):.0f} mm and {max(map(abs, angles)):.0f} degrees, which no "
            "breath-hold explains"
        )
    x, y, z = (round(float(value), 2) for value in shift)
    cx, cy, cz = (round(float(value), 2) for value in centre)
    return Registration((x, y, z), Rotation(angles, (cx, cy, cz)))


def _angles(turn: Array) -> tuple[float, float, float]:
    """Return the angles about x, y, z, in degrees, of a turn Rz Ry Rx."""
    about_y = float(np.arcsin(np.clip(-turn[2, 0], -1.0, 1.0)))
    about_x = float(np.arctan2(turn[2, 1], turn[2, 2]))
    about_z = float(np.arctan2(turn[1, 0], turn[0, 0]))
    x, y, z = (round(float(np.rad2deg(angle)), 3) for angle in (about_x, about_y, about_z))
    return x, y, z


def _image(volume: Volume) -> sitk.Image:
    return as_image(np.asarray(volume.array), volume.affine)
