"""Running exported graphs and comparing what two of them answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from training.statistics.roc import auc


@dataclass(frozen=True, slots=True)
class Answer:
    """Outputs of a graph for one batch: logits (n, k), cam (n, k, h, w), features (n, f), float32."""

    logits: NDArray[np.float32]
    cam: NDArray[np.float32]
    features: NDArray[np.float32]


class Graph:
    """A graph on the CPU, with the settings that the application uses."""

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.use_deterministic_compute = True
        options.log_severity_level = 3
        # Threads that spin while they wait cost minutes where other work shares the cores.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(path), sess_options=options, providers=["CPUExecutionProvider"]
        )

    def run(self, images: NDArray[np.float32]) -> Answer:
        """Answer for images (n, c, s, s)."""
        return Answer(*self._session.run(["logits", "cam", "features"], {"image": images}))


@dataclass(frozen=True, slots=True)
class Change:
    """How far the answers of one graph are from another's.

    Attributes:
        score_max: Largest difference of a score.
        score_mean: Mean difference of a score.
        changed_share: Share of slices whose class differs.
        auc_difference: The other graph's slice AUC less the reference's, by class; only classes that some slices
            have and some have not.
        reordered_share: Of all pairs of a slice of the class and a slice of another, the share that the two
            graphs order differently; a tie on one side counts one half. No AUC differs by more.
        slices: Number of slices compared.
    """

    score_max: float
    score_mean: float
    changed_share: float
    auc_difference: Mapping[str, float]
    reordered_share: Mapping[str, float]
    slices: int

    def as_dict(self) -> dict[str, Any]:
        """For the manifest."""
        return {
            "compared_slices": self.slices,
            "score_abs_max": round(self.score_max, 5),
            "score_abs_mean": round(self.score_mean, 5),
            "changed_classes_share": round(self.changed_share, 5),
            "auc_difference": {label: round(value, 5) for label, value in self.auc_difference.items()},
            "reordered_pairs_share": {label: round(value, 5) for label, value in self.reordered_share.items()},
        }


def compare(
    reference: Sequence[Answer], others: Sequence[Answer], targets: NDArray[np.int64], labels: Sequence[str]
) -> Change:
    """Compare two lists of answers, batch by batch.

    Args:
        targets: (n,) class index of each slice.
        labels: Class names in output order.
    """
    one, two = scores_of(reference), scores_of(others)
    difference = np.abs(one - two)
    changed = one.argmax(axis=1) != two.argmax(axis=1)
    areas, reordered = {}, {}
    for index, label in enumerate(labels):
        positive = targets == index
        if positive.any() and not positive.all():
            areas[label] = auc(positive, two[:, index]) - auc(positive, one[:, index])
            reordered[label] = reordered_pairs(positive, one[:, index], two[:, index])
    return Change(float(difference.max()), float(difference.mean()), float(changed.mean()), areas, reordered, len(one))


def reordered_pairs(positive: NDArray[np.bool_], one: NDArray[np.float64], two: NDArray[np.float64]) -> float:
    """Share of the pairs of a positive and a negative case that two scores (n,) order differently, 0…1."""
    first, second = (np.sign(scores[positive][:, None] - scores[~positive][None, :]) for scores in (one, two))
    return float(np.abs(first - second).mean() / 2)


def scores_of(answers: Sequence[Answer]) -> NDArray[np.float64]:
    """Scores (n, k) of all batches together."""
    return softmax(np.concatenate([answer.logits for answer in answers]))


def softmax(logits: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Scores (n, k) in float64."""
    shifted = np.asarray(logits, dtype=np.float64)
    shifted = np.exp(shifted - shifted.max(axis=1, keepdims=True))
    result: NDArray[np.float64] = shifted / shifted.sum(axis=1, keepdims=True)
    return result
