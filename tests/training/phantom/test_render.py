"""Rendered phantoms: geometry, physics seen in the pixels, determinism."""

from __future__ import annotations

import numpy as np
import pytest

from engine.domain.sequence import SequenceRole
from engine.domain.volume import Volume
from engine.geometry.outline import rasterise
from training.phantom import acquire
from training.phantom.cohort import draw_patient
from training.phantom.render import RenderedPatient, render_patient


def value_at(volume: Volume, point_mm: np.ndarray) -> float:
    index = np.rint(np.linalg.solve(volume.affine, np.append(point_mm, 1.0))[:3]).astype(int)
    index = np.clip(index, 0, np.array(volume.shape) - 1)
    return float(volume.array[tuple(index)])


def test_stacks_lie_as_protocols_say(rendered: RenderedPatient) -> None:
    protocols = rendered.protocols
    for role, key in ((SequenceRole.T2, "T2"), (SequenceRole.DWI, "DWI"), (SequenceRole.T1_PRE, "T1")):
        volume = rendered.volumes[role]
        assert volume.shape[1:] == protocols[key].recon_matrix
        assert volume.spacing_mm[0] == pytest.approx(protocols[key].step_mm)
        # Columns run to the patient's left, rows to the back, slices to the head.
        assert volume.affine[0, 2] > 0
        assert volume.affine[1, 1] > 0
        assert volume.affine[2, 0] > 0
    assert 0.6 < rendered.volumes[SequenceRole.T2].spacing_mm[1] < 0.95
    assert 1.2 < rendered.volumes[SequenceRole.DWI].spacing_mm[1] < 2.1


def test_volumes_hold_integers(rendered: RenderedPatient) -> None:
    for volume in (*rendered.volumes.values(), *rendered.extra.values()):
        assert np.array_equal(volume.array, np.rint(volume.array))
        assert volume.array.min() >= 0
        assert volume.array.max() < 32768


