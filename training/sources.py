"""Where a patient's images come from: DICOM folders or image files of a cohort table, or the phantom directly.

All give the same thing, a `Lesion`; what follows does not know the difference.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from engine import pipeline
from engine.domain.case import Case
from engine.domain.errors import IntakeError, RoiError, SequenceError
from engine.domain.roi import Roi
from engine.domain.sequence import SequenceRole
from engine.domain.volume import VolumeSet
from training import image_files
from training.cohort import CohortRow
from training.phantom.cohort import DEFAULT_SEED, cohort_labels, draw_patient
from training.phantom.lesion_types import Label
from training.phantom.render import render_patient


@dataclass(frozen=True, slots=True, eq=False)
class Lesion:
    """One lesion ready for preprocessing.

    Attributes:
        label: Class of the lesion.
        facts: What evaluation may be split by.
    """

    volumes: VolumeSet
    roi: Roi
    label: str
    facts: dict[str, Any] = field(default_factory=dict)


class Source(Protocol):
    """Something that can load one lesion, in a worker process."""

    @property
    def name(self) -> str:
        """File stem of the shard, unique in the cohort."""

    @property
    def patient(self) -> str:
        """Patient identifier."""

    @property
    def subset(self) -> str:
        """Set of the cohort table."""

    def load(self, roles: tuple[SequenceRole, ...]) -> Lesion:
        """Read the volumes of these roles and the outline; raises `EngineError` where it cannot."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a cohort table: who it is, whatever form the images have."""

    row: CohortRow

    @property
    def name(self) -> str:
        """Patient and lesion."""
        return _stem(self.row)

    @property
    def patient(self) -> str:
        """As in the table."""
        return self.row.patient

    @property
    def subset(self) -> str:
        """As in the table."""
        return self.row.subset


class DicomSource(TableRow):
    """A row that names a folder of DICOM."""

    __slots__ = ()

    def load(self, roles: tuple[SequenceRole, ...]) -> Lesion:
        """Open the folder, take the proposed roles, read volumes and the outline."""
        row = self.row
        if not row.label:
            raise _unknown_diagnosis(row)
        paths = [row.folder, *([row.roi] if row.roi else [])]
        studies = pipeline.open_study(paths).studies
        if len(studies) != 1:
            raise IntakeError(
                f"The folder {row.folder} holds {len(studies)} studies.",
                remedy="Give every row the folder of one study.",
                code="several-studies",
            )
        study = studies[0]
        role_map = pipeline.propose_roles(study)
        missing = role_map.missing(roles)
        if missing:
            raise SequenceError(
                f"No series was recognised as {', '.join(role.value for role in missing)}.",
                remedy="See `lobule scan` for the reasons.",
                code="role-missing",
            )
        wanted = {role: role_map.roles[role] for role in roles}
        volumes = pipeline.load_volumes(study, wanted)
        case = Case(study.study_instance_uid, wanted)
        objects = [row.roi] if row.roi else [o.path for o in pipeline.describe_rois(study) if o.usable]
        case = pipeline.import_rois(objects, study, case, volumes)
        t2 = pipeline.series_of(study, SequenceRole.T2, wanted[SequenceRole.T2]).facts
        facts: dict[str, Any] = {
            "diagnosis": row.diagnosis,
            "manufacturer": t2.manufacturer,
            "field_t": t2.magnetic_field_strength_t,
            "age": study.patient.age_years,
            "sex": study.patient.sex,
            **row.facts,
        }
        return Lesion(volumes, _named(case.rois, row), row.label, facts)


