"""Heat maps: class activation maps as translucent pictures at their place in patient space, for any stack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from desktop.outlines import PARALLEL_COSINE
from engine.domain.result import Analysis
from engine.domain.sample import SliceInput
from engine.geometry.affine import normal, to_world

SIDE_PX = 128
"""Pictures are this large: 8 cells become 16 pixels each, more than the screen can tell apart."""

_ANCHORS = np.array(  # inferno, sampled: lightness grows steadily, so it reads without colour vision (matplotlib, CC0)
    [
        (0, 0, 4), (31, 12, 72), (85, 15, 109), (136, 34, 106), (186, 54, 85),
        (227, 89, 51), (249, 140, 10), (249, 201, 50), (252, 255, 164),
    ],
    dtype=np.float64,
)  # fmt: skip
_LUT = np.stack(
    [np.interp(np.linspace(0, 8, 256), np.arange(9), _ANCHORS[:, channel]) for channel in range(3)],
    axis=1,
)


@dataclass(frozen=True, eq=False)
class HeatMap:
    """One class map as a picture at its place.

    Attributes:
        values: (h, w) of 0..1, the cells of the map.
        corner_mm: (3,) patient mm of the outer corner of its first pixel.
        along_x_mm: (3,) patient mm from one column of the picture to the next.
        along_y_mm: (3,) the same from row to row.
        centre_mm: (3,) patient mm of its middle.
        across: (3,) unit normal of its plane.
        reach_mm: Shown on slices up to this far from its plane.
        position_mm: Where the analysis plane lies, along the T2 normal.
    """

    values: NDArray[np.float32]
    corner_mm: NDArray[np.float64]
    along_x_mm: NDArray[np.float64]
    along_y_mm: NDArray[np.float64]
    centre_mm: NDArray[np.float64]
    across: NDArray[np.float64]
    reach_mm: float
    position_mm: float

    @cached_property
    def image(self) -> QImage:
        """Premultiplied ARGB at full opacity, `SIDE_PX` square; coloured when a view first shows the map."""
        return coloured_square(self.values)

    def distance_mm(self, across: NDArray[np.float64], level_mm: float) -> float:
        """Return how far the map lies from a plane, given by its unit normal and its distance from the patient origin
        along it; infinite where the two are not nearly parallel."""
        if abs(float(self.across @ across)) < PARALLEL_COSINE:
            return float("inf")
        return abs(float(self.centre_mm @ across) - level_mm)


def heat_maps(analysis: Analysis, label: str) -> list[list[HeatMap]]:
    """Return the maps of a class, per lesion and analysis plane.

    The brightest colour of a lesion is the largest value of any class on any of its slices, so that classes and slices
    compare.
    """
    channel = analysis.result.package.labels.index(label)
    reach_mm = analysis.package.manifest.preprocess.slice_step_mm / 2 + 1e-3
    made = []
    for lesion_id, predictions in analysis.predictions.items():
        top = max((float(prediction.cam.max()) for prediction in predictions), default=0.0)
        pairs = zip(analysis.inputs[lesion_id], predictions, strict=False)  # no predictions when withheld unseen
        if top > 0:
            made.append([_placed(taken, answer.cam[channel] / np.float32(top), reach_mm) for taken, answer in pairs])
    return [lesion for lesion in made if lesion]


def on_slice(maps: Sequence[Sequence[HeatMap]], affine: NDArray[np.float64], index: int) -> list[HeatMap]:
    """Return what of `maps` belongs on slice `index` of a stack: per lesion the nearest within reach."""
    across = normal(affine)
    level_mm = float(to_world(affine, (float(index), 0.0, 0.0)) @ across)
    chosen = []
    for lesion in maps:
        distances = [one.distance_mm(across, level_mm) for one in lesion]
        nearest = min(range(len(lesion)), key=distances.__getitem__)
        if distances[nearest] <= lesion[nearest].reach_mm:
            chosen.append(lesion[nearest])
    return chosen


def cell_size_mm(analysis: Analysis) -> tuple[int, int, float] | None:
    """Return (rows, columns) of the class maps and the largest width of one cell in mm; None without predictions."""
    cells = [
        (prediction.cam.shape[1:], float(np.linalg.norm(made.affine[:3, 2])) * made.array.shape[-1])
        for lesion_id, predictions in analysis.predictions.items()
        for made, prediction in zip(analysis.inputs[lesion_id], predictions, strict=False)  # none when withheld
    ]
    if not cells:
        return None
    (rows, columns), _ = cells[0]
    return rows, columns, max(side for _, side in cells) / columns


def coloured(values: NDArray[np.float32]) -> QImage:
    """Colour a map of 0..1 (NaN: nothing): opacity grows with the value up to a third, then stays."""
    known = np.nan_to_num(values, nan=0.0).clip(0.0, 1.0)
    colours = _LUT[(known * 255).astype(np.uint8)]
    alpha = np.clip(known * 3.0, 0.0, 1.0)[..., None]
    pixels = np.empty((*known.shape, 4), dtype=np.uint8)
    pixels[..., :3] = (colours * alpha)[..., ::-1]  # premultiplied; bytes of ARGB32 are B, G, R, A
    pixels[..., 3] = alpha[..., 0] * 255
    rows, columns = known.shape
    image = QImage(pixels.data, columns, rows, columns * 4, QImage.Format.Format_ARGB32_Premultiplied)
    return image.copy()  # the numpy buffer goes when this function returns


def coloured_square(values: NDArray[np.float32]) -> QImage:
    """Colour a whole map (h, w) of 0..1 as a picture of `SIDE_PX` square."""
    return coloured(_enlarged(values, SIDE_PX))


def scale_colours(count: int) -> list[tuple[int, int, int]]:
    """Return the colours of the scale from low to high, for a legend."""
    picks = np.linspace(0, 255, count).astype(int)
    return [(int(r), int(g), int(b)) for r, g, b in _LUT[picks]]


def _placed(made: SliceInput, values: NDArray[np.float32], reach_mm: float) -> HeatMap:
    """Lay a map over the square that the network saw: both share their outer edges."""
    side = made.array.shape[-1]
    scale = side / SIDE_PX
    return HeatMap(
        values,
        to_world(made.affine, (0.0, -0.5, -0.5)),
        made.affine[:3, 2] * scale,
        made.affine[:3, 1] * scale,
        to_world(made.affine, (0.0, (side - 1) / 2, (side - 1) / 2)),
        normal(made.affine),
        reach_mm,
        made.ref.position_mm,
    )


def _enlarged(values: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Interpolate (h, w) to a square, linear between cell centres and constant from there to the edge."""
    rows, columns = values.shape
    known = np.nan_to_num(values, nan=0.0)  # a cell without a value must not take its neighbours with it
    return (_weights(rows, side) @ known @ _weights(columns, side).T).astype(np.float32)


@lru_cache(maxsize=8)
def _weights(cells: int, side: int) -> NDArray[np.float64]:
    """Return the share (side, cells) that each cell of a line has in each pixel."""
    places = (np.arange(side) + 0.5) * cells / side - 0.5
    return np.stack([np.interp(places, np.arange(cells), one) for one in np.eye(cells)], axis=1)
