"""A file's header: found, inflated where needed, parsed once, with its pixel data checked but not read.

The file is read in one piece into memory (128 KB first, the rest only when the header is longer), because a damaged
length field makes a file object allocate what the length claims, while bytes in memory end where the file ends.
"""

from __future__ import annotations

import io
import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pydicom.dataset import Dataset
from pydicom.filereader import read_partial

from engine.intake.elements import PIXEL_TAGS, UNDEFINED, walk
from engine.intake.tags import RawHeader

FIRST_BYTES = 128 * 1024
MAXIMUM_HEADER_BYTES = 256 * 1024 * 1024
MAXIMUM_PIXEL_BYTES = 2 * 1024**3
LONGEST_VALUE_BYTES = 128 * 1024
LOST_PREAMBLE = b"\0" * 128
"""What some tools cut from the front of a file."""

_DEFLATED = b"1.2.840.10008.1.2.1.99"
_DEFLATED_STEPS = (64 * 1024, 512 * 1024, 4 * 1024 * 1024)
"""Bytes inflated in search of the end of the header: a few, then more; a small file can inflate to gigabytes."""
_BLOCK = 16 * 1024
_IMPLICIT = "1.2.840.10008.1.2"
_NOT_WALKED = {"1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"}
_NATIVE = {"", "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"}
_TRANSFER_SYNTAX, _FRAME_GROUPS = 0x00020010, 0x52009230
_ROWS, _COLUMNS, _FRAMES, _SAMPLES, _BITS = 0x00280010, 0x00280011, 0x00280008, 0x00280002, 0x00280100


class NotUsable(Exception):
    """This file cannot be used; the message is the reason shown to the person."""


@dataclass(slots=True)
class PixelElement:
    """Where the header ended: whether pixel data follows, and how long it claims to be."""

    found: bool = False
    length: int = 0
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Header:
    """A parsed header: its elements, the transfer syntax, and what is known of the pixel data."""

    tags: RawHeader
    transfer_syntax_uid: str
    sop_class_uid: str
    pixels: PixelElement


