"""The whole path on fields whose values can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from engine.domain.errors import SequenceError
from engine.domain.package import PreprocessSpec
from engine.domain.roi import Roi
from engine.domain.sequence import SequenceRole
from engine.domain.volume import Volume, VolumeSet
from engine.geometry.affine import to_world
from engine.preprocess import build_slice_inputs
from engine.preprocess.intensity import intensity_window
from tests.support.volumes import axial_affine, box_roi, linear_volume, turned

T2, DWI = SequenceRole.T2, SequenceRole.DWI
SPEC = PreprocessSpec(channels=(T2, DWI, T2))


def expected(volume, t2, spec, affine, gradient, offset=1000.0):
    """Signal of a linear field at the input pixels, by the written rule."""
    low, high = intensity_window(volume, t2, spec)
    n = spec.input_px
    grid = np.zeros((n, n, 3))
    grid[..., 1], grid[..., 2] = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    signal = to_world(affine, grid) @ np.array(gradient) + offset
    return (np.clip((signal - low) / (high - low), 0, 1) - 0.5) / 0.5


def case(t2_affine, dwi_affine, t2_gradient=(2.0, 1.0, 0.5), dwi_gradient=(1.0, -1.0, 0.25)):
    t2 = linear_volume(t2_affine, (6, 200, 220), t2_gradient)
    dwi = linear_volume(dwi_affine, (40, 130, 140), dwi_gradient)
    return VolumeSet({T2: t2, DWI: dwi}), t2_gradient, dwi_gradient


def test_square_size_and_place():
    # outline of 20 rows x 30 columns at 1 mm: on the 0.7 mm grid columns 71.4..114.3 -> centres 72..114 = 43 pixels;
    # margin 10 mm = ceil(14.29) = 15 pixels a side -> square of 73 pixels = 51.1 mm -> input pixel 51.1/299 mm
    affine = axial_affine(step=10.0)
    volumes, *_ = case(affine, axial_affine(step=4.0, row=2, column=2, origin=(-20, -20, -10)))
    (made,) = build_slice_inputs(volumes, box_roi(affine, [2], (60, 80), (50, 80)), SPEC)
    assert made.array.shape == (3, 299, 299)
    assert np.linalg.norm(made.affine[:3, 2]) == pytest.approx(73 * 0.7 / 299)
    # the outer left edge: column 72 - 15 = 57, half a pixel further left: 56.5 * 0.7 = 39.55 mm
    left = made.affine[:3, 3] - 0.5 * made.affine[:3, 2]
    assert left[0] == pytest.approx(56.5 * 0.7)
    # rows 85.7..114.3 -> 86..114 = 29 pixels; centred square: floor((86 + 115 - 73) / 2 + .5) = 64
    top = made.affine[:3, 3] - 0.5 * made.affine[:3, 1]
    assert top[1] == pytest.approx(63.5 * 0.7)
    assert (made.ref.index, made.ref.position_mm, made.ref.nearest_t2_slice) == (2, 20.0, 2)


@pytest.mark.parametrize("degrees", [0.0, 12.0])
def test_oblique_t2_and_dwi_of_another_grid_read_the_same_places(degrees):
    t2_affine = turned(axial_affine(step=10.0, origin=(-100, -90, -30)), degrees)
    dwi_affine = axial_affine(step=5.0, row=2.0, column=2.0, origin=(-130.0, -120.0, -90.0))
    volumes, t2_gradient, dwi_gradient = case(t2_affine, dwi_affine)
    roi = box_roi(t2_affine, [2, 3], (80, 110), (90, 120))
    inputs = build_slice_inputs(volumes, roi, SPEC)
    assert [item.ref.index for item in inputs] == [2, 3]
    for item in inputs:
        np.testing.assert_array_equal(item.array[0], item.array[2])  # T2, DWI, T2
        for channel, role, gradient in ((0, T2, t2_gradient), (1, DWI, dwi_gradient)):
            truth = expected(volumes[role], volumes[T2], SPEC, item.affine, gradient)
            inner = slice(4, -4)  # the resize filter holds the edge value over its outer pixels
            np.testing.assert_allclose(item.array[channel][inner, inner], truth[inner, inner], atol=2e-3)


def test_thin_stack_is_averaged_over_the_slab():
    # signal = slice number squared: a 2.5 mm stack on 10 mm planes takes 4 samples at -3.75, -1.25, 1.25, 3.75 mm,
    # that is slice indices 15 + (-1.5, -.5, .5, 1.5); between slices the square is interpolated linearly:
    # 13.5 -> (169+196)/2, 14.5 -> (196+225)/2, 15.5 -> (225+256)/2, 16.5 -> (256+289)/2; mean = 226.5
    t2_affine = axial_affine(step=10.0)
    dwi_affine = axial_affine(step=2.5, origin=(0, 0, -17.5))  # slice 15 at z = 20
    ramp = np.broadcast_to((np.arange(31.0) ** 2)[:, None, None], (31, 100, 100)).astype(np.float32)
    volumes = VolumeSet(
        {T2: linear_volume(t2_affine, (5, 100, 100), (1, 0, 0)), DWI: Volume(ramp, dwi_affine, "1.2.3")}
    )
    roi = box_roi(t2_affine, [2], (40, 60), (40, 60))
    for average, value in ((True, 226.5), (False, 225.0)):
        spec = PreprocessSpec(channels=(T2, DWI), slab_average=average)
        (made,) = build_slice_inputs(volumes, roi, spec)
        low, high = intensity_window(volumes[DWI], volumes[T2], spec)
        assert made.array[1] == pytest.approx(((value - low) / (high - low) - 0.5) / 0.5, abs=1e-5)


def test_window_counts_voxels_inside_the_t2_field_of_view_only():
    t2_affine = axial_affine(step=10.0, origin=(10.0, 10.0, 0.0))
    t2 = linear_volume(t2_affine, (2, 10, 10), (1, 0, 0))
    array = np.full((2, 40, 40), 9000.0, dtype=np.float32)  # bright outside
    array[:, 10:20, 10:20] = np.arange(100).reshape(10, 10)  # zero is left out: 1..99 twice
    other = Volume(array, axial_affine(step=10.0))
    low, high = intensity_window(other, t2, SPEC)
    assert low == pytest.approx(np.percentile(np.arange(1, 100).repeat(2), 1))
    assert high == pytest.approx(np.percentile(np.arange(1, 100).repeat(2), 99))


def test_moving_the_patient_changes_nothing():
    shift = np.array([37.0, -11.0, 250.0])
    made = []
    for offset in (np.zeros(3), shift):
        t2_affine, dwi_affine = axial_affine(step=8.0), axial_affine(step=6.0, row=2, column=2, origin=(-20, -20, -10))
        rng = np.random.default_rng(5)
        volumes = {}
        for role, affine, shape in ((T2, t2_affine, (6, 90, 90)), (DWI, dwi_affine, (12, 70, 70))):
            moved = affine.copy()
            moved[:3, 3] += offset
            volumes[role] = Volume(rng.random(shape, dtype=np.float32), moved)
        roi = box_roi(volumes[T2].affine, [1, 2, 3], (30.2, 52.7), (28.3, 60.1))
        made.append(build_slice_inputs(VolumeSet(volumes), roi, SPEC))
    assert [i.ref.index for i in made[0]] == [i.ref.index for i in made[1]]
    for here, there in zip(*made, strict=True):
        np.testing.assert_allclose(there.array, here.array, atol=1e-4)
        np.testing.assert_allclose(there.affine[:3, 3] - here.affine[:3, 3], shift, atol=1e-9)


def test_hole_stays_out_of_the_lesion_but_not_of_the_square():
    affine = axial_affine(step=10.0)
    volumes, *_ = case(affine, axial_affine(step=10.0, origin=(-5, -5, 0)))
    outer, inner = box_roi(affine, [2], (40, 80), (40, 80)), box_roi(affine, [2], (50, 70), (50, 70))
    ring = Roi(outer.lesion_id, (*outer.contours, *inner.contours))
    (made,), (plain,) = build_slice_inputs(volumes, ring, SPEC), build_slice_inputs(volumes, outer, SPEC)
    np.testing.assert_array_equal(made.array, plain.array)
    assert plain.roi_mask[149, 149]
    assert not made.roi_mask[149, 149]


def test_missing_role_is_named():
    affine = axial_affine(step=10.0)
    volumes = VolumeSet({T2: linear_volume(affine, (5, 50, 50), (1, 0, 0))})
    with pytest.raises(SequenceError, match="needs DWI") as caught:
        build_slice_inputs(volumes, box_roi(affine, [2], (10, 20), (10, 20)), SPEC)
    assert caught.value.code == "role-missing"
