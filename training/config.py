"""One training as data: every choice of a run, read from TOML and kept in its checkpoint.

Nothing that shapes a training is a constant in code: the fields below are all of it. `PAPER` holds
the paper's recipe (method.md, section 3), `FAST` the second one, which is named in every manifest.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.domain.errors import UsageError
from engine.domain.package import PACKAGE_ID
from training.config_rules import CHOICES, SIDE_PX, listed, refuse_values, require
from training.models import channels_of
from training.toml_file import read_toml

THREE_WAY = ("benign", "primary_malignancy", "metastasis")
BINARY = ("benign", "malignant")


@dataclass(frozen=True, slots=True)
class AugmentConfig:
    """Ranges of the random affine map; a share is of the image's side.

    Attributes:
        rotation_deg: Rotation is drawn from −rotation_deg … +rotation_deg.
        horizontal_flip: Whether left and right are exchanged in half of the samples.
        vertical_flip: Whether top and bottom are exchanged in half of the samples.
        shift_share: Shift along each axis, from −share to +share of the side.
        shear: Shear coefficient, from −shear to +shear.
        zoom: Scale factor, from 1 − zoom to 1 + zoom.
    """

    rotation_deg: float = 40.0
    horizontal_flip: bool = True
    vertical_flip: bool = True
    shift_share: float = 0.2
    shear: float = 0.2
    zoom: float = 0.2


@dataclass(frozen=True, slots=True)
class SizeStage:
    """One image size of a progressive training: side in pixels, and its share of all steps."""

    size_px: int
    share: float


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """All choices of one training.

    Attributes:
        model_id: Package id, such as ``t2_dwi`` or ``six_seq-binary``; its beginning names the input channels.
        labels: Class names in output order: the three of the method, or benign and malignant.
        recipe: ``paper`` (SGD, warm-up, halving) or ``fast`` (AdamW, one cycle).
        seed: Seeds the weights, the order of slices and every augmentation draw.
        epochs: Passes over the training slices; ignored where `steps` is positive.
        steps: Number of optimiser steps, 0 to count epochs.
        max_minutes: Time budget, 0 for none: the number of steps is chosen so that it is kept, from
            step times measured at the start. Wins over `steps` and `epochs`.
        learning_rate: Peak rate.
        momentum: SGD only.
        weight_decay: Not applied to biases and batch norm.
        warmup_epochs: Paper: epochs of linear warm-up.
        halve_every_epochs: Paper: the rate is halved each time so many epochs have passed.
        warmup_share: Fast: share of the steps before the peak.
        clip_norm: Largest norm of the gradient, 0 for no clipping.
        class_weights: ``none``, ``balanced`` (n / (k·n_c)) or ``root`` (its square root).
        label_smoothing: Share of the target spread over all classes.
        dropout: On the pooled features.
        stochastic_depth: Probability that a step leaves a residual block out; falls to 0 over the second half.
        ema_decay: Decay of the running mean of the weights, 0 for none.
        sizes: Image sizes in order, with their shares of the steps.
        own_scale: What a stage below `export_size_px` sees: 0 the whole image reduced, 1 a part of it at
            the scale of export, where the package is used; between them the power of the scales' ratio.
        export_size_px: Side of the images that the package gets; batch norm is measured there last.
        batch_norm_slices: Training slices for that measurement, 0 to leave batch norm alone.
        autocast: ``none``, ``bf16`` or ``fp16``.
        channels_last: Memory layout of the convolutions.
        threads: CPU threads of torch.
        device: ``auto``, ``cpu`` or ``cuda``.
        initial_weights: Path or URL of ImageNet weights, a checkpoint of an earlier training, or the folder of a
            package; empty for random ones.
        width: Scales all channel counts. For tests only; shipped networks have 1.
        validation_share: Share of patients held out where the shards name no validation set.
        validate_every_epochs: How often the validation set is scored.
        checkpoint_every_steps: How often the state is saved; a killed run resumes from there.
    """

    model_id: str = "t2_dwi"
    labels: tuple[str, ...] = THREE_WAY
    recipe: str = "paper"
    seed: int = 1
    batch_size: int = 16
    epochs: int = 200
    steps: int = 0
    max_minutes: float = 0.0
    learning_rate: float = 0.1
    momentum: float = 0.9
    weight_decay: float = 0.0
    warmup_epochs: float = 10.0
    halve_every_epochs: float = 20.0
    warmup_share: float = 0.3
    clip_norm: float = 0.0
    class_weights: str = "none"
    label_smoothing: float = 0.0
    dropout: float = 0.0
    stochastic_depth: float = 0.0
    ema_decay: float = 0.0
    sizes: tuple[SizeStage, ...] = (SizeStage(299, 1.0),)
    own_scale: float = 0.0
    export_size_px: int = 299
    batch_norm_slices: int = 0
    autocast: str = "none"
    channels_last: bool = True
    threads: int = 2
    device: str = "auto"
    initial_weights: str = ""
    width: float = 1.0
    validation_share: float = 0.1
    validate_every_epochs: int = 1
    checkpoint_every_steps: int = 200
    augment: AugmentConfig = field(default_factory=AugmentConfig)

    def __post_init__(self) -> None:
        channels_of(self.model_id)
        refuse_values(self)
        refuse_values(self.augment, "augment.")
        shares = [stage.share for stage in self.sizes]
        sides = [stage.size_px for stage in self.sizes]
        require(
            PACKAGE_ID.fullmatch(self.model_id) is not None,
            f"model_id is {self.model_id!r}",
            "It becomes the id of the package: use small letters, digits, '_', '-' and '.'.",
        )
        require(
            self.labels in (THREE_WAY, BINARY),
            f"labels is {list(self.labels)}",
            f"Use {list(THREE_WAY)} or {list(BINARY)}.",
        )
        require(
            max(self.epochs, self.steps, self.max_minutes) > 0,
            "epochs, steps and max_minutes are all 0",
            "Give one of them.",
        )
        require(
            bool(self.sizes) and abs(sum(shares) - 1.0) < 1e-6 and min(shares) >= 0,
            "the shares of sizes do not add up to 1, or one is below 0",
            "Give pairs [size_px, share] whose shares add up to 1.",
        )
        require(min(sides) >= SIDE_PX[0], "a size is below 75 px", "Inception-ResNet V2 needs at least 75 px.")
        require(max(sides) <= SIDE_PX[1], f"a size is {max(sides)} px", f"Use {SIDE_PX[1]} px or less.")

    @property
    def channels(self) -> int:
        """Input channels of the network, 3 or 6."""
        return len(channels_of(self.model_id))

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as they stand in a checkpoint and a manifest; `from_mapping` reads them."""
        values = dataclasses.asdict(self)
        values["labels"] = list(self.labels)
        values["sizes"] = [[stage.size_px, stage.share] for stage in self.sizes]
        return values


