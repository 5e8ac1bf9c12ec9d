"""What a network input looks like, in some dozen numbers per channel: brightness, detail by scale, direction, relation.

The features of a network are made to tell its classes apart, and throw away what tells a liver from a knee. These
numbers keep it: how bright, how sharp at every scale, how noisy, which way the detail runs, and whether two channels
show one anatomy. They are stored with the package's feature statistics and measured in the same way in training and
use, on the input itself, so that nothing but the input decides.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from engine.domain.package import PreprocessSpec

Array = NDArray[np.float64]

OCTAVES = 6
"""Scales of detail: 299 pixels halved five times leave 10."""
RINGS = 5
PERCENTILES = (5, 25, 50, 75, 95)
_BINS = 12
_FAINT = 1e-6
"""Keeps detail that is too faint to see (a thousandth of the range) from counting as shape or agreement."""


def texture_of(array: NDArray[np.floating], spec: PreprocessSpec) -> Array:
    """Describe one input.

    Args:
        array: (channel, row, column) as the network gets it.
        spec: Which roles the channels hold and how they were scaled; a role that fills two channels counts once.

    Returns:
        Twenty-nine numbers per role and six for every role after the first, finite for every input.
    """
    roles = [spec.channels.index(role) for role in spec.roles]
    images = [np.clip(array[channel].astype(np.float64) * spec.std + spec.mean, -0.2, 1.2) for channel in roles]
    pyramids = [_bands(image) for image in images]
    parts = [_one(image, bands) for image, bands in zip(images, pyramids, strict=True)]
    parts += [
        _pair(images[0], image, pyramids[0], bands) for image, bands in zip(images[1:], pyramids[1:], strict=True)
    ]
    return np.concatenate(parts)


def _bands(image: Array) -> list[Array]:
    """Return the detail of every scale, finest first."""
    bands = []
    for _ in range(OCTAVES):
        smooth = ndimage.gaussian_filter(image, 1.0, mode="reflect")
        bands.append(image - smooth)
        image = smooth[::2, ::2]
    return bands


def _one(image: Array, bands: list[Array]) -> Array:
    energy = [np.log(band.std() + 1e-4) for band in bands]
    peaked = [np.log(np.mean(_unit(band) ** 4) + 1e-3) for band in bands[:4]]
    skewed = [np.mean(_unit(band) ** 3) for band in bands[1:5]]
    direction = [
        np.log((np.diff(band, axis=0).std() + 1e-5) / (np.diff(band, axis=1).std() + 1e-5)) for band in bands[:2]
    ]
    inside = np.clip(image, 0.0, 1.0)
    rings = _rings(inside)
    shares = [np.sqrt((inside < 0.02).mean()), np.sqrt((inside > 0.98).mean())]
    return np.concatenate(
        [
            np.percentile(image, PERCENTILES),
            energy,
            peaked,
            skewed,
            direction,
            np.diff([ring.mean() for ring in rings]),
            [np.log(ring.std() + 1e-3) for ring in rings][1::2],
            shares,
        ]
    )


def _pair(first: Array, second: Array, bands: list[Array], others: list[Array]) -> Array:
    """Say how much two channels show the same thing: correlation by scale, and mutual information."""
    along = [_correlation(a, b) for a, b in zip(bands[1:5], others[1:5], strict=True)]
    step = max(1, first.shape[0] // 75)
    one, two = (np.clip(image[::step, ::step] * _BINS, 0, _BINS - 1).astype(int) for image in (first, second))
    counts = np.zeros((_BINS, _BINS))
    np.add.at(counts, (one.ravel(), two.ravel()), 1.0)
    joint = counts / counts.sum()
    apart = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    held = joint > 0
    shared = float((joint[held] * np.log(joint[held] / apart[held])).sum())
    return np.array([*along, _correlation(first, second), np.log(max(shared, 0.0) + 1e-3)])


def _unit(band: Array) -> Array:
    return np.asarray(band / (band.std() + _FAINT))


def _correlation(first: Array, second: Array) -> float:
    """Return Fisher's z of the correlation, which spreads more evenly than the correlation itself."""
    a, b = first - first.mean(), second - second.mean()
    r = float((a * b).mean() / (a.std() * b.std() + _FAINT))
    return float(np.arctanh(np.clip(r, -0.999, 0.999)))


def _rings(image: Array) -> list[Array]:
    rows, columns = image.shape
    y, x = np.ogrid[:rows, :columns]
    radius = np.hypot((y - (rows - 1) / 2) / (rows / 2), (x - (columns - 1) / 2) / (columns / 2))
    edges = np.linspace(0.0, 1.0, RINGS + 1)
    return [image[(radius >= low) & (radius < high)] for low, high in pairwise(edges)]
