"""Writes a rendered phantom as classic MR Image objects with a DICOM SEG of the lesion.

The same patient gives the same bytes: identifiers come from the seed under 2.25, dates from the patient's number. Every
object says in its own words that it is a simulated phantom.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from training.phantom.contrast import agent_of
from training.phantom.enhanced import enhanced_object
from training.phantom.identity import PHANTOM_VERSION, uid_for
from training.phantom.render import RenderedPatient
from training.phantom.segmentation import lesion_segmentation
from training.phantom.study_plan import CLOCK_S, PHASE_START_S, Part, Variants, draw_variants, plan_study
from training.phantom.vendors import VENDORS, VendorStyle

MR_IMAGE_STORAGE = UID("1.2.840.10008.5.1.4.1.1.4")
IMPLEMENTATION_CLASS_UID = UID("2.25.217563011947302886410953317482205512")
NOTICE = "SIMULATED PHANTOM - not a patient"

__all__ = ["Variants", "draw_variants", "enhanced_datasets", "study_datasets", "write_study"]


def _time(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600:02d}{whole // 60 % 60:02d}{whole % 60:02d}.{round((seconds - whole) * 1e6):06d}"


def _decimal(value: float) -> str:
    """A DS string of at most 16 characters."""
    text = f"{value:.10g}"
    return text if len(text) <= 16 else f"{value:.8g}"


def _patient_and_study(ds: Dataset, rendered: RenderedPatient) -> None:
    patient = rendered.patient
    date = f"{2019 if patient.cohort != 'train' else 2016}{1 + patient.index % 12:02d}{1 + patient.index % 28:02d}"
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.StudyDate = ds.SeriesDate = ds.AcquisitionDate = ds.ContentDate = date
    ds.StudyTime = _time(CLOCK_S + (patient.seed + 7 * patient.index) % 3600)
    ds.AccessionNumber = ""
    ds.ReferringPhysicianName = ""
    ds.StudyDescription = f"{NOTICE}: liver MRI"
    ds.StudyID = f"{patient.index + 1}"
    ds.StudyInstanceUID = uid_for(patient, "study")
    ds.PatientName = "Phantom^Lobule"
    ds.PatientID = patient.patient_id
    ds.PatientBirthDate = ""
    ds.PatientSex = patient.sex
    ds.PatientAge = f"{patient.age:03d}Y"
    ds.PatientWeight = "70"
    ds.PatientComments = NOTICE
    ds.PatientPosition = "HFS"
    ds.BodyPartExamined = "ABDOMEN"


def _equipment(ds: Dataset, rendered: RenderedPatient, style: VendorStyle) -> None:
    patient = rendered.patient
    ds.Manufacturer = style.manufacturer
    ds.ManufacturerModelName = patient.scanner.model
    ds.InstitutionName = f"Phantom hospital {patient.cohort.upper()}"
    ds.StationName = patient.scanner.name[:16]
    ds.DeviceSerialNumber = str(patient.scanner.seed % 100000)
    ds.SoftwareVersions = style.software.split("\\")
    ds.MagneticFieldStrength = _decimal(patient.field_t)
    ds.ImagingFrequency = _decimal(42.577 * patient.field_t)


def _b_value_tags(ds: Dataset, vendor: str, b: float, *, is_map: bool) -> None:
    """Private and standard b-value elements as the vendor writes them."""
    if vendor == "Siemens":
        block = ds.private_block(0x0019, "SIEMENS MR HEADER", create=True)
        block.add_new(0x0C, "IS", int(b))
        block.add_new(0x0D, "CS", "DIRECTIONAL" if b > 0 and not is_map else "NONE")
    elif vendor == "GE":
        block = ds.private_block(0x0043, "GEMS_PARM_01", create=True)
        block.add_new(0x39, "IS", [1_000_000_000 + int(b) if b > 0 else 0, 8, 0, 0])
    elif vendor == "Philips":
        block = ds.private_block(0x2001, "Philips Imaging DD 001", create=True)
        block.add_new(0x03, "FL", float(b))
        block.add_new(0x04, "CS", "I" if b > 0 else "N")
    else:
        block = ds.private_block(0x0065, "Image Private Header", create=True)
        block.add_new(0x09, "FD", float(b) * 0.985 + 1.2)
        block.add_new(0x0A, "FD", float(b))
    if is_map:
        return
    if vendor != "GE" or b > 0:
        ds.DiffusionBValue = float(b)
    ds.DiffusionDirectionality = "ISOTROPIC" if b > 0 else "NONE"


def _words(value: str | tuple[str, ...]) -> str | list[str]:
    return value if isinstance(value, str) else list(value)


def _acquisition(ds: Dataset, rendered: RenderedPatient, part: Part, vendor: str, variants: Variants) -> None:
    protocol = rendered.protocols[part.protocol]
    style = part.style
    ds.ImageType = list(style.image_type)
    ds.ScanningSequence = _words(style.scanning_sequence)
    ds.SequenceVariant = _words(style.sequence_variant)
    ds.ScanOptions = _words(style.scan_options)
    ds.MRAcquisitionType = "3D" if part.kind == "T1" else "2D"
    if style.sequence_name:
        words = {"low": f"{protocol.b_low:.0f}", "high": f"{protocol.b_high:.0f}", "b": f"{part.b or 0:.0f}"}
        ds.SequenceName = style.sequence_name.format(**words)
    ds.RepetitionTime = _decimal(round(protocol.tr_ms, 2))
    ds.EchoTime = _decimal(round(protocol.te_ms, 2))
    ds.FlipAngle = _decimal(round(protocol.flip_deg, 1))
    ds.EchoTrainLength = protocol.echo_train
    ds.NumberOfAverages = "1"
    ds.AngioFlag = "N"
    ds.ProtocolName = "Liver dynamic" if vendor == "GE" else part.description.replace("_TRACEW", "").replace("_ADC", "")
    ds.SliceThickness = _decimal(round(protocol.thickness_mm, 2))
    if not variants.without_spacing:
        ds.SpacingBetweenSlices = _decimal(round(part.volume.spacing_mm[0], 6))
    rows, columns = protocol.acq_matrix
    ds.AcquisitionMatrix = [0, columns, rows, 0]
    ds.InPlanePhaseEncodingDirection = "COL"
    if part.b is not None and not variants.drop_b_tags:
        _b_value_tags(ds, vendor, part.b, is_map=part.kind == "ADC")
    if part.phase is None:
        return
    ds.ContrastBolusAgent = ""
    if part.phase > 0 and not variants.silent_contrast:
        patient = rendered.patient
        ds.ContrastBolusAgent = agent_of(patient.cohort)
        ds.ContrastBolusVolume = _decimal(round(2 * 70 * patient.scanner.contrast_mmol_kg, 1))
        ds.ContrastBolusTotalDose = _decimal(round(70 * patient.scanner.contrast_mmol_kg, 1))
        ds.ContrastBolusStartTime = _time(part.start_s - PHASE_START_S[part.phase] + 60)
    if part.weighted_series:
        ds.TemporalPositionIdentifier = part.phase
        ds.NumberOfTemporalPositions = 3


def _pixels(ds: Dataset, image: np.ndarray, style: VendorStyle, highest: float) -> None:
    stored = np.rint(image / style.slope if style.slope else image).astype(np.uint16)
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.Rows, ds.Columns = stored.shape
    ds.BitsAllocated = 16
    top = highest / (style.slope or 1.0)
    ds.BitsStored = 12 if top < 4096 else 16
    ds.HighBit = ds.BitsStored - 1
    ds.PixelRepresentation = 0
    if style.slope:
        ds.RescaleSlope, ds.RescaleIntercept, ds.RescaleType = _decimal(style.slope), "0", "normalized"
        block = ds.private_block(0x2005, "Philips MR Imaging DD 001", create=True)
        block.add_new(0x0E, "FL", 1.0)
    ds.WindowCenter = _decimal(round(highest * 0.25, 1))
    ds.WindowWidth = _decimal(round(highest * 0.5, 1))
    ds.PixelData = stored.astype("<u2").tobytes()


def _image(
    rendered: RenderedPatient, part: Part, index: int, instance: int, vendor: str, variants: Variants, highest: float
) -> FileDataset:
    patient, style = rendered.patient, VENDORS[vendor]
    affine = part.volume.affine
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MR_IMAGE_STORAGE
    meta.MediaStorageSOPInstanceUID = UID(uid_for(patient, vendor, part.key, index))
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = IMPLEMENTATION_CLASS_UID
    meta.ImplementationVersionName = f"LOBULE_PHANTOM{PHANTOM_VERSION}"
    ds = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    ds.SOPClassUID = MR_IMAGE_STORAGE
    ds.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    ds.Modality = "MR"
    _patient_and_study(ds, rendered)
    _equipment(ds, rendered, style)
    ds.SeriesInstanceUID = uid_for(patient, vendor, "series", part.series_key)
    ds.SeriesNumber = part.number
    ds.SeriesDescription = part.description
    ds.SeriesTime = ds.AcquisitionTime = ds.ContentTime = _time(part.start_s)
    ds.AcquisitionNumber = 1 if part.phase is None else max(1, part.phase)
    ds.InstanceNumber = instance
    ds.ImageComments = NOTICE
    ds.BurnedInAnnotation = "NO"
    ds.LossyImageCompression = "00"
    ds.FrameOfReferenceUID = part.volume.frame_of_reference_uid
    ds.PositionReferenceIndicator = ""
    column, row = affine[:3, 2], affine[:3, 1]
    size_x, size_y = float(np.linalg.norm(column)), float(np.linalg.norm(row))
    ds.ImageOrientationPatient = [_decimal(float(v)) for v in (*column / size_x, *row / size_y)]
    position = affine[:3, 3] + index * affine[:3, 0]
    ds.ImagePositionPatient = [_decimal(round(float(v), 6)) for v in position]
    normal = np.cross(column / size_x, row / size_y)
    ds.SliceLocation = _decimal(round(float(normal @ position), 4))
    ds.PixelSpacing = [_decimal(round(size_y, 8)), _decimal(round(size_x, 8))]
    _acquisition(ds, rendered, part, vendor, variants)
    _pixels(ds, part.volume.array[index], style, highest)
    return ds


def study_datasets(
    rendered: RenderedPatient, vendor: str | None = None, variants: Variants | None = None
) -> dict[str, list[FileDataset]]:
    """All MR images of a study by series key, in acquisition order (feet to head unless `descending`)."""
    vendor = vendor or rendered.patient.vendor
    variants = variants or Variants()
    series: dict[str, list[FileDataset]] = {}
    for part in plan_study(rendered, VENDORS[vendor], variants):
        images = series.setdefault(part.series_key, [])
        order = range(part.volume.shape[0])
        highest = float(part.volume.array.max())
        for index in reversed(order) if variants.descending else order:
            images.append(_image(rendered, part, index, len(images) + 1, vendor, variants, highest))
    return series


def enhanced_datasets(
    rendered: RenderedPatient, vendor: str | None = None, variants: Variants | None = None
) -> dict[str, FileDataset]:
    """The same study as one Enhanced MR Image object per series."""
    vendor = vendor or rendered.patient.vendor
    kinds = {part.series_key: part.kind for part in plan_study(rendered, VENDORS[vendor], variants or Variants())}
    return {
        key: enhanced_object(
            images,
            kinds[key],
            uid_for(rendered.patient, vendor, "enhanced", key),
            uid_for(rendered.patient, vendor, "frames", key),
        )
        for key, images in study_datasets(rendered, vendor, variants).items()
    }


def write_study(
    rendered: RenderedPatient,
    folder: Path | str,
    vendor: str | None = None,
    variants: Variants | None = None,
    *,
    with_segmentation: bool = True,
) -> None:
    """Writes the study into `folder`, one subfolder per series, and the lesion as a SEG in ``ROI``.

    Args:
        rendered: what `render_patient` gave.
        folder: created when missing; files of the same names are replaced.
        vendor: ``Siemens``, ``GE``, ``Philips`` or ``UIH``; None takes the patient's own scanner.
        variants: deliberate irregularities.
        with_segmentation: also write the SEG that refers to the T2 images.
    """
    folder = Path(folder)
    variants = variants or Variants()
    if variants.enhanced:
        series = {key: [image] for key, image in enhanced_datasets(rendered, vendor, variants).items()}
    else:
        series = study_datasets(rendered, vendor, variants)
    for number, (key, images) in enumerate(series.items(), start=1):
        place = folder / f"{number:02d}_{key}"
        place.mkdir(parents=True, exist_ok=True)
        for image in images:
            image.save_as(place / f"IM{image.InstanceNumber:04d}.dcm", enforce_file_format=True)
    if with_segmentation:
        place = folder / "ROI"
        place.mkdir(parents=True, exist_ok=True)
        segmentation = lesion_segmentation(rendered, series["T2"])
        segmentation.save_as(place / "lesion_seg.dcm", enforce_file_format=True)
