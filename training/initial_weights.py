"""Weights to begin a training from: ImageNet's, or those of an earlier training of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.domain.errors import UsageError
from training import checkpoint
from training.network import InceptionResnetV2


@dataclass(frozen=True, slots=True)
class InitialWeights:
    """What a training begins with.

    Attributes:
        state: Weights by timm's parameter names.
        patients: Patients that these weights were trained on; none for ImageNet.
        facts: The earlier training as a manifest tells it; empty for ImageNet.
    """

    state: dict[str, Tensor]
    patients: frozenset[str] = frozenset()
    facts: dict[str, Any] = field(default_factory=dict)


def read(source: str) -> InitialWeights:
    """Weights from a file or an ``https://`` address (PyTorch's cache is used): a state dict or a checkpoint.

    Raises:
        UsageError: No such file.
    """
    if source.startswith(("https://", "http://")):
        return InitialWeights(dict(torch.hub.load_state_dict_from_url(source, map_location="cpu", weights_only=True)))
    path = Path(source)
    if not path.is_file():
        raise UsageError(
            f"The initial weights {path} do not exist.",
            remedy="Give timm's inception_resnet_v2 weights (path or URL) or the final.pt of a training, "
            "or leave initial_weights empty.",
            code="no-initial-weights",
        )
    loaded = torch.load(path, map_location="cpu", weights_only=True)
    if loaded.get("schema") != checkpoint.SCHEMA:
        return InitialWeights(dict(loaded))
    saved = checkpoint.load(path)
    facts = {
        "model_id": saved.config.model_id,
        "steps": saved.step,
        "images_seen": saved.step * saved.config.batch_size,
        "minutes": round(float(saved.facts.get("seconds", 0.0)) / 60, 1),
        "config": saved.config.as_dict(),
    }
    if "begun_from" in saved.facts:
        facts["begun_from"] = saved.facts["begun_from"]
    patients = set(saved.facts.get("training_patients", ())) | set(saved.facts.get("earlier_patients", ()))
    return InitialWeights(saved.network, frozenset(patients), facts)


def load_weights(network: InceptionResnetV2, weights: Mapping[str, Tensor]) -> None:
    """Copy ``weights`` into ``network``; the head keeps its own values.

    Six input channels take the kernels of three twice, halved, so that an image repeated over all channels
    gives the response that it had.
    """
    state = {name: value for name, value in weights.items() if not name.startswith("classif.")}
    name = "conv2d_1a.conv.weight"
    channels = network.conv2d_1a.conv.in_channels
    if name in state and state[name].shape[1] == 3 and channels != 3:
        index = torch.arange(channels) % 3
        state[name] = state[name][:, index] * (3.0 / channels)
    own = network.state_dict()
    wrong = [
        f"{key} has shape {tuple(value.shape)}, not {tuple(own[key].shape)}"
        if key in own
        else f"{key} is not a parameter of this network"
        for key, value in state.items()
        if key not in own or own[key].shape != value.shape
    ]
    optional = ("classif.", "num_batches_tracked")
    wrong += [
        f"{key} is missing"
        for key in own
        if key not in state and not key.startswith(optional[0]) and not key.endswith(optional[1])
    ]
    if wrong:
        raise UsageError(
            f"The initial weights do not fit Inception-ResNet V2: {wrong[0]} ({len(wrong) - 1} more).",
            remedy="Use timm's inception_resnet_v2 weights, or a checkpoint of the same width.",
            code="initial-weights-do-not-fit",
        )
    network.load_state_dict(state, strict=False)
