"""DICOM SEG in every coding that is read, and the ones that are refused."""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import highdicom as hd
import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate
from pydicom.sr.codedict import codes
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from engine.dicom_out import write_segmentation
from engine.domain.errors import RoiError
from engine.geometry.outline import mask_of_roi
from engine.roi_io import read_rois
from tests.support.roi_series import OBLIQUE, SmallStudy, ball, small_study


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> SmallStudy:
    return small_study(tmp_path_factory.mktemp("t2"), shape=(5, 48, 41), axes=OBLIQUE)


@pytest.fixture(scope="module")
def mask(small) -> np.ndarray:
    """An ellipsoid with a hole: 48 x 41 pixels are no whole number of bytes, so frames are bit-unaligned."""
    solid = ball(small.volume.shape, (2, 20, 17), (2, 9, 8))
    return solid & ~ball(small.volume.shape, (2, 20, 17), (1, 3, 3))


@pytest.fixture(scope="module")
def seg_path(small, mask, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("seg") / "seg.dcm"
    write_segmentation(small.case(small.roi(mask)), small.study, small.volumes, path, created=datetime(2026, 1, 2))
    return path


def masks(path: Path, small: SmallStudy, **options) -> list[np.ndarray]:
    rois = read_rois(path, small.study, small.series, small.volume, **options)
    return [mask_of_roi(roi, small.volume.affine, small.volume.shape) for roi in rois]


def changed(seg_path: Path, tmp_path: Path, change: Callable[[pydicom.Dataset], None]) -> Path:
    dataset = pydicom.dcmread(seg_path)
    change(dataset)
    dataset.save_as(tmp_path / "changed.dcm")
    return tmp_path / "changed.dcm"


def other_program(small, array, kind, path, syntax=ExplicitVRLittleEndian, segments=1, coded=None) -> Path:
    """Write a SEG as another program would: straight from highdicom, empty frames omitted."""
    types = coded or [codes.SCT.Mass] * segments
    descriptions = [
        hd.seg.SegmentDescription(
            number,
            f"segment {number}",
            codes.SCT.MorphologicallyAbnormalStructure if kind_of == codes.SCT.Mass else codes.SCT.AnatomicalStructure,
            kind_of,
            hd.seg.SegmentAlgorithmTypeValues.MANUAL,
        )
        for number, kind_of in enumerate(types, start=1)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        headers = [pydicom.dcmread(instance.path) for instance in small.series.instances]
        seg = hd.seg.Segmentation(
            headers, array, kind, descriptions, hd.UID(), 5, hd.UID(), 1, "m", "m", "1", "1", transfer_syntax_uid=syntax
        )
        seg.save_as(path)
    return path


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, JPEG2000Lossless, JPEGLSLossless, RLELossless])
def test_label_map(small, mask, tmp_path, syntax) -> None:
    labels = mask.astype(np.uint8)
    labels[ball(small.volume.shape, (3, 4, 30), (1, 2, 2))] = 2
    found = masks(other_program(small, labels, "LABELMAP", tmp_path / "l.dcm", syntax, 2), small)
    assert np.array_equal(found[0], labels == 1)
    assert np.array_equal(found[1], labels == 2)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEG2000Lossless])
def test_overlapping_binary_segments_with_omitted_frames(small, mask, tmp_path, syntax) -> None:
    second = ball(small.volume.shape, (1, 24, 20), (1, 8, 8))
    path = other_program(small, np.stack([mask, second], -1).astype(np.uint8), "BINARY", tmp_path / "b.dcm", syntax, 2)
    found = masks(path, small)
    assert (mask & second).any()
    assert np.array_equal(found[0], mask)
    assert np.array_equal(found[1], second)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, JPEGLSLossless])
