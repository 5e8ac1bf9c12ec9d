"""Image panels: T2, DWI, heat map and network input of one slice, in the reader's orientation with square pixels.

Axial images show the patient's right at the left and anterior at the top, coronal ones the right at the left
and the head at the top, sagittal ones anterior at the left and the head at the top, whatever way the scanner
stored them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.domain.package import PreprocessSpec
from engine.domain.result import Prediction
from engine.domain.roi import Roi
from engine.domain.sample import SliceInput
from engine.domain.sequence import SequenceRole
from engine.domain.volume import Volume
from engine.geometry.affine import Matrix, corners_mm, normal, to_index, to_world
from engine.geometry.outline import contours_by_slice, outline_of_mask, polygons_in_plane
from engine.geometry.project import map_affine, project_map
from engine.geometry.resample import sample
from engine.report.texts import Texts
from engine.report.values import ImagePanel, Polygon

OVERVIEW_PX = 320
ZOOM_PX = 200
ZOOM_FACTOR = 1.7
"""Side of the zoomed view relative to the network's square, so that the surroundings stay visible."""
ZOOM_LEAST_MM = 70.0
DISPLAY_PERCENTILES = (1.0, 98.5)
_LETTERS = (("L", "R"), ("P", "A"), ("H", "F"))


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A plane to show: affine of its pixels, its size and the directions at its left and right edge."""

    affine: Matrix
    shape: tuple[int, int]
    pixel_mm: float
    left: str
    right: str


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """A volume with the grey values that become black and white, fixed for the whole volume."""

    volume: Volume
    low: float
    high: float


def stack_of(volume: Volume) -> Stack:
    """Choose the display window of a volume: percentiles of its non-zero voxels."""
    values = volume.array
    values = values[np.isfinite(values) & (values != 0)]
    if values.size == 0:
        return Stack(volume, 0.0, 1.0)
    low, high = (float(v) for v in np.percentile(values, DISPLAY_PERCENTILES))
    return Stack(volume, low, high if high > low else low + 1.0)


def display_axes(affine: Matrix) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the in-plane directions (right on the screen, down on the screen) for the slices of a stack."""
    axes = [affine[:3, axis] / np.linalg.norm(affine[:3, axis]) for axis in (1, 2)]
    # columns run to the patient's left where the plane allows it (axial, coronal), else to posterior (sagittal)
    across = 1 if abs(axes[1][0]) >= abs(axes[0][0]) else 0
    if max(abs(axes[0][0]), abs(axes[1][0])) < 0.5:
        across = 1 if abs(axes[1][1]) >= abs(axes[0][1]) else 0
    right, down = axes[across], axes[1 - across]
    right = right if right[int(np.argmax(np.abs(right)))] > 0 else -right
    lowest = int(np.argmax(np.abs(down)))
    downward = down[lowest] > 0 if lowest < 2 else down[lowest] < 0
    return right, (down if downward else -down)


def overview(t2: Volume, index: int) -> View:
    """Return the view of a whole T2 slice."""
    right, down = display_axes(t2.affine)
    corners = corners_mm(t2.affine, t2.shape)
    centre = to_world(t2.affine, (float(index), (t2.shape[1] - 1) / 2, (t2.shape[2] - 1) / 2))
    width, height = (float(np.ptp(corners @ axis)) for axis in (right, down))
    return _view(t2, centre, width, height, max(width, height) / OVERVIEW_PX, (right, down))


def zoom(t2: Volume, index: int, seen: SliceInput) -> View:
    """Return the view around the network's square on a T2 slice."""
    right, down = display_axes(t2.affine)
    middle = (seen.array.shape[-1] - 1) / 2
    centre = to_world(seen.affine, (0.0, middle, middle))
    along = normal(t2.affine)
    on_slice = to_world(t2.affine, (float(index), 0.0, 0.0))
    centre = centre + along * float((on_slice - centre) @ along)
    side_mm = seen.array.shape[-1] * float(np.linalg.norm(seen.affine[:3, 1]))
    side_mm = max(ZOOM_FACTOR * side_mm, ZOOM_LEAST_MM)
    return _view(t2, centre, side_mm, side_mm, side_mm / ZOOM_PX, (right, down))


