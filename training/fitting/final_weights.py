"""The end of a training: which of its weights are exported."""

from __future__ import annotations

import logging
from pathlib import Path

from torch import Tensor

from training import recipe
from training.dataset import ShardSet
from training.fitting import checkpoint
from training.fitting.checkpoint import Checkpoint
from training.fitting.parallel import share_batch_norm
from training.fitting.trainer import Trainer
from training.fitting.validation import recompute_batch_norm, score

logger = logging.getLogger(__name__)


def write_final(trainer: Trainer, validation: ShardSet | None, plan: recipe.Plan, facts: dict[str, object]) -> Path:
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
