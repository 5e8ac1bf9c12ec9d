"""The training loop: batches in, checkpoints out; stops and resumes without a trace.

Folder of a training: ``config.json``, ``last.pt`` (state), ``steps.csv``, ``epochs.csv``, ``tensorboard/``, and at
the end ``final.pt``, the weights to export. Where several processes train together (`training.parallel`),
the first one writes all of it, and the folder is one that all of them can read.
"""

from __future__ import annotations

import json
import logging
import platform
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from engine.domain.errors import EngineError, UsageError
from engine.domain.progress import SILENT, Progress
from training import augment, checkpoint, initial_weights, package_weights, recipe
from training.admission import check_same, check_sets
from training.checkpoint import Checkpoint
from training.config import TrainConfig
from training.dataset import ShardSet
from training.facts import kind_of_data
from training.initial_weights import InitialWeights
from training.network import InceptionResnetV2
from training.parallel import ALONE, Group, share_batch_norm, spread, weighted_loss
from training.run_log import RunLog
from training.splits import refuse_shared_patients
from training.validation import recompute_batch_norm, score

logger = logging.getLogger(__name__)

LOG_EVERY_STEPS = 10
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
    """The device to train on; each process of one machine takes a GPU of its own."""
    kind = config.device
    if kind == "auto":
        kind = "cuda" if torch.cuda.is_available() else "cpu"
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


