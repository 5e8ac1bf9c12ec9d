"""Values are frozen, checked at construction, and survive the way to another process."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from engine.domain.case import Case, Rotation
from engine.domain.errors import EngineError, IntakeError, PackageError
from engine.domain.package import PreprocessSpec
from engine.domain.roi import Contour, LesionId, Roi
from engine.domain.sequence import RoleMap, SequenceRole
from engine.domain.study import Plane
from engine.domain.volume import Volume, VolumeSet
from tests.support.volumes import axial_affine, box_roi

T2, DWI = SequenceRole.T2, SequenceRole.DWI


def test_volume_freezes_a_view_not_the_callers_array():
    array = np.zeros((2, 3, 4), dtype=np.float32)
    volume = Volume(array, axial_affine(step=8, row=1.5, column=0.5))
    assert volume.spacing_mm == (8.0, 1.5, 0.5)
    with pytest.raises(ValueError, match="read-only"):
        volume.array[0, 0, 0] = 1
    array[0, 0, 0] = 1  # still the caller's own
    with pytest.raises(FrozenInstanceError):
        volume.series_key = "x"


@pytest.mark.parametrize("shape", [(3, 4), (0, 3, 4), (1, 2, 3, 4)])
def test_volume_refuses_other_shapes(shape):
    with pytest.raises(ValueError, match="non-empty"):
        Volume(np.zeros(shape, dtype=np.float32), np.eye(4))


@pytest.mark.parametrize("affine", [np.zeros((4, 4)), np.eye(3), np.full((4, 4), np.nan)])
def test_volume_refuses_affines_that_cannot_be_inverted(affine):
    with pytest.raises(ValueError, match="affine"):
        Volume(np.zeros((1, 1, 1), dtype=np.float32), affine)


@pytest.mark.parametrize("points", [np.zeros((2, 3)), np.zeros((3, 2)), np.full((3, 3), np.inf)])
def test_contour_refuses_what_is_no_outline(points):
    with pytest.raises(ValueError, match="contour"):
        Contour(points)


def test_plane_normal_is_row_times_column_cosine():
    assert Plane((0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1)).normal == (0, 0, 1)
    assert Plane((0, 0, 0), (1, 0, 0), (0, 0, -1), (1, 1)).normal == (0, 1, 0)  # coronal: to posterior


def test_override_takes_the_series_from_its_former_role():
    roles = RoleMap((), {T2: "a", DWI: "b"})
    assert dict(roles.override(DWI, "a").roles) == {DWI: "a"}
    assert dict(roles.override(DWI, None).roles) == {T2: "a"}
    assert roles.missing(SequenceRole) == tuple(SequenceRole)[2:]
    assert dict(Case("1", roles.roles).with_role(DWI, "a").roles) == {DWI: "a"}


def test_lesion_ids_differ_and_are_filled_up():
    roi = box_roi(axial_affine(), [0], (1, 2), (1, 2))
    case = Case("1").with_roi(roi).with_roi(Roi(LesionId("L3"), roi.contours))
    assert case.next_lesion_id() == "L2"
    assert [r.lesion_id for r in case.without_roi(LesionId("L1")).rois] == ["L3"]
    with pytest.raises(ValueError, match="differ"):
        Case("1", rois=(roi, roi))


def test_spec_digest_changes_with_every_field():
    spec = PreprocessSpec(channels=(T2, DWI, T2))
    assert PreprocessSpec.from_dict(spec.as_dict()) == spec
    others = [
        {**spec.as_dict(), **change}
        for change in (
            {"channels": ["T2", "DWI", "DWI"]},
            {"in_plane_mm": 0.8},
            {"slice_step_mm": 9.0},
            {"slab_average": False},
            {"margin_mm": 9.0},
            {"input_px": 128},
            {"percentile_low": 0.5},
            {"percentile_high": 99.5},
            {"mean": 0.0},
            {"std": 1.0},
        )
    ]
    digests = {PreprocessSpec.from_dict(data).digest() for data in others} | {spec.digest()}
    assert len(digests) == len(others) + 1


def test_values_travel_between_processes():
    volume = Volume(np.zeros((1, 2, 3), dtype=np.float32), np.eye(4))
    case = Case("1", {T2: "a"}, (box_roi(axial_affine(), [0], (1, 2), (1, 2)),))
    error = IntakeError("No DICOM file was found.", remedy="Choose another folder.", code="no-dicom")
    assert pickle.loads(pickle.dumps(case)) == case
    assert list(pickle.loads(pickle.dumps(VolumeSet({T2: volume})))) == [T2]
    assert pickle.loads(pickle.dumps(RoleMap((), {T2: "a"}))) == RoleMap((), {T2: "a"})
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), back.code, str(back)) == (
        IntakeError,
        "no-dicom",
        "No DICOM file was found. Choose another folder.",
    )


def test_every_error_class_has_an_exit_status_of_the_interface():
    kinds = [kind for kind in EngineError.__subclasses__() if kind.__module__ == EngineError.__module__]
    assert {kind.exit_status for kind in kinds} == {2, 3, 4}
    assert PackageError.exit_status == 4


def test_a_correction_turns_then_shifts_and_is_part_of_the_digest():
    # 90 degrees about z through (10, 0, 0) take (11, 0, 5) to (10, 1, 5); then the shift
    turn = Rotation((0.0, 0.0, 90.0), (10.0, 0.0, 0.0))
    case = Case("1").with_correction(SequenceRole.DWI, (1.0, 2.0, 3.0), turn)
    assert np.allclose(case.correction(SequenceRole.DWI) @ [11, 0, 5, 1], [11, 3, 8, 1])
    assert case.correction(SequenceRole.T2) is None
    shifted = Case("1").with_shift(SequenceRole.DWI, (1.0, 2.0, 3.0))
    assert len({Case("1").digest(), shifted.digest(), case.digest()}) == 3
    assert case.with_shift(SequenceRole.DWI, (0.0, 0.0, 1.0)).rotations == {SequenceRole.DWI: turn}
    assert case.with_shift(SequenceRole.DWI, None) == Case("1")
    assert pickle.loads(pickle.dumps(case)) == case


def test_angles_turn_about_x_then_y_then_z():
    # y to z about x, then z to x about y, then x to y about z: the point comes back to y
    turn = Rotation((90.0, 90.0, 90.0), (0.0, 0.0, 0.0))
    assert np.allclose(turn.matrix() @ [0, 1, 0, 1], [0, 1, 0, 1])
