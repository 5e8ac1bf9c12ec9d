"""b-values by vendor, with their source, and images that only seem to have one."""

from __future__ import annotations

import struct

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from engine.intake import read_paths
from engine.intake.bvalue import b_value_in_text
from engine.intake.reading import read_file
from tests.support.dicom_writer import MRImage, classic_dataset, save, write_classic, write_stack

EPI = {"ScanningSequence": ["EP", "SE"], "EchoTime": 60}


def diffusion(tmp_path, tags, private=()):
    content = read_file(write_classic(tmp_path / "a", MRImage(tags=tags, private=private)))
    return content.frames[0].diffusion


@pytest.mark.parametrize(
    ("tags", "private", "b_value", "source"),
    [
        ({"DiffusionBValue": 800.0}, (), 800, "0018,9087"),
        ({"Manufacturer": "SIEMENS"}, [(0x0019, "SIEMENS MR HEADER", 0x0C, "IS", 50)], 50, "0019,100C"),
        ({"Manufacturer": "GE"}, [(0x0043, "GEMS_PARM_01", 0x39, "IS", [1000000750, 8, 0, 0])], 750, "0043,1039"),
        ({"Manufacturer": "GE"}, [(0x0043, "GEMS_PARM_01", 0x39, "IS", [1000000100, 8, 0, 0])], 100, "0043,1039"),
        ({"Manufacturer": "GE"}, [(0x0043, "GEMS_PARM_01", 0x39, "IS", [0, 8, 0, 0])], 0, "0043,1039"),
        ({"Manufacturer": "Philips"}, [(0x2001, "Philips Imaging DD 001", 0x03, "FL", 600.0)], 600, "2001,1003"),
        ({"DiffusionBValue": 0.003}, (), 0, "0018,9087"),  # Philips pseudo-zero
        ({"Manufacturer": "CANON", "ImageComments": "b=1500(0.4,0.5,0.7)"}, (), 1500, "0020,4000"),
        ({"SequenceName": "*ep_b800t", "ScanningSequence": "EP"}, (), 800, "0018,0024"),
        ({"SequenceName": "ep_b1000#3"}, (), 1000, "0018,0024"),
        ({"SeriesDescription": "DWI b-800 tra"}, (), 800, "description"),
    ],
)
def test_each_vendor(tmp_path, tags, private, b_value, source):
    found = diffusion(tmp_path, EPI | tags, private)
    assert (found.b_value, found.source) == (b_value, source)
    assert not found.conflict


def test_uih_nominal_value_is_matched_and_the_measured_one_kept(tmp_path):
    private = [
        (0x0065, "Image Private Header", 0x0A, "FD", 1000.0),
        (0x0065, "Image Private Header", 0x09, "FD", 928.29),
    ]
    found = diffusion(tmp_path, EPI | {"Manufacturer": "UIH"}, private)
    assert (found.b_value, found.source) == (1000, "0065,100A")
    assert found.measured == pytest.approx(928.29)


@pytest.mark.parametrize(
    ("creator", "group", "element", "raw", "b_value"),
    [
        ("SIEMENS MR HEADER", 0x0019, 0x0C, b"1000", 1000),
        ("SIEMENS MR HEADER", 0x0019, 0x0C, b"800 ", 800),
        ("GEMS_PARM_01", 0x0043, 0x39, rb"1000001000\8\0\0", 1000),
        ("Philips Imaging DD 001", 0x2001, 0x03, struct.pack("<f", 800.0), 800),
        ("Image Private Header", 0x0065, 0x0A, struct.pack("<d", 800.0), 800),
    ],
)
def test_private_values_of_unknown_vr_are_read_from_their_bytes(tmp_path, creator, group, element, raw, b_value):
    found = diffusion(tmp_path, EPI, [(group, creator, element, "UN", raw)])
    assert found.b_value == b_value


def test_siemens_csa_header_serves_where_the_private_group_was_stripped(tmp_path):
    entry = struct.pack("<64si4siii", b"B_value", 1, b"IS\0\0", 6, 1, 77)
    item = struct.pack("<4i", 4, 4, 77, 4) + b"650\0"
    csa = b"SV10\4\3\2\1" + struct.pack("<II", 1, 77) + entry + item
    found = diffusion(tmp_path, EPI, [(0x0029, "SIEMENS CSA HEADER", 0x10, "OB", csa)])
    assert (found.b_value, found.source) == (650, "0029,1010 B_value")


