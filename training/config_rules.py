"""What the values of a training's configuration may be, field by field."""

from __future__ import annotations

from collections.abc import Mapping

from engine.domain.errors import UsageError

CHOICES: Mapping[str, tuple[str, ...]] = {
    "recipe": ("paper", "fast"),
    "class_weights": ("none", "balanced", "root"),
    "autocast": ("none", "bf16", "fp16"),
    "device": ("auto", "cpu", "cuda"),
}
"""Words that a field may be."""

SIDE_PX = (75, 2048)
"""Sides of an image: Inception-ResNet V2 has no pixel left of a smaller one, a larger one is a slip."""
RANGES: Mapping[str, tuple[float, float]] = {
    "seed": (0, 2**32 - 1),  # what every generator takes, and a step's seed of it
    "batch_size": (2, 65_536),
    "epochs": (0, 1_000_000),
    "steps": (0, 1_000_000_000),
    "max_minutes": (0, 525_600),
    "learning_rate": (1e-9, 10),
    "momentum": (0, 0.999),
    "weight_decay": (0, 1),
    "warmup_epochs": (0, 1_000_000),
    "halve_every_epochs": (0.1, 1_000_000),
    "warmup_share": (0, 1),
    "clip_norm": (0, 1_000_000),
    "label_smoothing": (0, 0.9),
    "dropout": (0, 0.9),
    "stochastic_depth": (0, 0.9),
    "ema_decay": (0, 0.99999),
    "own_scale": (0, 1),
    "export_size_px": SIDE_PX,
    "batch_norm_slices": (0, 1_000_000),
    "threads": (1, 1024),
    "width": (0.01, 1),
    "validation_share": (0, 0.9),
    "validate_every_epochs": (1, 1_000_000),
    "checkpoint_every_steps": (1, 1_000_000),
    "augment.rotation_deg": (0, 180),
    "augment.shift_share": (0, 1),
    "augment.shear": (0, 1),
    "augment.zoom": (0, 0.9),  # at 1 an object may be reduced to nothing
}
"""Lowest and highest value of every number: beyond it a training fails late, or learns nothing without a word."""


def require(holds: bool, what: str, remedy: str) -> None:
    """Raise UsageError with the sentence `what` where a rule does not hold."""
    if not holds:
        raise UsageError(f"In the training configuration {what}.", remedy=remedy, code="bad-config")


def refuse_values(values: object, prefix: str = "") -> None:
    """Check the fields of a configuration, or of a table in it, that `CHOICES` and `RANGES` know; NaN is in no range.

    Args:
        prefix: Name of the table and a dot.

    Raises:
        UsageError: Names the first field with another value.
    """
    for name, choices in CHOICES.items():
        value = getattr(values, name, choices[0])
        require(value in choices, f"{name} is {value!r}", f"Use {listed(choices)}.")
    for name, (low, high) in RANGES.items():
        table, _, field = name.rpartition(".")
        if table == prefix.rstrip("."):
            value = getattr(values, field)
            require(low <= value <= high, f"{name} is {value}", f"Use {low:.12g} to {high:.12g}.")


def listed(words: tuple[str, ...]) -> str:
    """Such as ``'auto', 'cpu' or 'cuda'``."""
    return f"{', '.join(map(repr, words[:-1]))} or {words[-1]!r}"
