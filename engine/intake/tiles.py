"""Several slices tiled into one classic image: Siemens mosaics and UIH grids, unfolded into one record per slice.

The position in a mosaic's header is the corner of the big image; the true corner of a tile follows from the size
difference, and the slices follow one another along the CSA header's SliceNormalVector, which may be minus the cross
product of the axes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from engine.intake.csa import CSA_CREATOR, csa_values
from engine.intake.headers import NotUsable
from engine.intake.records import Frame, Numbers
from engine.intake.tags import RawHeader

_CSA_NAMES = ("NumberOfImagesInMosaic", "SliceNormalVector")
_MAXIMUM_TILES = 1024


def tile_frames(tags: RawHeader, frame: Frame) -> tuple[Frame, ...] | None:
    """Return one record per tile of a mosaic or grid, or None when the image is a plain one.

    Raises:
        NotUsable: The image says that it is a mosaic, but not where its slices lie.
    """
    manufacturer = frame.facts.manufacturer.lower()
    if "MOSAIC" in frame.facts.image_type and "siemens" in manufacturer:
        return _siemens(tags, frame)
    grid = tags.private(0x0065, "Image Private Header", 0x50)
    count = tags.integer(grid) if "united imaging" in manufacturer or "uih" in manufacturer else None
    if count is not None and count > 1:
        return _uih(tags, frame, count)
    return None


def _siemens(tags: RawHeader, frame: Frame) -> tuple[Frame, ...]:
    data = tags.raw(tags.private(0x0029, CSA_CREATOR, 0x10))
    csa = csa_values(data, _CSA_NAMES) if data else {}
    count = tags.integer(tags.private(0x0019, "SIEMENS MR HEADER", 0x0A), "H")
    if count is None and "NumberOfImagesInMosaic" in csa:
        count = int(float(csa["NumberOfImagesInMosaic"][0]))
    step = tags.number(0x00180088) or frame.facts.slice_thickness_mm
    if count is None or step is None or len(frame.orientation) != 6 or len(frame.pixel_spacing_mm) != 2:
        raise NotUsable("Siemens mosaic whose header does not say how many slices it holds or where they lie")
    layout = _layout(frame, count)
    normal = _vector(csa.get("SliceNormalVector")) or _cross(frame.orientation)
    (_, _, rows, columns), (row_step, column_step) = layout, frame.pixel_spacing_mm
    along_row = column_step * (frame.columns - columns) / 2
    along_column = row_step * (frame.rows - rows) / 2
    row_axis, column_axis = frame.orientation[:3], frame.orientation[3:]
    corner = [
        p + along_row * r + along_column * c for p, r, c in zip(frame.position_mm, row_axis, column_axis, strict=True)
    ]
    positions = [
        tuple(p + index * abs(step) * n for p, n in zip(corner, normal, strict=True)) for index in range(count)
    ]
    return _unfold(frame, layout, positions)


def _uih(tags: RawHeader, frame: Frame, count: int) -> tuple[Frame, ...]:
    items = tags.items(tags.private(0x0065, "Image Private Header", 0x51))
    positions = [item.numbers(0x00200032) for item in items]
    if len(positions) < count or any(len(position) != 3 for position in positions[:count]):
        raise NotUsable("UIH grid image whose header does not say where its slices lie")
    return _unfold(frame, _layout(frame, count), positions[:count])


def _layout(frame: Frame, count: int) -> tuple[int, int, int, int]:
    """Return (tiles, tiles per row, tile rows, tile columns)."""
    per_row = math.ceil(math.sqrt(count)) if 0 < count <= _MAXIMUM_TILES else 0
    if per_row == 0 or frame.rows % per_row or frame.columns % per_row or len(frame.position_mm) != 3:
        raise NotUsable(f"mosaic of {count} slices that does not fit its {frame.rows} x {frame.columns} image")
    return count, per_row, frame.rows // per_row, frame.columns // per_row


def _unfold(frame: Frame, layout: tuple[int, int, int, int], positions: Sequence[Numbers]) -> tuple[Frame, ...]:
    count, per_row, rows, columns = layout
    return tuple(
        frame._replace(
            rows=rows, columns=columns, position_mm=tuple(positions[index]), tile=(index, per_row, rows, columns)
        )
        for index in range(count)
    )


def _vector(values: tuple[str, ...] | None) -> Numbers:
    try:
        numbers = tuple(float(value) for value in values or ())
    except ValueError:
        return ()
    length = math.sqrt(sum(number * number for number in numbers))
    return tuple(number / length for number in numbers) if len(numbers) == 3 and length > 0.5 else ()


def _cross(orientation: Numbers) -> Numbers:
    a, b, c, d, e, f = orientation
    return (b * f - c * e, c * d - a * f, a * e - b * d)
