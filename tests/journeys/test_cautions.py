"""Every caution raised from DICOM files, and not raised by the files as they were.

What a withheld result looks like in every output is seen in `test_window_withholding.py`.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pydicom
import pytest
from pydicom.dataelem import DataElement
from pydicom.pixels import pack_bits
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from engine import pipeline
from engine.cli import main
from engine.domain.case import Case
from engine.domain.result import Effect
from engine.domain.sequence import SequenceRole
from tests.support.dicom_writer import write_stack
from tests.support.tiny_model import write_tiny_package

HIGH_B = 1000.0


@pytest.fixture
def copy(sample, tmp_path):
    return shutil.copytree(sample, tmp_path / "study")


@pytest.fixture(scope="module")
def t2_package(tmp_path_factory):
    return write_tiny_package(tmp_path_factory.mktemp("t2") / "tiny-t2", roles=("T2",))


def change(folder, edit, *, series=None):
    """Apply `edit(dataset)` to every MR image, or to those whose folder name holds `series`."""
    for path in sorted(folder.rglob("*.dcm")):
        dataset = pydicom.dcmread(path)
        if dataset.Modality == "MR" and (series is None or series in path.parent.name):
            edit(dataset)
            dataset.save_as(path)


def store(dataset, pixels):
    """Put uncompressed pixels into an image."""
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.add(DataElement(0x7FE00010, "OW", pixels.astype("<u2").tobytes()))


def is_high_b(dataset):
    return "ADC" not in "".join(dataset.ImageType) and float(dataset.get("DiffusionBValue", 0)) == HIGH_B


def of_dwi(edit):
    return lambda dataset: edit(dataset) if is_high_b(dataset) else None


def cautions_of(folder, package, alter=lambda case: case, drop=(), roles=None):
    """Return the strongest effect by code, and the result, by the pipeline's own steps."""
    study = pipeline.open_study([folder]).studies[0]
    proposed = roles or pipeline.propose_roles(study).roles
    roles = {role: key for role, key in proposed.items() if role not in drop}
    case = Case(study.study_instance_uid, roles, model=str(package))
    volumes = pipeline.load_volumes(study, roles)
    case = pipeline.import_rois([found.path for found in pipeline.describe_rois(study)], study, case, volumes)
    result = pipeline.analyze(study, alter(case), volumes).result
    # what withholds stands first, and is kept
    return {caution.code: caution.effect for caution in reversed(result.cautions)}, result


@pytest.fixture
def codes(copy, tiny_package):
    def run(edit=None, series=None, **options):
        if edit is not None:
            change(copy, edit, series=series)
        return cautions_of(copy, options.pop("package", tiny_package.folder), **options)[0]

    return run


RAISED_BY_OTHER_MEANS = {"slices-disagree"}  # the tiny model's arithmetic, not the study's


def test_the_study_as_it_is_raises_nothing(codes):
    assert set(codes()) <= RAISED_BY_OTHER_MEANS


@pytest.mark.parametrize(
    ("age", "birth_date", "raised"),
    [("017Y", "", True), ("", "20010918", True), ("", "20010917", False), ("018Y", "", False)],
)
def test_age(codes, age, birth_date, raised):
    # the sample was acquired on 2019-09-17
    def edit(dataset):
        dataset.PatientAge, dataset.PatientBirthDate = age, birth_date

    assert codes(edit).get("age-under-18") == (Effect.WITHHOLD if raised else None)


def test_age_unknown(codes):
    def silent(dataset):
        dataset.PatientAge, dataset.PatientBirthDate = "", ""

    assert codes(silent)["age-unknown"] is Effect.INFORM


def test_treated(codes):
    assert codes(alter=lambda case: case.with_treated(True))["treated-lesion"] is Effect.WITHHOLD


def test_t2_only(codes, t2_package):
    assert codes(package=t2_package, drop=(SequenceRole.DWI,))["t2-only"] is Effect.INFORM


def set_b(value):
    def edit(dataset):
        dataset.DiffusionBValue = value
        for element in list(dataset):
            if element.tag.is_private and not element.tag.is_private_creator:
                del dataset[element.tag]
        dataset.SequenceName = f"*ep_b{value:.0f}t"
        dataset.SeriesDescription = "ep2d_diff_tra"

    return of_dwi(edit)


@pytest.mark.parametrize(("b_value", "effect"), [(700.0, Effect.INFORM), (450.0, Effect.WITHHOLD)])
def test_b_value(copy, tiny_package, b_value, effect):
    change(copy, set_b(b_value))
    study = pipeline.open_study([copy]).studies[0]
    wanted = next(s.key for s in study.series if s.facts.b_value_s_mm2 == b_value and "ADC" not in s.facts.image_type)
    found, _ = cautions_of(copy, tiny_package.folder, lambda case: case.with_role(SequenceRole.DWI, wanted))
    assert found["b-value"] is effect


