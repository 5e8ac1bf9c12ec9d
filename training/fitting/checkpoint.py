"""Checkpoints: the whole state of a training in one file, written whole or not at all."""

from __future__ import annotations

import os
import pickle
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.domain.errors import StorageError
from training.config import TrainConfig, from_mapping

SCHEMA = "lobule.checkpoint/1"


@dataclass(slots=True)
class Checkpoint:
    """What a training needs to go on as if it had never stopped.

    There is no state of random generators and none of the sampler or the schedule: every draw, every
    order and every rate is a function of (seed, step).

    Attributes:
        config: The configuration it was started with.
        step: Steps done.
        total_steps: Steps of the whole training, decided once.
        network: Weights and batch norm statistics.
        average: Running mean of them (`ema_decay`), or None.
        optimizer: State of the optimiser.
        scaler: State of the gradient scaler (fp16), else empty.
        facts: What it was trained on: spec digest, roles, patients, seconds spent, validation figures.
    """

    config: TrainConfig
    step: int
    total_steps: int
    network: dict[str, Tensor]
    average: dict[str, Tensor] | None = None
    optimizer: dict[str, Any] = field(default_factory=dict)
    scaler: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Write atomically: a killed run leaves the former checkpoint.

    Raises:
        StorageError: The disk is full.
    """
    values = {name: getattr(checkpoint, name) for name in Checkpoint.__slots__}
    values["config"] = checkpoint.config.as_dict()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    with draft.open("wb") as stream:
        try:
            torch.save({"schema": SCHEMA, **values}, stream)
        except RuntimeError as error:  # PyTorch's word for a write that failed
            raise StorageError(
                f"The checkpoint {path} could not be written; the former one is kept.",
                remedy="Make room on the disk and give the same command again.",
                code="checkpoint-not-written",
            ) from error
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)


def load(path: Path) -> Checkpoint:
    """Read a checkpoint onto the CPU.

    Raises:
        StorageError: No such file, or not a checkpoint of this schema.
    """
    try:
        values = torch.load(path, map_location="cpu", weights_only=True)
        if not isinstance(values, dict) or values.pop("schema", "") != SCHEMA:
            raise ValueError("no training of this program wrote it")
        # Checkpoints of earlier versions state the channels, which the model id tells now.
        told = {name: value for name, value in values["config"].items() if name != "channels"}
        values["config"] = from_mapping(told)
        return Checkpoint(**values)
    except (
        OSError,
        EOFError,
        ValueError,
        KeyError,
        TypeError,
        RuntimeError,
        AttributeError,
        pickle.PickleError,
    ) as error:
        reason = getattr(error, "strerror", None) or (str(error).splitlines() or ["it is cut off"])[0].rstrip(".")
        raise StorageError(
            f"The checkpoint {path} cannot be read: {reason}.",
            remedy="Give the last.pt or final.pt of a training folder; delete a damaged last.pt to begin anew.",
            code="bad-checkpoint",
        ) from error
