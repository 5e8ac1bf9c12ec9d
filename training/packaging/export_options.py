"""The choices of an export, as the command takes them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.domain.errors import UsageError

VERSION = re.compile(r"\d+(\.\d+){0,3}([-+.a-zA-Z0-9]{0,40})?")
"""How a manifest's version looks."""


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """Choices of an export.

    Attributes:
        version: Version of the package.
        precision: ``int8``; ``int8-weights`` (as small, nearer to float, no calibration); ``float32``; or ``float16``
            (for GPUs: half the size of float32).
        calibration_slices: Training slices that the activations' ranges are measured on.
        calibration: ``percentile`` or ``entropy``.
        feature_slices: Slices for the feature statistics, of patients trained on and held out.
        compared_slices: Held-out slices on which int8 is compared with float.
        float_block_limit: Most blocks that compute in float32 where too many classes change.
        title: Name that readers see.
    """

    version: str = "1.0.0"
    precision: str = "int8"
    calibration_slices: int = 256
    calibration: str = "percentile"
    feature_slices: int = 2000
    compared_slices: int = 400
    float_block_limit: int = 99
    title: str = ""

    def __post_init__(self) -> None:
        rules = (
            (VERSION.fullmatch(self.version), f"--version is {self.version!r}", "Write it as 1.2.3."),
            (self.calibration_slices >= 1, f"--calibration-slices is {self.calibration_slices}", "Use 1 or more."),
            (self.feature_slices >= 1, f"--feature-slices is {self.feature_slices}", "Use 1 or more."),
            (self.float_block_limit >= 0, f"--float-blocks is {self.float_block_limit}", "Use 0 or more."),
        )
        for holds, what, remedy in rules:
            if not holds:  # found now, not when the manifest is written an hour later
                raise UsageError(f"{what}.", remedy=remedy, code="bad-option")
