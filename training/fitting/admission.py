"""What must hold before a training begins or goes on: its sets, and the checkpoint that it resumes."""

from __future__ import annotations

from pathlib import Path

from engine.domain.errors import UsageError
from training.config import TrainConfig
from training.dataset import ShardSet
from training.fitting.checkpoint import Checkpoint
from training.models import channels_of
from training.splits import refuse_shared_patients


def check_sets(config: TrainConfig, training: ShardSet, validation: ShardSet | None) -> None:
    """Check that the sets fit the configuration and each other.

    Raises:
        UsageError: Too few slices, other channels, shared patients, or sets that were prepared differently.
    """
    if len(training) < config.batch_size:
        raise UsageError(
            f"There are {len(training)} training slices for a batch of {config.batch_size}.",
            remedy="Prepare more patients or lower batch_size.",
            code="too-few-slices",
        )
    wanted = channels_of(config.model_id)
    if training.roles != wanted:
        raise UsageError(
            f"The shards have the channels {', '.join(training.roles)}, {config.model_id} takes {', '.join(wanted)}.",
            remedy="Prepare the shards for this model, or correct model_id.",
            code="channels-disagree",
        )
    if validation is None:
        return
    refuse_shared_patients(training.patients, validation.patients, "training and validation")
    if validation.spec_digest != training.spec_digest or validation.roles != training.roles:
        raise UsageError(
            "Training and validation shards were prepared differently.",
            remedy="Prepare both with the same command.",
            code="mixed-shards",
        )


def check_same(config: TrainConfig, training: ShardSet, saved: Checkpoint, last: Path) -> None:
    """Check that the checkpoint `last` belongs to this configuration and these shards.

    Raises:
        UsageError: Names what differs.
    """
    differs = [
        name
        for name, value in config.as_dict().items()
        if saved.config.as_dict()[name] != value and name not in ("threads", "device")
    ]
    if saved.facts.get("spec_digest") != training.spec_digest:
        differs.append("spec digest of the shards")
    if saved.facts.get("training_patients") != sorted(set(training.patients.tolist())):
        differs.append("training patients")
    if differs:
        raise UsageError(
            f"{last} belongs to a training that differs in {', '.join(differs)}.",
            remedy="Use another output folder, or the same configuration and shards to go on.",
            code="another-training",
        )