class ImageSource(TableRow):
    """A row that names an image file per role and a mask file."""

    __slots__ = ()

    def load(self, roles: tuple[SequenceRole, ...]) -> Lesion:
        """Read the files of these roles and the mask."""
        row = self.row
        if not row.label:
            raise _unknown_diagnosis(row)
        missing = [role.value for role in roles if role not in row.images]
        if missing:
            raise SequenceError(
                f"The table names no image for {', '.join(missing)}.",
                remedy=f"Fill in the columns {', '.join(f'image_{name}' for name in missing)}.",
                code="role-missing",
            )
        if row.roi is None:
            raise RoiError(
                f"The table names no mask for patient {row.patient}.",
                remedy="Write the path of a mask file into the column 'roi'.",
                code="roi-not-found",
            )
        volumes = VolumeSet({role: image_files.read_volume(row.images[role]) for role in dict.fromkeys(roles)})
        rois = image_files.read_rois(row.roi)
        return Lesion(volumes, _named(rois, row), row.label, {"diagnosis": row.diagnosis, **row.facts})


def _stem(row: CohortRow) -> str:
    """Patient and lesion, with characters that file systems refuse replaced."""
    text = "-".join(part for part in (row.patient, row.lesion) if part)
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in text)


def _unknown_diagnosis(row: CohortRow) -> IntakeError:
    return IntakeError(
        f"The diagnosis {row.diagnosis!r} is not known.",
        remedy="Use one of the words listed in `lobule-train prepare --help`.",
        code="unknown-diagnosis",
    )


def _named(rois: tuple[Roi, ...], row: CohortRow) -> Roi:
    if not row.lesion and len(rois) == 1:
        return rois[0]
    # A mask's labels are numbers of their own: where label 1 is absent, "2" is label 2 and not the second outline.
    labels = {roi.name.removeprefix("label "): roi for roi in rois if roi.name.startswith("label ")}
    if row.lesion in labels:
        return labels[row.lesion]
    for number, roi in enumerate(rois, start=1):
        if row.lesion and row.lesion in (roi.lesion_id, roi.name, "" if labels else str(number)):
            return roi
    found = ", ".join(roi.name or roi.lesion_id for roi in rois) or "none"
    raise RoiError(
        f"The lesion {row.lesion!r} of patient {row.patient} is not among the outlines ({found}).",
        remedy="Write the lesion's id, name or number into the column 'lesion', or name the file in 'roi'.",
        code="roi-not-found",
    )


@dataclass(frozen=True, slots=True)
class PhantomSource:
    """One phantom patient, rendered when it is loaded; `chosen_set` is the set where that is not the cohort."""

    cohort: str
    index: int
    seed: int = DEFAULT_SEED
    chosen_set: str = ""

    @property
    def name(self) -> str:
        """The patient id."""
        return self.patient

    @property
    def patient(self) -> str:
        """Such as ``PH-TRAIN-0001``."""
        return f"PH-{self.cohort.upper()}-{self.index + 1:04d}"

    @property
    def subset(self) -> str:
        """The set, by default the cohort."""
        return self.chosen_set or self.cohort

    def load(self, roles: tuple[SequenceRole, ...]) -> Lesion:
        """Draw and render."""
        patient = draw_patient(self.cohort, self.index, self.seed)
        rendered = render_patient(patient, roles)
        facts: dict[str, Any] = {
            "simulated": True,
            "diagnosis": patient.lesion_type,
            "diameter_mm": round(patient.diameter_mm, 1),
            "manufacturer": patient.vendor,
            "field_t": patient.field_t,
            "age": patient.age,
            "sex": patient.sex,
            "seed": patient.seed,
        }
        return Lesion(VolumeSet(rendered.volumes), rendered.roi, patient.label, facts)


def phantom_sources(
    cohort: str,
    count: int = 0,
    seed: int = DEFAULT_SEED,
    first: int = 0,
    label: Label | None = None,
    chosen_set: str = "",
) -> list[PhantomSource]:
    """Patients `first` … of a phantom cohort, those of one class only where `label` names it; `count` 0 takes all."""
    labels = cohort_labels(cohort, seed)
    wanted = [index for index in range(first, len(labels)) if label in (None, labels[index])]
    return [PhantomSource(cohort, index, seed, chosen_set) for index in wanted[: count or None]]


def table_sources(rows: Iterable[CohortRow]) -> list[Source]:
    """One source per row: its image files where it names any, else its DICOM folder."""
    return [ImageSource(row) if row.images else DicomSource(row) for row in rows]