@pytest.mark.parametrize(
    ("tags", "private"),
    [
        # Philips writes b = 0 on every image; GE writes its slot on a plain FSE
        ({"ScanningSequence": "SE", "EchoTime": 90, "DiffusionBValue": 0.0}, ()),
        ({"ScanningSequence": "SE", "EchoTime": 90}, [(0x0043, "GEMS_PARM_01", 0x39, "IS", [0, 2097184, 0, 0])]),
    ],
)
def test_a_zero_on_an_anatomical_image_is_no_diffusion(tmp_path, tags, private):
    write_stack(tmp_path, tags=tags, private=private)
    (series,) = read_paths([tmp_path]).studies[0].series
    assert series.facts.b_value_s_mm2 is None
    assert series.facts.b_value_source is None


def test_two_tags_that_disagree_are_a_conflict(tmp_path):
    found = diffusion(tmp_path, EPI | {"DiffusionBValue": 800.0, "SequenceName": "*ep_b400t"})
    assert found.b_value == 800
    assert "800" in found.conflict
    assert "400" in found.conflict


@pytest.mark.parametrize(
    ("tags", "private", "kind"),
    [
        ({"ImageType": ["DERIVED", "PRIMARY", "DIFFUSION", "TRACEW"]}, (), "trace"),
        ({"SequenceName": "*ep_b800t"}, (), "trace"),
        ({"SequenceName": "*ep_b800#2"}, (), "direction"),
        ({"DiffusionDirectionality": "ISOTROPIC"}, (), "trace"),
        ({"DiffusionDirectionality": "BMATRIX"}, (), "direction"),
        ({}, [(0x2001, "Philips Imaging DD 001", 0x04, "CS", "I")], "trace"),
        ({}, [(0x2001, "Philips Imaging DD 001", 0x04, "CS", "P")], "direction"),
        ({}, [(0x0019, "SIEMENS MR HEADER", 0x0E, "FD", [0.7, 0.7, 0.0])], "direction"),
        ({}, (), ""),
    ],
)
def test_trace_against_direction(tmp_path, tags, private, kind):
    assert diffusion(tmp_path, EPI | {"DiffusionBValue": 800.0} | tags, private).kind == kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DWI b800", 800),
        ("DW-EPI rec-b-1000", 1000),
        ("axdifb1000", 1000),
        ("DTI b_50", 50),
        ("EPI_DWI_TRA_B0", 0),
        ("ep2d_diff_b50_400_800_tra", None),  # a list is no value
        ("EP2D_DIFF_TRA_B50-1000", None),
        ("DWI 3B", None),
        ("t2_tse_tra", None),
        ("ax_DWI_b800_b50", None),
        ("b1000_30dir", 1000),
    ],
)
def test_b_values_in_names(text, expected):
    assert b_value_in_text(text) == expected


def test_siemens_dither_is_one_b_value(tmp_path):
    for number, b_value in enumerate((795.0, 800.0, 805.0)):
        tags = EPI | {"DiffusionBValue": b_value}
        write_stack(tmp_path, slices=1, first_mm=(0, 0, 5.0 * number), first_instance=number + 1, tags=tags)
    (series,) = read_paths([tmp_path]).studies[0].series
    assert (series.slices, series.facts.b_value_s_mm2) == (3, 800)


def test_uih_grid_is_unfolded(tmp_path):
    ds = classic_dataset(
        MRImage(tags=EPI | {"ImageType": ["ORIGINAL", "PRIMARY", "DIFFUSION", "GRID"], "Manufacturer": "UIH"})
    )
    block = ds.private_block(0x0065, "Image Private Header", create=True)
    block.add_new(0x0A, "FD", 800.0)
    block.add_new(0x50, "DS", 3)
    items = []
    for index in range(3):
        item = Dataset()
        item.ImagePositionPatient = [0, 0, 6 * index]
        items.append(item)
    block.add_new(0x51, "SQ", Sequence(items))
    (series,) = read_paths([save(ds, tmp_path / "a")]).studies[0].series
    assert (series.slices, series.rows, series.columns, series.slice_step_mm) == (3, 4, 4, 6.0)  # 2 x 2 tiles of 4 x 4
    assert series.facts.b_value_s_mm2 == 800
