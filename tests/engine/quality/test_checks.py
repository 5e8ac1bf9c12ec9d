"""Each caution: an occasion that raises it and one that does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from engine import quality
from engine.domain.case import Case
from engine.domain.package import ClinicalStatus, FeatureStatistics, ModelManifest, ModelPackage, PreprocessSpec
from engine.domain.result import Effect, LesionResult, Prediction, SliceResult
from engine.domain.roi import LesionId
from engine.domain.sample import SliceInput, SliceRef
from engine.domain.sequence import SequenceFacts, SequenceRole
from engine.domain.study import PatientContext, Series, Study
from engine.domain.volume import VolumeSet
from tests.support.volumes import axial_affine, box_roi, linear_volume
from training.packaging import familiarity

T2, DWI = SequenceRole.T2, SequenceRole.DWI


def series(key, step=8.0, notes=(), **facts):
    return Series(key, key, "1.2.3", SequenceFacts(modality="MR", **facts), (), 40, 50, step, None, notes)


def package(*channels):
    return ModelPackage(
        Path(),
        ModelManifest(
            id="m",
            version="1",
            labels=("benign", "primary_malignancy", "metastasis"),
            preprocess=PreprocessSpec(channels=channels),
            clinical_status=ClinicalStatus.SIMULATED,
            intended_use="tests",
            files={"model.onnx": "0"},
        ),
        "digest",
    )


T2_AFFINE = axial_affine(step=8.0)
ROI = box_roi(T2_AFFINE, [2, 3], (10, 20), (10, 20))


def codes(
    *, age=50.0, model=None, dwi=None, t2=None, volumes=None, case=None, body="ABDOMEN", description="", late=None
):
    t2 = t2 or series("a", body_part_examined=body)
    dwi = dwi or series("b", b_value_s_mm2=800.0)
    study = Study("1", PatientContext(age_years=age), (t2, dwi), study_description=description)
    case = case or Case("1", {T2: "a", DWI: "b"}, (ROI,))
    volumes = volumes or VolumeSet({role: linear_volume(T2_AFFINE, (6, 40, 50), (1, 0, 0)) for role in (T2, DWI)})
    found = quality.before_analysis(study, case, model or package(T2, DWI, T2), volumes, late)
    return {caution.code: caution.effect for caution in found}


def test_an_ordinary_study_raises_nothing():
    assert codes() == {}


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (17.9, {"age-under-18": Effect.WITHHOLD}),
        (18.0, {}),
        (None, {"age-unknown": Effect.INFORM}),
    ],
)
def test_age(age, expected):
    assert codes(age=age) == expected


@pytest.mark.parametrize(
    ("b_value", "expected"),
    [
        (800.0, None),
        (1000.0, None),
        (750.0, Effect.INFORM),
        (1100.0, Effect.INFORM),
        (500.0, Effect.INFORM),
        (499.0, Effect.WITHHOLD),
        (None, Effect.INFORM),
    ],
)
def test_b_value(b_value, expected):
    found = codes(dwi=series("b", b_value_s_mm2=b_value))
    assert found.get("b-value") == expected


def test_t2_only():
    assert codes(model=package(T2, T2, T2)) == {"t2-only": Effect.INFORM}


def test_treated():
    case = Case("1", {T2: "a", DWI: "b"}, (ROI,), treated=True)
    assert codes(case=case) == {"treated-lesion": Effect.WITHHOLD}


def test_coverage_withholds_when_a_channel_ends_inside_the_lesion():
    # the lesion reaches slice 3 at z = 24; a DWI of two slices of 8 mm ends at z = 12
    short = VolumeSet(
        {T2: linear_volume(T2_AFFINE, (6, 40, 50), (1, 0, 0)), DWI: linear_volume(T2_AFFINE, (2, 40, 50), (1, 0, 0))}
    )
    assert codes(volumes=short) == {"coverage": Effect.WITHHOLD}
    assert quality.roles_covering(short, (ROI,)) == (T2,)


def test_frames_of_reference():
    there = linear_volume(T2_AFFINE, (6, 40, 50), (1, 0, 0))
    other = VolumeSet({T2: there, DWI: replace(there, frame_of_reference_uid="9.9")})
    assert codes(volumes=other) == {"misaligned": Effect.INFORM}


def test_geometry():
    wide = series("b", notes=("slices are 12.0 mm apart",), b_value_s_mm2=800.0)
    assert codes(dwi=wide) == {"geometry": Effect.INFORM}
    broken = replace(series("b", b_value_s_mm2=800.0), stack_problem="1 missing slice")
    assert codes(dwi=broken) == {"geometry": Effect.WITHHOLD}


def test_interpolated():
    contour = replace(ROI.contours[0], interpolated=True)
    case = Case("1", {T2: "a", DWI: "b"}, (ROI.with_contours((contour, ROI.contours[1])),))
    assert codes(case=case) == {"interpolated-roi": Effect.INFORM}


@pytest.mark.parametrize(
    ("header", "raised"),
    [
        ({"contrast_agent": "Gadovist"}, True),
        ({"contrast_phase": "POST_CONTRAST"}, True),
        ({"contrast_phase": "PRE_CONTRAST", "contrast_agent": "Gadovist"}, False),
        ({"contrast_phase": "NONE"}, False),
    ],
)
def test_contrast_by_header(header, raised):
    found = codes(dwi=series("b", b_value_s_mm2=800.0, **header))
    assert found == ({"contrast-images": Effect.INFORM} if raised else {})


def test_contrast_by_clock():
    assert codes(late={DWI: 90.0}) == {"contrast-images": Effect.INFORM}
    assert codes(late={DWI: 90.0}, model=package(T2, T2, T2)) == {"t2-only": Effect.INFORM}  # DWI is not used
    study = Study("1", PatientContext(age_years=50.0), (series("a"), series("b", contrast_agent="Gadovist")))
    case = Case("1", {T2: "a", DWI: "b"}, (ROI,))
    volumes = VolumeSet({role: linear_volume(T2_AFFINE, (6, 40, 50), (1, 0, 0)) for role in (T2, DWI)})
    found = quality.before_analysis(study, case, package(T2, DWI, T2), volumes, {T2: 90.0, DWI: 605.0})
    texts = [caution.text for caution in found if caution.code == "contrast-images"]
    assert len(texts) == 1  # the clock says more than the header
    assert "T2, DWI began 1.5, 10.1 min after the first contrast-enhanced T1 series" in texts[0]


@pytest.mark.parametrize(
    ("body", "description", "raised"),
    [
        ("BRAIN", "", True),
        ("", "MR prostate", True),
        ("", "", False),
        ("", "MRI liver and pelvis", False),
        ("HEADER", "", False),
    ],
)
def test_region(body, description, raised):
    assert ("not-liver" in codes(body=body, description=description)) == raised


def lesion(diameter, predicted="benign", malignant=()):
    ref = SliceRef(LesionId("L1"), 0, 0.0, 0)
    one = SliceResult(ref, {"benign": 1.0}, "benign")
    return LesionResult(LesionId("L1"), (one,), {"benign": 1.0}, predicted, malignant, diameter, 1.0, "drawn")


def after(lesions, inputs=None, predictions=None, statistics=None):
    found = quality.after_analysis(lesions, inputs or {}, predictions or {}, package(T2, DWI, T2), statistics)
    return {caution.code for caution in found}


def test_small_lesion():
    assert after([lesion(9.9)]) == {"small-lesion"}
    assert after([lesion(10.0)]) == set()


def test_slices_disagree():
    assert after([lesion(20, "benign", (3,))]) == {"slices-disagree"}
    assert after([lesion(20, "metastasis", (3,))]) == set()


def test_distance_by_hand():
    # one direction (1, 0) and one number of texture; the whitening halves the first: at (4, 0) with texture 1 the
    # description is (4, 1), the distance sqrt((4/2)² + 1²) = sqrt(5)
    whitening = np.array([[0.5, 0.0], [0.0, 1.0]])
    statistics = FeatureStatistics(np.zeros(2), np.array([[1.0, 0.0]]), np.zeros(2), whitening, 2.5)
    assert statistics.distances(np.array([[4.0, 9.0]]), np.array([[1.0]])) == pytest.approx([5**0.5])
    features, textures = np.array([[4.0, 0.0], [0.0, 0.0], [100.0, 0.0]]), np.array([[1.0], [0.0], [0.0]])
    # the slices lie at 0, sqrt(5) and 50: the lower quartile is half way between the first two
    assert statistics.distance_of_lesion(features, textures) == pytest.approx(5**0.5 / 2)


def test_unfamiliar_input():
    spec = package(T2, DWI, T2).manifest.preprocess
    rng = np.random.default_rng(1)
    smooth = ndimage.gaussian_filter(rng.normal(0, 1, (60, 3, 64, 64)), (0, 0, 4, 4)).astype(np.float32)
    textures = np.stack([quality.texture_of(image, spec) for image in smooth])
    features = rng.normal(0, 1, (60, 8)).astype(np.float32)
    statistics = familiarity.fit(features, textures, [f"p{n // 2}" for n in range(60)])

    def seen(image):
        ref = SliceRef(LesionId("L1"), 0, 0.0, 0)
        item = SliceInput(image, ref, np.eye(4), "0", np.ones((64, 64), dtype=bool))
        answer = Prediction(ref, np.zeros(3, np.float32), np.zeros(3), np.zeros((3, 1, 1), np.float32), features[0])
        return {LesionId("L1"): (item,)}, {LesionId("L1"): (answer,)}

    assert after([], *seen(smooth[0]), statistics) == set()
    assert after([], *seen(rng.uniform(-1, 1, (3, 64, 64)).astype(np.float32)), statistics) == {"unfamiliar-input"}
    assert after([], *seen(smooth[0])) == set()  # a package without statistics


@pytest.mark.parametrize(
    ("status", "word"), [(ClinicalStatus.SIMULATED, "as is to be expected of images of patients"),
                         (ClinicalStatus.RESEARCH, "the images that the model was trained on")],
)  # fmt: skip
def test_a_package_trained_on_phantoms_says_that_patients_look_unfamiliar(status, word):
    known = package(T2, DWI, T2)
    known = replace(known, manifest=replace(known.manifest, clinical_status=status))
    ref = SliceRef(LesionId("L1"), 0, 0.0, 0)
    image = np.zeros((3, 64, 64), np.float32)
    size = len(quality.texture_of(image, known.manifest.preprocess)) + 1
    statistics = FeatureStatistics(np.zeros(2), np.array([[1.0, 0.0]]), np.full(size, 9.0), np.eye(size), 1.0)
    item = SliceInput(image, ref, np.eye(4), "0", np.ones((64, 64), dtype=bool))
    answer = Prediction(ref, np.zeros(3, np.float32), np.zeros(3), np.zeros((3, 1, 1), np.float32), np.zeros(2))
    found = quality.after_analysis([], {"L1": (item,)}, {"L1": (answer,)}, known, statistics)
    assert [caution.code for caution in found] == ["unfamiliar-input"]
    assert word in found[0].text
