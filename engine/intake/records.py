"""What travels inside intake: one record per frame, cheap to build, to share and to send between processes.

Facts that most files of a series share (`SequenceFacts`, `Scope`) are single objects that thousands of frames point to.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from engine.domain.sequence import SequenceFacts
from engine.domain.study import Skipped

Numbers = tuple[float, ...]


class Scope(NamedTuple):
    """Whose image it is: identifiers and demographics of the study, in decoded text."""

    study_instance_uid: str
    series_instance_uid: str
    frame_of_reference_uid: str
    patient_id: str
    patient_name: str
    birth_date: str
    sex: str
    age: str
    study_date: str
    study_time: str
    study_description: str
    accession_number: str
    institution: str
    referring_physician: str
    study_id: str


class Diffusion(NamedTuple):
    """What one frame says about its diffusion weighting.

    Attributes:
        b_value: Nominal b in s/mm², None when the header is silent.
        source: Tag or text that carries it.
        measured: The b-value played out, where the vendor stores both.
        kind: ``trace``, ``direction`` or empty.
        direction: Gradient direction, () when none is stated.
        conflict: Two tags that disagree, in words, or empty.
        certain: False when only a text or an unsupported zero says so, and the rest of the series must confirm it.
    """

    b_value: float | None = None
    source: str | None = None
    measured: float | None = None
    kind: str = ""
    direction: Numbers = ()
    conflict: str = ""
    certain: bool = True


class Frame(NamedTuple):
    """One image before grouping: position, order keys and what distinguishes it from its neighbours."""

    path: Path
    frame: int
    scope: Scope
    facts: SequenceFacts
    sop_instance_uid: str
    rows: int
    columns: int
    position_mm: Numbers
    orientation: Numbers
    pixel_spacing_mm: Numbers
    instance_number: int | None
    acquisition_number: int | None
    acquisition_time_s: float | None
    content_time_s: float | None
    trigger_time_ms: float | None
    temporal_position: int | None
    stack_id: str
    diffusion: Diffusion
    tile: tuple[int, int, int, int] | None = None


class RoiFile(NamedTuple):
    """A file that may hold outlines: its study UID when it is DICOM, empty when it is an image format."""

    path: Path
    study_instance_uid: str


class FileContent(NamedTuple):
    """What one file gave: frames, or an ROI object, or the reason why it is not used."""

    path: Path
    frames: tuple[Frame, ...] = ()
    roi: RoiFile | None = None
    skipped: Skipped | None = None
