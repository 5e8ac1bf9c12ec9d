"""Colours of the report: told apart under every colour-vision deficiency, and never the only carrier of meaning.

Class colours are from Okabe and Ito (2008); there is no green and nothing that looks like an all-clear.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

INK = "#1B1F24"
MUTED = "#59626C"
HAIR = "#C6CCD2"
TRACK = "#E6E9EC"
OUTLINE = "#4FD8FF"
OUTLINE_CASING = "#00202A"
ON_IMAGE = "#FFFFFF"
SHADE = "#14181C"
WATERMARK = "#7A8086"

FLAG_BARS = {"raised": "#C84E00", "not-raised": "#56646F", "withheld": "#8A6A00"}
FLAG_FILLS = {"raised": "#FDF2EA", "not-raised": "#F2F4F6", "withheld": "#FBF6E6"}
STATUS_BAR = "#8A6A00"
STATUS_FILL = "#FFF6DA"

_CLASSES = {
    "benign": "#0072B2",
    "primary_malignancy": "#D55E00",
    "metastasis": "#AA4499",
    "malignant": "#D55E00",
}
_SPARE = ("#332288", "#882255", "#117799", "#999933")
MARKERS = ("o", "s", "^", "D", "v", "P")
DASHES = ("-", "--", "-.", ":", "-", "--")

HEAT_MAP = "inferno"
HEAT_ALPHA = 0.62
HEAT_FROM = 0.12
"""Below this share of the highest value the map is clear, so that the image stays readable."""


def class_colour(label: str, place: int) -> str:
    """Return the colour of a class by the package's own label name."""
    return _CLASSES.get(label, _SPARE[place % len(_SPARE)])


@functools.cache
def heat_table() -> NDArray[np.float64]:
    """Return 256 colours (256, 3) in 0..1: a perceptually uniform scale without its darkest and brightest end."""
    from matplotlib import colormaps

    return np.asarray(colormaps[HEAT_MAP](np.linspace(0.18, 0.97, 256))[:, :3])


def heat_over(image: NDArray[np.uint8], heat: NDArray[np.float32] | None) -> NDArray[np.uint8]:
    """Lay a map in 0..1 over a grey image; returns (row, column, 3) uint8."""
    grey = np.repeat(image[..., None].astype(np.float64), 3, axis=2)
    if heat is None:
        return grey.astype(np.uint8)
    value = np.nan_to_num(heat.astype(np.float64))
    colour = heat_table()[np.clip(value * 255, 0, 255).astype(np.intp)] * 255.0
    alpha = HEAT_ALPHA * np.clip((value - HEAT_FROM) / (0.5 - HEAT_FROM), 0.0, 1.0)[..., None]
    return np.asarray(grey * (1 - alpha) + colour * alpha + 0.5, dtype=np.uint8)