def test_fraction_is_cut_at_one_half_and_said(small, mask, tmp_path, syntax) -> None:
    path = other_program(small, mask * 0.6, "FRACTIONAL", tmp_path / "f.dcm", syntax)
    (found,) = masks(path, small)
    assert np.array_equal(found, mask)
    (roi,) = read_rois(path, small.study, small.series, small.volume)
    assert any("at least 50%" in note for note in roi.notes)
    with pytest.raises(RoiError, match="holds no lesion"):
        masks(path, small, fraction=0.7)


def test_organ_beside_a_lesion_is_left_out_and_named(small, mask, tmp_path) -> None:
    liver = ball(small.volume.shape, (2, 20, 17), (2, 19, 17))
    array = np.stack([liver, mask], -1).astype(np.uint8)
    path = other_program(
        small, array, "BINARY", tmp_path / "o.dcm", segments=2, coded=[codes.SCT.Liver, codes.SCT.Mass]
    )
    (roi,) = read_rois(path, small.study, small.series, small.volume)
    assert roi.name == "segment 2"
    assert any("segment 1" in note for note in roi.notes)


def test_organ_alone_is_read(small, mask, tmp_path) -> None:
    path = other_program(small, mask.astype(np.uint8), "BINARY", tmp_path / "o.dcm", coded=[codes.SCT.Liver])
    (found,) = masks(path, small)
    assert np.array_equal(found, mask)


def test_frames_in_any_order_without_the_empty_ones(small, mask, seg_path, tmp_path) -> None:
    def shuffle(dataset) -> None:
        pixels = dataset.pixel_array
        keep = [index for index in (3, 1, 4, 0, 2) if pixels[index].any()]
        groups = dataset.PerFrameFunctionalGroupsSequence
        dataset.PerFrameFunctionalGroupsSequence = [groups[index] for index in keep]
        dataset.NumberOfFrames = len(keep)
        bits = np.packbits(pixels[keep].ravel(), bitorder="little").tobytes()
        dataset.PixelData = bits + b"\0" * (len(bits) % 2)

    (found,) = masks(changed(seg_path, tmp_path, shuffle), small)
    assert np.array_equal(found, mask)


def test_frames_placed_by_their_source_image_alone(small, mask, seg_path, tmp_path) -> None:
    def forget(dataset) -> None:
        for group in dataset.PerFrameFunctionalGroupsSequence:
            del group.PlanePositionSequence

    (found,) = masks(changed(seg_path, tmp_path, forget), small)
    assert np.array_equal(found, mask)


def test_deflated_frames_are_inflated(small, mask, seg_path, tmp_path) -> None:
    def deflate(dataset) -> None:
        frames = []
        for frame in dataset.pixel_array:
            coder = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
            coded = coder.compress(np.packbits(frame.ravel(), bitorder="little").tobytes()) + coder.flush()
            frames.append(coded + b"\0" * (len(coded) % 2))
        dataset.PixelData = encapsulate(frames)
        dataset["PixelData"].is_undefined_length = True
        dataset.file_meta.TransferSyntaxUID = JPEGLSLossless  # pydicom writes no unknown syntax; renamed below

    path = changed(seg_path, tmp_path, deflate)
    path.write_bytes(path.read_bytes().replace(b"1.2.840.10008.1.2.4.80", b"1.2.840.10008.1.2.8.1\0"))
    (found,) = masks(path, small)
    assert np.array_equal(found, mask)


def _short(dataset) -> None:
    dataset.PixelData = dataset.PixelData[:10]


def _many(dataset) -> None:
    dataset.NumberOfFrames = 2_000_000_000


def _wide(dataset) -> None:
    dataset.Rows = dataset.Columns = 65_535


def _empty(dataset) -> None:
    dataset.PixelData = bytes(len(dataset.PixelData))


def _nowhere(dataset) -> None:
    dataset.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].PixelSpacing = [0, 0]


def _far_away(dataset) -> None:
    for group in dataset.PerFrameFunctionalGroupsSequence:
        group.PlanePositionSequence[0].ImagePositionPatient[2] = "1e300"