def _view(
    t2: Volume,
    centre: NDArray[np.float64],
    width_mm: float,
    height_mm: float,
    pixel_mm: float,
    axes: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> View:
    right, down = axes
    rows, columns = max(1, round(height_mm / pixel_mm)), max(1, round(width_mm / pixel_mm))
    affine = np.eye(4)
    affine[:3, 0] = normal(t2.affine)
    affine[:3, 1] = down * pixel_mm
    affine[:3, 2] = right * pixel_mm
    affine[:3, 3] = centre - down * pixel_mm * (rows - 1) / 2 - right * pixel_mm * (columns - 1) / 2
    axis = int(np.argmax(np.abs(right)))
    towards, away = _LETTERS[axis] if right[axis] > 0 else _LETTERS[axis][::-1]
    return View(affine, (rows, columns), pixel_mm, away, towards)


def read(stack: Stack, view: View) -> NDArray[np.uint8]:
    """Read a volume on a view as grey values; black where it has no data."""
    plane = sample(stack.volume, view.affine, (1, *view.shape))[0]
    grey = np.clip((plane - stack.low) / (stack.high - stack.low), 0.0, 1.0)
    return np.asarray(np.nan_to_num(grey) * 255.0 + 0.5, dtype=np.uint8)


def outlines_on(view: View, roi: Roi, t2: Volume, seen: SliceInput) -> tuple[Polygon, ...]:
    """Return the outlines of a lesion on a view: those of the T2 slice shown, else the network's own mask traced."""
    drawn = contours_by_slice(roi, t2.affine).get(seen.ref.nearest_t2_slice)
    if drawn:
        return tuple(polygons_in_plane(drawn, view.affine))
    traced = outline_of_mask(seen.roi_mask)
    return tuple(_carried(polygon, seen.affine, view.affine) for polygon in traced)


def square_on(view: View, seen: SliceInput) -> Polygon:
    """Return the edge of the network's square on a view."""
    end = seen.array.shape[-1] - 0.5
    corners = np.array([(-0.5, -0.5), (-0.5, end), (end, end), (end, -0.5)])
    return _carried(corners, seen.affine, view.affine)


def _carried(polygon: Polygon, source: Matrix, target: Matrix) -> Polygon:
    points = np.column_stack([np.zeros(len(polygon)), polygon])
    return np.array(to_index(target, to_world(source, points))[:, 1:])


def heat_on(view: View, seen: SliceInput, values: NDArray[np.float32], highest: float) -> NDArray[np.float32]:
    """Return a class map on a view, relative to `highest`, NaN outside the network's square."""
    size = seen.array.shape[-1]
    shown = project_map(values, seen.affine, size, view.affine, view.shape)
    return np.clip(shown / highest, 0.0, 1.0) if highest > 0 else shown * np.float32(0)


def cell_mm(seen: SliceInput, shape: tuple[int, int]) -> float:
    """Return the side of a cell of a class map in mm."""
    return float(np.linalg.norm(map_affine(seen.affine, seen.array.shape[-1], shape)[:3, 1]))


def input_panels(seen: SliceInput, spec: PreprocessSpec, t2: Volume, texts: Texts) -> list[ImagePanel]:
    """Return what the network saw: one panel per sequence, its own pixels, turned into the reader's orientation."""
    right, down = display_axes(t2.affine)
    rows, columns = seen.affine[:3, 1], seen.affine[:3, 2]
    turned = abs(float(columns @ right)) < abs(float(rows @ right))
    along_down, along_right = (columns, rows) if turned else (rows, columns)
    panels = []
    for role in spec.roles:
        plane = seen.array[spec.channels.index(role)] * spec.std + spec.mean
        plane = plane.T if turned else plane
        plane = plane if along_down @ down > 0 else plane[::-1]
        plane = plane if along_right @ right > 0 else plane[:, ::-1]
        image = np.asarray(np.clip(plane, 0.0, 1.0) * 255.0 + 0.5, dtype=np.uint8)
        panels.append(
            ImagePanel(
                "input",
                texts.word("input", role=texts.role(role.value)),
                np.ascontiguousarray(image),
                float(np.linalg.norm(rows)),
            )
        )
    return panels


def slice_panels(
    seen: SliceInput,
    prediction: Prediction | None,
    shown_class: int,
    highest: float,
    roi: Roi,
    stacks: dict[SequenceRole, Stack],
    spec: PreprocessSpec,
    texts: Texts,
    label: str,
    *,
    with_overview: bool,
) -> tuple[ImagePanel, ...]:
    """Return the panels of one slice: overview, T2, DWI, heat map, network input.

    Args:
        prediction: None where the network was not run: no heat map then.
        shown_class: Whose map is shown.
        highest: Largest value of that class's maps in the lesion.
        stacks: The volumes used, at least T2.
    """
    t2 = stacks[SequenceRole.T2].volume
    index = seen.ref.nearest_t2_slice
    near = zoom(t2, index, seen)
    outlines = outlines_on(near, roi, t2, seen)
    panels: list[ImagePanel] = []
    if with_overview:
        whole = overview(t2, index)
        panels.append(
            _panel(
                "overview",
                texts.word("overview"),
                stacks[SequenceRole.T2],
                whole,
                outlines_on(whole, roi, t2, seen),
                frame=square_on(whole, seen),
            )
        )
    panels.append(_panel("t2", texts.word("t2"), stacks[SequenceRole.T2], near, outlines))
    if SequenceRole.DWI in stacks:
        panels.append(_panel("dwi", texts.word("dwi"), stacks[SequenceRole.DWI], near, outlines))
    if prediction is not None:
        heat = heat_on(near, seen, prediction.cam[shown_class], highest)
        title = texts.word("heat", label=label)
        panels.append(_panel("heat", title, stacks[SequenceRole.T2], near, outlines, heat=heat))
    return (*panels, *input_panels(seen, spec, t2, texts))


def _panel(
    kind: str,
    title: str,
    stack: Stack,
    view: View,
    outlines: tuple[Polygon, ...],
    *,
    heat: NDArray[np.float32] | None = None,
    frame: Polygon | None = None,
) -> ImagePanel:
    return ImagePanel(
        kind=kind,  # type: ignore[arg-type]  # one of the literal kinds by construction
        title=title,
        image=read(stack, view),
        pixel_mm=view.pixel_mm,
        outlines=tuple(np.array(polygon) for polygon in outlines),
        heat=heat,
        left=view.left,
        right=view.right,
        frame=frame,
    )
