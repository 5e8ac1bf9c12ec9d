"""Signal under an outline: what each sequence shows inside a lesion.

A lesion is the solid made of its T2 outlines, each half a T2 step thick to both sides. A voxel of any stack counts when
its centre lies in that solid, so that stacks of other spacing and obliquity are read with their own voxels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.domain.roi import Roi
from engine.domain.volume import Volume
from engine.geometry.affine import to_index, to_world
from engine.geometry.outline import box_of_roi


@dataclass(frozen=True)
class SignalReading:
    """Statistics of the voxels inside a lesion, in the units of the volume.

    Attributes:
        voxels: Number of voxels; the other values are NaN when it is 0.
        sd: Standard deviation of the sample (divisor n - 1); NaN below two voxels.
    """

    voxels: int
    mean: float
    sd: float
    lowest: float
    highest: float


def read_signal(roi: Roi, t2: Volume, volume: Volume) -> SignalReading:
    """Read a volume inside a lesion outlined on the slices of `t2`."""
    values = signals_inside(roi, t2, volume)
    if values.size == 0:
        return SignalReading(0, np.nan, np.nan, np.nan, np.nan)
    sd = float(values.std(ddof=1)) if values.size > 1 else np.nan
    return SignalReading(values.size, float(values.mean()), sd, float(values.min()), float(values.max()))


def signals_inside(roi: Roi, t2: Volume, volume: Volume) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the signals of the voxels of `volume` whose centres lie inside the lesion."""
    nothing = np.zeros(0)
    if not roi.contours:
        return nothing
    start, box = box_of_roi(roi, t2.affine, t2.shape)
    filled = np.argwhere(box) + start
    if len(filled) == 0:
        return nothing
    low, high = filled.min(axis=0) - 0.5, filled.max(axis=0) + 0.5
    corners = to_world(t2.affine, np.array(np.meshgrid(*zip(low, high, strict=True), indexing="ij")).reshape(3, -1).T)
    reach = to_index(volume.affine, corners)
    first = np.maximum(np.ceil(reach.min(axis=0) - 1e-9), 0).astype(int)
    stop = np.minimum(np.floor(reach.max(axis=0) + 1e-9) + 1, volume.shape).astype(int)
    if (stop <= first).any():
        return nothing
    axes = [np.arange(a, b) for a, b in zip(first, stop, strict=True)]
    voxels = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    # + 1e-9: a centre half-way between two T2 voxels belongs to the later one, whatever rounding did to it
    places = np.floor(to_index(t2.affine, to_world(volume.affine, voxels)) + 0.5 + 1e-9).astype(int)
    places -= start
    known = ((places >= 0) & (places < box.shape)).all(axis=1)
    voxels, places = voxels[known], places[known]
    inside = box[tuple(places.T)]
    values: np.ndarray[tuple[int], np.dtype[np.float64]] = volume.array[tuple(voxels[inside].T)].astype(np.float64)
    return values


def adc_factor(volume: Volume) -> float:
    """Return the factor from the stored unit of an ADC map to 1e-6 mm²/s.

    Scanners store mm²/s, 1e-3 mm²/s or 1e-6 mm²/s and seldom say which; the ADC of tissue, 0.3 to 3.5e-3 mm²/s, tells
    them apart, for the three ranges lie decades away from one another. Air and fat make half of a map near zero: the
    95th percentile of what is above zero looks at tissue.
    """
    positive = volume.array[volume.array > 0]
    if positive.size == 0:
        return 1.0
    typical = float(np.percentile(positive[:: max(positive.size // 100_000, 1)], 95))
    if typical < 0.05:
        return 1e6
    return 1e3 if typical < 50.0 else 1.0
