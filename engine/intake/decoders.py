"""Stored pixels of one frame, whatever the transfer syntax.

pydicom decodes through its plugins: its own for native and RLE, pyjpegls for JPEG-LS, openjpeg for JPEG 2000 and
HTJ2K, Pillow and GDCM for JPEG. Three cases need us: deflated data sets are inflated within bounds first, deflated
image frames (1.2.840.10008.1.2.8.1) are inflated here, and grey JPEG that among those plugins only GDCM decodes
(lossless …4.57 and …4.70, 12-bit lossy …4.51) goes to ITK, which survives damaged streams (`engine.domain.codecs`)
and reads 12 bits reliably. That is the one use of SimpleITK outside `geometry.resample` and `roi_io`: an image codec,
imported only when such a file is met.
"""

from __future__ import annotations

import io
import tempfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.pixels import pixel_array
from pydicom.uid import SecondaryCaptureImageStorage, generate_uid

from engine.domain.codecs import DECODING_PLUGINS
from engine.intake.headers import LOST_PREAMBLE, MAXIMUM_PIXEL_BYTES, inflate

_DEFLATED = b"1.2.840.10008.1.2.1.99"
_DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"
_DECODED_BY_ITK = ("1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70")
_DEFAULTS: dict[str, Any] = {
    "SamplesPerPixel": 1,
    "BitsAllocated": 16,
    "PixelRepresentation": 0,
    "PhotometricInterpretation": "MONOCHROME2",
}


def open_dataset(path: Path) -> Dataset:
    """Return one file's data set with its pixel data, missing pixel attributes filled in with their usual values.

    Raises:
        Exception: Whatever pydicom raises on a damaged file; callers turn it into one error.
    """
    with path.open("rb") as file:
        beginning = file.read(2048)
    if beginning[:4] == b"DICM":
        dataset = dcmread(io.BytesIO(LOST_PREAMBLE + path.read_bytes()), force=True)
    elif _DEFLATED in beginning:
        dataset = dcmread(io.BytesIO(inflate(path.read_bytes(), MAXIMUM_PIXEL_BYTES)), force=True)
    else:
        dataset = dcmread(path, force=True)
    if "TransferSyntaxUID" not in dataset.file_meta:
        implicit, little = dataset.original_encoding
        syntax = "1.2.840.10008.1.2" if implicit else "1.2.840.10008.1.2.1" if little else "1.2.840.10008.1.2.2"
        dataset.file_meta.TransferSyntaxUID = syntax
    for name, value in _DEFAULTS.items():
        if dataset.get(name) in (None, ""):
            setattr(dataset, name, value)
    if dataset.get("BitsStored") in (None, ""):
        dataset.BitsStored = dataset.BitsAllocated
    if dataset.get("HighBit") in (None, ""):
        dataset.HighBit = dataset.BitsStored - 1
    return dataset


def stored_pixels(dataset: Dataset, frame: int) -> NDArray[Any]:
    """Return the stored values of one frame, (rows, columns) or (rows, columns, samples), unused bits removed.

    Raises:
        Exception: Whatever the decoders raise; callers turn it into one error.
    """
    syntax = str(dataset.file_meta.TransferSyntaxUID)
    if syntax == _DEFLATED_FRAMES:
        pixels = _inflated_frame(dataset, frame)
    elif syntax in _DECODED_BY_ITK and dataset.SamplesPerPixel == 1:
        pixels = _decode_with_itk(dataset, frame)
    else:
        pixels = pixel_array(dataset, index=frame, raw=True, decoding_plugin=DECODING_PLUGINS.get(syntax, ""))
    if pixels.dtype.kind in "iu" and dataset.SamplesPerPixel == 1:
        pixels = _used_bits(pixels, int(dataset.BitsStored), int(dataset.HighBit), bool(dataset.PixelRepresentation))
    return pixels


def _used_bits(pixels: NDArray[Any], bits_stored: int, high_bit: int, signed: bool) -> NDArray[Any]:
    """Cut out BitsStored bits below HighBit: old scanners keep overlays in the others."""
    allocated = pixels.dtype.itemsize * 8
    if not 0 < bits_stored < allocated:
        return pixels
    shift = max(high_bit + 1 - bits_stored, 0)
    mask = (1 << bits_stored) - 1
    used = (pixels.astype(np.int64) >> shift) & mask
    if signed:
        sign = 1 << (bits_stored - 1)
        used = (used ^ sign) - sign
    return used.astype(np.int32)


def _inflated_frame(dataset: Dataset, frame: int) -> NDArray[Any]:
    data = get_frame(dataset.PixelData, frame, number_of_frames=int(dataset.get("NumberOfFrames", 1) or 1))
    kind = np.dtype(f"<{'i' if dataset.PixelRepresentation else 'u'}{int(dataset.BitsAllocated) // 8}")
    rows, columns, samples = int(dataset.Rows), int(dataset.Columns), int(dataset.SamplesPerPixel)
    raw = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, rows * columns * samples * kind.itemsize + 1)
    shape = (rows, columns) if samples == 1 else (rows, columns, samples)
    return np.frombuffer(raw, dtype=kind, count=rows * columns * samples).reshape(shape)


def _decode_with_itk(dataset: Dataset, frame: int) -> NDArray[Any]:
    """Decode one frame by handing ITK a minimal file around it, so that no rescale is applied on the way."""
    import SimpleITK as sitk

    frames = int(dataset.get("NumberOfFrames", 1) or 1)
    data = get_frame(dataset.PixelData, frame, number_of_frames=frames)
    minimal = Dataset()
    minimal.SOPClassUID = SecondaryCaptureImageStorage
    minimal.SOPInstanceUID = generate_uid()
    names = ("Rows", "Columns", "SamplesPerPixel", "PhotometricInterpretation", "BitsAllocated")
    for name in (*names, "BitsStored", "HighBit", "PixelRepresentation"):
        setattr(minimal, name, dataset.get(name))
    minimal.PixelData = encapsulate([data])
    minimal["PixelData"].is_undefined_length = True
    minimal.file_meta = FileMetaDataset()
    minimal.file_meta.TransferSyntaxUID = dataset.file_meta.TransferSyntaxUID
    minimal.file_meta.MediaStorageSOPClassUID = minimal.SOPClassUID
    minimal.file_meta.MediaStorageSOPInstanceUID = minimal.SOPInstanceUID
    with tempfile.TemporaryDirectory(prefix="lobule-") as folder:
        path = Path(folder) / "frame.dcm"
        minimal.save_as(path, enforce_file_format=True)
        image = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
    return np.asarray(image[0])
