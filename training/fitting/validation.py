"""Scoring a network on shards while it trains, and measuring batch norm at another image size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from training.config import TrainConfig
from training.dataset import ShardSet
from training.statistics.roc import auc

SCORING_BATCH = 16


@dataclass(frozen=True, slots=True)
class Scores:
    """Answers for every slice of a set.

    Attributes:
        logits: (n, k) float32.
        figures: ``loss``, ``accuracy``, ``auc_<label>`` at slice level (NaN where undefined) and,
            from the mean score per patient, ``auc_patient``: benign against the rest.
    """

    logits: NDArray[np.float32]
    figures: dict[str, float]


def logits_of(
    network: nn.Module, shards: ShardSet, size_px: int, config: TrainConfig, device: torch.device
) -> NDArray[np.float32]:
    """(n, k) logits of all slices in the precision of training."""
    network.eval()
    dtype = torch.float16 if config.autocast == "fp16" else torch.bfloat16
    rows: list[Tensor] = []
    with (
        torch.inference_mode(),
        torch.autocast(device.type, dtype=dtype, enabled=config.autocast != "none"),
    ):
        for first in range(0, len(shards), SCORING_BATCH):
            indices = np.arange(first, min(first + SCORING_BATCH, len(shards)))
            images = shards.images(indices, size_px).to(device)
            if config.channels_last:
                images = images.contiguous(memory_format=torch.channels_last)
            rows.append(network(images)[0].float().cpu())
    result: NDArray[np.float32] = torch.cat(rows).numpy()
    return result


def score(network: nn.Module, shards: ShardSet, size_px: int, config: TrainConfig, device: torch.device) -> Scores:
    """Score a set at one image size."""
    logits = logits_of(network, shards, size_px, config, device)
    return Scores(logits, figures_of(logits, shards))


def figures_of(logits: NDArray[np.float32], shards: ShardSet) -> dict[str, float]:
    """Loss, accuracy and areas under the curves of given answers."""
    tensor = torch.from_numpy(logits)
    targets = torch.from_numpy(shards.targets)
    probabilities = functional.softmax(tensor.double(), dim=1).numpy()
    figures = {
        "loss": round(float(functional.cross_entropy(tensor, targets)), 5),
        "accuracy": round(float((logits.argmax(1) == shards.targets).mean()), 5),
    }
    for index, label in enumerate(shards.labels):
        figures[f"auc_{label}"] = _auc(shards.targets == index, probabilities[:, index])
    patients, member = np.unique(shards.patients, return_inverse=True)
    malignant = np.bincount(member, weights=1.0 - probabilities[:, 0]) / np.bincount(member)
    truth = np.zeros(len(patients), dtype=bool)
    truth[member] = shards.targets != 0
    figures["auc_patient"] = _auc(truth, malignant)
    return figures


def _auc(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> float:
    if truth.all() or not truth.any():
        return float("nan")
    return round(auc(truth, scores), 5)


def recompute_batch_norm(network: nn.Module, shards: ShardSet, config: TrainConfig, device: torch.device) -> None:
    """Measure the batch norm statistics again, as plain means over training slices at the export size.

    Progressive training leaves statistics of smaller images behind, in which edges weigh more.
    """
    layers = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]
    former = [layer.momentum for layer in layers]
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # None: the mean of all batches, each weighing the same
    generator = np.random.default_rng([config.seed, 299])
    count = min(config.batch_norm_slices, len(shards))
    chosen = generator.permutation(len(shards))[:count]
    network.train()
    dtype = torch.float16 if config.autocast == "fp16" else torch.bfloat16
    with (
        torch.no_grad(),
        torch.autocast(device.type, dtype=dtype, enabled=config.autocast != "none"),
    ):
        for first in range(0, count - 1, config.batch_size):
            indices = chosen[first : first + config.batch_size]
            if len(indices) < min(config.batch_size, count):
                break
            images = shards.images(indices, config.export_size_px).to(device)
            if config.channels_last:
                images = images.contiguous(memory_format=torch.channels_last)
            network(images)
    for layer, momentum in zip(layers, former, strict=True):
        layer.momentum = momentum
