"""Registration check and rigid registration on a phantom moved by known amounts, and on images with nothing to see."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
from scipy import ndimage

from engine.domain.case import Case, Rotation
from engine.domain.errors import Cancelled
from engine.domain.sequence import SequenceRole
from engine.domain.volume import Volume
from engine.geometry.align import estimate_shift
from engine.geometry.place import placed
from engine.geometry.register import NotRegistered, Registration, register_rigid
from training.phantom.cohort import draw_patient
from training.phantom.render import render_patient

T2, DWI = SequenceRole.T2, SequenceRole.DWI


def moved(volume, shift, turn=(0.0, 0.0, 0.0), centre=(0.0, 0.0, 0.0)):
    return placed(volume, DWI, Case("1").with_correction(DWI, tuple(shift), Rotation(turn, tuple(centre))))


@pytest.fixture(scope="module")
def phantom():
    """T2 and DWI without EPI distortion or movement, and the lesion's outline points."""
    patient = draw_patient("hzfph", 2)
    dwi = replace(patient.protocols["DWI"], bandwidth_hz_px=1e9)
    still = replace(
        patient,
        protocols=MappingProxyType({**patient.protocols, "DWI": dwi}),
        mishaps=replace(patient.mishaps, shift_dwi=(0.0, 0.0, 0.0)),
    )
    rendered = render_patient(still, (T2, DWI))
    points = np.concatenate([contour.points_mm for contour in rendered.roi.contours])
    return rendered.volumes[T2], rendered.volumes[DWI], points


SHIFTS = [(0, 0, 0), (6, 0, 0), (0, -8, 0), (0, 0, 10), (-5, 7, -12), (10, 4, 16)]


def test_known_shifts_are_found_within_a_millimetre_and_a_half(phantom):
    t2, dwi, points = phantom
    errors = []
    for shift in SHIFTS:
        found = estimate_shift(t2, moved(dwi, shift), points)
        assert found is not None
        assert found.certain
        errors.append(np.linalg.norm(np.subtract(found.shift_mm, shift)))
    assert np.median(errors) <= 1.5
    assert max(errors) <= 3.0


def test_a_local_stretch_counts_where_the_outline_lies():
    # tissue of smooth random brightness; around the middle it is pushed 8 mm along y, farther away it stays
    affine = np.array([[0.0, 0, 2, -110], [0, 2, 0, -110], [4, 0, 0, -60], [0, 0, 0, 1]])
    tissue = ndimage.gaussian_filter(np.random.default_rng(3).normal(size=(31, 111, 111)), (1.5, 3, 3))
    z, y, x = np.meshgrid(*(np.arange(n) for n in tissue.shape), indexing="ij")
    square = (4.0 * (z - 15)) ** 2 + (2.0 * (y - 55)) ** 2 + (2.0 * (x - 55)) ** 2
    pushed = ndimage.map_coordinates(tissue, [z, y - 4.0 * np.exp(-square / (2 * 40.0**2)), x], order=1, mode="nearest")
    still = Volume((100 + 1000 * tissue).astype(np.float32), affine)
    other = Volume((100 - 800 * pushed).astype(np.float32), affine)  # bright and dark exchanged
    turn = np.linspace(0, 2 * np.pi, 24)
    outline = np.stack([8 * np.cos(turn), 8 * np.sin(turn), 0 * turn], axis=1)
    found = estimate_shift(still, other, outline)
    assert found is not None
    assert found.certain
    assert np.allclose(found.shift_mm, (0, 7.5, 0), atol=1.2)


def test_the_estimate_does_not_depend_on_how_the_stack_is_stored(phantom):
    t2, dwi, points = phantom
    flipped = np.diag([-1.0, 1.0, 1.0, 1.0])
    flipped[:3, 3] = [t2.shape[0] - 1, 0, 0]
    other = Volume(t2.array[::-1], t2.affine @ flipped, t2.frame_of_reference_uid)
    one = estimate_shift(t2, moved(dwi, (3, -4, 8)), points)
    two = estimate_shift(other, moved(dwi, (3, -4, 8)), points)
    assert np.allclose(one.shift_mm, two.shift_mm, atol=0.7)


def test_flat_noisy_and_absent_images_raise_no_alarm(phantom):
    t2, dwi, points = phantom
    noise = np.random.default_rng(0).normal(100, 10, dwi.shape).astype(np.float32)
    found = estimate_shift(t2, Volume(noise, dwi.affine), points)
    assert found is None or not found.certain
    flat = estimate_shift(t2, Volume(np.full(dwi.shape, 7.0, dtype=np.float32), dwi.affine), points)
    assert flat is None or not flat.certain
    assert estimate_shift(t2, moved(dwi, (900, 0, 0)), points) is None


def test_registration_undoes_a_turn_and_a_shift(phantom):
    t2, dwi, points = phantom
    centre = points.mean(axis=0)
    off = moved(dwi, (6.0, -4.0, 9.0), (2.0, -1.5, 3.0), centre)
    found = register_rigid(t2, off, points)
    assert isinstance(found, Registration)
    there = Case("1").with_correction(DWI, (6.0, -4.0, 9.0), Rotation((2.0, -1.5, 3.0), tuple(centre))).correction(DWI)
    back = Case("1").with_correction(DWI, found.shift_mm, found.rotation).correction(DWI)
    whole = back @ there
    residual = points @ whole[:3, :3].T + whole[:3, 3] - points
    assert np.median(np.linalg.norm(residual, axis=1)) <= 2.0


def test_registration_of_noise_is_refused(phantom):
    t2, dwi, points = phantom
    noise = np.random.default_rng(0).normal(100, 10, dwi.shape).astype(np.float32)
    assert isinstance(register_rigid(t2, Volume(noise, dwi.affine), points), NotRegistered)


def test_registration_stops_where_the_person_stops_it(phantom):
    class Impatient:
        asked = 0

        def step(self, stage, done, total):
            self.asked += 1
            if self.asked == 4:
                raise Cancelled

    t2, dwi, points = phantom
    person = Impatient()
    with pytest.raises(Cancelled):
        register_rigid(t2, moved(dwi, (6.0, -4.0, 9.0)), points, person)
    assert person.asked == 4  # nothing was asked after the wish