def read_header(path: Path) -> Header:
    """Return the header of one file.

    Raises:
        NotUsable: The file is empty, no DICOM, damaged, or too large to be believed.
        OSError: The file cannot be opened or read.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        # never ask for more than there is: a read allocates what it asks for
        data = file.read(min(size, FIRST_BYTES))
        if not data:
            raise NotUsable("the file is empty")
        if not looks_like_dicom(data):
            raise NotUsable("no DICOM file")
        lost = LOST_PREAMBLE if data[:4] == b"DICM" else b""
        whole = size <= len(data)
        data = lost + data if lost else data
        if _DEFLATED in data[:2048]:
            meta = data[: _end_of_meta(data)]
            del data
            return _read_deflated(meta, file, len(lost))
        header = _parse(data) if whole else _walked(data)
        if header is None or not (whole or header.pixels.found):
            del data, header
            header = _parse(_read_whole(file, size, lost))
        if header.pixels.found:
            header.pixels.offset -= len(lost)
            _check_pixels(header, file, size)
    return header


def _read_whole(file: BinaryIO, size: int, lost: bytes) -> bytes:
    """Return the file from its beginning, at most as much as a header may be long, held in memory once."""
    file.seek(0)
    if not lost:
        return file.read(min(size, MAXIMUM_HEADER_BYTES))
    stream = io.BytesIO()
    stream.write(lost)
    while stream.tell() < MAXIMUM_HEADER_BYTES and (block := file.read(_BLOCK)):
        stream.write(block)
    return stream.getvalue()


def looks_like_dicom(data: bytes) -> bool:
    """Tell whether bytes begin like a DICOM file, with or without preamble and meta information."""
    if data[128:132] == b"DICM" or data[:4] == b"DICM":
        return True
    if len(data) < 8:
        return False
    group, element = int.from_bytes(data[0:2], "little"), int.from_bytes(data[2:4], "little")
    swapped = int.from_bytes(data[0:2], "big")
    if group in (0x0002, 0x0008) and element <= 0x0100:
        explicit = data[4:6].isalpha() and data[4:6].isupper()
        return explicit or int.from_bytes(data[4:8], "little") <= 1024
    return swapped in (0x0002, 0x0008) and data[4:6].isalpha() and data[4:6].isupper()


def _parse(data: bytes) -> Header:
    return _walked(data) or _read_by_pydicom(data)


def _walked(data: bytes) -> Header | None:
    """Return the header of a file of plain layout, None when the layout is another or the data end too early."""
    if data[128:134] != b"DICM\x02\x00":
        return None
    start = _end_of_meta(data)
    meta = walk(data, 132, implicit=False, end=min(start, len(data)))
    if meta is None:
        return None
    meta_tags = RawHeader(meta)
    syntax = meta_tags.text(_TRANSFER_SYNTAX)
    if not syntax.startswith("1.2.840.10008.1.2") or syntax in _NOT_WALKED:
        return None
    found = walk(data, start, implicit=syntax == _IMPLICIT)
    if found is None or not found.elements:
        return None
    pixels = PixelElement(found.pixels_at is not None, found.pixels_length, found.pixels_at or 0)
    tags = RawHeader(found)
    return Header(tags, syntax, tags.text(0x00080016) or meta_tags.text(0x00020002), pixels)


def _read_by_pydicom(data: bytes) -> Header:
    # a damaged tag can turn the pixels into an element of the header: no value of that size is ever looked at
    dataset, pixels = _dataset(data, LONGEST_VALUE_BYTES)
    groups = dataset.get_item(_FRAME_GROUPS, keep_deferred=True) if pixels.found else None
    if groups is not None and groups.value is None:  # but thousands of frames are described by as much
        dataset, pixels = _dataset(data, None)
    meta = RawHeader(dataset.file_meta)
    tags = RawHeader(dataset)
    sop_class = tags.text(0x00080016) or meta.text(0x00020002)
    return Header(tags, meta.text(_TRANSFER_SYNTAX), sop_class, pixels)


class _Bounded(io.BytesIO):
    """Bytes of which nobody may copy most: pydicom reads meta information and items whatever length they claim."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._most = max(len(data) // 2, LONGEST_VALUE_BYTES)

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > self._most:
            raise NotUsable("the header is damaged: an element claims more than any header holds")
        return super().read(size)


def _dataset(data: bytes, longest_value: int | None) -> tuple[Dataset, PixelElement]:
    """Let pydicom read up to the pixel data; values longer than `longest_value` are left out."""
    pixels = PixelElement()
    stream = io.BytesIO(data) if longest_value is None else _Bounded(data)

    def stop(tag: int, _vr: str | None, length: int) -> bool:
        if tag not in PIXEL_TAGS:  # called for every element: comparing pydicom's tags would cost more than parsing
            return False
        pixels.found, pixels.length, pixels.offset = True, length, stream.tell()
        return True

    try:
        return read_partial(stream, stop_when=stop, defer_size=longest_value, force=True), pixels
    except NotUsable:
        raise
    except RecursionError:
        raise NotUsable("the header is damaged: sequences are nested without end") from None
    except MemoryError:
        raise NotUsable("the header is damaged: an element claims more memory than there is") from None
    except Exception as error:  # pydicom raises many kinds on damaged headers
        raise NotUsable(f"the header is damaged ({type(error).__name__})") from None


def _read_deflated(meta: bytes, file: BinaryIO, lost: int) -> Header:
    """Inflate as much as the header needs."""
    for limit in _DEFLATED_STEPS:
        file.seek(len(meta) - lost)
        data, complete = _inflate_some(meta.replace(_DEFLATED, b"1.2.840.10008.1.2.1\0\0\0"), file, limit)
        header = _parse(data) if complete or limit == _DEFLATED_STEPS[-1] else _walked(data)
        if header is not None and (header.pixels.found or complete):
            _check_declared(header.tags)
            return Header(header.tags, _DEFLATED.decode(), header.sop_class_uid, header.pixels)
        del data, header  # the next step makes its own
    raise NotUsable("the deflated header is longer than any real one")


