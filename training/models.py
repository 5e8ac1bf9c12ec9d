"""The paper's four models: their sequences in channel order, and the preprocessing that follows from them."""

from __future__ import annotations

from engine.domain.errors import UsageError
from engine.domain.package import PreprocessSpec
from engine.domain.sequence import SequenceRole

CHANNELS: dict[str, tuple[str, ...]] = {
    "t2": ("T2", "T2", "T2"),
    "t2_dwi": ("T2", "DWI", "T2"),
    "tri_seq": ("T2", "DWI", "T1_PRE"),
    "six_seq": (
        "T2",
        "DWI",
        "T1_PRE",
        "T1_LATE_ARTERIAL",
        "T1_PORTAL_VENOUS",
        "T1_EQUILIBRIUM",
    ),
}
"""Roles in channel order of the paper's four models."""


def channels_of(model: str) -> tuple[str, ...]:
    """Roles in channel order of a model id: its own row, or that of the id it begins with (``t2_dwi-binary``).

    Raises:
        UsageError: No such model.
    """
    known = next((name for name in (model, model.split("-")[0]) if name in CHANNELS), None)
    if known is None:
        raise UsageError(
            f"The model id {model!r} has no known channels.",
            remedy=f"Begin it with one of {', '.join(CHANNELS)}, such as 't2_dwi-binary'.",
            code="unknown-model",
        )
    return CHANNELS[known]


def spec_for(model: str, margin_mm: float = 10.0) -> PreprocessSpec:
    """The preprocessing of one of the paper's four models."""
    return PreprocessSpec(channels=tuple(SequenceRole(role) for role in channels_of(model)), margin_mm=margin_mm)