def _microscopic(dataset) -> None:
    dataset.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0].PixelSpacing = ["1e-300", "1e-300"]


def _skewed(dataset) -> None:
    groups = dataset.SharedFunctionalGroupsSequence[0]
    groups.PlaneOrientationSequence[0].ImageOrientationPatient = [1, 0, 0, 0.9, 0.436, 0]


def _undescribed(dataset) -> None:
    del dataset.PerFrameFunctionalGroupsSequence


def _surface(dataset) -> None:
    dataset.SegmentationType = "SURFACE"


def _one_bit_rle(dataset) -> None:
    dataset.PixelData = encapsulate([b"\0" * 10] * 5)
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = RLELossless


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_short, "roi-unreadable"),
        (_many, "roi-too-large"),
        (_wide, "roi-too-large"),
        (_empty, "roi-empty"),
        (_nowhere, "roi-unreadable"),
        (_skewed, "roi-unreadable"),
        (_far_away, "roi-unreadable"),
        (_microscopic, "roi-unreadable"),
        (_undescribed, "roi-unreadable"),
        (_surface, "roi-unsupported"),
        (_one_bit_rle, "roi-unsupported"),
    ],
)
def test_refusals_name_the_file_and_a_remedy(small, seg_path, tmp_path, change, code) -> None:
    path = changed(seg_path, tmp_path, change)
    with pytest.raises(RoiError) as caught:
        masks(path, small)
    assert caught.value.code == code
    assert path.name in caught.value.what
    assert caught.value.remedy


def test_a_deflated_data_set_is_read_and_a_bomb_refused(small, mask, seg_path, tmp_path, monkeypatch) -> None:
    dataset = pydicom.dcmread(seg_path)
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    dataset.save_as(tmp_path / "deflated.dcm")
    (found,) = masks(tmp_path / "deflated.dcm", small)
    assert np.array_equal(found, mask)
    monkeypatch.setattr("engine.roi_io.dicom_object.MAX_BYTES", 1 << 20)
    dataset.add_new(0x00091010, "OB", bytes(4 << 20))  # 4 MiB that deflate to a few kilobytes
    dataset.save_as(tmp_path / "bomb.dcm")
    assert (tmp_path / "bomb.dcm").stat().st_size < 1 << 17
    with pytest.raises(RoiError) as caught:
        masks(tmp_path / "bomb.dcm", small)
    assert caught.value.code == "roi-too-large"


def test_a_damaged_jpeg_2000_stream_ends_in_a_message(small, mask, tmp_path) -> None:
    """A tile offset that no image has; GDCM, which ends the process on some damaged streams, is not asked."""
    label_map = mask.astype(np.uint8)
    path = other_program(small, label_map, "LABELMAP", tmp_path / "o.dcm", syntax=JPEG2000Lossless)
    content = bytearray(path.read_bytes())
    size_marker = content.index(b"\xff\x4f\xff\x51")
    content[size_marker + 32 : size_marker + 36] = b"\xff" * 4
    path.write_bytes(content)
    with pytest.raises(RoiError) as caught:
        masks(path, small)
    assert caught.value.code == "roi-unreadable"


def test_damaged_bytes_end_in_a_message_or_in_lesions(small, seg_path, tmp_path) -> None:
    """120 damaged copies: cut short anywhere, or with up to 20 bytes changed in the header."""
    content = seg_path.read_bytes()
    chance = np.random.default_rng(3)
    for number in range(120):
        damaged = bytearray(content)
        if number % 3 == 0:
            damaged = damaged[: chance.integers(0, len(damaged))]
        else:
            for place in chance.integers(132, 6000, size=chance.integers(1, 20)):
                damaged[place] = chance.integers(0, 256)
        path = tmp_path / "damaged.dcm"
        path.write_bytes(damaged)
        try:
            rois = read_rois(path, small.study, small.series, small.volume)
        except RoiError:
            continue
        assert all(roi.contours for roi in rois)
