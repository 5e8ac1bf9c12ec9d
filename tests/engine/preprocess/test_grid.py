"""Which planes an outline touches."""

from __future__ import annotations

import numpy as np
import pytest

from engine.domain.errors import RoiError
from engine.domain.package import PreprocessSpec
from engine.domain.sequence import SequenceRole
from engine.preprocess.grid import analysis_planes
from tests.support.volumes import axial_affine, box_roi, linear_volume, turned

SPEC = PreprocessSpec(channels=(SequenceRole.T2,))


def t2(step: float, slices: int, origin=(0.0, 0.0, -30.0)):
    return linear_volume(axial_affine(step=step, origin=origin), (slices, 40, 50), (1, 0, 0))


def planes(volume, slices):
    return analysis_planes(volume, box_roi(volume.affine, slices, (10, 20), (10, 30)), SPEC)


def test_ten_millimetre_stack_is_its_own_grid():
    found = planes(t2(10.0, 6), [2, 3])
    assert [(p.index, p.position_mm, p.nearest_t2_slice) for p in found] == [(2, -10.0, 2), (3, 0.0, 3)]


def test_eight_millimetre_stack():
    # slices 2..5 lie 16, 24, 32, 40 mm above the first; nearest planes are 20, 20, 30, 40 mm
    found = planes(t2(8.0, 8), [2, 3, 4, 5])
    assert [p.index for p in found] == [2, 3, 4]
    # plane 2 (20 mm): slices 2 (16) and 3 (24) are equally near, both speak for it
    assert [len(p.outlines) for p in found] == [2, 1, 1]
    # the slice nearest to 20 mm: index 2.5 rounds up to 3
    assert found[0].nearest_t2_slice == 3


def test_a_thin_stack_loses_no_drawn_slice():
    # 3 mm steps: slice 5 lies 15 mm above the first; 1.5 planes rounds up to plane 2
    assert [p.index for p in planes(t2(3.0, 20), [5])] == [2]


def test_a_coarse_stack_leaves_no_plane_inside_the_lesion_out():
    # 25 mm steps, slices 1 and 2 (25 and 50 mm): planes 20, 30 ask slice 1; 40 and 50 ask slice 2
    assert [p.index for p in planes(t2(25.0, 4), [1, 2])] == [2, 3, 4, 5, 6]


def test_last_slice_beyond_the_last_plane_still_counts():
    # 8 slices of 8 mm: last centre 56 mm, last plane 50 mm; slice 7 (56 mm) goes to plane 5
    found = planes(t2(8.0, 8), [7])
    assert [(p.index, p.nearest_t2_slice) for p in found] == [(5, 6)]


def test_oblique_stack_measures_along_its_normal():
    affine = turned(axial_affine(step=10.0, origin=(5.0, -20.0, 12.0)), 20.0)
    volume = linear_volume(affine, (5, 40, 50), (0, 1, 0))
    (found,) = analysis_planes(volume, box_roi(affine, [3], (10, 20), (10, 30)), SPEC)
    along = np.array([0.0, -np.sin(np.radians(20)), np.cos(np.radians(20))])
    first = affine[:3, 3]
    assert found.index == 3
    assert found.position_mm == pytest.approx(first @ along + 30.0)


def test_outline_outside_the_stack_is_an_error_with_a_remedy():
    volume = t2(8.0, 5)
    for roi in (
        box_roi(volume.affine, [9], (10, 20), (10, 30)),
        box_roi(volume.affine, [2], (100, 120), (10, 30)),
    ):
        with pytest.raises(RoiError, match="outside the T2 images") as caught:
            analysis_planes(volume, roi, SPEC)
        assert caught.value.code == "roi-outside"
        assert caught.value.remedy
