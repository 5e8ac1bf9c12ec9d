"""Sequences: the six roles of the method, what a header says about a series, and the guess made from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class SequenceRole(StrEnum):
    """The six input channels of the paper, in its order."""

    T2 = "T2"
    DWI = "DWI"
    T1_PRE = "T1_PRE"
    T1_LATE_ARTERIAL = "T1_LATE_ARTERIAL"
    T1_PORTAL_VENOUS = "T1_PORTAL_VENOUS"
    T1_EQUILIBRIUM = "T1_EQUILIBRIUM"


class SeriesKind(StrEnum):
    """What a series is, whatever it may be used for."""

    T2 = "T2"
    DWI = "DWI"
    ADC = "ADC"
    T1 = "T1"
    T1_DIXON = "T1_DIXON"
    T1_SUBTRACTION = "T1_SUBTRACTION"
    T1_HEPATOBILIARY = "T1_HEPATOBILIARY"
    MRCP = "MRCP"
    LOCALIZER = "LOCALIZER"
    DERIVED = "DERIVED"
    OTHER = "OTHER"
    NOT_MR = "NOT_MR"


class Phase(StrEnum):
    """When a T1 series was acquired relative to the contrast agent."""

    PRE = "pre"
    LATE_ARTERIAL = "late_arterial"
    PORTAL_VENOUS = "portal_venous"
    EQUILIBRIUM = "equilibrium"
    HEPATOBILIARY = "hepatobiliary"


@dataclass(frozen=True, slots=True)
class SequenceFacts:
    """What the headers of one volume say, in DICOM's own words; None or empty where they are silent.

    Facts only: nothing here is a guess. Text is decoded, stripped and NFKC-normalised by `intake`.
    """

    modality: str = ""
    sop_class_uid: str = ""
    manufacturer: str = ""
    manufacturer_model_name: str = ""
    magnetic_field_strength_t: float | None = None
    series_number: int | None = None
    series_description: str = ""
    protocol_name: str = ""
    sequence_name: str = ""
    image_type: tuple[str, ...] = ()
    scanning_sequence: tuple[str, ...] = ()
    sequence_variant: tuple[str, ...] = ()
    scan_options: tuple[str, ...] = ()
    mr_acquisition_type: str = ""
    acquisition_contrast: str = ""
    echo_pulse_sequence: str = ""
    complex_image_component: str = ""
    derivation: tuple[str, ...] = ()
    echo_time_ms: float | None = None
    repetition_time_ms: float | None = None
    inversion_time_ms: float | None = None
    flip_angle_deg: float | None = None
    echo_train_length: int | None = None
    slice_thickness_mm: float | None = None
    body_part_examined: str = ""
    patient_position: str = ""
    contrast_agent: str = ""
    contrast_start_time_s: float | None = None
    image_comments: str = ""
    b_value_s_mm2: float | None = None
    b_value_source: str | None = None
    diffusion: str = ""
    """Diffusion weighting of a b > 0 volume: ``trace``, ``direction``, ``mean of directions`` or empty when unknown."""
    acquisition_time_s: float | None = None
    """Earliest AcquisitionTime of the volume in seconds since midnight: the only clock that supports timing."""
    acquisition_duration_s: float | None = None
    content_time_s: float | None = None
    series_time_s: float | None = None
    trigger_time_ms: float | None = None
    temporal_position: int | None = None
    acquisition_number: int | None = None
    lossy: bool = False
    samples_per_pixel: int = 1
    b_value_measured_s_mm2: float | None = None
    """The b-value really played out, where the vendor records it beside the nominal one (UIH)."""
    diffusion_directions: int = 0
    """Number of gradient directions averaged into the volume; 0 when it is no average."""
    contrast_phase: str = ""
    """AgentPhase (0018,9344) of an enhanced object, such as ``ARTERIAL``."""
    spectral_suppression: str = ""
    """SpectrallySelectedSuppression (0018,9025) of an enhanced object, such as ``FAT``."""
    conflicts: tuple[str, ...] = ()
    """Tags of one volume that contradict each other, in words."""


@dataclass(frozen=True, slots=True)
class RoleGuess:
    """What one series is taken for, with reasons a reader can check.

    Attributes:
        series_key: The series that is described.
        kind: What it is.
        phase: Contrast phase of a T1 series, else None.
        role: The role proposed for it, or None. At most one series of a study holds a role.
        confidence: 0 to 1; from 0.85 the proposal stands by itself, below it asks for confirmation.
        reasons: Plain sentences, strongest first.
        conflict: True when two kinds of evidence disagree, so that the person must decide.
        candidate_for: The role that it could play if the person chose it (also where another series was preferred).
    """

    series_key: str
    kind: SeriesKind
    phase: Phase | None = None
    role: SequenceRole | None = None
    confidence: float = 0.0
    reasons: tuple[str, ...] = ()
    conflict: bool = False
    candidate_for: SequenceRole | None = None

    def __post_init__(self) -> None:
        if not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"confidence must lie in 0..1, got {self.confidence}")


@dataclass(frozen=True, slots=True)
class RoleMap:
    """Which series plays which role in one study, and what every series was taken for."""

    guesses: tuple[RoleGuess, ...] = ()
    roles: Mapping[SequenceRole, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ordered = {role: self.roles[role] for role in SequenceRole if role in self.roles}
        object.__setattr__(self, "roles", MappingProxyType(ordered))

    def override(self, role: SequenceRole, series_key: str | None) -> RoleMap:
        """Return a map in which `series_key` plays `role` (None: nobody does); its former role falls vacant."""
        kept = {r: key for r, key in self.roles.items() if r != role and key != series_key}
        if series_key is not None:
            kept[role] = series_key
        return RoleMap(self.guesses, kept)

    def missing(self, required: Iterable[SequenceRole]) -> tuple[SequenceRole, ...]:
        """Return the required roles that nobody plays, in the paper's order."""
        wanted = set(required)
        return tuple(role for role in SequenceRole if role in wanted and role not in self.roles)

    def guess_for(self, series_key: str) -> RoleGuess | None:
        """Return the guess about one series, or None when the series is unknown."""
        return next((guess for guess in self.guesses if guess.series_key == series_key), None)

    def __reduce__(self) -> tuple[object, ...]:  # MappingProxyType does not pickle
        return (RoleMap, (self.guesses, dict(self.roles)))
