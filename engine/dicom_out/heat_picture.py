"""The picture of one heat map on its T2 slice, with the words that must stand beside it drawn into the pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

CAPTION = "Regions that raised this score. Not a lesion boundary and not proof of reasoning."
SMALLEST_WIDTH = 768
LARGEST_WIDTH = 1536
OPACITY = 0.55
MARGIN = 12
TEXT_PX = 18

COLOURS = np.array(
    [
        (0, 0, 4), (40, 11, 84), (101, 21, 110), (159, 42, 99),
        (212, 72, 66), (245, 125, 21), (250, 193, 39), (252, 255, 164),
    ],
    dtype=np.float64,
)  # fmt: skip
"""Anchors of the colour map 'inferno': its brightness grows evenly, so it also reads without colour vision."""


@dataclass(frozen=True, slots=True, eq=False)
class HeatPicture:
    """What is drawn.

    Attributes:
        grey: (row, column) T2 slice.
        heat: (row, column) 0..1, NaN where the network saw nothing.
        pixel_mm: (row, column) pixel size.
        outlines: (N, 2) polygons of (row, column) indices.
        edges: Letters of the patient directions at the left, right, top and bottom edge.
        lines: Text below the image.
        status: Status line of the package, first line below the image.
        watermark: Draw the status line across the image as well.
    """

    grey: NDArray[np.float32]
    heat: NDArray[np.float32]
    pixel_mm: tuple[float, float]
    outlines: Sequence[NDArray[np.float64]]
    edges: tuple[str, str, str, str]
    lines: Sequence[str]
    status: str
    watermark: bool


def draw(picture: HeatPicture) -> NDArray[np.uint8]:
    """Return (row, column, 3) RGB with true pixel aspect: the image, and a strip of text below it."""
    rows, columns = picture.grey.shape
    pixel = min(picture.pixel_mm)
    width = columns * picture.pixel_mm[1] / pixel
    scale = float(np.clip(SMALLEST_WIDTH / width, 1.0, None)) if width < LARGEST_WIDTH else LARGEST_WIDTH / width
    size = (max(1, round(width * scale)), max(1, round(rows * picture.pixel_mm[0] / pixel * scale)))
    image = Image.fromarray(_blend(picture, size))
    factor = (size[1] / rows, size[0] / columns)
    _outlines(image, picture.outlines, factor)
    _edge_letters(image, picture.edges)
    if picture.watermark:
        image = _watermarked(image, picture.status)
    lines = [*_wrapped([picture.status], size[0]), *_wrapped([*picture.lines, CAPTION], size[0])]
    strip = MARGIN * 2 + len(lines) * (TEXT_PX + 6)
    whole = Image.new("RGB", (size[0], size[1] + strip), (0, 0, 0))
    whole.paste(image, (0, 0))
    pen = ImageDraw.Draw(whole)
    for number, line in enumerate(lines):
        pen.text((MARGIN, size[1] + MARGIN + number * (TEXT_PX + 6)), line, font=_font(TEXT_PX), fill=(255, 255, 255))
    return np.asarray(whole)


def _blend(picture: HeatPicture, size: tuple[int, int]) -> NDArray[np.uint8]:
    finite = picture.grey[np.isfinite(picture.grey)]
    low, high = np.percentile(finite, (1.0, 99.0)) if finite.size else (0.0, 1.0)
    grey = np.clip((np.nan_to_num(picture.grey) - low) / max(float(high - low), 1e-6), 0, 1)
    heat = np.clip(np.nan_to_num(picture.heat), 0, 1)
    shown = _resized(grey, size, Image.Resampling.BICUBIC)[..., np.newaxis] * np.float32(255)
    value = _resized(heat, size, Image.Resampling.BILINEAR)
    colour = _colour_table()[(value * 255).astype(np.uint8)]
    alpha = (OPACITY * value)[..., np.newaxis]
    return np.asarray(np.clip(shown * (1 - alpha) + colour * alpha, 0, 255), dtype=np.uint8)


@lru_cache(maxsize=1)
def _colour_table() -> NDArray[np.float32]:
    """Return the colour map as 256 RGB rows."""
    anchors = np.linspace(0, 255, len(COLOURS))
    return np.stack([np.interp(np.arange(256), anchors, COLOURS[:, k]) for k in range(3)], axis=-1).astype(np.float32)


def _resized(values: NDArray[np.floating], size: tuple[int, int], how: Image.Resampling) -> NDArray[np.float32]:
    image = Image.fromarray(np.ascontiguousarray(values, dtype=np.float32)).resize(size, how)
    return np.clip(np.asarray(image, dtype=np.float32), 0, 1)


def _outlines(image: Image.Image, outlines: Sequence[NDArray[np.float64]], factor: tuple[float, float]) -> None:
    pen = ImageDraw.Draw(image)
    for outline in outlines:
        points = [(float((column + 0.5) * factor[1]), float((row + 0.5) * factor[0])) for row, column in outline]
        pen.line([*points, points[0]], fill=(255, 255, 255), width=2)


def _edge_letters(image: Image.Image, edges: tuple[str, str, str, str]) -> None:
    pen = ImageDraw.Draw(image)
    width, height = image.size
    places = (
        (MARGIN, height / 2, "lm"),
        (width - MARGIN, height / 2, "rm"),
        (width / 2, MARGIN, "mt"),
        (width / 2, height - MARGIN, "mb"),
    )
    for text, (x, y, anchor) in zip(edges, places, strict=True):
        pen.text(
            (x, y), text, font=_font(22), fill=(255, 255, 255), anchor=anchor, stroke_width=2, stroke_fill=(0, 0, 0)
        )


def _watermarked(image: Image.Image, status: str) -> Image.Image:
    width, height = image.size
    text = Image.new("RGBA", (round(np.hypot(width, height)), 60), (0, 0, 0, 0))
    size = max(12, min(26, round(26 * width / SMALLEST_WIDTH)))
    ImageDraw.Draw(text).text(
        (text.width / 2, 30),
        status,
        font=_font(size),
        fill=(255, 255, 255, 120),
        anchor="mm",
        stroke_width=1,
        stroke_fill=(0, 0, 0, 120),
    )
    turned = text.rotate(float(np.degrees(np.arctan2(height, width))), expand=True)
    layer = Image.new("RGBA", image.size, (0, 0, 0, 0))
    layer.paste(turned, ((width - turned.width) // 2, (height - turned.height) // 2))
    return Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB")


def _wrapped(lines: Sequence[str], width: int) -> list[str]:
    """Break lines at words so that none is wider than the image."""
    result: list[str] = []
    for line in lines:
        current = ""
        for word in line.split():
            longer = f"{current} {word}".strip()
            if current and _font(TEXT_PX).getlength(longer) > width - 2 * MARGIN:
                result.append(current)
                longer = word
            current = longer
        result.append(current)
    return result


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font
