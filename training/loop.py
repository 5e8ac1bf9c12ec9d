"""The training loop: batches in, checkpoints out; stops and resumes without a trace.

Folder of a training: ``config.json``, ``last.pt`` (state), ``steps.csv``, ``epochs.csv``, ``tensorboard/``, and at
the end ``final.pt``, the weights to export. Where several processes train together (`training.fitting.parallel`),
the first one writes all of it, and the folder is one that all of them can read.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from torch import Tensor

from engine.domain.errors import UsageError
from engine.domain.progress import SILENT, Progress
from training import recipe
from training.config import TrainConfig
from training.dataset import ShardSet
from training.facts import kind_of_data
from training.fitting import checkpoint, initial_weights
from training.fitting.admission import check_same, check_sets
from training.fitting.final_weights import write_final
from training.fitting.parallel import ALONE, Group
from training.fitting.run_log import RunLog
from training.fitting.trainer import Trainer, hardware_of
from training.fitting.validation import score
from training.splits import refuse_shared_patients

logger = logging.getLogger(__name__)

LOG_EVERY_STEPS = 10


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
        for images, targets, _ in prefetched(trainer, plan, end):
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
    return write_final(trainer, validation, plan, facts)


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
    for images, targets, waited in prefetched(trainer, plan, end):
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


def prefetched(trainer: Trainer, plan: recipe.Plan, end: int) -> Iterator[tuple[Tensor, Tensor, float]]:
    """Batches from the present step on, the next one read while this one is used; and the wait in s."""
    with ThreadPoolExecutor(1) as pool:
        coming = None
        for step in range(trainer.step, end):
            started = time.monotonic()
            images, targets = coming.result() if coming else trainer.batch(plan, step)
            waited = time.monotonic() - started
            coming = pool.submit(trainer.batch, plan, step + 1) if step + 1 < end else None
            yield images, targets, waited
