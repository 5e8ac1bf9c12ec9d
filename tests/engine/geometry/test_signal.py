"""Signal under an outline: voxels counted and values worked out by hand, also on other grids."""

from __future__ import annotations

import numpy as np
import pytest

from engine.domain.roi import LesionId, Roi
from engine.domain.volume import Volume
from engine.geometry.signal import adc_factor, read_signal
from tests.support.volumes import axial_affine, box_roi, linear_volume, turned


def test_the_pixels_of_t2_itself():
    # rows 2, 3 and columns 4, 5, 6 on one slice; signal = column
    affine = axial_affine(step=8.0)
    t2 = linear_volume(affine, (3, 10, 10), (1, 0, 0), offset=0.0)
    found = read_signal(box_roi(affine, [1], (1.5, 3.5), (3.5, 6.5)), t2, t2)
    assert found.voxels == 6
    assert (found.mean, found.lowest, found.highest) == (5.0, 4.0, 6.0)
    assert found.sd == pytest.approx(np.sqrt(4 / 5))  # values 4, 5, 6 twice: squares 1+0+1 twice, divisor 5


def test_coarser_voxels_count_when_their_centres_lie_inside():
    # T2: 1 mm pixels, 4 mm steps; the outlined solid spans x 9.5..19.5, y 9.5..19.5, z 2..10 (slices at 4 and 8)
    affine = axial_affine(step=4.0)
    t2 = linear_volume(affine, (5, 40, 40), (1, 0, 0))
    roi = box_roi(affine, [1, 2], (9.5, 19.5), (9.5, 19.5))
    # 3 mm pixels, 6 mm steps: x and y centres 12, 15, 18 (three each); z centres at 6 only (0 and 12 lie outside)
    other = linear_volume(axial_affine(step=6.0, row=3.0, column=3.0), (4, 14, 14), (0, 0, 1), offset=0.0)
    found = read_signal(roi, t2, other)
    assert found.voxels == 9
    assert (found.mean, found.sd) == (6.0, 0.0)


def test_a_turned_stack_reads_the_same_field():
    affine = axial_affine(step=4.0)
    t2 = linear_volume(affine, (8, 40, 40), (1, 2, 3))
    roi = box_roi(affine, [2, 3, 4, 5], (9.5, 29.5), (9.5, 29.5))
    fine = turned(axial_affine(origin=(-10, -10, -10), step=2.0, row=1.0, column=1.0), 20, "x")
    other = linear_volume(fine, (30, 70, 60), (1, 2, 3))
    same, turned_reading = read_signal(roi, t2, t2), read_signal(roi, t2, other)
    assert turned_reading.mean == pytest.approx(same.mean, abs=0.5)
    assert turned_reading.voxels * 2.0 == pytest.approx(same.voxels * 4.0, rel=0.02)  # both fill the same volume


def test_outside_the_stack_there_is_nothing_to_read():
    affine = axial_affine()
    t2 = linear_volume(affine, (3, 20, 20), (1, 0, 0))
    roi = box_roi(affine, [1], (4.5, 8.5), (4.5, 8.5))
    away = linear_volume(axial_affine(origin=(500, 0, 0)), (3, 20, 20), (1, 0, 0))
    found = read_signal(roi, t2, away)
    assert found.voxels == 0
    assert np.isnan([found.mean, found.sd, found.lowest, found.highest]).all()
    assert read_signal(Roi(LesionId("L1"), ()), t2, t2).voxels == 0
    between_slices = linear_volume(axial_affine(origin=(0, 0, 100), step=8.0), (1, 20, 20), (1, 0, 0))
    assert read_signal(roi, t2, between_slices).voxels == 0


@pytest.mark.parametrize(("unit", "factor"), [(1e-3, 1e6), (1.0, 1e3), (1000.0, 1.0)])
def test_the_unit_of_an_adc_map_is_told_from_its_values(unit, factor):
    values = np.zeros((2, 20, 20), dtype=np.float32)
    values[:, 5:15, 5:15] = 1.1 * unit
    values[:, 8:10, 8:10] = 2.4 * unit
    volume = Volume(values, axial_affine())
    assert adc_factor(volume) == factor
    assert adc_factor(Volume(np.zeros((1, 4, 4), dtype=np.float32), axial_affine())) == 1.0
