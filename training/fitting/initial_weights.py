"""Weights to begin a training from: ImageNet's, those of an earlier training of one's own, or a package's."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.domain.errors import UsageError
from engine.inference.loading import load_package
from training.fitting import checkpoint, package_weights
from training.network import InceptionResnetV2


@dataclass(frozen=True, slots=True)
class InitialWeights:
    """What a training begins with.

    Attributes:
        state: Weights by timm's parameter names.
        patients: Patients that these weights were trained on; none for ImageNet, unknown for a package.
        facts: The earlier training as a manifest tells it; empty for ImageNet.
        sets: Names of the sets that these weights were trained on, as far as they are told.
        labels: Classes of the head among the weights; empty where there is none, or one for other images.
        folded: Batch norm only adds a bias yet, and is to be measured (`package_weights.measure_norms`).
    """

    state: dict[str, Tensor]
    patients: frozenset[str] = frozenset()
    facts: dict[str, Any] = field(default_factory=dict)
    sets: frozenset[str] = frozenset()
    labels: tuple[str, ...] = ()
    folded: bool = False


def read(source: str, width: float = 1.0) -> InitialWeights:
    """Weights from a file, the folder of a package, or an ``https://`` address (PyTorch's cache is used).

    Args:
        source: A state dict, a checkpoint, or a package.
        width: Width of the network that will take them.

    Raises:
        UsageError: No such file.
        PackageError, StorageError: A package that does not load.
    """
    if source.startswith(("https://", "http://")):
        return InitialWeights(dict(torch.hub.load_state_dict_from_url(source, map_location="cpu", weights_only=True)))
    path = Path(source)
    if path.is_dir():
        return _of_package(path, width)
    if not path.is_file():
        raise UsageError(
            f"The initial weights {path} do not exist.",
            remedy="Give timm's inception_resnet_v2 weights (path or URL), the final.pt of a training or the folder "
            "of a package, or leave initial_weights empty.",
            code="no-initial-weights",
        )
    try:
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, EOFError, RuntimeError, pickle.UnpicklingError) as error:
        raise UsageError(
            f"The initial weights {path} are no PyTorch file: {error}".splitlines()[0],
            remedy="Give a state dict that torch.save wrote (.pth), the final.pt of a training or a package's folder.",
            code="bad-initial-weights",
        ) from error
    if not isinstance(loaded, Mapping) or (
        "schema" not in loaded and not all(isinstance(value, Tensor) for value in loaded.values())
    ):
        raise UsageError(
            f"The initial weights {path} are no state dict and no checkpoint.",
            remedy="Give a state dict that torch.save wrote (.pth), the final.pt of a training or a package's folder.",
            code="bad-initial-weights",
        )
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
    facts |= {name: saved.facts[name] for name in ("data", "begun_from") if name in saved.facts}
    patients = set(saved.facts.get("training_patients", ())) | set(saved.facts.get("earlier_patients", ()))
    sets = {*saved.facts.get("training_sets", ()), *saved.facts.get("earlier_sets", ())}
    return InitialWeights(saved.network, frozenset(patients), facts, frozenset(sets), saved.config.labels)


def _of_package(folder: Path, width: float) -> InitialWeights:
    """What a package tells: its weights and its sets, not its patients (no package names patients)."""
    package = load_package(folder)
    manifest = package.manifest
    told = ("steps", "images_seen", "minutes", "data", "begun_from")
    facts = {"model_id": manifest.id, "version": manifest.version}
    facts |= {name: manifest.training[name] for name in told if name in manifest.training}
    state = package_weights.read_graph(package.folder / "model.onnx", InceptionResnetV2(width=width))
    sets = frozenset(str(name) for name in manifest.training.get("sets", ()))
    return InitialWeights(state, facts=facts, sets=sets, labels=manifest.labels, folded=True)


def load_weights(network: InceptionResnetV2, weights: Mapping[str, Tensor], head: bool = False) -> None:
    """Copy ``weights`` into ``network``; without ``head`` the last layer keeps its own values.

    Six input channels take the kernels of three twice, halved, so that an image repeated over all channels
    gives the response that it had.
    """
    state = {name: value for name, value in weights.items() if head or not name.startswith("classif.")}
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
