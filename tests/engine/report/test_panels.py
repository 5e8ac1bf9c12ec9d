"""Images in the reader's orientation, whatever way they were stored, with outlines and maps in place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.domain.volume import Volume
from engine.geometry.outline import rasterise
from engine.report import panels
from engine.report.panels import display_axes, overview, stack_of
from engine.report.texts import texts_for
from tests.support.results import example


def affine_of(slice_axis: tuple[float, ...], row_axis: tuple[float, ...], column_axis: tuple[float, ...]) -> np.ndarray:
    affine = np.eye(4)
    affine[:3, :3] = np.array([slice_axis, row_axis, column_axis]).T
    return affine


@pytest.mark.parametrize(
    ("affine", "right", "down", "letters"),
    [
        # axial as scanners store it: rows to posterior, columns to the patient's left
        (affine_of((0, 0, 5), (0, 1, 0), (1, 0, 0)), (1, 0, 0), (0, 1, 0), ("R", "L")),
        # axial stored upside down and mirrored
        (affine_of((0, 0, 5), (0, -1, 0), (-1, 0, 0)), (1, 0, 0), (0, 1, 0), ("R", "L")),
        # axial with rows and columns exchanged
        (affine_of((0, 0, 5), (1, 0, 0), (0, 1, 0)), (1, 0, 0), (0, 1, 0), ("R", "L")),
        # coronal, rows to the feet
        (affine_of((0, 5, 0), (0, 0, -1), (1, 0, 0)), (1, 0, 0), (0, 0, -1), ("R", "L")),
        # sagittal, stored head down
        (affine_of((5, 0, 0), (0, 0, 1), (0, 1, 0)), (0, 1, 0), (0, 0, -1), ("A", "P")),
    ],
)
def test_orientation(affine, right, down, letters):
    found_right, found_down = display_axes(affine)
    assert found_right == pytest.approx(right)
    assert found_down == pytest.approx(down)
    view = overview(Volume(np.zeros((3, 8, 8), np.float32), affine), 1)
    assert (view.left, view.right) == letters


def test_a_mirrored_stack_shows_the_same_image():
    array = np.random.default_rng(3).random((4, 20, 30)).astype(np.float32)
    affine = affine_of((0, 0, 5), (0, 2, 0), (2, 0, 0))
    mirrored = affine_of((0, 0, 5), (0, 2, 0), (-2, 0, 0))
    mirrored[:3, 3] = (2 * 29, 0, 0)
    plain, other = Volume(array, affine), Volume(array[:, :, ::-1], mirrored)
    one = panels.read(stack_of(plain), overview(plain, 2)).astype(int)
    two = panels.read(stack_of(other), overview(other, 2)).astype(int)
    assert np.abs(one - two).max() <= 1


def test_pixels_are_square_in_millimetres():
    volume = Volume(np.zeros((3, 40, 80), np.float32), affine_of((0, 0, 5), (0, 3.0, 0), (1.5, 0, 0)))
    view = overview(volume, 0)
    # 80 columns of 1.5 mm and 40 rows of 3 mm are both 120 mm
    assert view.shape == (320, 320)
    assert view.pixel_mm == pytest.approx(120 / 320)


def test_the_outline_lies_around_the_lesion():
    made = example(1, 3)
    t2 = made.volumes["T2"]
    seen = made.analysis.inputs["L1"][1]
    view = overview(t2, seen.ref.nearest_t2_slice)
    image = panels.read(stack_of(t2), view)
    outlines = panels.outlines_on(view, made.case.rois[0], t2, seen)
    inside = rasterise(list(outlines), view.shape)
    assert image[inside].mean() > 240  # the bright lesion
    # a disc of 7 pixels of 3 mm: 1385 mm² (a polygon of 40 corners has 0.4 % less)
    assert inside.sum() * view.pixel_mm**2 == pytest.approx(np.pi * 21**2, rel=0.03)


def test_a_slice_between_drawn_ones_shows_the_networks_mask():
    made = example(1, 3)
    t2 = made.volumes["T2"]
    seen = made.analysis.inputs["L1"][1]
    roi = made.case.rois[0]
    elsewhere = replace(roi, contours=roi.contours[:1])
    view = overview(t2, seen.ref.nearest_t2_slice)
    traced = rasterise(list(panels.outlines_on(view, elsewhere, t2, seen)), view.shape)
    drawn = rasterise(list(panels.outlines_on(view, roi, t2, seen)), view.shape)
    assert (traced & drawn).sum() / (traced | drawn).sum() > 0.85


def test_the_networks_input_is_turned_with_the_image():
    flip = np.diag([-1.0, 1.0, 1.0, 1.0])
    made = example(1, 1, orientation=flip)
    spec = made.manifest.preprocess
    seen = made.analysis.inputs["L1"][0]
    shown = panels.input_panels(seen, spec, made.volumes["T2"], texts_for("en"))
    # stored columns run to the patient's right: the shown input is the stored one mirrored
    wanted = np.clip(seen.array[0] * spec.std + spec.mean, 0, 1)[:, ::-1]
    assert np.abs(shown[0].image / 255.0 - wanted).max() < 0.003


def test_a_heat_map_peaks_where_the_class_map_does():
    made = example(1, 1, malignant=(0,))
    seen = made.analysis.inputs["L1"][0]
    values = np.zeros((8, 8), np.float32)
    values[2, 5] = 4.0
    view = panels.zoom(made.volumes["T2"], seen.ref.nearest_t2_slice, seen)
    heat = panels.heat_on(view, seen, values, 4.0)
    row, column = np.unravel_index(np.nanargmax(heat), heat.shape)
    square = panels.square_on(view, seen)
    top, left = square.min(axis=0)
    side = square.max(axis=0) - square.min(axis=0)
    assert (row - top) / side[0] == pytest.approx(2.5 / 8, abs=0.02)
    assert (column - left) / side[1] == pytest.approx(5.5 / 8, abs=0.02)
    assert 0.9 < np.nanmax(heat) <= 1.0  # no pixel of the view lies exactly on the cell's centre
