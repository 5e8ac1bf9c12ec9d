"""The two recipes as functions of the step: learning rate, image size, optimiser, loss weights.

Nothing here has state: a resumed training asks for step n and gets what the first one would have had.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training.config import SizeStage, TrainConfig

ONE_CYCLE_START = 1.0 / 25.0
"""First rate of the one-cycle schedule as a share of its peak (Smith and Topin 2019, PyTorch's default)."""
ONE_CYCLE_END = 1e-4 / 25.0
"""Last rate as a share of the peak."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many steps a training takes.

    Attributes:
        total_steps: Optimiser steps in all.
        steps_per_epoch: Steps of one pass over the training slices (the incomplete last batch is
            left out: batch norm on a handful of images is harmful).
    """

    total_steps: int
    steps_per_epoch: int


def make_plan(config: TrainConfig, slices: int, seconds_per_step: Sequence[float] = ()) -> Plan:
    """Decide the number of steps from the time budget, the given steps or the epochs.

    Args:
        slices: Number of training slices.
        seconds_per_step: With `max_minutes`: measured time of one step at each of `config.sizes`.
    """
    steps_per_epoch = max(1, slices // config.batch_size)
    if config.max_minutes > 0:
        mean = sum(stage.share * seconds for stage, seconds in zip(config.sizes, seconds_per_step, strict=True))
        total = int(60.0 * config.max_minutes / mean)
    elif config.steps > 0:
        total = config.steps
    else:
        total = config.epochs * steps_per_epoch
    return Plan(max(1, total), steps_per_epoch)


def size_at(config: TrainConfig, plan: Plan, step: int) -> int:
    """Image side in pixels at a step."""
    return stage_at(config, plan, step).size_px


def read_px_at(config: TrainConfig, plan: Plan, step: int) -> int:
    """Image side in pixels that a step's images are read at, of which it sees its own size's share."""
    return read_px(config, size_at(config, plan, step))


def read_px(config: TrainConfig, size_px: int) -> int:
    """The side between `size_px` and the size of export that `own_scale` asks for."""
    side: float = size_px * max(1.0, config.export_size_px / size_px) ** config.own_scale
    return round(side)


def stage_at(config: TrainConfig, plan: Plan, step: int) -> SizeStage:
    """The size stage that a step belongs to."""
    reached = 0.0
    for stage in config.sizes:
        reached += stage.share
        if step < round(reached * plan.total_steps):
            return stage
    return config.sizes[-1]


def learning_rate_at(config: TrainConfig, plan: Plan, step: int) -> float:
    """Learning rate of a step, counted from 0.

    Paper: linear from 0 over `warmup_epochs`, then halved after every `halve_every_epochs`, counted
    from the start of the training. Fast: one cycle, cosine up to the peak and down again.
    """
    peak = config.learning_rate
    if config.recipe == "paper":
        epoch = step / plan.steps_per_epoch
        if epoch < config.warmup_epochs:
            return float(peak * (step + 1) / (config.warmup_epochs * plan.steps_per_epoch))
        return float(peak * 0.5 ** int(epoch / config.halve_every_epochs))
    top = max(1.0, config.warmup_share * plan.total_steps)
    if step < top:
        return _between(peak * ONE_CYCLE_START, peak, step / top)
    return _between(peak, peak * ONE_CYCLE_END, (step - top) / max(1.0, plan.total_steps - 1 - top))


def _between(first: float, last: float, share: float) -> float:
    return last + (first - last) * 0.5 * (1.0 + cos(pi * min(share, 1.0)))


def left_out_at(config: TrainConfig, plan: Plan, step: int) -> float:
    """Probability that a step leaves a residual block out: constant for half the training, then linear to 0.

    The last steps train nearly the whole network, which is the one that is exported.
    """
    return config.stochastic_depth * min(1.0, 2.0 * (1.0 - step / plan.total_steps))


def draw_depth(generator: torch.Generator, blocks: int, left_out: float) -> list[float]:
    """Factor per residual block: 0 where it is left out, else 1 / (1 − left_out), so that the mean is 1."""
    if left_out <= 0:
        return []
    kept = torch.rand(blocks, generator=generator) >= left_out
    return [1.0 / (1.0 - left_out) if keep else 0.0 for keep in kept.tolist()]


def make_optimizer(config: TrainConfig, network: nn.Module) -> torch.optim.Optimizer:
    """SGD for the paper's recipe, AdamW for the fast one; vectors are free of weight decay."""
    matrices = [p for p in network.parameters() if p.ndim > 1]
    vectors = [p for p in network.parameters() if p.ndim <= 1]
    groups = [
        {"params": matrices, "weight_decay": config.weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    if config.recipe == "paper":
        return torch.optim.SGD(groups, lr=config.learning_rate, momentum=config.momentum)
    return torch.optim.AdamW(groups, lr=config.learning_rate, fused=True)


def class_weights(config: TrainConfig, targets: NDArray[np.int64]) -> Tensor | None:
    """Weights of the classes in the loss, or None. A class without slices weighs 0."""
    if config.class_weights == "none":
        return None
    k = len(config.labels)
    counts = np.bincount(targets, minlength=k).astype(np.float64)
    weights = np.divide(len(targets), k * counts, out=np.zeros(k), where=counts > 0)
    if config.class_weights == "root":
        weights = np.sqrt(weights)
    return torch.tensor(weights, dtype=torch.float32)


def order_of_epoch(config: TrainConfig, slices: int, epoch: int) -> NDArray[np.int64]:
    """The order of the slices in one epoch: a function of seed and epoch alone."""
    return np.random.default_rng([config.seed, epoch]).permutation(slices)


def batch_at(config: TrainConfig, plan: Plan, slices: int, step: int) -> NDArray[np.int64]:
    """Indices of the slices of one step's batch."""
    epoch, position = divmod(step, plan.steps_per_epoch)
    first = position * config.batch_size
    return order_of_epoch(config, slices, epoch)[first : first + config.batch_size]