def train(
    config: TrainConfig,
    training: ShardSet,
    validation: ShardSet | None,
    out: Path,
    progress: Progress = SILENT,
    stop_after_steps: int | None = None,
    group: Group = ALONE,
    finish: bool = False,
) -> Path:
    """Train, or go on with the training in `out`; returns the path of ``final.pt``.

    Args:
        stop_after_steps: Leave after so many steps of the whole training, with a checkpoint written
            (then ``last.pt`` is returned).
        group: The processes that train together, each calling this function with the same arguments.
        finish: Train no further: choose the weights of the last checkpoint, as at the end of the plan.

    Raises:
        TrainingDiverged: The loss is not a number any more.
        UsageError: `out` holds a training with another configuration, or sets share patients.
    """
    check_sets(config, training, validation)
    initial = initial_weights.read(config.initial_weights, config.width) if config.initial_weights else None
    if initial is not None and validation is not None:
        refuse_shared_patients(initial.patients, validation.patients, "the initial weights' training and validation")
        if initial.sets & {shard.subset for shard in validation.shards}:
            logger.warning(
                "The initial weights were trained on patients of the same set, and do not say on which: "
                "validation figures may flatter. Judge the result on another set."
            )
    trainer = Trainer(config, training, out, group, initial)
    last = out / "last.pt"
    saved = checkpoint.load(last) if last.exists() else None
    if saved is None and finish:
        raise UsageError(
            f"There is no training to finish in {out}.",
            remedy="Name the folder of a training that has written last.pt, or leave out --finish.",
            code="nothing-to-finish",
        )
    if saved is not None:
        check_same(config, training, saved, last)
        trainer.restore(saved)
        plan = recipe.Plan(saved.total_steps, max(1, len(training) // config.batch_size))
    else:
        seconds = trainer.seconds_per_step() if config.max_minutes > 0 else ()
        plan = group.agreed(recipe.make_plan(config, len(training), seconds))
    facts: dict[str, object] = {
        "spec_digest": training.spec_digest,
        "roles": list(training.roles),
        "training_patients": sorted(set(training.patients.tolist())),
        "training_slices": len(training),
        "data": kind_of_data(training.shards),
        "training_slices_by_class": np.bincount(training.targets, minlength=len(config.labels)).tolist(),
        "validation_patients": sorted(set(validation.patients.tolist())) if validation else [],
        "training_sets": sorted({shard.subset for shard in training.shards}),
        "validation_sets": sorted({shard.subset for shard in validation.shards}) if validation else [],
        "hardware": hardware_of(config, trainer.device, group),
    }
    if initial is not None and initial.facts:
        facts |= {"begun_from": initial.facts, "earlier_patients": sorted(initial.patients)}
        facts["earlier_sets"] = sorted(initial.sets)
    end = trainer.step if finish else min(plan.total_steps, stop_after_steps or plan.total_steps)
    if not group.leads:
        for images, targets, _ in _prefetched(trainer, plan, end):
            trainer.advance(plan, images, targets)
        return last if end < plan.total_steps else out / "final.pt"
    log = RunLog(out, trainer.step)
    (out / "config.json").write_text(json.dumps(config.as_dict(), indent=1), encoding="utf-8")
    logger.info("training %s: %d steps, at step %d", config.model_id, plan.total_steps, trainer.step)
    try:
        _lead(trainer, validation, plan, end, facts, log, progress)
    finally:
        log.close()
    if trainer.step < plan.total_steps and not finish:
        return last
    return _finish(trainer, validation, plan, facts)


def _lead(
    trainer: Trainer,
    validation: ShardSet | None,
    plan: recipe.Plan,
    end: int,
    facts: dict[str, object],
    log: RunLog,
    progress: Progress,
) -> None:
    """Train up to step `end`, with figures, validation and checkpoints on the way."""
    config = trainer.config
    marked = time.monotonic()
    waiting, interval_start, interval_step = 0.0, time.monotonic(), trainer.step
    losses: list[float] = []
    for images, targets, waited in _prefetched(trainer, plan, end):
        waiting += waited
        rate = recipe.learning_rate_at(config, plan, trainer.step)
        losses.append(trainer.advance(plan, images, targets))
        step = trainer.step
        progress.step("training", step, plan.total_steps)
        trainer.seconds += time.monotonic() - marked
        marked = time.monotonic()
        if step % LOG_EVERY_STEPS == 0 or step == end:
            took = time.monotonic() - interval_start
            figures: dict[str, object] = {
                "epoch": round(step / plan.steps_per_epoch, 3),
                "size_px": recipe.size_at(config, plan, step - 1),
                "learning_rate": f"{rate:.4g}",
                "loss": f"{np.mean(losses):.7g}",
                "images_per_s": f"{(step - interval_step) * config.batch_size / took:.2f}",
                "loading_share": f"{waiting / took:.4f}",
                "minutes": f"{trainer.seconds / 60:.2f}",
            }
            log.add("steps", step, figures)
            losses, waiting = [], 0.0
            interval_start, interval_step = time.monotonic(), step
        if validation is not None and _due(config, plan, step):
            found = score(trainer.network, validation, images.shape[-1], config, trainer.device).figures
            log.add("epochs", step, {"epoch": step // plan.steps_per_epoch, **found})
            logger.info("epoch %d: %s", step // plan.steps_per_epoch, found)
            marked = interval_start = time.monotonic()
        if step % config.checkpoint_every_steps == 0 or step == end:
            checkpoint.save(trainer.out / "last.pt", trainer.checkpoint(plan.total_steps, facts))
            marked = interval_start = time.monotonic()


def _due(config: TrainConfig, plan: recipe.Plan, step: int) -> bool:
    return step % (config.validate_every_epochs * plan.steps_per_epoch) == 0


def _prefetched(trainer: Trainer, plan: recipe.Plan, end: int) -> Iterator[tuple[Tensor, Tensor, float]]:
    """Batches from the present step on, the next one read while this one is used; and the wait in s."""
    with ThreadPoolExecutor(1) as pool:
        coming = None
        for step in range(trainer.step, end):
            started = time.monotonic()
            images, targets = coming.result() if coming else trainer.batch(plan, step)
            waited = time.monotonic() - started
            coming = pool.submit(trainer.batch, plan, step + 1) if step + 1 < end else None
            yield images, targets, waited


def _finish(trainer: Trainer, validation: ShardSet | None, plan: recipe.Plan, facts: dict[str, object]) -> Path:
    """Choose the weights that are exported and write ``final.pt``.

    The candidates are the last weights and their running mean, each with the batch norm statistics
    of training and with those measured at the export size; the validation set's loss at that size
    decides. Without a validation set the most processed candidate is taken.
    """
    config = trainer.config
    share_batch_norm(trainer.network, False)  # the other processes have left: this one measures alone
    states = {"last": trainer.network.state_dict()}
    if trainer.average is not None:
        states["average"] = trainer.average
    candidates: dict[str, dict[str, Tensor]] = {}
    for name, state in states.items():
        candidates[name] = {k: v.clone() for k, v in state.items()}
        if config.batch_norm_slices > 0:
            trainer.network.load_state_dict(candidates[name])
            recompute_batch_norm(trainer.network, trainer.training, config, trainer.device)
            measured = trainer.network.state_dict()
            candidates[f"{name}+batch norm"] = {k: v.clone() for k, v in measured.items()}
    chosen = list(candidates)[-1]
    compared: dict[str, dict[str, float]] = {}
    if validation is not None:
        for name, state in candidates.items():
            trainer.network.load_state_dict(state)
            compared[name] = score(trainer.network, validation, config.export_size_px, config, trainer.device).figures
            logger.info("%s at %d px: %s", name, config.export_size_px, compared[name])
        chosen = min(compared, key=lambda name: compared[name]["loss"])
    path = trainer.out / "final.pt"
    facts = {**facts, "weights": chosen, "validation_at_export_size": compared}
    facts |= {"seconds": trainer.seconds, "images_seen": trainer.step * config.batch_size}
    checkpoint.save(path, Checkpoint(config, trainer.step, plan.total_steps, candidates[chosen], facts=facts))
    return path
