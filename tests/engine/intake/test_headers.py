"""Headers in every disguise that files come in: endianness, deflation, lost preambles, broken values, cut files."""

from __future__ import annotations

import io
import tracemalloc
import zlib

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

from engine.intake import load_volume, read_paths
from engine.intake.facts import seconds
from engine.intake.reading import read_file
from tests.support.dicom_writer import MRImage, classic_dataset, save, write_classic, write_stack

SIEMENS_B = [(0x0019, "SIEMENS MR HEADER", 0x0C, "IS", 800)]
DWI_TAGS = {"ScanningSequence": "EP", "Manufacturer": "SIEMENS", "SeriesDescription": "ep2d_diff", "EchoTime": 60}


def only_frame(path):
    content = read_file(path)
    assert content.skipped is None, content.skipped
    (frame,) = content.frames
    return frame


def reason(path) -> str:
    content = read_file(path)
    assert content.skipped is not None
    assert not content.frames
    return content.skipped.reason


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian])
def test_transfer_syntaxes_give_the_same_facts(tmp_path, syntax):
    image = MRImage((1, 2, 3), tags=DWI_TAGS, private=SIEMENS_B)
    frame = only_frame(write_classic(tmp_path / "a", image, transfer_syntax=syntax))
    assert frame.position_mm == (1, 2, 3)
    assert frame.facts.echo_time_ms == 60
    assert frame.rows == frame.columns == 8
    assert (frame.diffusion.b_value, frame.diffusion.source) == (800, "0019,100C")


def test_deflated_series_becomes_a_volume(tmp_path):
    write_stack(tmp_path, slices=3, transfer_syntax=DeflatedExplicitVRLittleEndian)
    volume = load_volume(read_paths([tmp_path]).studies[0].series[0])
    assert volume.array[2, 1, 1] == 102


def test_big_endian(tmp_path):
    ds = classic_dataset(MRImage((1, 2, 3), tags={"EchoTime": 60}))
    ds.PixelData = np.arange(64, dtype=">u2").tobytes()
    ds.file_meta = dcmread(write_classic(tmp_path / "little", MRImage())).file_meta
    ds.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    path = tmp_path / "big"
    ds.save_as(path, implicit_vr=False, little_endian=False, enforce_file_format=True)
    assert only_frame(path).facts.echo_time_ms == 60
    series = read_paths([path]).studies[0].series[0]
    assert series.rows == 8


def test_missing_preamble_and_missing_meta_information(tmp_path):
    whole = write_classic(tmp_path / "whole", MRImage((1, 2, 3))).read_bytes()
    without_preamble = tmp_path / "a"
    without_preamble.write_bytes(whole[132:])
    assert only_frame(without_preamble).position_mm == (1, 2, 3)
    cut_preamble = tmp_path / "b"
    cut_preamble.write_bytes(whole[128:])
    assert only_frame(cut_preamble).position_mm == (1, 2, 3)
    bare = io.BytesIO()
    classic_dataset(MRImage((1, 2, 3))).save_as(bare, implicit_vr=True, little_endian=True)
    no_meta = tmp_path / "c"
    no_meta.write_bytes(bare.getvalue())
    assert only_frame(no_meta).position_mm == (1, 2, 3)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [(b"90 ", 90), (b" 90.50", 90.5), (b"90,5 ", 90.5), (b"9e1 ", 90), (b"ninety", None), (b"", None), (b"inf ", None)],
)
def test_broken_numbers_never_fail(tmp_path, raw, expected):
    data = write_classic(tmp_path / "a", MRImage(tags={"EchoTime": "123456"})).read_bytes()
    (tmp_path / "b").write_bytes(data.replace(b"123456", raw.ljust(6)))
    assert only_frame(tmp_path / "b").facts.echo_time_ms == expected


