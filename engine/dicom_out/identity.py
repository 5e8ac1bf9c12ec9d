"""Identity of written objects: whose they are, which equipment made them, and UIDs that one run always repeats.

Patient and study attributes are copied from a source image of the T2 series, so that an archive files the object
beside it. UIDs are ``2.25.`` UIDs (DICOM PS3.5 B.2) derived from the case digest, the time of creation and the kind of
object: the same run writes the same bytes.
"""

from __future__ import annotations

import os
import re
import tempfile
import warnings
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from pydicom import DataElement, Dataset, dcmread, dcmwrite
from pydicom.charset import python_encoding
from pydicom.multival import MultiValue
from pydicom.uid import UID, ExplicitVRLittleEndian

import engine
from engine.domain.errors import ReportError
from engine.domain.sequence import SequenceRole
from engine.domain.study import Instance, Series, Study

MANUFACTURER = "Lobule project"
MODEL_NAME = "Lobule"
DEVICE_SERIAL_NUMBER = "0"
SERIES_PREFIX = "AI liver lesion"
SERIES_NUMBERS = {"SEG": 9001, "SR": 9002, "PDF": 9003, "SC": 9004, "RTSTRUCT": 9005}
IMPLEMENTATION_CLASS_UID = UID(f"2.25.{uuid5(NAMESPACE_OID, 'lobule implementation').int}")

COPIED = (
    "SpecificCharacterSet",  # first: it tells how the texts below are written
    "PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientBirthTime", "PatientSex",
    "OtherPatientIDs", "PatientAge", "PatientSize", "PatientWeight", "EthnicGroup",
    "PatientIdentityRemoved", "DeidentificationMethod", "DeidentificationMethodCodeSequence",
    "StudyInstanceUID", "StudyID", "StudyDate", "StudyTime", "AccessionNumber", "IssuerOfAccessionNumberSequence",
    "ReferringPhysicianName", "StudyDescription",
)  # fmt: skip
ALWAYS_PRESENT = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyID", "StudyDate", "StudyTime",
    "AccessionNumber", "ReferringPhysicianName",
)  # fmt: skip
"""Type 2 attributes: written empty where the source has none."""

PATTERNS = {
    "DA": re.compile(r"\d{8}"),
    "TM": re.compile(r"\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?"),
    "AS": re.compile(r"\d{3}[DWMY]"),
    "CS": re.compile(r"[A-Z0-9 _]{0,16}"),
    "DS": re.compile(r"[-+]?[0-9.]+([eE][-+]?\d+)?"),
}


def seed_of(case_digest: str, created: datetime) -> str:
    """Return the text that the UIDs of one run are derived from."""
    return f"{case_digest}|{created.isoformat()}"


def uid_for(seed: str, *parts: object) -> UID:
    """Return the UID of one thing in one run; the same seed and parts give the same UID."""
    return UID(f"2.25.{uuid5(NAMESPACE_OID, '|'.join((seed, *map(str, parts)))).int}")


def reference_series(case_roles_t2: str | None, study: Study) -> Series:
    """Return the T2 series that written objects refer to.

    Raises:
        ReportError: The case has no T2 series, or it is not in the study.
    """
    series = study.find(case_roles_t2) if case_roles_t2 else None
    if series is None or not series.instances:
        raise ReportError(
            f"No {SequenceRole.T2.value} series is chosen, so DICOM objects would refer to nothing.",
            remedy="Choose the T2 series and write again.",
            code="no-reference-series",
        )
    return series


def frame_of_reference(series: Series, study: Study) -> str:
    """Return the frame of reference of the source, or one made from the series where the source states none."""
    return series.frame_of_reference_uid or uid_for(study.study_instance_uid, series.key, "frame of reference")


def source_header(series: Series) -> Dataset:
    """Read the header of the first image of a series.

    Raises:
        ReportError: The file is no longer there or no longer readable.
    """
    path = series.instances[0].path
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the source was accepted on intake; its oddities are copied as they are
            return dcmread(path, stop_before_pixels=True, force=True)
    except Exception as problem:
        raise ReportError(
            f"The image {path.name} of the T2 series cannot be read again: {problem}.",
            remedy="Check that the study's folder is still there, then write again.",
            code="source-unreadable",
        ) from problem


