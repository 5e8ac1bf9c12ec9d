"""Studies: what lies in the dropped folder, as instances grouped into series that are single stacks."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from engine.domain.sequence import SequenceFacts

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Plane:
    """Position and orientation of one image in patient space.

    Attributes:
        position_mm: ImagePositionPatient: centre of the first (top left) pixel.
        row_cosine: Direction in which the **column index** grows (first triple of ImageOrientationPatient).
        column_cosine: Direction in which the **row index** grows (second triple).
        pixel_spacing_mm: PixelSpacing: (between rows, between columns).
    """

    position_mm: Vector
    row_cosine: Vector
    column_cosine: Vector
    pixel_spacing_mm: tuple[float, float]

    @property
    def normal(self) -> Vector:
        """Unit normal: row cosine x column cosine."""
        (a, b, c), (d, e, f) = self.row_cosine, self.column_cosine
        return (b * f - c * e, c * d - a * f, a * e - b * d)


@dataclass(frozen=True, slots=True)
class Instance:
    """One image: a classic file, one frame of an enhanced object, or one tile of a mosaic.

    Attributes:
        path: File that holds the pixels.
        frame: Frame index in the file, from 0.
        tile: (tile index, tiles per row, tile rows, tile columns) of a mosaic image, else None.
        plane: None when the file does not say where the image lies.
        averaged: The other frames at this position whose pixels are averaged into this image: the remaining
            directions of a direction-encoded diffusion volume, empty otherwise.
    """

    path: Path
    frame: int
    sop_instance_uid: str
    sop_class_uid: str
    plane: Plane | None
    rows: int
    columns: int
    instance_number: int | None = None
    acquisition_time_s: float | None = None
    tile: tuple[int, int, int, int] | None = None
    averaged: tuple[Instance, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """One candidate volume: the frames of one DICOM series that share stack, b-value, echo, phase and component.

    Attributes:
        key: SeriesInstanceUID, plus ``#label`` where one DICOM series holds several volumes.
        instances: Frames in ascending order along `normal` (file order where there is no stack).
        slice_step_mm: Distance between neighbouring slice centres, None when it is not regular.
        stack_problem: Why the frames are no regular stack, or None when they are one.
        geometry_notes: Irregularities that do not prevent use, in words (raise the `geometry` caution).
    """

    key: str
    series_instance_uid: str
    frame_of_reference_uid: str | None
    facts: SequenceFacts
    instances: tuple[Instance, ...]
    rows: int
    columns: int
    slice_step_mm: float | None = None
    stack_problem: str | None = None
    geometry_notes: tuple[str, ...] = ()
    files: int = 0

    @property
    def is_stack(self) -> bool:
        """True when the frames form a regular stack that can become a volume."""
        return self.stack_problem is None

    @property
    def slices(self) -> int:
        """Number of frames."""
        return len(self.instances)

    @property
    def plane(self) -> Plane | None:
        """Plane of the first frame along the normal, or None."""
        return self.instances[0].plane if self.instances else None


@dataclass(frozen=True, slots=True)
class PatientContext:
    """The identifiers and demographics of one patient: the only place where they live."""

    patient_id: str = ""
    patient_name: str = ""
    birth_date: str = ""
    sex: str | None = None
    age_years: float | None = None
    other: dict[str, str] = field(default_factory=dict, hash=False, compare=False)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not used, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Study:
    """One study of one patient: series, ROI objects lying beside them, and what was skipped."""

    study_instance_uid: str
    patient: PatientContext
    series: tuple[Series, ...]
    study_date: str = ""
    study_description: str = ""
    accession_number: str = ""
    roi_paths: tuple[Path, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    def find(self, key: str) -> Series | None:
        """Return the series with this key, or None."""
        return next((series for series in self.series if series.key == key), None)


@dataclass(frozen=True, slots=True)
class Opened:
    """What one drop held: studies kept apart, and files that belong to none."""

    studies: tuple[Study, ...]
    skipped: tuple[Skipped, ...] = ()
