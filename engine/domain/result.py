"""Results: from the prediction for one slice to the statement about one patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from engine.domain.caution import Caution, Effect, Fact
from engine.domain.labels import BENIGN
from engine.domain.package import ModelPackage
from engine.domain.roi import LesionId
from engine.domain.sample import SliceInput, SliceRef

__all__ = [
    "BENIGN",
    "Analysis",
    "Caution",
    "ContrastFollowUp",
    "Effect",
    "Fact",
    "LesionResult",
    "PackageFacts",
    "Prediction",
    "SliceResult",
    "StudyResult",
]


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """The network's answer for one slice.

    Attributes:
        ref: The slice.
        logits: (k,) float32.
        probabilities: (k,) float64 softmax of the logits, in the package's label order.
        cam: (k, h, w) float32: Grad-CAM of every class up to a positive factor, >= 0.
        features: (f,) float32: the last hidden layer.
    """

    ref: SliceRef
    logits: NDArray[np.float32]
    probabilities: NDArray[np.float64]
    cam: NDArray[np.float32]
    features: NDArray[np.float32]

    def __post_init__(self) -> None:
        for name in ("logits", "probabilities", "cam", "features"):
            getattr(self, name).flags.writeable = False


@dataclass(frozen=True, slots=True)
class SliceResult:
    """One row of the table: scores by label and the label with the largest."""

    ref: SliceRef
    scores: Mapping[str, float]
    predicted: str

    @property
    def malignant(self) -> bool:
        """True when predicted other than benign, or when any other score is above the benign one."""
        return self.predicted != BENIGN or max(self.scores.values()) > self.scores[BENIGN]


@dataclass(frozen=True, slots=True)
class LesionResult:
    """One lesion by both rules.

    Attributes:
        slices: One per analysis plane that the outline touches, in order.
        summed_scores: Slice scores added up, by label (sum rule).
        predicted: Label with the largest sum.
        malignant_slices: Indices of slices predicted other than benign (any-slice rule).
        longest_diameter_mm: Largest distance between two outline points on one plane.
        volume_ml: Outline volume on the T2 slices.
        roi_origin: As in `Roi.origin`.
        interpolated: Unconfirmed interpolated outlines were used.
    """

    lesion_id: LesionId
    slices: tuple[SliceResult, ...]
    summed_scores: Mapping[str, float]
    predicted: str
    malignant_slices: tuple[int, ...]
    longest_diameter_mm: float
    volume_ml: float
    roi_origin: str
    interpolated: bool = False
    name: str = ""

    @property
    def malignant_by_any_slice(self) -> bool:
        """True when at least one slice was classified as malignant."""
        return bool(self.malignant_slices)

    @property
    def mean_scores(self) -> dict[str, float]:
        """Summed scores divided by the number of slices."""
        return {label: value / len(self.slices) for label, value in self.summed_scores.items()}


@dataclass(frozen=True, slots=True)
class ContrastFollowUp:
    """The flag: True raised, False not raised, None withheld, with the words of the safety rules."""

    recommended: bool | None
    headline: str
    reason: str
    withheld_because: str | None = None


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """Which package made a result."""

    id: str
    version: str
    digest: str
    clinical_status: str
    roles: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StudyResult:
    """Everything that was concluded for one patient.

    A withheld result keeps the lesions it could compute; `predicted`, `scores` and `malignant_by_any_slice`
    are None when there is nothing to conclude from. A flag that contradicts the slices cannot be made, so no output can
    say "not raised" above a malignant slice.
    """

    engine_version: str
    case_digest: str
    study_instance_uid: str
    package: PackageFacts
    provider: str
    lesions: tuple[LesionResult, ...]
    predicted: str | None
    scores: Mapping[str, float] | None
    malignant_by_any_slice: bool | None
    follow_up: ContrastFollowUp
    cautions: tuple[Caution, ...] = ()
    roles_used: Mapping[str, str] | None = None
    corrections: Mapping[str, Mapping[str, tuple[float, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        recommended = self.follow_up.recommended
        malignant = any(lesion.malignant_slices or any(s.malignant for s in lesion.slices) for lesion in self.lesions)
        if recommended is not None and recommended != malignant:
            raise ValueError("the contrast follow-up flag contradicts the slices of the result")

    @property
    def withheld(self) -> bool:
        """True when a caution withholds the flag."""
        return self.follow_up.recommended is None


@dataclass(frozen=True, slots=True)
class Analysis:
    """A result with the evidence behind it, for overlays, previews and figures. Never stored as a whole.

    Attributes:
        inputs: What the network saw, per lesion and slice, aligned with `StudyResult.lesions`.
        predictions: What it answered, aligned with `inputs`.
        package: The package that ran.
        made_at: When, by the clock of this computer; None where nobody asked for it.
    """

    result: StudyResult
    inputs: Mapping[LesionId, tuple[SliceInput, ...]]
    predictions: Mapping[LesionId, tuple[Prediction, ...]]
    package: ModelPackage
    made_at: datetime | None = None
