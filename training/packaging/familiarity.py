"""Feature statistics for the `unfamiliar-input` caution: fitted on training slices, stored in the package.

What is stored was chosen by measurement (`python -m tests.bench.bench_familiarity`): the network's features alone miss
a third of what is no liver; with the texture of the input beside them, and one Mahalanobis distance over both, few.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.package import FeatureStatistics, PreprocessSpec
from engine.domain.progress import SILENT, Progress
from engine.quality import texture_of
from training.dataset import ShardSet
from training.packaging.precision import batches

Array = NDArray[np.float64]
Images = NDArray[np.float32]

DIRECTIONS = 8
"""Principal directions of the features that are kept: more only add noise to the distance (16 flag some 3 % fewer of
the images without liver at the same false alarms), fewer lose what a network knows."""
SHRINKAGE = 0.2
"""Weight of the uncorrelated model in the covariance: some hundred patients do not determine some thousand numbers."""
LEAST_SPREAD = 0.01
"""Standard deviations below this count as this: a number that hardly moves in training must not decide alone."""
FOLDS = 10
PERCENTILE = 97.0
"""Of the distances of patients left out: 3 % of false alarms are expected, of the 5 % that are tolerated; the rest is
for scanners of other makers."""
FILE = "features.npz"


def measured(
    shards: ShardSet, spec: PreprocessSpec, run: Callable[[Images], Images], slices: int, progress: Progress = SILENT
) -> tuple[FeatureStatistics, dict[str, Any]]:
    """Fit on about `slices` slices of `shards`: the same number of every lesion, spread over it, since many patients
    say more than many slices; where there are more lesions than that, a fixed seed draws them.

    Whether a patient trained the network or not makes no difference that was seen, so both may be given: the threshold
    is that of patients left out of the fit.

    Args:
        run: The package's network: images (n, c, s, s) to features (n, f).

    Returns:
        The statistics, and what the manifest says of them.
    """
    each = max(1, slices // len(shards.shards))
    rows: list[int] = []
    for shard in np.random.default_rng(3).permutation(len(shards.shards))[:slices]:
        own = np.flatnonzero(shards.shard_index == shard)
        rows += own[np.unique(np.rint(np.linspace(0, len(own) - 1, min(each, len(own)))).astype(int))].tolist()
    indices = np.sort(np.array(rows, dtype=np.int64))
    features, textures = [], []
    for batch in batches(shards, indices, spec.input_px, "features", progress):
        features.append(run(batch))
        textures += [texture_of(image, spec) for image in batch]
    patients = shards.patients[indices]
    statistics = fit(np.concatenate(features), np.stack(textures), patients.tolist())
    return statistics, {"slices": len(indices), "patients": len(set(patients.tolist())), "percentile": PERCENTILE}


def fit(
    features: NDArray[np.floating[Any]],
    textures: NDArray[np.floating[Any]],
    lesions: Sequence[object],
    percentile: float = PERCENTILE,
) -> FeatureStatistics:
    """Fit the description of training slices, and the threshold by leaving lesions out.

    Args:
        features: (n, f) last hidden layer.
        textures: (n, t) `engine.quality.texture_of` of the inputs.
        lesions: (n,) which lesion a slice belongs to; the lesions of one patient carry one name.
        percentile: The threshold lies at this percentile of the lesions' distances, each measured by statistics of the
            other nine tenths of the patients; nothing but training patients decides it.
    """
    values = np.asarray(features, dtype=np.float64)
    texture = np.asarray(textures, dtype=np.float64)
    names, groups = np.unique(np.asarray(lesions), return_inverse=True)
    mean = values.mean(axis=0)
    # at least four slices stand behind every direction
    kept = max(1, min(DIRECTIONS, len(values) // 4, values.shape[1]))
    basis = np.linalg.svd(values - mean, full_matrices=False)[2][:kept]

    def fitted(chosen: NDArray[np.bool_], threshold: float = 1.0) -> FeatureStatistics:
        described = np.concatenate([(values[chosen] - mean) @ basis.T, texture[chosen]], axis=1)
        return FeatureStatistics(mean, basis, described.mean(axis=0), _whitening(described), threshold)

    distances = []
    order = np.random.default_rng(0).permutation(len(names))
    for fold in (order[first::FOLDS] for first in range(min(FOLDS, len(names)))):
        left_out = np.isin(groups, fold)
        statistics = fitted(~left_out if len(fold) < len(names) else left_out)
        for lesion in fold:
            own = groups == lesion
            distances.append(statistics.distance_of_lesion(values[own], texture[own]))
    return fitted(np.ones(len(values), dtype=bool), float(np.percentile(distances, percentile)))


def _whitening(described: Array) -> Array:
    """Return W with mean |(v - centre) W|² near 1: inverse root of the shrunk covariance over the root of its size."""
    spread = np.maximum(described.std(axis=0), LEAST_SPREAD)
    unit = (described - described.mean(axis=0)) / spread
    size = described.shape[1]
    correlation = (1.0 - SHRINKAGE) * (unit.T @ unit) / len(unit) + SHRINKAGE * np.eye(size)
    root = np.linalg.cholesky(np.linalg.inv(correlation)) / np.sqrt(size)
    return np.asarray(root / spread[:, None], dtype=np.float64)


def write(folder: Path, statistics: FeatureStatistics, facts: dict[str, Any]) -> dict[str, Any]:
    """Write `FILE` into a package folder; returns the manifest's entry."""
    np.savez_compressed(
        folder / FILE,
        mean=statistics.mean.astype(np.float32),
        basis=statistics.basis.astype(np.float32),
        centre=statistics.centre.astype(np.float32),
        whitening=statistics.whitening.astype(np.float32),
    )
    return {"file": FILE, "threshold": round(statistics.threshold, 4), **facts}
