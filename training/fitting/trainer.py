"""One training's state: the network, its optimiser, the running mean of the weights, and the step reached."""

from __future__ import annotations

import platform
import time
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from engine.domain.errors import EngineError, UsageError
from training import augment, recipe
from training.config import TrainConfig
from training.dataset import ShardSet
from training.fitting import initial_weights, package_weights
from training.fitting.checkpoint import Checkpoint
from training.fitting.initial_weights import InitialWeights
from training.fitting.parallel import ALONE, Group, spread, weighted_loss
from training.network import InceptionResnetV2

PROBE_STEPS = 3
NORM_SLICES = 96
"""Training slices that batch norm is measured on where a package's weights are begun with."""


class TrainingDiverged(EngineError):
    """The loss is no longer a number."""


def build_network(config: TrainConfig, initial: InitialWeights | None = None) -> InceptionResnetV2:
    """A network with the configured size and seed, and the weights it begins with."""
    torch.manual_seed(config.seed)
    network = InceptionResnetV2(config.channels, len(config.labels), config.width, dropout=config.dropout)
    if initial is not None:
        initial_weights.load_weights(network, initial.state, head=initial.labels == config.labels)
    return network


def device_of(config: TrainConfig, group: Group = ALONE) -> torch.device:
    """The device to train on; each process of one machine takes a GPU of its own.

    Raises:
        UsageError: A GPU is asked for and none is there.
    """
    kind = config.device
    if kind == "auto":
        kind = "cuda" if torch.cuda.is_available() else "cpu"
    elif kind == "cuda" and not torch.cuda.is_available():
        raise UsageError(
            "The training configuration asks for device 'cuda', and PyTorch finds no GPU here.",
            remedy="Use device = 'auto', or install a driver and a PyTorch with CUDA.",
            code="no-cuda",
        )
    return torch.device("cuda", group.local_rank) if kind == "cuda" else torch.device(kind)


def hardware_of(config: TrainConfig, device: torch.device, group: Group) -> str:
    """What the training runs on, as a manifest states it."""
    kind = f"{platform.machine()}, {config.threads} CPU threads"
    if device.type == "cuda":
        kind = torch.cuda.get_device_name(device)
    processes = f"{group.size} processes, " if group.size > 1 else ""
    return f"{kind}, {processes}torch {torch.__version__}"


def autocast_of(config: TrainConfig, device: torch.device) -> AbstractContextManager[object]:
    """The mixed-precision context of the configuration."""
    dtype = torch.float16 if config.autocast == "fp16" else torch.bfloat16
    return torch.autocast(device.type, dtype=dtype, enabled=config.autocast != "none")


