"""Stored values → volume: every transfer syntax of MR, rescaling, signs, unused bits, and clear errors."""

from __future__ import annotations

import zlib

import gdcm
import numpy as np
import pytest
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import generate_uid

from engine.domain.errors import GeometryError, IntakeError
from engine.intake import load_frame, load_volume, read_paths
from engine.intake.brightness import listed_b_values
from tests.support.dicom_writer import (
    EnhancedFrame,
    MRImage,
    classic_dataset,
    save,
    write_classic,
    write_enhanced,
    write_stack,
)
from tests.support.paths import shared_dicom

Y, X = np.mgrid[0:64, 0:48]
TWELVE_BITS = (2000 + 1500 * np.sin(X / 9) * np.cos(Y / 7)).astype(np.uint16)
TWELVE = {"BitsStored": 12, "HighBit": 11}


def first_series(path):
    opened = read_paths([path])
    assert opened.studies, opened.skipped
    return opened.studies[0].series[0]


def through_gdcm(source, target, syntax):
    reader = gdcm.ImageReader()
    reader.SetFileName(str(source))
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter()
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    writer.SetFileName(str(target))
    assert writer.Write()


@pytest.mark.parametrize(
    ("syntax", "tolerance", "lossy"),
    [
        (gdcm.TransferSyntax.JPEGExtendedProcess2_4, 4, True),
        (gdcm.TransferSyntax.JPEGLosslessProcess14, 0, False),
        (gdcm.TransferSyntax.JPEGLosslessProcess14_1, 0, False),
        (gdcm.TransferSyntax.JPEGLSLossless, 0, False),
        (gdcm.TransferSyntax.JPEGLSNearLossless, 4, True),
        (gdcm.TransferSyntax.JPEG2000Lossless, 0, False),
        (gdcm.TransferSyntax.JPEG2000, 4, False),
        (gdcm.TransferSyntax.RLELossless, 0, False),
    ],
)
def test_compressed_syntaxes(tmp_path, syntax, tolerance, lossy):
    source = write_classic(tmp_path / "source", MRImage(pixels=TWELVE_BITS, tags=TWELVE))
    through_gdcm(source, tmp_path / "coded", syntax)
    series = first_series(tmp_path / "coded")
    assert np.abs(load_frame(series, 0) - TWELVE_BITS).max() <= tolerance
    assert series.facts.lossy is lossy


def test_twelve_bit_jpeg_is_read_by_itk(tmp_path, monkeypatch):
    source = write_classic(tmp_path / "source", MRImage(pixels=TWELVE_BITS, tags=TWELVE))
    through_gdcm(source, tmp_path / "coded", gdcm.TransferSyntax.JPEGExtendedProcess2_4)

    def refuse(*_args, **_options):
        raise RuntimeError("no plugin decodes it")

    monkeypatch.setattr("engine.intake.decoders.pixel_array", refuse)
    assert np.abs(load_frame(first_series(tmp_path / "coded"), 0) - TWELVE_BITS).max() <= 4


def test_damaged_streams_end_in_an_error_and_not_in_the_end_of_the_process(tmp_path):
    """Three changed bytes in lossless JPEG, on which GDCM aborts, and a tile offset that no JPEG 2000 image has."""
    folder = shared_dicom("dcmqa_transfersyntax_9variants")
    content = bytearray((folder / "5.dcm").read_bytes())
    stream = content.rindex(b"\xe0\x7f\x10\x00") + 12
    for place, value in ((31, 217), (37088, 12), (112734, 149)):
        content[stream + place] = value
    (tmp_path / "jpeg.dcm").write_bytes(content)
    content = bytearray((folder / "9.dcm").read_bytes())
    size_marker = content.index(b"\xff\x4f\xff\x51")
    content[size_marker + 32 : size_marker + 36] = b"\xff" * 4
    (tmp_path / "jpeg2000.dcm").write_bytes(content)
    for name in ("jpeg.dcm", "jpeg2000.dcm"):
        with pytest.raises(IntakeError) as caught:
            load_frame(first_series(tmp_path / name), 0)
        assert caught.value.code == "pixels-unreadable"


