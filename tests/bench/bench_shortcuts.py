"""Bench: what can be told from simulated lesions without looking at the lesion, and what hand-made features tell.

    python -m tests.bench.bench_shortcuts SHARDS [SET]     default set: train

On shards of a phantom cohort (`lobule-train simulate`): cross-validated AUC, malignant against benign, of linear models
on header facts, on size and on the margin around the lesion (the lesion masked out); of boosted trees on hand-made
features of the crop, one class against the others; and of the same with shuffled labels. It prints and never fails.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from training.dataset import Shard, read_shard

CLASSES = ("benign", "primary_malignancy", "metastasis")
MARGIN_MM = 10.0
Floats = NDArray[np.float64]


def margin_features(image: Floats, diameter_mm: float) -> list[float]:
    """Levels of the frame outside the lesion's bounding square, which is wider than this on most slices."""
    n = image.shape[-1]
    width = max(2, int(n / 2 * MARGIN_MM / (diameter_mm / 2 + MARGIN_MM)))
    frame = np.ones((n, n), bool)
    frame[width:-width, width:-width] = False
    values = []
    for channel in image:
        outside = channel[frame]
        values += [*np.percentile(outside, [5, 25, 50, 75, 95]), outside.mean(), outside.std()]
    return [float(value) for value in values]


def crop_features(image: Floats) -> list[float]:
    """Rings, percentiles, edges, fine structure, shape and unevenness per channel, and how the channels relate."""
    n = image.shape[-1]
    axis = np.linspace(-1, 1, n)
    y, x = np.meshgrid(axis, axis, indexing="ij")
    r, angle = np.hypot(y, x), np.arctan2(y, x)
    values: list[float] = []
    for channel in image:
        rim = float(np.median(channel[r > 0.85]))
        edges = (0, 0.2, 0.4, 0.55, 0.7, 0.85, 1.1)
        rings = [channel[(r >= low) & (r < high)] for low, high in pairwise(edges)]
        values += [float(ring.mean()) - rim for ring in rings] + [float(ring.std()) for ring in rings]
        inside = channel[r < 0.5]
        values += [float(v) - rim for v in np.percentile(inside, [5, 25, 50, 75, 95])] + [rim]
        slope = ndimage.gaussian_gradient_magnitude(channel, 1.0)
        values += [float(slope[r < 0.5].mean()), float(slope[(r > 0.5) & (r < 0.8)].mean())]
        values += [float((channel - ndimage.gaussian_filter(channel, sd))[r < 0.5].std()) for sd in (1, 2, 4)]
        smooth = ndimage.gaussian_filter(channel, 1.0)
        middle = float(np.median(smooth[r < 0.4]))
        region, count = ndimage.label((smooth > (middle + rim) / 2) == (middle > rim))
        own = region == region[n // 2, n // 2]
        outline = own.sum() - ndimage.binary_erosion(own).sum()
        values += [float(own.mean()), float(count), float(outline / np.sqrt(own.sum() + 1))]
        sectors = [channel[(r < 0.7) & (np.abs(angle - turn) < 0.3)].mean() for turn in np.linspace(-2.8, 2.8, 8)]
        values.append(float(np.std(sectors)))
    values.append(float(np.corrcoef(image[0][r < 0.5], image[1][r < 0.5])[0, 1]))
    return values


def header(shard: Shard) -> list[float]:
    """What the header tells: vendor and field strength."""
    vendors = ("GE", "Siemens", "Philips", "UIH")
    maker = str(shard.facts.get("manufacturer", ""))
    return [float(shard.facts.get("field_t", 0.0)), *(float(maker == vendor) for vendor in vendors)]


def linear_auc(features: list[list[float]], malignant: NDArray[np.bool_], patients: NDArray[np.str_]) -> float:
    """Cross-validated AUC of a linear model, folds by patient."""
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
    scores = cross_val_predict(
        model, np.array(features), malignant, groups=patients, cv=GroupKFold(5), method="predict_proba"
    )
    return float(roc_auc_score(malignant, scores[:, 1]))


def boosted(features: Floats, classes: NDArray[np.int_], patients: NDArray[np.str_]) -> str:
    """Slice AUC of each class and AUC of the patient's mean score, boosted trees, folds by patient."""
    model = HistGradientBoostingClassifier(
        max_iter=120, learning_rate=0.06, max_leaf_nodes=12, l2_regularization=1.0, random_state=0
    )
    scores = cross_val_predict(
        model, features, classes, groups=patients, cv=GroupKFold(4), method="predict_proba"
    )  # fmt: skip
    single = [float(roc_auc_score(classes == k, scores[:, k])) for k in range(len(CLASSES))]
    people = np.unique(patients)
    mean = np.array([scores[patients == person, 0].mean() for person in people])
    bad = np.array([classes[patients == person][0] > 0 for person in people])
    text = ", ".join(f"{name} {auc:.3f}" for name, auc in zip(CLASSES, single, strict=True))
    return f"slices {text}; patients {roc_auc_score(bad, 1 - mean):.3f}"


def main() -> None:
    """Prints every part."""
    folder, subset = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "train"
    shards = [shard for path in sorted(folder.glob("*.json")) if (shard := read_shard(path)).subset == subset]
    facts, sizes, margins, crops, classes, patients = [], [], [], [], [], []
    for shard in shards:
        images = np.load(folder / f"{shard.name}.npy", mmap_mode="r")
        for index in range(shard.slices):
            image = np.asarray(images[index, :2, ::4, ::4], float)
            facts.append(header(shard))
            sizes.append([float(np.log(shard.facts["diameter_mm"]))])
            margins.append(margin_features(image, float(shard.facts["diameter_mm"])))
            crops.append(crop_features(image))
            classes.append(CLASSES.index(shard.label))
            patients.append(shard.patient)
    kinds, people = np.array(classes), np.array(patients)
    malignant = kinds > 0
    print(f"{len(shards)} patients, {len(kinds)} slices of {subset}; simulated images, nothing about patients")
    print("malignant against benign, linear, slices")
    for name, features in (("vendor and field", facts), ("size", sizes), ("margin, lesion masked out", margins)):
        print(f"  {name} alone: AUC {linear_auc(features, malignant, people):.3f}")
    table = np.nan_to_num(np.array(crops))
    print(f"hand-made features of the crop: {boosted(table, kinds, people)}")
    rng = np.random.default_rng(0)
    unique, first = np.unique(people, return_index=True)
    shuffled = dict(zip(unique, rng.permutation(kinds[first]), strict=True))
    print(f"the same with shuffled labels: {boosted(table, np.array([shuffled[p] for p in people]), people)}")


if __name__ == "__main__":
    main()
