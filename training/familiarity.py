"""Feature statistics for the `unfamiliar-input` caution: fitted on training slices, stored in the package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.package import FeatureStatistics

DIRECTIONS = 32
"""Principal directions that are kept: enough for the spread of a three-class network, few enough to be
estimated from some hundred slices."""
FILE = "features.npz"


def fit(
    features: NDArray[np.floating[Any]],
    held_out: NDArray[np.floating[Any]],
    directions: int = DIRECTIONS,
    percentile: float = 99.0,
) -> FeatureStatistics:
    """Fit a Gaussian in the leading principal directions, and the length of the remainder.

    Args:
        features: (n, f) of training slices.
        held_out: (m, f) of slices of other patients, from the same population.
        percentile: The threshold lies at this percentile of the held-out distances.
    """
    values = np.asarray(features, dtype=np.float64)
    mean = values.mean(axis=0)
    centred = values - mean
    # At least four slices stand behind every direction, and some remain to be left out.
    kept = max(1, min(directions, len(values) // 4, values.shape[1] // 2))
    _, singular, basis = np.linalg.svd(centred, full_matrices=False)
    basis = basis[:kept]
    scale = np.maximum(singular[:kept] / np.sqrt(len(values) - 1), 1e-9)
    remainder = centred - (centred @ basis.T) @ basis
    residual = max(float(np.sqrt((remainder**2).sum(axis=1).mean())), 1e-9)
    statistics = FeatureStatistics(mean, basis, scale, residual, 1.0)
    distances = [statistics.distance(row) for row in held_out]
    threshold = float(np.percentile(distances, percentile))
    return FeatureStatistics(mean, basis, scale, residual, threshold)


def write(folder: Path, statistics: FeatureStatistics, facts: dict[str, Any]) -> dict[str, Any]:
    """Write `FILE` into a package folder; returns the manifest's entry."""
    np.savez_compressed(
        folder / FILE,
        mean=statistics.mean.astype(np.float32),
        basis=statistics.basis.astype(np.float32),
        scale=statistics.scale.astype(np.float32),
        residual_scale=np.float32(statistics.residual_scale),
    )
    return {"file": FILE, "threshold": round(statistics.threshold, 4), **facts}