class Trainer:
    """One training: the network, its optimiser, and the step that it has reached."""

    def __init__(
        self,
        config: TrainConfig,
        training: ShardSet,
        out: Path,
        group: Group = ALONE,
        initial: InitialWeights | None = None,
    ) -> None:
        torch.set_num_threads(config.threads)
        self.config = config
        self.training = training
        self.out = out
        self.group = group
        self.device = device_of(config, group)
        self.network = build_network(config, initial)
        if initial is not None and initial.folded:
            seen = np.unique(np.linspace(0, len(training) - 1, min(NORM_SLICES, len(training))).astype(np.int64))
            package_weights.measure_norms(self.network, training.images(seen, config.sizes[0].size_px))
        self.network = self.network.to(self.device)
        if config.channels_last:
            self.network = self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.called = spread(self.network, group, some_unused=config.stochastic_depth > 0)
        self.optimizer = recipe.make_optimizer(config, self.network)
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=config.autocast == "fp16")
        self.average: dict[str, Tensor] | None = None
        if config.ema_decay > 0:
            self.average = {k: v.clone() for k, v in self.network.state_dict().items()}
        self.weights = recipe.class_weights(config, training.targets)
        if self.weights is not None:
            self.weights = self.weights.to(self.device)
        self.step = 0
        self.seconds = 0.0

    def batch(self, plan: recipe.Plan, step: int) -> tuple[Tensor, Tensor]:
        """This process's images (n, c, s, s), not yet augmented, and targets (n,)."""
        indices = recipe.batch_at(self.config, plan, len(self.training), step)[self.group.own]
        images = self.training.images(indices, recipe.read_px_at(self.config, plan, step))
        return images, torch.from_numpy(self.training.targets[indices])

    def train_step(self, images: Tensor, targets: Tensor, size_px: int, rate: float, left_out: float = 0.0) -> float:
        """One optimiser step on images (n, c, s, s), of which `size_px` pixels a side are seen.

        Args:
            rate: Learning rate.
            left_out: Probability to leave a block out.

        Returns:
            The batch's loss.
        """
        config = self.config
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        generator = torch.Generator().manual_seed(config.seed * 1_000_003 + self.step)
        # Dropout's seed differs between processes, which hold different samples.
        torch.manual_seed((config.seed * 1_000_003 + self.step) * self.group.size + self.group.rank)
        part = size_px / images.shape[-1]
        params = augment.make_params(generator, config.batch_size, config.augment, part)[self.group.own]
        # Drawn from the seed of the step alone: every process leaves out the same blocks.
        depth = recipe.draw_depth(generator, self.network.repeated_blocks, left_out)
        images = augment.apply(images.to(self.device, non_blocking=True), params, size_px)
        if config.channels_last:
            images = images.contiguous(memory_format=torch.channels_last)
        self.network.train()
        with autocast_of(config, self.device):
            logits, _, _ = self.called(images, depth)
        loss, value = weighted_loss(logits, targets.to(self.device), self.weights, config.label_smoothing, self.group)
        if not np.isfinite(value):
            raise TrainingDiverged(
                f"The loss became {value} at step {self.step} (learning rate {rate:.3g}).",
                remedy="Lower learning_rate, set clip_norm to 5, or use autocast 'bf16' or 'none' "
                "instead of 'fp16'; then start from the last checkpoint.",
                code="training-diverged",
            )
        self.optimizer.zero_grad(set_to_none=True)
        self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        if config.clip_norm > 0:
            self.scaler.unscale_(self.optimizer)
            nn.utils.clip_grad_norm_(self.network.parameters(), config.clip_norm)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self._update_average()
        self.step += 1
        return value

    def advance(self, plan: recipe.Plan, images: Tensor, targets: Tensor) -> float:
        """The next step of a plan; returns the batch's loss."""
        size_px = recipe.size_at(self.config, plan, self.step)
        rate = recipe.learning_rate_at(self.config, plan, self.step)
        return self.train_step(images, targets, size_px, rate, recipe.left_out_at(self.config, plan, self.step))

    def _update_average(self) -> None:
        if self.average is None:
            return
        # A short memory at first: the average must not hold on to random weights.
        decay = min(self.config.ema_decay, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for name, value in self.network.state_dict().items():
                if value.dtype.is_floating_point:
                    self.average[name].lerp_(value, 1.0 - decay)
                else:
                    self.average[name].copy_(value)

    def checkpoint(self, total_steps: int, facts: dict[str, object]) -> Checkpoint:
        """The present state."""
        return Checkpoint(
            config=self.config,
            step=self.step,
            total_steps=total_steps,
            network=self.network.state_dict(),
            average=self.average,
            optimizer=self.optimizer.state_dict(),
            scaler=self.scaler.state_dict(),
            facts={**facts, "seconds": self.seconds},
        )

    def restore(self, saved: Checkpoint) -> None:
        """Take up a saved state."""
        self.network.load_state_dict(saved.network)
        self.optimizer.load_state_dict(saved.optimizer)
        self.scaler.load_state_dict(saved.scaler)
        if saved.average is not None:
            self.average = {k: v.to(self.device) for k, v in saved.average.items()}
        self.step = saved.step
        self.seconds = float(saved.facts.get("seconds", 0.0))

    def seconds_per_step(self) -> list[float]:
        """Measured time of one whole step at each image size, on a throw-away state."""
        before = Checkpoint(self.config, 0, 0, {})
        before.network = {k: v.clone() for k, v in self.network.state_dict().items()}
        result = []
        for stage in self.config.sizes:
            indices = (np.arange(self.config.batch_size) % len(self.training))[self.group.own]
            targets = torch.from_numpy(self.training.targets[indices])
            started = 0.0
            for number in range(PROBE_STEPS + 1):
                if number == 1:  # the first step of a size builds its kernels
                    started = time.monotonic()
                images = self.training.images(indices, recipe.read_px(self.config, stage.size_px))
                self.train_step(images, targets, stage.size_px, 1e-6)
            result.append((time.monotonic() - started) / PROBE_STEPS)
        self.network.load_state_dict(before.network)
        self.optimizer = recipe.make_optimizer(self.config, self.network)
        if self.average is not None:
            self.average = {k: v.clone() for k, v in before.network.items()}
        self.step = 0
        return result