def test_eight_bit_jpeg(tmp_path):
    source = write_classic(tmp_path / "source", MRImage(pixels=(TWELVE_BITS // 16).astype(np.uint8)))
    through_gdcm(source, tmp_path / "coded", gdcm.TransferSyntax.JPEGBaselineProcess1)
    assert np.abs(load_frame(first_series(tmp_path / "coded"), 0) - TWELVE_BITS // 16).max() <= 4


def test_deflated_image_frames(tmp_path):
    ds = classic_dataset(MRImage(pixels=TWELVE_BITS))
    worker = zlib.compressobj(9, zlib.DEFLATED, -15)
    ds.PixelData = encapsulate([worker.compress(TWELVE_BITS.tobytes()) + worker.flush()])
    ds["PixelData"].is_undefined_length = True
    ds["PixelData"].VR = "OB"
    # pydicom does not know the syntax yet: write one whose name is as long and change it in the file
    path = save(ds, tmp_path / "a", "1.2.840.10008.1.2.4.90")
    path.write_bytes(path.read_bytes().replace(b"1.2.840.10008.1.2.4.90", b"1.2.840.10008.1.2.8.1\0"))
    assert np.array_equal(load_frame(first_series(tmp_path / "a"), 0), TWELVE_BITS)


def test_rescale_differs_from_slice_to_slice(tmp_path):
    for index, (slope, intercept) in enumerate(((1.0, 0.0), (2.0, -10.0), (0.5, 3.0))):
        pixels = np.full((4, 4), 100, np.uint16)
        tags = {"RescaleSlope": slope, "RescaleIntercept": intercept}
        write_classic(tmp_path / str(index), MRImage((0, 0, 5.0 * index), pixels=pixels, instance=index + 1, tags=tags))
    volume = load_volume(first_series(tmp_path))
    assert volume.array[:, 0, 0].tolist() == [100, 190, 53]  # 100; 200 - 10; 50 + 3
    assert volume.array.dtype == np.float32
    assert not volume.array.flags.writeable


def philips(folder, scales):
    for index, (slope, scale) in enumerate(scales):
        private = [(0x2005, "Philips MR Imaging DD 001", 0x0E, "FL", scale)]
        tags = {"Manufacturer": "Philips", "RescaleSlope": slope, "RescaleIntercept": 0}
        image = MRImage(
            (0, 0, 5.0 * index), pixels=np.full((4, 4), 100, np.uint16), instance=index + 1, tags=tags, private=private
        )
        write_classic(folder / str(index), image)
    return load_volume(first_series(folder)).array[:, 0, 0]


def test_philips_scale_slope_counts_only_where_it_varies(tmp_path):
    # one factor for the whole volume: displayed values, 100 x 2 = 200
    assert philips(tmp_path / "a", [(2.0, 0.5), (2.0, 0.5)]).tolist() == [200, 200]
    # displayed / (rescale slope x scale slope): 200 / (2 x 0.5) = 200 and 400 / (4 x 0.5) = 200
    assert philips(tmp_path / "b", [(2.0, 0.5), (4.0, 0.5)]).tolist() == [200, 200]


def test_monochrome1_is_turned_within_its_range(tmp_path):
    tags = {"PhotometricInterpretation": "MONOCHROME1", **TWELVE}
    write_classic(tmp_path / "a", MRImage(pixels=np.full((4, 4), 95, np.uint16), tags=tags))
    assert load_frame(first_series(tmp_path / "a"), 0)[0, 0] == 4000  # 4095 - 95


def test_signed_values_and_overlay_bits(tmp_path):
    negative = np.full((4, 4), -7, np.int16)
    write_classic(tmp_path / "a", MRImage(pixels=negative))
    assert load_frame(first_series(tmp_path / "a"), 0)[0, 0] == -7
    with_overlay = np.full((4, 4), 0x8000 | 1234, np.uint16)
    write_classic(tmp_path / "b", MRImage(pixels=with_overlay, tags=TWELVE))
    assert load_frame(first_series(tmp_path / "b"), 0)[0, 0] == 1234
    twelve_signed = np.full((4, 4), 0x0FFF, np.uint16)  # -1 in twelve bits
    write_classic(tmp_path / "c", MRImage(pixels=twelve_signed, tags=TWELVE | {"PixelRepresentation": 1}))
    assert load_frame(first_series(tmp_path / "c"), 0)[0, 0] == -1


def test_padding_counts_as_nothing(tmp_path):
    pixels = np.array([[5, 60000], [7, 60000]], np.uint16)
    write_classic(tmp_path / "a", MRImage(pixels=pixels, tags={"PixelPaddingValue": 60000}))
    assert load_frame(first_series(tmp_path / "a"), 0).tolist() == [[5, 0], [7, 0]]


def test_missing_pixel_attributes_take_their_usual_values(tmp_path):
    tags = {"PhotometricInterpretation": None, "PixelRepresentation": None, "SamplesPerPixel": None, "HighBit": None}
    write_classic(tmp_path / "a", MRImage(pixels=np.full((4, 4), 9, np.uint16), tags=tags))
    assert load_frame(first_series(tmp_path / "a"), 0)[0, 0] == 9


def test_only_the_wanted_frames_of_an_enhanced_object(tmp_path):
    frames = [
        EnhancedFrame((0, 0, 4.0 * z), np.full((4, 4), z, np.uint16), slope=10.0, intercept=1.0) for z in range(6)
    ]
    series = first_series(write_enhanced(tmp_path / "a", frames))
    assert load_frame(series, 4)[0, 0] == 41
    assert load_volume(series).array[:, 0, 0].tolist() == [1, 11, 21, 31, 41, 51]


def test_errors_name_the_series_and_the_next_step(tmp_path):
    write_stack(tmp_path / "a", slices=1)
    with pytest.raises(GeometryError, match="a single image") as caught:
        load_volume(first_series(tmp_path / "a"))
    assert caught.value.code == "not-a-stack"
    assert caught.value.remedy
    path = write_classic(tmp_path / "b" / "x", MRImage(pixels=TWELVE_BITS, tags={"SeriesDescription": "broken"}))
    ds = dcmread(path)
    ds.PixelData = encapsulate([b"\xff\xd8no jpeg\xff\xd9"])
    ds["PixelData"].is_undefined_length = True
    ds.SOPInstanceUID = generate_uid()
    save(ds, path, "1.2.840.10008.1.2.4.70")
    with pytest.raises(IntakeError, match="broken") as caught2:
        load_frame(first_series(tmp_path / "b"), 0)
    assert caught2.value.code == "pixels-unreadable"


def test_progress_is_told_and_files_may_vanish(tmp_path):
    paths = write_stack(tmp_path, slices=3)
    series = first_series(tmp_path)
    steps = []

    class Watch:
        def step(self, stage, done, total):
            steps.append((done, total))

    load_volume(series, Watch())
    assert steps[0] == (0, 3)
    assert steps[-1] == (3, 3)
    paths[1].unlink()
    with pytest.raises(IntakeError, match=paths[1].name):
        load_volume(series)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ep2d_diff_b50_400_800_tra", (50, 400, 800)),
        ("DWI b0-b500-b1000", (0, 500, 1000)),
        ("ep2d_diff_b800", ()),
        ("t2_tse_tra", ()),
        ("DWI b50, 400, 800", (50, 400, 800)),
    ],
)
def test_lists_of_b_values_in_names(text, expected):
    assert listed_b_values(text) == expected


def test_volumes_without_b_values_are_told_apart_by_brightness(tmp_path):
    # the file order is not the order of b: 800 comes first
    for block, value in enumerate((300, 1000, 600)):
        for z in range(4):
            image = MRImage(
                (0, 0, 6.0 * z), pixels=np.full((8, 8), value, np.uint16), instance=1 + 4 * block + z,
                tags={"SeriesDescription": "ep2d_diff_b50_400_800_tra", "ScanningSequence": "EP"},
            )  # fmt: skip
            write_classic(tmp_path / f"{block}{z}", image)
    found = {s.key.partition("#")[2]: s for s in read_paths([tmp_path]).studies[0].series}
    assert set(found) == {"b50", "b400", "b800"}
    assert load_frame(found["b800"], 0)[0, 0] == 300
    assert found["b50"].facts.conflicts
