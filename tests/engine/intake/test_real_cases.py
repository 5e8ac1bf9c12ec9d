"""Real files of many scanners against what was read from them independently (EXPECTED.json)."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest

from engine.intake import load_volume, read_paths
from engine.sequences import identify_roles
from tests.support.paths import shared_dicom

CASES = (
    "d2n_fail_sliceorientation", "d2n_ge_dti_implicit", "d2n_generic_nonsquare_pixels", "d2n_philips_dwi_b40_273_800",
    "d2n_philips_enhanced_dti", "d2n_rgb_mr", "d2n_siemens_classic_dti", "d2n_siemens_multiframe",
    "dcmqa_ge_pioneer_dwi_b1000", "dcmqa_philips57_dwi_dicomdir_partial", "dcmqa_siemens_mosaic_orientations",
    "dcmqa_siemens_xa30_enhanced_adc_trace", "dcmqa_toshiba_galan_dwi_oblique_partial",
    "dcmqa_transfersyntax_9variants",
    "dcmqi_ge_prostate_adc_b500", "dcmqi_seg_tiny_nonsquare_synthetic", "highdicom_seg_ct_variants",
    "ibsi_sts002_mr_t1_rtstruct", "ibsi_sts042_mr_t1_rtstruct",
)  # fmt: skip
UNFOLDED = {"dcmqa_siemens_mosaic_orientations", "dcmqa_transfersyntax_9variants"}
"""Mosaics: EXPECTED.json holds the big image's corner; the tiles' true places are tested apart."""
TWO_PLANES = {"d2n_fail_sliceorientation"}
"""EXPECTED.json measures along one normal although two orientations are mixed; tested apart."""


@pytest.fixture(scope="module")
def opened():
    return {case: read_paths([shared_dicom(case)]) for case in CASES}


@pytest.fixture(scope="module")
def expected():
    return json.loads((shared_dicom() / "EXPECTED.json").read_text())


def all_series(opened):
    return [series for study in opened.studies for series in study.series]


def stated_b_values(record):
    """b-values that a case states, pseudo-zeros as zero; Siemens XA gives (b, directionality) as text."""
    values = [text.strip("()").split(",")[0] for texts in record["b_tags"].values() for text in texts]
    return {float(value) if float(value) >= 1 else 0.0 for value in values if value != "None"}


@pytest.mark.parametrize("case", CASES)
def test_every_file_is_accounted_for(case, opened, expected):
    found = opened[case]
    used = {instance.path for s in all_series(found) for i in s.instances for instance in (i, *i.averaged)}
    rois = {path for study in found.studies for path in study.roi_paths}
    skipped = {entry.path for entry in found.skipped} | {e.path for s in found.studies for e in s.skipped}
    files = {path for path in shared_dicom(case).rglob("*") if path.is_file()}
    assert used | rois | skipped == files
    assert not used & skipped
    assert all(entry.reason for entry in found.skipped)


@pytest.mark.parametrize("case", [case for case in CASES if case not in UNFOLDED | TWO_PLANES])
def test_geometry_agrees(case, opened, expected):
    by_description = {}
    for series in all_series(opened[case]):
        by_description.setdefault(
            (series.facts.series_description, series.rows, series.columns, series.facts.series_number), []
        ).append(series)
    for record in expected[case]["series"]:
        numbers = record["SeriesNumber"] if isinstance(record["SeriesNumber"], list) else [record["SeriesNumber"]]
        key = (record["SeriesDescription"] or "", record["rows"], record["cols"], int(numbers[0]))
        found = by_description[key]
        for series in found:
            assert series.slices == record["n_slices"], key
            assert series.plane is not None
            assert np.allclose(series.plane.normal, record["normal"], atol=1e-3)
            assert np.allclose(series.plane.pixel_spacing_mm, record["pixel_spacing"][0], atol=0.01)
            assert np.allclose(series.plane.position_mm, record["first_ipp"], atol=0.01), key
            if record["n_slices"] > 1:
                assert series.is_stack, series.stack_problem
                assert series.slice_step_mm == pytest.approx(np.mean(record["gap_minmax"]), abs=0.01)


@pytest.mark.parametrize("case", CASES)
def test_b_values_agree(case, opened, expected):
    stated = set().union(*(stated_b_values(record) for record in expected[case]["series"]))
    found = {s.facts.b_value_s_mm2 for s in all_series(opened[case])} - {None}
    if case == "dcmqa_toshiba_galan_dwi_oblique_partial":
        stated.add(0.0)  # Toshiba leaves the tag out at b = 0; the images beside b = 1500 are b = 0
    assert found == stated
    assert all(s.facts.b_value_source for s in all_series(opened[case]) if s.facts.b_value_s_mm2 is not None)


@pytest.mark.parametrize("case", CASES)
def test_every_stack_becomes_a_volume(case, opened):
    for series in all_series(opened[case]):
        if series.is_stack:
            volume = load_volume(series)
            assert volume.shape == (series.slices, series.rows, series.columns)
            assert np.isfinite(volume.array).all()
            assert np.allclose(volume.affine[:3, 3], series.plane.position_mm, atol=1e-6)


KINDS = {
    "d2n_fail_sliceorientation": {"T2": 2},
    "d2n_ge_dti_implicit": {"DWI": 2},
    "d2n_generic_nonsquare_pixels": {"DERIVED": 1},  # ImageType says MPR
    "d2n_philips_dwi_b40_273_800": {"DWI": 4},
    "d2n_philips_enhanced_dti": {"DWI": 2},
    "d2n_rgb_mr": {"OTHER": 1},
    "d2n_siemens_classic_dti": {"DWI": 2},
    "d2n_siemens_multiframe": {"OTHER": 1},  # thinned: neither name nor physics left
    "dcmqa_ge_pioneer_dwi_b1000": {"DWI": 2},
    "dcmqa_philips57_dwi_dicomdir_partial": {"DWI": 2},  # b "0.001" is b = 0 and joins it
    "dcmqa_siemens_mosaic_orientations": {"OTHER": 8},  # BOLD: echo planar without a b-value
    "dcmqa_siemens_xa30_enhanced_adc_trace": {"ADC": 1, "DWI": 3, "DERIVED": 1, "OTHER": 3},
    "dcmqa_toshiba_galan_dwi_oblique_partial": {"DWI": 2},
    "dcmqa_transfersyntax_9variants": {"OTHER": 9},
    "dcmqi_ge_prostate_adc_b500": {"ADC": 1},
    "dcmqi_seg_tiny_nonsquare_synthetic": {"NOT_MR": 4},
    "highdicom_seg_ct_variants": {"NOT_MR": 1},
    "ibsi_sts002_mr_t1_rtstruct": {"T1": 1},
    "ibsi_sts042_mr_t1_rtstruct": {"T1": 1},
}


@pytest.mark.parametrize("case", CASES)
def test_kinds_agree_with_a_human_reader(case, opened):
    guesses = [guess for study in opened[case].studies for guess in identify_roles(study).guesses]
    assert Counter(guess.kind.value for guess in guesses) == KINDS[case]
    assert all(guess.reasons for guess in guesses)


def test_two_planes_under_one_uid_are_two_series(opened):
    sagittal, axial = all_series(opened["d2n_fail_sliceorientation"])
    assert (sagittal.slices, axial.slices) == (2, 2)
    assert sagittal.slice_step_mm == pytest.approx(3.3, abs=0.01)
    assert axial.slice_step_mm == pytest.approx(4.4, abs=0.01)


@pytest.mark.parametrize(
    ("description", "tiles", "first_tile", "last_in_stack"),
    [
        ("sag_asc_36sl", 36, (-63, -140.32, 78.576), True),  # the stack runs against its cross product
        ("cor_int_36sl", 36, (-104, -118.987, 110.235), False),
        ("ax_desc_35sl", 35, (-104, -144.868, -62.685), False),
        ("fMRI_MB_asc", 36, (-116, -166.8, -52.14), False),
    ],
)
def test_mosaic_tiles_lie_where_the_scanner_measured_them(opened, description, tiles, first_tile, last_in_stack):
    found = [
        s for s in all_series(opened["dcmqa_siemens_mosaic_orientations"]) if s.facts.series_description == description
    ]
    assert len(found) == 2  # two time points
    for series in found:
        assert series.is_stack
        assert series.slices == tiles
        assert series.slice_step_mm == pytest.approx(3.6, abs=0.01)
        tile = series.instances[-1 if last_in_stack else 0]
        assert tile.tile[0] == 0
        assert np.allclose(tile.plane.position_mm, first_tile, atol=0.01)


def test_one_image_in_nine_transfer_syntaxes_gives_one_array(opened):
    volumes = [load_volume(series).array for series in all_series(opened["dcmqa_transfersyntax_9variants"])]
    assert len(volumes) == 9
    assert all(np.array_equal(volume, volumes[0]) for volume in volumes)


def test_adc_and_tensor_images_are_never_diffusion_roles(opened):
    for case in ("dcmqa_siemens_xa30_enhanced_adc_trace", "dcmqi_ge_prostate_adc_b500"):
        for study in opened[case].studies:
            assert not identify_roles(study).roles


def test_directions_of_one_b_value_are_one_averaged_volume(opened):
    series = next(s for s in all_series(opened["dcmqa_ge_pioneer_dwi_b1000"]) if s.facts.b_value_s_mm2 == 1000)
    assert (series.slices, series.files, series.facts.diffusion_directions) == (2, 12, 6)
    assert series.facts.diffusion == "mean of directions"
    assert all(len(instance.averaged) == 5 for instance in series.instances)


def test_outlines_go_to_their_study(opened):
    study = opened["ibsi_sts002_mr_t1_rtstruct"].studies[0]
    names = {path.name for path in study.roi_paths}
    assert names == {"RS.dcm", "MR_T1_image.nii.gz", "MR_T1_mask.nii.gz"}
    ct = opened["highdicom_seg_ct_variants"]
    assert sum(len(study.roi_paths) for study in ct.studies) + len(ct.skipped) == 5  # 5 SEGs, some of other studies


def test_dicomdir_and_presentation_state_are_named_as_skipped(opened):
    reasons = {entry.path.name: entry.reason for entry in opened["dcmqa_philips57_dwi_dicomdir_partial"].skipped}
    assert set(reasons) == {"DICOMDIR", "PS_0545"}
    assert "the files themselves" in reasons["DICOMDIR"]
    assert "presentation state" in reasons["PS_0545"]
    by_index = read_paths([shared_dicom("dcmqa_philips57_dwi_dicomdir_partial") / "DICOMDIR"])
    assert by_index.studies == opened["dcmqa_philips57_dwi_dicomdir_partial"].studies