PAPER: Mapping[str, Any] = {"recipe": "paper"}
"""The paper's recipe: the defaults of `TrainConfig`."""

FAST: Mapping[str, Any] = {
    "recipe": "fast",
    "batch_size": 32,
    "epochs": 30,
    "learning_rate": 1.5e-3,
    "weight_decay": 0.02,
    "clip_norm": 5.0,
    "sizes": ((128, 0.7), (192, 0.2), (299, 0.1)),
    "autocast": "bf16",
    "batch_norm_slices": 512,
}
"""The second recipe: AdamW with one cycle, progressive image size."""

RECIPES: Mapping[str, Mapping[str, Any]] = {"paper": PAPER, "fast": FAST}


def from_mapping(values: Mapping[str, Any]) -> TrainConfig:
    """Build a configuration: the named recipe's values, overridden by `values`.

    Raises:
        UsageError: An unknown key (the nearest known one is named) or a value of the wrong type.
    """
    recipe = values.get("recipe", "paper")
    require(recipe in CHOICES["recipe"], f"recipe is {recipe!r}", f"Use {listed(CHOICES['recipe'])}.")
    merged = {**RECIPES[recipe], **values}
    _refuse_unknown(merged, TrainConfig, "")
    if "augment" in merged:
        drawn = merged["augment"]
        require(isinstance(drawn, Mapping), f"augment is {drawn!r}", "Write a table [augment], or leave it out.")
        _refuse_unknown(drawn, AugmentConfig, "augment.")
        merged["augment"] = AugmentConfig(**_typed(drawn, AugmentConfig, "augment."))
    if "labels" in merged:
        given = merged["labels"]
        require(isinstance(given, list | tuple), f"labels is {given!r}", f"Use {list(THREE_WAY)} or {list(BINARY)}.")
        merged["labels"] = tuple(given)
    if "sizes" in merged:
        merged["sizes"] = _stages(merged["sizes"])
    return TrainConfig(**_typed(merged, TrainConfig, ""))


def load(path: Path) -> TrainConfig:
    """Read a TOML file whose top-level keys are fields of `TrainConfig` (and a table ``augment``).

    Raises:
        UsageError: The file cannot be read, says nothing, or `from_mapping` refuses it.
    """
    values = read_toml(path, "training configuration", "bad-config")
    if not values:  # cut off, or never saved: nobody asks for the paper's 200 epochs by saying nothing
        raise UsageError(
            f"The training configuration {path} says nothing.",
            remedy="Write at least recipe = 'paper' or recipe = 'fast'.",
            code="bad-config",
        )
    return from_mapping(values)


def _stages(pairs: Any) -> tuple[SizeStage, ...]:
    """The size stages of ``sizes``; a side is a whole number, a share any."""
    try:
        stages = [SizeStage(size, float(share)) for size, share in pairs if not isinstance(share, str | bool)]
        if len(stages) == len(pairs) and all(type(stage.size_px) is int for stage in stages):
            return tuple(stages)
    except (TypeError, ValueError, OverflowError):
        pass
    raise UsageError(
        f"In the training configuration sizes is {pairs!r}.",
        remedy="Write pairs such as [[128, 0.7], [299, 0.3]].",
        code="bad-config",
    )


def _refuse_unknown(values: Mapping[str, Any], kind: type, prefix: str) -> None:
    known = [item.name for item in dataclasses.fields(kind)]
    for key in values:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            meant = f"Did you mean {prefix}{near[0]}?" if near else f"Known keys: {', '.join(known)}."
            raise UsageError(
                f"The training configuration has an unknown key {prefix}{key}.",
                remedy=meant,
                code="bad-config",
            )


def _typed(values: Mapping[str, Any], kind: type, prefix: str) -> dict[str, Any]:
    """Check plain fields against the type of their annotation; whole numbers may stand for reals."""
    plain: dict[str, type] = {"int": int, "float": float, "str": str, "bool": bool}
    annotations = {item.name: str(item.type) for item in dataclasses.fields(kind)}
    result: dict[str, Any] = {}
    for key, value in values.items():
        wanted = plain.get(annotations[key])
        if wanted is float and type(value) is int and abs(value) < 2**53:
            value = float(value)
        if wanted is not None and type(value) is not wanted:
            raise UsageError(
                f"In the training configuration {prefix}{key} is {value!r}.",
                remedy=f"It must be of type {wanted.__name__}.",
                code="bad-config",
            )
        result[key] = value
    return result
