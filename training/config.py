"""One training as data: every choice of a run, read from TOML and kept in its checkpoint.

Nothing that shapes a training is a constant in code: the fields below are all of it. `PAPER` holds
the paper's recipe (method.md, section 3), `FAST` the second one, which is named in every manifest.
"""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.domain.errors import UsageError
from training.models import channels_of

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
        rules = (
            (self.recipe in RECIPES, f"recipe is {self.recipe!r}", "Use 'paper' or 'fast'."),
            (
                self.labels in (THREE_WAY, BINARY),
                f"labels is {list(self.labels)}",
                f"Use {list(THREE_WAY)} or {list(BINARY)}.",
            ),
            (self.batch_size >= 2, f"batch_size is {self.batch_size}", "Use 2 or more."),
            (
                self.class_weights in ("none", "balanced", "root"),
                f"class_weights is {self.class_weights!r}",
                "Use 'none', 'balanced' or 'root'.",
            ),
            (
                self.autocast in ("none", "bf16", "fp16"),
                f"autocast is {self.autocast!r}",
                "Use 'none', 'bf16' or 'fp16'.",
            ),
            (
                bool(self.sizes) and abs(sum(stage.share for stage in self.sizes) - 1.0) < 1e-6,
                "the shares of sizes do not add up to 1",
                "Give pairs [size_px, share] whose shares add up to 1.",
            ),
            (
                all(stage.size_px >= 75 for stage in self.sizes),
                "a size is below 75 px",
                "Inception-ResNet V2 needs at least 75 px.",
            ),
            (
                0.0 <= self.stochastic_depth < 0.9,
                f"stochastic_depth is {self.stochastic_depth}",
                "Use a probability from 0 up to 0.9.",
            ),
            (0.0 <= self.own_scale <= 1.0, f"own_scale is {self.own_scale}", "Use 0 (reduced) to 1 (parts)."),
            (0.0 < self.width <= 1.0, f"width is {self.width}", "Use 1, or less in tests."),
            (
                0.0 <= self.validation_share < 0.9,
                f"validation_share is {self.validation_share}",
                "Use a share from 0 up to 0.9.",
            ),
        )
        for holds, what, remedy in rules:
            if not holds:
                raise UsageError(f"In the training configuration {what}.", remedy=remedy, code="bad-config")

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
    recipe = str(values.get("recipe", "paper"))
    if recipe not in RECIPES:
        raise UsageError(
            f"In the training configuration recipe is {recipe!r}.",
            remedy="Use 'paper' or 'fast'.",
            code="bad-config",
        )
    merged = {**RECIPES[recipe], **values}
    _refuse_unknown(merged, TrainConfig, "")
    if isinstance(merged.get("augment"), Mapping):
        _refuse_unknown(merged["augment"], AugmentConfig, "augment.")
        merged["augment"] = AugmentConfig(**_typed(merged["augment"], AugmentConfig, "augment."))
    if "labels" in merged:
        merged["labels"] = tuple(merged["labels"])
    if "sizes" in merged:
        try:
            merged["sizes"] = tuple(SizeStage(int(size), float(share)) for size, share in merged["sizes"])
        except (TypeError, ValueError) as error:
            raise UsageError(
                "In the training configuration sizes cannot be read.",
                remedy="Write pairs such as [[128, 0.7], [299, 0.3]].",
                code="bad-config",
            ) from error
    return TrainConfig(**_typed(merged, TrainConfig, ""))


def load(path: Path) -> TrainConfig:
    """Read a TOML file whose top-level keys are fields of `TrainConfig` (and a table ``augment``)."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"The training configuration {path} cannot be read ({error.strerror}).",
            remedy="Check the path.",
            code="no-config",
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            f"The training configuration {path} is not valid TOML: {error}.",
            remedy="Correct that line.",
            code="bad-config",
        ) from error
    return from_mapping(values)


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
        if wanted is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if wanted is not None and type(value) is not wanted:
            raise UsageError(
                f"In the training configuration {prefix}{key} is {value!r}.",
                remedy=f"It must be of type {wanted.__name__}.",
                code="bad-config",
            )
        result[key] = value
    return result