def test_b_value_unknown(copy, tiny_package):
    for path in copy.rglob("*.dcm"):
        dataset = pydicom.dcmread(path)
        if dataset.Modality == "MR" and "DiffusionBValue" in dataset:
            if is_high_b(dataset):
                set_b(HIGH_B)(dataset)
                del dataset.DiffusionBValue
                dataset.SequenceName, dataset.ProtocolName = "*ep2d_diff", "ep2d_diff"
                dataset.save_as(path)
            else:  # beside others, a silent series counts as b = 0
                path.unlink()
    found, result = cautions_of(copy, tiny_package.folder)
    assert found["b-value"] is Effect.INFORM
    assert any("is not stated" in caution.text for caution in result.cautions)


def moved_by(shift):
    def edit(dataset):
        dataset.ImagePositionPatient = [float(p) + s for p, s in zip(dataset.ImagePositionPatient, shift, strict=True)]

    return of_dwi(edit)


@pytest.mark.parametrize(("shift", "effect"), [((0, 9, 0), Effect.INFORM), ((10, 16, 0), Effect.WITHHOLD)])
def test_misaligned_by_position(codes, shift, effect):
    assert codes(moved_by(shift))["misaligned"] is effect


def test_misaligned_by_frame_of_reference(codes):
    other = generate_uid()

    def edit(dataset):
        dataset.FrameOfReferenceUID = other

    assert codes(of_dwi(edit))["misaligned"] is Effect.INFORM


def test_coverage(codes):
    assert codes(moved_by((0, 0, 150)))["coverage"] is Effect.WITHHOLD


@pytest.mark.parametrize(("stretch", "raised"), [(1.6, True), (1.2, False)])
def test_geometry_of_wide_steps(copy, tiny_package, stretch, raised):
    # the sample's diffusion slices are 8 mm apart
    def edit(dataset):
        x, y, z = dataset.ImagePositionPatient
        dataset.ImagePositionPatient = [x, y, stretch * float(z)]

    change(copy, of_dwi(edit))
    found, result = cautions_of(copy, tiny_package.folder)
    assert found.get("geometry") == (Effect.INFORM if raised else None)
    assert all(caution.text.count("apart") == 1 for caution in result.cautions if caution.code == "geometry")


def test_uneven_positions_are_no_stack(copy, tiny_package):
    def edit(dataset):
        x, y, z = dataset.ImagePositionPatient
        dataset.ImagePositionPatient = [x, y, float(z) + (0.6 if int(dataset.InstanceNumber) % 2 else 0.0)]

    # such a series is not proposed: a person has to insist
    roles = pipeline.propose_roles(pipeline.open_study([copy]).studies[0]).roles
    change(copy, of_dwi(edit))
    assert cautions_of(copy, tiny_package.folder, roles=roles)[0]["geometry"] is Effect.WITHHOLD


def small_lesion(folder):
    """Leave nine pixels in the middle of the lesion in every frame of the segmentation."""
    for path in folder.rglob("*.dcm"):
        dataset = pydicom.dcmread(path)
        if dataset.Modality == "SEG":
            frames = dataset.pixel_array
            for frame in frames:
                rows, columns = np.nonzero(frame)
                if not rows.size:
                    continue
                row, column = int(np.median(rows)), int(np.median(columns))
                frame[:] = 0
                frame[row - 1 : row + 2, column - 1 : column + 2] = 1
            dataset.PixelData = pack_bits(frames)
            dataset.save_as(path)


def test_small_lesion(copy, tiny_package):
    small_lesion(copy)
    assert cautions_of(copy, tiny_package.folder)[0]["small-lesion"] is Effect.INFORM


def test_slices_disagree(copy, tiny_package):
    # the tiny model calls dark T2 benign and bright T2 primary: one bright slice among dark ones of the lesion
    _, before = cautions_of(copy, tiny_package.folder)
    index = before.lesions[0].slices[1].ref.nearest_t2_slice
    t2 = before.roles_used["T2"]
    positions = sorted(
        float(pydicom.dcmread(path, stop_before_pixels=True).ImagePositionPatient[2])
        for path in copy.rglob("*.dcm")
        if pydicom.dcmread(path, stop_before_pixels=True).get("SeriesInstanceUID") == t2
    )

    def edit(dataset):
        if dataset.SeriesInstanceUID == t2:
            bright = float(dataset.ImagePositionPatient[2]) == positions[index]
            store(dataset, np.full((dataset.Rows, dataset.Columns), 900 if bright else 90))
        elif is_high_b(dataset):
            store(dataset, np.full((dataset.Rows, dataset.Columns), 90))

    change(copy, edit)
    found, result = cautions_of(copy, tiny_package.folder)
    assert found["slices-disagree"] is Effect.INFORM
    assert result.predicted == "benign"
    assert result.follow_up.recommended is True


def test_interpolated_outlines(codes):
    def alter(case):
        roi = case.rois[0]
        first, *others = roi.contours
        return case.with_roi(roi.with_contours((replace(first, interpolated=True), *others)))

    assert codes(alter=alter)["interpolated-roi"] is Effect.INFORM


def test_contrast_images(codes):
    def edit(dataset):
        dataset.ContrastBolusAgent = "Gadovist"

    assert codes(of_dwi(edit))["contrast-images"] is Effect.INFORM


