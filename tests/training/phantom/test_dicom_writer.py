"""Written studies: valid objects, the same voxels back, the same bytes again."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pydicom
import pytest

from engine.domain.sequence import SequenceRole
from engine.intake import load_volume, read_paths
from training.phantom.dicom_writer import Variants, study_datasets, write_study
from training.phantom.render import RenderedPatient
from training.phantom.segmentation import lesion_segmentation

VENDORS = ("Siemens", "GE", "Philips", "UIH")


@pytest.fixture(scope="module")
def siemens(rendered: RenderedPatient, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("siemens")
    write_study(rendered, folder, "Siemens")
    return folder


def test_read_again_equals_memory(rendered: RenderedPatient, siemens: Path) -> None:
    opened = read_paths([siemens])
    (study,) = opened.studies
    expected = [*rendered.volumes.values(), *rendered.extra.values()]
    assert len(study.series) == len(expected) == 8
    for series in study.series:
        volume = load_volume(series)
        assert sum(
            volume.shape == other.shape
            and np.array_equal(volume.array, other.array)
            and np.allclose(volume.affine, other.affine, atol=1e-4)
            for other in expected
        ) == 1, series.facts.series_description  # fmt: skip


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_object_says_what_it_is(rendered: RenderedPatient, vendor: str) -> None:
    for images in study_datasets(rendered, vendor).values():
        for image in images:
            assert "SIMULATED PHANTOM" in image.StudyDescription
            assert "not a patient" in image.PatientComments
            assert str(image.PatientName) == "Phantom^Lobule"
            assert image.SOPInstanceUID.startswith("2.25.")


@pytest.mark.parametrize("vendor", VENDORS)
def test_b_value_is_where_the_vendor_keeps_it(rendered: RenderedPatient, vendor: str) -> None:
    high = rendered.protocols["DWI"].b_high
    image = study_datasets(rendered, vendor)["DWI"][-1]
    group, creator, element = {
        "Siemens": (0x0019, "SIEMENS MR HEADER", 0x0C),
        "GE": (0x0043, "GEMS_PARM_01", 0x39),
        "Philips": (0x2001, "Philips Imaging DD 001", 0x03),
        "UIH": (0x0065, "Image Private Header", 0x0A),
    }[vendor]
    value = image.private_block(group, creator)[element].value
    assert (value[0] % 1_000_000_000 if vendor == "GE" else value) == high


def test_segmentation_lies_on_t2(rendered: RenderedPatient, siemens: Path) -> None:
    segmentation = pydicom.dcmread(siemens / "ROI" / "lesion_seg.dcm")
    assert segmentation.SegmentationType == "BINARY"
    assert segmentation.NumberOfFrames == rendered.mask.shape[0]
    frames = segmentation.pixel_array
    t2 = rendered.volumes[SequenceRole.T2]
    assert segmentation.FrameOfReferenceUID == t2.frame_of_reference_uid
    for frame, groups in zip(frames, segmentation.PerFrameFunctionalGroupsSequence, strict=True):
        position = np.array(groups.PlanePositionSequence[0].ImagePositionPatient, float)
        index = np.linalg.solve(t2.affine, np.append(position, 1.0))[:3]
        assert np.allclose(index[1:], 0.0, atol=1e-3)
        assert np.array_equal(frame.astype(bool), rendered.mask[round(float(index[0]))])


def test_same_patient_same_bytes(rendered: RenderedPatient, siemens: Path, tmp_path: Path) -> None:
    write_study(rendered, tmp_path, "Siemens")
    for path in sorted(siemens.rglob("*.dcm")):
        assert path.read_bytes() == (tmp_path / path.relative_to(siemens)).read_bytes(), path.name


def test_variants_change_what_they_name(rendered: RenderedPatient) -> None:
    plain = study_datasets(rendered, "Siemens")
    odd = study_datasets(
        rendered,
        "Siemens",
        Variants(
            drop_b_tags=True,
            split_b_values=True,
            without_adc=True,
            chinese=True,
            descending=True,
            without_spacing=True,
            phases_together=True,
            silent_contrast=True,
        ),
    )
    assert "ADC" in plain
    assert "ADC" not in odd
    assert {"DWI0", "DWI1", "T1_DYN"} <= set(odd)
    assert "DiffusionBValue" not in odd["DWI1"][0]
    assert f"b{rendered.protocols['DWI'].b_high:.0f}" in odd["DWI1"][0].SeriesDescription
    assert odd["T2"][0].SeriesDescription.startswith("T2压脂")
    assert odd["T2"][0].ImagePositionPatient[2] > odd["T2"][-1].ImagePositionPatient[2]
    assert "SpacingBetweenSlices" not in odd["T2"][0]
    assert odd["T1_DYN"][0].ContrastBolusAgent == ""


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dciodvfy (package dicom3tools) is not installed")
@pytest.mark.parametrize("vendor", VENDORS)
def test_dciodvfy_finds_no_error(rendered: RenderedPatient, tmp_path: Path, vendor: str) -> None:
    series = study_datasets(rendered, vendor)
    objects = {key: images[-1] for key, images in series.items()}
    objects["SEG"] = lesion_segmentation(rendered, series["T2"])
    for key, written in objects.items():
        path = tmp_path / f"{key}.dcm"
        written.save_as(path, enforce_file_format=True)
        said = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
        lines = (said.stdout + said.stderr).splitlines()
        assert not [line for line in lines if line.startswith("Error")], key