def test_liver_is_on_the_patients_right(rendered: RenderedPatient) -> None:
    """In the portal phase the right upper abdomen (liver) is brighter than its mirror image (gut and fat)."""
    volume = rendered.volumes[SequenceRole.T1_PORTAL_VENOUS]
    middle = volume.array[volume.shape[0] // 2]
    columns = middle.shape[1]
    right, left = middle[:, columns // 6 : columns // 3], middle[:, -columns // 3 : -columns // 6]
    assert right.mean() > 1.3 * left.mean()


def test_cyst_is_bright_on_t2_and_never_enhances(rendered: RenderedPatient) -> None:
    assert rendered.patient.lesion_type == "cyst"
    t2 = rendered.volumes[SequenceRole.T2]
    index = int(rendered.mask.sum(axis=(1, 2)).argmax())
    rows, columns = np.nonzero(rendered.mask[index])
    centre = (t2.affine @ [index, rows.mean(), columns.mean(), 1.0])[:3]
    body = t2.array[t2.array > 0]
    assert value_at(t2, centre) > np.percentile(body, 97)
    # T1 is held at another height of breath than T2: the cyst's middle lies where the breath has taken it.
    centre = centre + np.array([0.0, 0.0, rendered.patient.mishaps.shift_t1[2]])
    before = value_at(rendered.volumes[SequenceRole.T1_PRE], centre)
    after = value_at(rendered.volumes[SequenceRole.T1_PORTAL_VENOUS], centre)
    liver_gain = np.percentile(rendered.volumes[SequenceRole.T1_PORTAL_VENOUS].array, 90) / np.percentile(
        rendered.volumes[SequenceRole.T1_PRE].array, 90
    )
    assert liver_gain > 1.4
    assert after < 0.6 * liver_gain * max(before, 1.0) + 40


def test_outline_fills_to_the_mask(rendered: RenderedPatient) -> None:
    """The outlines drawn in mm, carried back to T2 pixels and filled, give the mask."""
    t2 = rendered.volumes[SequenceRole.T2]
    inverse = np.linalg.inv(t2.affine)
    drawn = np.zeros(t2.shape, bool)
    for contour in rendered.roi.contours:
        index = np.c_[contour.points_mm, np.ones(len(contour.points_mm))] @ inverse.T
        plane = round(float(index[0, 0]))
        assert np.allclose(index[:, 0], plane, atol=1e-6)
        drawn[plane] ^= rasterise([index[:, 1:3]], t2.shape[1:])
    assert (drawn ^ rendered.mask).sum() <= 0.01 * rendered.mask.sum()


def test_outline_lies_on_the_lesion() -> None:
    """Mean T2 inside a haemangioma's outline stands clear above that of the ring around it."""
    index = next(i for i in range(72) if draw_patient("tdh", i).lesion_type == "haemangioma")
    rendered = render_patient(draw_patient("tdh", index), ("T2",))
    t2, mask = rendered.volumes[SequenceRole.T2].array, rendered.mask
    plane = int(mask.sum(axis=(1, 2)).argmax())
    rows, columns = np.nonzero(mask[plane])
    box = np.s_[max(0, rows.min() - 6) : rows.max() + 7, max(0, columns.min() - 6) : columns.max() + 7]
    inside, around = t2[plane][box][mask[plane][box]], t2[plane][box][~mask[plane][box]]
    assert np.median(inside) > 1.3 * np.median(around)
    assert SequenceRole.DWI not in rendered.volumes


def test_same_patient_same_pixels(rendered: RenderedPatient) -> None:
    """Sequences do not disturb one another: T2 rendered alone equals T2 rendered with all others."""
    again = render_patient(rendered.patient, ("T2",))
    assert np.array_equal(again.volumes[SequenceRole.T2].array, rendered.volumes[SequenceRole.T2].array)
    assert np.array_equal(again.mask, rendered.mask)


def test_slice_profile_is_wider_than_the_slice() -> None:
    planes = np.arange(-30, 30.01, 0.5, dtype=np.float32)
    weights = acquire.slice_weights(planes, np.array([0.0]), 8.0)[0]
    assert weights.sum() == pytest.approx(1.0, abs=1e-5)
    # Full width at half maximum is 1.1 × 8 mm = 8.8 mm: half of the peak at ± 4.4 mm.
    half = np.interp(4.4, planes, weights) / weights.max()
    assert half == pytest.approx(0.5, abs=0.01)


def test_reconstruction_keeps_level_position_and_noise() -> None:
    rng = np.random.default_rng(1)
    flat = np.full((2, 64, 96), 10.0, np.float32)
    quiet = acquire.reconstruct(flat, (48, 72), (128, 192), noise_sd=0.0, rng=rng)
    assert quiet.shape == (2, 128, 192)
    assert np.allclose(quiet, 10.0, atol=1e-4)
    noisy = acquire.reconstruct(flat, (48, 72), (48, 72), noise_sd=0.5, rng=rng, window=0.0)
    assert noisy.std() == pytest.approx(0.5, rel=0.05)
    blob = np.zeros((1, 64, 96), np.float32)
    blob[0, 20:29, 40:49] = 1.0  # centre of mass at row 24, column 44
    image = acquire.reconstruct(blob, (48, 72), (128, 192), noise_sd=0.0, rng=rng, window=1.0)[0]
    image = np.where(image > 0.2, image, 0)
    rows = (image.sum(1) * np.arange(128)).sum() / image.sum()
    columns = (image.sum(0) * np.arange(192)).sum() / image.sum()
    # Twice as many pixels over the same field of view: index 24 → 48, 44 → 88.
    assert rows == pytest.approx(48, abs=0.2)
    assert columns == pytest.approx(88, abs=0.2)


def test_echo_planar_shift_moves_signal_and_keeps_its_amount() -> None:
    image = np.zeros((1, 60, 3), np.float32)
    image[0, 25:30] = 1.0
    moved = acquire.distort_rows(image, np.full((1, 60, 3), 4.0, np.float32))
    assert np.allclose(moved[0, 29:34], 1.0)
    assert moved.sum() == pytest.approx(image.sum())
    # A shift that grows by 0.2 px per row stretches an edge-free region: its density falls to 1/1.2.
    ramp = np.broadcast_to(0.2 * np.arange(60, dtype=np.float32)[None, :, None] - 6, (1, 60, 3)).copy()
    stretched = acquire.distort_rows(np.ones((1, 60, 3), np.float32), ramp)
    assert stretched[0, 20:40].mean() == pytest.approx(1 / 1.2, abs=0.02)
