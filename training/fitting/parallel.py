"""One process or many: which part of a batch is this process's, and what all of them must agree on.

`torchrun` starts the processes, on one machine or several, and PyTorch's DistributedDataParallel
averages the gradients. What is added here makes many processes compute what one would: each takes
every size-th sample of the same batch with the same augmentation, losses are divided by the weight of
the whole batch, and batch norm uses the mean and variance of the whole batch (PyTorch's own
SyncBatchNorm does so on CUDA only).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar, cast

import torch
from torch import Tensor, nn
from torch import distributed as dist
from torch.nn import functional
from torch.nn.parallel import DistributedDataParallel

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Group:
    """The processes of one training.

    Attributes:
        rank: Number of this process, from 0; process 0 writes logs and checkpoints.
        size: Number of processes.
        local_rank: Number on this machine: the index of its GPU.
    """

    rank: int = 0
    size: int = 1
    local_rank: int = 0

    @property
    def leads(self) -> bool:
        """Whether this process writes what the training leaves behind."""
        return self.rank == 0

    @property
    def own(self) -> slice:
        """The rows of a batch that this process computes."""
        return slice(self.rank, None, self.size)

    def sum(self, value: Tensor) -> Tensor:
        """The sum over all processes; `value` itself where there is one. Gradients do not pass."""
        value = value.detach().clone()
        if self.size > 1:
            dist.all_reduce(value)
        return value

    def agreed(self, value: T) -> T:
        """The first process's value, for all: a number of steps found by a clock, for one."""
        if self.size == 1:
            return value
        box: list[object] = [value]
        dist.broadcast_object_list(box, src=0)
        return cast(T, box[0])


ALONE = Group()


@contextmanager
def joined(cuda: bool) -> Iterator[Group]:
    """Join the processes that `torchrun` started; `ALONE` where it did not."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield ALONE
        return
    local_rank = int(os.environ["LOCAL_RANK"])
    if cuda:
        torch.cuda.set_device(local_rank)
    # Long, since the others wait while process 0 validates and chooses the final weights.
    dist.init_process_group("nccl" if cuda else "gloo", timeout=timedelta(hours=6))
    try:
        yield Group(dist.get_rank(), size, local_rank)
        dist.barrier()  # process 0 may still write; the others must not tear the group down under it
    finally:
        dist.destroy_process_group()


def spread(network: nn.Module, group: Group, some_unused: bool = False) -> nn.Module:
    """The network to call in training: itself, or wrapped so that all processes' gradients are averaged.

    ``some_unused`` says that a step may leave parameters out (stochastic depth).
    """
    if group.size == 1:
        return network
    share_batch_norm(network, True)
    return DistributedDataParallel(network, broadcast_buffers=False, find_unused_parameters=some_unused)


def share_batch_norm(network: nn.Module, shared: bool) -> None:
    """Let every batch norm measure the batch of all processes, or this process's alone."""
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.__class__ = SharedBatchNorm2d if shared else nn.BatchNorm2d


class _Sum(torch.autograd.Function):
    """The sum of a tensor over all processes; so is its gradient, since each process's loss uses the sum."""

    @staticmethod
    def forward(_context: object, value: Tensor) -> Tensor:
        value = value.clone()
        dist.all_reduce(value)
        return value

    @staticmethod
    def backward(_context: object, gradient: Tensor) -> Tensor:
        gradient = gradient.contiguous().clone()
        dist.all_reduce(gradient)
        return gradient


def summed(value: Tensor) -> Tensor:
    """The sum over all processes; gradients pass."""
    return cast(Tensor, _Sum.apply(value))  # type: ignore[no-untyped-call]


class SharedBatchNorm2d(nn.BatchNorm2d):
    """Batch norm over the batches of all processes; parameters and statistics are those of BatchNorm2d."""

    def forward(self, x: Tensor) -> Tensor:
        """Normalise (n, c, h, w) by the mean and variance of all processes' batches."""
        if not self.training:
            return super().forward(x)
        values = x.float()
        count = torch.tensor([x.numel() / x.shape[1]], device=x.device)
        sums = summed(torch.cat([values.sum((0, 2, 3)), count]))
        n = sums[-1].detach()
        mean = sums[:-1] / n
        centred = values - mean[:, None, None]
        variance = summed(centred.square().sum((0, 2, 3))) / n
        self._remember(mean.detach(), variance.detach() * n / (n - 1))
        scale = torch.rsqrt(variance + self.eps) * self.weight
        normal = centred * scale[:, None, None] + self.bias[:, None, None]
        return normal.to(x.dtype)

    def _remember(self, mean: Tensor, variance: Tensor) -> None:
        momentum = self.momentum if self.momentum is not None else 0.1
        assert self.running_mean is not None
        assert self.running_var is not None
        self.running_mean.lerp_(mean, momentum)
        self.running_var.lerp_(variance, momentum)
        if self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)


def weighted_loss(
    logits: Tensor, targets: Tensor, weights: Tensor | None, label_smoothing: float, group: Group
) -> tuple[Tensor, float]:
    """This process's share of the batch's cross-entropy, and the whole batch's value.

    The share is scaled so that the mean of all processes' gradients is the gradient of the value,
    which is what `functional.cross_entropy` gives for the whole batch.
    """
    total = functional.cross_entropy(
        logits.float(), targets, weight=weights, label_smoothing=label_smoothing, reduction="sum"
    )
    weight = logits.new_tensor(len(targets), dtype=torch.float32) if weights is None else weights[targets].sum()
    whole = group.sum(torch.stack([total.detach(), weight]))
    return total * (group.size / whole[1]), float(whole[0] / whole[1])
