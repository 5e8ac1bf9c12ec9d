"""Series → volume: pixels decoded, rescaled and stacked, one file at a time.

Scaling, decided once: every frame is RescaleSlope x stored + RescaleIntercept (the value a console displays), applied
before stacking, since slopes may differ between slices. Philips adds a scale slope (2005,100E) that makes the values
of different images comparable (FP = displayed / (rescale slope x scale slope)); within one volume that factor is
nearly always constant and drops out of the per-volume normalisation, so it is applied only where it varies between
the slices of one volume, where leaving it out would band the image.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.domain.errors import Cancelled, EngineError, GeometryError, IntakeError
from engine.domain.progress import SILENT, Progress
from engine.domain.study import Instance, Series
from engine.domain.volume import Volume
from engine.geometry.stacking import NotAStack, stack_planes
from engine.intake.decoders import open_dataset, stored_pixels
from engine.intake.tags import RawHeader

MAXIMUM_VOLUME_BYTES = 4 * 1024**3
STAGE = "loading images"

_SLOPE, _INTERCEPT, _PADDING = 0x00281053, 0x00281052, 0x00280120
_TRANSFORMATION, _SHARED_GROUPS, _FRAME_GROUPS = 0x00289145, 0x52009229, 0x52009230

Image = NDArray[np.float32]


class _Decoded:
    """Rescaled frames of one file, and the Philips factor of each."""

    __slots__ = ("factors", "images")

    def __init__(self) -> None:
        self.images: dict[tuple[int, tuple[int, int, int, int] | None], Image] = {}
        self.factors: dict[int, float | None] = {}


def load_volume(series: Series, progress: Progress = SILENT) -> Volume:
    """Return the volume of a series: float32 (slice, row, column), slices ascending along the normal.

    Args:
        series: A series that is a regular stack.
        progress: Told after every file; may raise `Cancelled`.

    Raises:
        GeometryError: The series is no regular stack.
        IntakeError: A file cannot be decoded, or the volume is too large.
    """
    stack = stack_planes([instance.plane for instance in series.instances])
    if not series.is_stack or isinstance(stack, NotAStack):
        reason = series.stack_problem or (stack.reason if isinstance(stack, NotAStack) else "")
        raise GeometryError(
            f"Series {_name(series)} cannot be used as a volume: {reason}.",
            remedy="Choose another series for this role, or export the complete series again.",
            code="not-a-stack",
        )
    size = series.slices * series.rows * series.columns * 4
    if size > MAXIMUM_VOLUME_BYTES:
        raise IntakeError(
            f"Series {_name(series)} needs {size / 1024**3:.1f} GiB of memory.",
            remedy="Choose another series for this role.",
            code="volume-too-large",
        )
    ordered = [series.instances[index] for index in stack.order]
    images = _load(ordered, series, progress)
    return Volume(images, stack.affine, series.frame_of_reference_uid, series.key)


def load_frame(series: Series, index: int) -> Image:
    """Return slice `index` of a series, float32 (rows, columns): quick, for a first look at any series.

    Raises:
        IntakeError: The file cannot be decoded.
        IndexError: There is no such slice.
    """
    return np.asarray(_load([series.instances[index]], series, SILENT)[0], dtype=np.float32)


def _load(instances: Sequence[Instance], series: Series, progress: Progress) -> NDArray[np.float32]:
    """Return the images of instances, (n, rows, columns); each file is opened once."""
    wanted: dict[str, list[Instance]] = defaultdict(list)
    for instance in instances:
        for member in (instance, *instance.averaged):
            wanted[str(member.path)].append(member)
    images: dict[tuple[str, int, tuple[int, int, int, int] | None], Image] = {}
    factors: dict[tuple[str, int], float | None] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for done, (path, members) in enumerate(wanted.items()):
            progress.step(STAGE, done, len(wanted))
            decoded = _decode_file(members, series)
            images.update({(path, frame, tile): image for (frame, tile), image in decoded.images.items()})
            factors.update({(path, frame): factor for frame, factor in decoded.factors.items()})
    progress.step(STAGE, len(wanted), len(wanted))
    varying = _factor_varies(factors.values())
    geometric = series.facts.diffusion == "mean of directions"
    result = np.empty((len(instances), series.rows, series.columns), dtype=np.float32)
    for index, instance in enumerate(instances):
        parts = [
            images[str(m.path), m.frame, m.tile] / (factors[str(m.path), m.frame] or 1.0 if varying else 1.0)
            for m in (instance, *instance.averaged)
        ]
        result[index] = parts[0] if len(parts) == 1 else _mean(parts, geometric)
    return result


def _mean(images: Iterable[Image], geometric: bool) -> Image:
    """Average images of one place: directions geometrically (a trace-weighted image), repeats arithmetically."""
    values = np.stack(list(images))
    if not geometric:
        return np.asarray(values.mean(axis=0), dtype=np.float32)
    positive = (values > 0).all(axis=0)
    logs = np.log(np.where(values > 0, values, 1.0)).mean(axis=0)
    return np.asarray(np.where(positive, np.exp(logs), 0.0), dtype=np.float32)


def _factor_varies(factors: Iterable[float | None]) -> bool:
    known = list(factors)
    present = [factor for factor in known if factor]
    return len(present) == len(known) > 1 and max(present) - min(present) > 1e-4 * max(present)


def _decode_file(members: Sequence[Instance], series: Series) -> _Decoded:
    decoded = _Decoded()
    path = members[0].path
    try:
        dataset = open_dataset(path)
        tags = RawHeader(dataset)
        shared = tags.first_item(_SHARED_GROUPS)
        groups = tags.items(_FRAME_GROUPS)
        for frame in sorted({member.frame for member in members}):
            stored = stored_pixels(dataset, frame)
            own = groups[frame] if frame < len(groups) else None
            slope, intercept = _rescale(tags, own, shared)
            image = _rescaled(
                stored, slope, intercept, tags, inverted=dataset.PhotometricInterpretation == "MONOCHROME1"
            )
            scale = tags.number(tags.private(0x2005, "Philips MR Imaging DD 001", 0x0E), "f")
            is_philips = "philips" in series.facts.manufacturer.lower()
            decoded.factors[frame] = slope * scale if scale and is_philips else None
            for member in members:
                if member.frame == frame:
                    decoded.images[frame, member.tile] = _tile(image, member)
    except (EngineError, Cancelled):
        raise
    except Exception as error:  # decoders raise many kinds; the person needs one message
        raise IntakeError(
            f"The image {path.name} of series {_name(series)} cannot be decoded ({type(error).__name__}).",
            remedy="Export the series again without compression, or choose another series for this role.",
            code="pixels-unreadable",
        ) from error
    return decoded


def _tile(image: Image, member: Instance) -> Image:
    if member.tile is not None:
        index, per_row, rows, columns = member.tile
        top, left = index // per_row * rows, index % per_row * columns
        image = image[top : top + rows, left : left + columns]
    if image.shape != (member.rows, member.columns):
        raise ValueError(f"decoded {image.shape}, the header says {(member.rows, member.columns)}")
    return image


def _rescale(tags: RawHeader, own: RawHeader | None, shared: RawHeader | None) -> tuple[float, float]:
    """Return slope and intercept of one frame: its own group, the shared one, the classic tags, else 1 and 0."""
    for groups in (own, shared):
        item = groups.first_item(_TRANSFORMATION) if groups is not None else None
        if item is not None:
            return item.number(_SLOPE) or 1.0, item.number(_INTERCEPT) or 0.0
    return tags.number(_SLOPE) or 1.0, tags.number(_INTERCEPT) or 0.0


def _rescaled(stored: NDArray[np.generic], slope: float, intercept: float, tags: RawHeader, *, inverted: bool) -> Image:
    values = stored.astype(np.float32)
    if values.ndim == 3:  # colour: only ever looked at
        return np.asarray(values.mean(axis=-1), dtype=np.float32)
    if inverted:
        bits = tags.integer(0x00280101, "H") or 16
        signed = bool(tags.integer(0x00280103, "H"))
        values = -1.0 - values if signed else (2.0**bits - 1.0) - values
    padding = tags.number(_PADDING, "h" if tags.integer(0x00280103, "H") else "H")
    result = values * np.float32(slope) + np.float32(intercept)
    if padding is not None:
        result[stored == padding] = 0.0
    return np.asarray(result, dtype=np.float32)


def _name(series: Series) -> str:
    description = series.facts.series_description or series.facts.protocol_name or "without a name"
    number = series.facts.series_number
    return f"{number} ({description})" if number is not None else description