def stamp(dataset: Dataset, source: Dataset, study: Study, kind: str, seed: str, created: datetime) -> None:
    """Set everything that says whose object this is, who made it and when.

    Args:
        kind: Key of `SERIES_NUMBERS`.
    """
    for keyword in COPIED:
        if keyword in dataset:
            del dataset[keyword]
        if keyword in source:
            dataset[keyword] = legal(source[keyword])
    for keyword in ALWAYS_PRESENT:
        if keyword not in dataset:
            setattr(dataset, keyword, "")
    if dataset.get("PatientIdentityRemoved") == "YES" and not any(
        keyword in dataset for keyword in ("DeidentificationMethod", "DeidentificationMethodCodeSequence")
    ):
        dataset.DeidentificationMethod = "Not stated by the source images"
    dataset.SeriesInstanceUID = uid_for(seed, kind, "series")
    dataset.SeriesNumber = free_series_number(study, SERIES_NUMBERS[kind])
    dataset.InstanceNumber = 1
    dataset.Manufacturer = MANUFACTURER
    dataset.ManufacturerModelName = MODEL_NAME
    dataset.DeviceSerialNumber = DEVICE_SERIAL_NUMBER
    dataset.SoftwareVersions = engine.__version__
    date, time = created.strftime("%Y%m%d"), created.strftime("%H%M%S")
    for keyword in ("SeriesDate", "ContentDate", "InstanceCreationDate"):
        setattr(dataset, keyword, date)
    for keyword in ("SeriesTime", "ContentTime", "InstanceCreationTime"):
        setattr(dataset, keyword, time)
    for item in dataset.get("ContributingEquipmentSequence") or ():
        item.ContributionDateTime = f"{date}{time}"


def legal(element: DataElement) -> DataElement:
    """Return the element with a value that its value representation allows.

    Sources break the rules in small ways (a Study ID of 20 characters, a sex of ``X``): a text too long is cut, a
    date, time or code that is none is left empty. Identifiers that were legal are never changed.
    """
    value = element.value
    if element.VR == "SQ" or value is None or value == "":
        return element
    longest = {"SH": 16, "LO": 64, "PN": 194, "CS": 16, "AS": 4, "UI": 64}.get(element.VR)
    pattern = PATTERNS.get(element.VR)
    if element.keyword == "PatientSex":
        pattern = re.compile(r"[MFO]")
    kept = []
    for each in value if isinstance(value, MultiValue) else [value]:
        text = str(each).strip()
        if pattern is not None and not pattern.fullmatch(text):
            text = ""
        kept.append(text[:longest] if longest and len(text) > longest else text)
    if kept == [str(each) for each in (value if isinstance(value, MultiValue) else [value])]:
        return element
    return DataElement(element.tag, element.VR, kept if len(kept) > 1 else kept[0])


def free_series_number(study: Study, wanted: int) -> int:
    """Return the first of wanted, wanted + 10, … that no series of the study has."""
    taken = {series.facts.series_number for series in study.series}
    while wanted in taken:
        wanted += 10
    return wanted


def image_references(series: Series) -> list[Dataset]:
    """Return one reference item (SOP class and instance UID) for every image file of a series, in slice order."""
    references: dict[str, Dataset] = {}
    for instance in series.instances:
        if instance.sop_instance_uid not in references:
            item = Dataset()
            item.ReferencedSOPClassUID = instance.sop_class_uid
            item.ReferencedSOPInstanceUID = instance.sop_instance_uid
            references[instance.sop_instance_uid] = item
    return list(references.values())


def image_reference(instance: Instance, series: Series) -> Dataset:
    """Return a reference to one image, with its frame number where the object has several frames (a mosaic has one)."""
    item = Dataset()
    item.ReferencedSOPClassUID = instance.sop_class_uid
    item.ReferencedSOPInstanceUID = instance.sop_instance_uid
    if instance.sop_instance_uid in multi_frame_uids(series):
        item.ReferencedFrameNumber = instance.frame + 1
    return item


def multi_frame_uids(series: Series) -> frozenset[str]:
    """Return the SOP Instance UIDs of the objects of a series that hold more than one frame."""
    return frozenset(instance.sop_instance_uid for instance in series.instances if instance.frame > 0)


def writable(text: str, source: Dataset, fallback: str, longest: int = 64) -> str:
    """Return `text` if the source's character set can write it, else `fallback`; cut to `longest` characters."""
    charset = source.get("SpecificCharacterSet") or "ISO_IR 6"
    names: Iterable[str] = [charset] if isinstance(charset, str) else charset
    clean = " ".join(text.replace("\\", "/").split())
    for name in names:
        try:
            clean.encode("ascii" if name in ("", "ISO_IR 6") else python_encoding[name])
        except (UnicodeEncodeError, LookupError):
            continue
        return clean[:longest].strip() or fallback
    return fallback


def save(dataset: Dataset, path: Path) -> None:
    """Write a finished object as Explicit VR Little Endian, whole or not at all.

    Raises:
        ReportError: The folder can't be written.
    """
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.ImplementationClassUID = IMPLEMENTATION_CLASS_UID
    dataset.file_meta.ImplementationVersionName = f"LOBULE_{engine.__version__}"[:16]
    dataset.preamble = b"\0" * 128
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as stream, warnings.catch_warnings():
                warnings.simplefilter("ignore")  # values copied from the source keep its oddities
                dcmwrite(stream, dataset, enforce_file_format=True)
            Path(draft).replace(path)
        finally:
            Path(draft).unlink(missing_ok=True)
    except OSError as problem:
        raise ReportError(
            f"The DICOM object {path.name} could not be written: {problem.strerror or problem}.",
            remedy="Choose another folder with free space.",
            code="dicom-not-written",
        ) from problem