def _inflate_some(meta: bytes, file: BinaryIO, limit: int) -> tuple[bytes, bool]:
    """Return meta information and up to `limit` inflated bytes, and whether that is all there is."""
    worker = zlib.decompressobj(-zlib.MAX_WBITS)
    stream = io.BytesIO()
    stream.write(meta)
    room = limit
    try:
        while room > 0 and not worker.eof and (block := file.read(_BLOCK)):
            room -= stream.write(worker.decompress(block, room))
    except zlib.error:
        raise NotUsable("the deflated data set is damaged") from None
    return stream.getvalue(), room > 0


def inflate(data: bytes, limit: int) -> bytes:
    """Return a deflated file as an explicit little endian one.

    Raises:
        NotUsable: It inflates to more than `limit` bytes, or is damaged.
    """
    split = _end_of_meta(data)
    worker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        body = worker.decompress(data[split:], limit)
    except zlib.error:
        raise NotUsable("the deflated data set is damaged") from None
    if worker.unconsumed_tail:
        raise NotUsable("the deflated data set is larger than any image")
    return data[:split].replace(_DEFLATED, b"1.2.840.10008.1.2.1\0\0\0") + body


def _end_of_meta(data: bytes) -> int:
    """Return where group 2 ends; meta information is always explicit little endian."""
    position = 132 if data[128:132] == b"DICM" else 0
    while position + 8 <= len(data) and data[position : position + 2] == b"\x02\x00":
        long_form = data[position + 4 : position + 6] in (b"OB", b"OW", b"UN", b"SQ", b"UT")
        if long_form:
            length = int.from_bytes(data[position + 8 : position + 12], "little") + 12
        else:
            length = int.from_bytes(data[position + 6 : position + 8], "little") + 8
        position += length
    return position


def _check_pixels(header: Header, file: BinaryIO, size: int) -> None:
    """Refuse pixel data that is cut short or declares an impossible size, before anything allocates for it."""
    pixels = header.pixels
    declared = _check_declared(header.tags)
    stored = size - pixels.offset
    if pixels.length != UNDEFINED:
        if pixels.length > stored + 1:
            raise NotUsable("the file is cut short: pixel data is missing at its end")
        if header.transfer_syntax_uid in _NATIVE and 0 < pixels.length < declared:
            raise NotUsable("the file holds fewer pixels than its header declares")
    elif not _fragments_complete(file, pixels.offset, size):
        raise NotUsable("the file is cut short: compressed pixel data is missing at its end")


def _check_declared(tags: RawHeader) -> int:
    """Return the size in bytes of the uncompressed pixels that a header declares, refusing impossible ones."""
    rows, columns = tags.integer(_ROWS, "H") or 0, tags.integer(_COLUMNS, "H") or 0
    frames, samples = max(tags.integer(_FRAMES) or 1, 1), max(tags.integer(_SAMPLES, "H") or 1, 1)
    bits = max(tags.integer(_BITS, "H") or 16, 1)
    declared = (rows * columns * frames * samples * bits + 7) // 8
    if declared > MAXIMUM_PIXEL_BYTES:
        raise NotUsable(f"the header declares {declared / 1024**3:.1f} GiB of pixels, more than any MR series holds")
    return declared


def _fragments_complete(file: BinaryIO, offset: int, size: int) -> bool:
    position = offset
    while position + 8 <= size:
        file.seek(position)
        head = file.read(8)
        if head[:4] == b"\xfe\xff\xdd\xe0":
            return True
        if head[:4] != b"\xfe\xff\x00\xe0":
            return False
        position += 8 + int.from_bytes(head[4:], "little")
    # some writers forget the closing delimiter: whole fragments are enough
    return position == size


def image_size(tags: RawHeader) -> tuple[int, int]:
    """Return (rows, columns) of an image, 0 where the header is silent."""
    return tags.integer(_ROWS, "H") or 0, tags.integer(_COLUMNS, "H") or 0