def test_wrong_vr_and_moved_private_block(tmp_path):
    ds = classic_dataset(MRImage(tags=DWI_TAGS))
    block = ds.private_block(0x0019, "OTHER PRIVATE", create=True)
    block.add_new(0x0C, "IS", 77)
    block = ds.private_block(0x0019, "SIEMENS MR HEADER", create=True)  # lands in block 11
    block.add_new(0x0C, "UN", b"800 ")
    frame = only_frame(save(ds, tmp_path / "a"))
    assert frame.diffusion.b_value == 800


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.8, 0.99])
def test_a_cut_file_says_so(tmp_path, keep):
    path = write_classic(tmp_path / "a", MRImage(pixels=np.zeros((64, 64), np.uint16)))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    assert "cut short" in reason(path) or "no pixel data" in reason(path)


def test_declared_sizes_are_not_believed(tmp_path):
    ds = classic_dataset(MRImage())
    ds.Rows, ds.Columns, ds.NumberOfFrames = 65535, 65535, 1000
    path = save(ds, tmp_path / "a")
    tracemalloc.start()
    text = reason(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "GiB" in text
    assert peak < 2_000_000


def test_an_element_that_claims_gigabytes_allocates_nothing(tmp_path):
    path = write_classic(tmp_path / "a", MRImage())
    data = bytearray(path.read_bytes())
    place = bytes(data).index(b"\x20\x00\x0d\x00UI")
    data[place + 4 : place + 12] = b"OB\0\0\xff\xff\xff\x7f"
    path.write_bytes(bytes(data))
    tracemalloc.start()
    content = read_file(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert content.skipped is not None
    assert peak < 2_000_000


def test_a_deflated_bomb_is_refused(tmp_path):
    whole = write_classic(tmp_path / "a", MRImage(), transfer_syntax=DeflatedExplicitVRLittleEndian).read_bytes()
    marker = whole.index(b"1.2.840.10008.1.2.1.99")
    end = marker
    meta_length = int.from_bytes(whole[140:144], "little")
    end = 144 + meta_length
    worker = zlib.compressobj(9, zlib.DEFLATED, -15)
    element = b"\x09\x00\x10\x00OB\0\0" + (60_000_000).to_bytes(4, "little")
    bomb = worker.compress(element + b"\0" * 60_000_000) + worker.flush()
    path = tmp_path / "bomb"
    path.write_bytes(whole[:end] + bomb)
    tracemalloc.start()
    text = reason(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "deflated" in text
    assert peak < 40_000_000


@pytest.mark.parametrize(
    ("sop_class", "word"),
    [
        ("1.2.840.10008.5.1.4.1.1.11.1", "presentation state"),
        ("1.2.840.10008.5.1.4.1.1.88.33", "structured report"),
        ("1.2.840.10008.5.1.4.1.1.88.59", "key object"),
        ("1.2.840.10008.5.1.4.1.1.66", "raw data"),
        ("1.2.840.10008.5.1.4.1.1.104.1", "encapsulated document"),
        ("1.3.46.670589.11.0.0.12.2", "Philips private"),
    ],
)
def test_objects_that_are_no_images_are_named(tmp_path, sop_class, word):
    ds = classic_dataset(MRImage(tags={"PixelData": None}))
    ds.SOPClassUID = sop_class
    assert word in reason(save(ds, tmp_path / "a"))


def test_text_and_empty_files_are_no_dicom(tmp_path):
    (tmp_path / "a.txt").write_text("Dear colleague, the images are on the disc.")
    (tmp_path / "b").write_bytes(b"")
    assert reason(tmp_path / "a.txt") == "no DICOM file"
    assert reason(tmp_path / "b") == "the file is empty"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("101530.25", 36930.25),  # 10 x 3600 + 15 x 60 + 30.25
        ("1015", 36900),
        ("10:15:30", 36930),
        ("20240102101530.5", 36930.5),
        ("20240102101530.5+0100", 36930.5),
        ("256000", None),
        ("", None),
        ("noon", None),
    ],
)
def test_clocks(text, expected):
    assert seconds(text) == expected
