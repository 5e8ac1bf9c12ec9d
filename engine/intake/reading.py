"""One file → its content: frames of an image, an ROI object, or the reason why it is not used. Never an exception."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

from engine.domain.study import Skipped
from engine.intake.bvalue import classic_diffusion
from engine.intake.enhanced import enhanced_frames, is_multi_frame
from engine.intake.facts import read_facts, read_scope, seconds
from engine.intake.headers import Header, NotUsable, image_size, read_header
from engine.intake.records import FileContent, Frame, RoiFile
from engine.intake.tiles import tile_frames

_CLASS_ROOT = "1.2.840.10008.5.1.4.1.1."
_ROI_CLASSES = {
    "1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7", "1.2.840.10008.5.1.4.1.1.481.3",
}  # fmt: skip
_ROI_MODALITIES = {"SEG", "RTSTRUCT"}
_NO_IMAGE_CLASSES = (
    ("1.2.840.10008.1.3.10", "DICOMDIR: the files themselves are read"),
    ("1.2.840.10008.5.1.4.1.1.66", "raw data or registration object, no image"),
    ("1.2.840.10008.5.1.4.1.1.11", "presentation state, no image"),
    ("1.2.840.10008.5.1.4.1.1.88.59", "key object selection, no image"),
    ("1.2.840.10008.5.1.4.1.1.88", "structured report, no image"),
    ("1.2.840.10008.5.1.4.1.1.104", "encapsulated document, no image"),
    ("1.2.840.10008.5.1.4.1.1.9", "waveform, no image"),
    ("1.2.840.10008.5.1.4.1.1.4.2", "MR spectroscopy, no image"),
    ("1.2.840.10008.5.1.4.1.1.481", "radiotherapy object, no image"),
    ("1.3.46.670589.11.0.0.12", "Philips private object, no image"),
)
_RT_IMAGES = ("1.2.840.10008.5.1.4.1.1.481.1", "1.2.840.10008.5.1.4.1.1.481.2")


def read_files(paths: Sequence[Path]) -> list[FileContent]:
    """Read many files, in order."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom warns of every oddity that real files have; ours are in the reasons
        return [read_file(path) for path in paths]


def read_file(path: Path) -> FileContent:
    """Read one file; whatever is wrong with it becomes a reason."""
    try:
        return _content(path, read_header(path))
    except NotUsable as reason:
        return _skip(path, str(reason))
    except PermissionError:
        return _skip(path, "no permission to read the file")
    except OSError as error:
        return _skip(path, f"the file could not be read ({error.strerror or type(error).__name__})")
    except RecursionError:
        return _skip(path, "the header is damaged: sequences are nested without end")
    except Exception as error:  # a damaged file must never stop the study it lies in
        return _skip(path, f"the header is damaged ({type(error).__name__})")


def _content(path: Path, header: Header) -> FileContent:
    tags = header.tags
    sop_class = header.sop_class_uid
    modality = tags.text(0x00080060).upper()
    if sop_class in _ROI_CLASSES or modality in _ROI_MODALITIES:
        return FileContent(path, roi=RoiFile(path, tags.text(0x0020000D)))
    if 0x00041220 in tags:
        return _skip(path, "DICOMDIR: the files themselves are read")
    if not sop_class.startswith(_RT_IMAGES):
        for prefix, reason in _NO_IMAGE_CLASSES:
            if sop_class == prefix or sop_class.startswith(prefix + "."):
                return _skip(path, reason)
    if not header.pixels.found:
        if not sop_class and not modality and not tags.text(0x0020000D):
            return _skip(path, "no DICOM file")
        return _skip(path, "no pixel data in the file: no image, or the file is cut short")
    if not tags.text(0x0020000D) and not tags.text(0x0020000E) and not modality:
        return _skip(path, "the header names neither study, series nor modality")
    rows, columns = image_size(tags)
    if rows < 1 or columns < 1:
        return _skip(path, "the header states no image size")
    if is_multi_frame(header):
        return FileContent(path, frames=enhanced_frames(header, path))
    return FileContent(path, frames=_classic_frames(header, path, rows, columns))


def _classic_frames(header: Header, path: Path, rows: int, columns: int) -> tuple[Frame, ...]:
    tags = header.tags
    facts = read_facts(tags, header.sop_class_uid, header.transfer_syntax_uid)
    acquired = seconds(tags.text(0x00080032))
    frame = Frame(
        path=path,
        frame=0,
        scope=read_scope(tags),
        facts=facts,
        sop_instance_uid=tags.text(0x00080018),
        rows=rows,
        columns=columns,
        position_mm=tags.numbers(0x00200032),
        orientation=tags.numbers(0x00200037),
        pixel_spacing_mm=tags.numbers(0x00280030),
        instance_number=tags.integer(0x00200013),
        acquisition_number=tags.integer(0x00200012),
        acquisition_time_s=acquired if acquired is not None else seconds(tags.text(0x0008002A)),
        content_time_s=seconds(tags.text(0x00080033)),
        trigger_time_ms=tags.number(0x00181060),
        temporal_position=tags.integer(0x00200100),
        stack_id="",
        diffusion=classic_diffusion(tags, facts),
    )
    tiles = tile_frames(tags, frame)
    if tiles is not None:
        return tiles
    count = tags.integer(0x00280008) or 1
    if 1 < count <= 100_000:  # an old multi-frame object: frames without a place in space
        return tuple(
            frame._replace(frame=index, position_mm=(), orientation=(), instance_number=index + 1)
            for index in range(count)
        )
    return (frame,)


def _skip(path: Path, reason: str) -> FileContent:
    return FileContent(path, skipped=Skipped(path, reason))