def add_t1(folder, clock, **tags):
    """Add one T1 series to the study, acquired at `clock`."""
    like = next(d for p in sorted(folder.rglob("*.dcm")) if (d := pydicom.dcmread(p)).Modality == "MR")
    same = ("StudyInstanceUID", "PatientID", "PatientName", "PatientBirthDate", "StudyDate", "StudyTime",
            "FrameOfReferenceUID", "BodyPartExamined")  # fmt: skip
    t1 = {"ScanningSequence": "GR", "MRAcquisitionType": "3D", "EchoTime": 1.3, "RepetitionTime": 3.9, "FlipAngle": 10}
    tags = {name: like.get(name, "") for name in same} | t1 | {"AcquisitionTime": clock} | tags
    write_stack(folder / "t1", slices=20, series=77, tags=tags)


# the sample's T2 was acquired at 09:02:15, its diffusion images at 09:06:15
@pytest.mark.parametrize(
    ("clock", "tags", "delays"),
    [
        ("090400", {"ContrastBolusAgent": "Gadovist"}, ["DWI 2.2"]),
        ("085915", {"SeriesDescription": "t1_vibe_fs_tra_pv"}, ["T2 3.0", "DWI 7.0"]),
        ("091500", {"ContrastBolusAgent": "Gadovist"}, []),
        ("085915", {"SeriesDescription": "t1_vibe_fs_tra_nativ"}, []),
        ("", {"ContrastBolusAgent": "Gadovist"}, []),
    ],
)
def test_images_acquired_after_a_contrast_phase(copy, tiny_package, clock, tags, delays):
    add_t1(copy, clock, **{"SeriesDescription": "t1_vibe_fs_tra"} | tags)
    _, result = cautions_of(copy, tiny_package.folder)
    found = [caution for caution in result.cautions if caution.code == "contrast-images"]
    stated = [
        f"{role} {delay:.1f}"
        for caution in found
        for role, delay in zip(caution.values["roles"].items, caution.values["delay"].items, strict=True)
    ]
    assert stated == delays
    assert all(caution.effect is Effect.INFORM for caution in found)


def test_not_liver(copy, tiny_package):
    def edit(dataset):
        dataset.BodyPartExamined, dataset.StudyDescription = "BRAIN", "MR head"

    # nothing of a head is proposed for a role: a person has to insist
    roles = pipeline.propose_roles(pipeline.open_study([copy]).studies[0]).roles
    change(copy, edit)
    assert cautions_of(copy, tiny_package.folder, roles=roles)[0]["not-liver"] is Effect.INFORM


def run(folder, out, *more):
    status = main(["analyze", str(folder), "--out", str(out), *map(str, more)])
    return status, json.loads((out / "result.json").read_text(encoding="utf-8"))


def test_unfamiliar_input(copy, analysed, tmp_path):
    plain = json.loads((analysed / "result.json").read_text(encoding="utf-8"))
    assert "unfamiliar-input" not in {caution["code"] for caution in plain["cautions"]}
    rng = np.random.default_rng(0)

    def noise(dataset):
        store(dataset, rng.integers(1, 2000, (dataset.Rows, dataset.Columns)))

    change(copy, noise)
    _, result = run(copy, tmp_path / "out")
    found = {caution["code"]: caution for caution in result["cautions"]}
    assert found["unfamiliar-input"]["effect"] == "inform"
    values = found["unfamiliar-input"]["values"]
    assert values["distances"]["value"][0] > values["limit"]["value"]


def test_a_shift_is_undone_by_hand_or_by_registration_and_recorded(copy, tiny_package, tmp_path):
    change(copy, moved_by((0, 9, 0)))
    model = ["--model", tiny_package.folder]
    status, by_hand = run(copy, tmp_path / "hand", *model, "--shift", "DWI=0,-9,0")
    assert status == 0
    assert by_hand["corrections"] == {"DWI": {"shift_mm": [0.0, -9.0, 0.0]}}
    assert "misaligned" not in {caution["code"] for caution in by_hand["cautions"]}
    case = json.loads((tmp_path / "hand" / "case.json").read_text(encoding="utf-8"))
    assert case["shifts_mm"] == {"DWI": [0.0, -9.0, 0.0]}
    _, registered = run(copy, tmp_path / "registered", *model, "--register", "DWI")
    assert "misaligned" not in {caution["code"] for caution in registered["cautions"]}
    done = registered["corrections"]["DWI"]
    # the sample's DWI is stretched along y by its echo-planar readout, which registration takes back too
    assert -9 - 8 < done["shift_mm"][1] < -9 + 4
    assert len(done["rotation_deg"]) == len(done["centre_mm"]) == 3
    assert registered["case_digest"] != by_hand["case_digest"]
    assert main(["analyze", str(copy), "--shift", "DWI=1,2", "--out", str(tmp_path / "no")]) == 2
    assert main(["analyze", str(copy), "--register", "XX", "--out", str(tmp_path / "no")]) == 2
