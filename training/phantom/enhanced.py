"""The same study as Enhanced MR Image objects: one multi-frame file per series, as newer scanners export it.

A series of classic images becomes one object: what all share moves into the shared functional groups, what differs
(place, b-value, time) into those of each frame. Pixels and geometry are the classic ones, byte for byte.
Source: DICOM PS3.3 A.36.2 (Enhanced MR Image IOD).
"""

from __future__ import annotations

from typing import Any

from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag
from pydicom.uid import UID, ExplicitVRLittleEndian

ENHANCED_MR_IMAGE_STORAGE = UID("1.2.840.10008.5.1.4.1.1.4.1")

# Copied from the first image as they stand.
_COPIED = (
    "SpecificCharacterSet", "StudyDate", "SeriesDate", "ContentDate", "StudyTime", "SeriesTime", "ContentTime",
    "AccessionNumber", "Modality", "Manufacturer", "InstitutionName", "ReferringPhysicianName", "StationName",
    "StudyDescription", "SeriesDescription", "ManufacturerModelName", "PatientName", "PatientID", "PatientBirthDate",
    "PatientSex", "PatientAge", "PatientWeight", "PatientComments", "BodyPartExamined", "MagneticFieldStrength",
    "DeviceSerialNumber", "SoftwareVersions", "ProtocolName", "PatientPosition", "StudyInstanceUID",
    "SeriesInstanceUID", "StudyID", "SeriesNumber", "FrameOfReferenceUID", "PositionReferenceIndicator",
    "ImageComments", "SamplesPerPixel", "PhotometricInterpretation", "Rows", "Columns", "BitsAllocated", "BitsStored",
    "HighBit", "PixelRepresentation", "BurnedInAnnotation", "LossyImageCompression",
)  # fmt: skip
# The dimension beside place.
_THIRD = {
    "DWI": [("DiffusionBValue", "MRDiffusionSequence")],
    "T1": [("TemporalPositionIndex", "FrameContentSequence")],
}
GADOLINIUM = ("58281002", "SCT", "Gadolinium")
_CONTRAST = {"T2": "T2", "DWI": "DIFFUSION", "ADC": "DIFFUSION", "T1": "T1"}


def _item(**values: Any) -> Sequence:
    item = Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return Sequence([item])


def _code(value: str, scheme: str, meaning: str) -> Sequence:
    return _item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)


def enhanced_object(images: list[FileDataset], kind: str, uid: str, dimension_uid: str) -> FileDataset:
    """One Enhanced MR Image object of one series.

    Args:
        images: the classic images of the series, in order.
        kind: ``T2``, ``DWI``, ``ADC`` or ``T1``.
        uid: SOP Instance UID of the object.
        dimension_uid: Dimension Organization UID.
    """
    first = images[0]
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = ENHANCED_MR_IMAGE_STORAGE
    meta.MediaStorageSOPInstanceUID = UID(uid)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = first.file_meta.ImplementationClassUID
    meta.ImplementationVersionName = first.file_meta.ImplementationVersionName
    ds = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    for keyword in _COPIED:
        if keyword in first:
            setattr(ds, keyword, getattr(first, keyword))
    ds.SOPClassUID, ds.SOPInstanceUID, ds.InstanceNumber = ENHANCED_MR_IMAGE_STORAGE, uid, 1
    ds.NumberOfFrames = len(images)
    ds.PixelData = b"".join(image.PixelData for image in images)
    # One depth serves all frames.
    ds.BitsStored = max(image.BitsStored for image in images)
    ds.HighBit = ds.BitsStored - 1
    _describe(ds, first, kind)
    ds.SharedFunctionalGroupsSequence = Sequence([_shared_groups(images, kind)])
    ds.PerFrameFunctionalGroupsSequence = Sequence(_frame_groups(images, kind))
    _dimensions(ds, kind, dimension_uid)
    return ds


def _describe(ds: FileDataset, first: FileDataset, kind: str) -> None:
    """Enhanced MR Image, MR Pulse Sequence, safety and acquisition context modules."""
    derived = "DERIVED" if first.ImageType[0] == "DERIVED" else "ORIGINAL"
    ds.ImageType = [derived, "PRIMARY", _CONTRAST[kind], "ADC" if kind == "ADC" else "NONE"]
    ds.PixelPresentation = "MONOCHROME"
    ds.VolumetricProperties = "VOLUME"
    ds.VolumeBasedCalculationTechnique = "NONE"
    ds.ComplexImageComponent = "MAGNITUDE"
    ds.AcquisitionContrast = _CONTRAST[kind]
    ds.AcquisitionDateTime = f"{first.AcquisitionDate}{first.AcquisitionTime}"
    ds.AcquisitionDuration = 15.0 if kind == "T1" else 140.0
    ds.AcquisitionNumber = first.AcquisitionNumber
    ds.ContentQualification = "RESEARCH"
    ds.ResonantNucleus = "1H"
    ds.KSpaceFiltering = "NONE"
    ds.ApplicableSafetyStandardAgency = "IEC"
    ds.PresentationLUTShape = "IDENTITY"
    ds.AcquisitionContextSequence = Sequence([])
    if derived == "ORIGINAL":
        _pulse_sequence(ds, first, kind)
    if first.get("ContrastBolusAgent"):
        _contrast(ds, first)


def _pulse_sequence(ds: FileDataset, first: FileDataset, kind: str) -> None:
    ds.MRAcquisitionType = first.MRAcquisitionType
    ds.PulseSequenceName = first.get("SequenceName") or first.SeriesDescription[:16]
    gradient, planar = kind == "T1", kind in ("DWI", "ADC")
    ds.EchoPulseSequence = "GRADIENT" if gradient else "SPIN"
    if not gradient:
        ds.MultipleSpinEcho = "NO"
    ds.MultiPlanarExcitation = "NO"
    ds.PhaseContrast = ds.TimeOfFlightContrast = ds.SaturationRecovery = "NO"
    ds.SteadyStatePulseSequence = "NONE"
    ds.EchoPlanarPulseSequence = "YES" if planar else "NO"
    ds.SpectrallySelectedSuppression = "FAT"
    ds.OversamplingPhase = "NONE"
    ds.GeometryOfKSpaceTraversal = "RECTILINEAR"
    ds.RectilinearPhaseEncodeReordering = "LINEAR"
    ds.SegmentedKSpaceTraversal = "SINGLE" if planar else "PARTIAL"
    if gradient:
        ds.CoverageOfKSpace = "FULL"
    ds.NumberOfKSpaceTrajectories = 1


def _contrast(ds: FileDataset, first: FileDataset) -> None:
    agent = _code(*GADOLINIUM)[0]
    agent.ContrastBolusAgentNumber = 1
    agent.ContrastBolusAdministrationRouteSequence = _code("47625008", "SCT", "Intravenous route")
    agent.ContrastBolusIngredientCodeSequence = _code(*GADOLINIUM)
    agent.ContrastBolusVolume = first.ContrastBolusVolume
    agent.ContrastBolusIngredientConcentration = 500
    agent.ContrastBolusIngredientOpaque = "NO"
    agent.ContrastAdministrationProfileSequence = _item(ContrastBolusVolume=first.ContrastBolusVolume)
    ds.ContrastBolusAgentSequence = Sequence([agent])


def _shared_groups(images: list[FileDataset], kind: str) -> Dataset:
    first = images[0]
    groups = Dataset()
    measures = Dataset()
    measures.PixelSpacing, measures.SliceThickness = first.PixelSpacing, first.SliceThickness
    if "SpacingBetweenSlices" in first:
        measures.SpacingBetweenSlices = first.SpacingBetweenSlices
    groups.PixelMeasuresSequence = Sequence([measures])
    groups.PlaneOrientationSequence = _item(ImageOrientationPatient=first.ImageOrientationPatient)
    groups.FrameAnatomySequence = _item(FrameLaterality="U", AnatomicRegionSequence=_code("10200004", "SCT", "Liver"))
    derived = "DERIVED" if first.ImageType[0] == "DERIVED" else "ORIGINAL"
    groups.MRImageFrameTypeSequence = _item(
        FrameType=[derived, "PRIMARY", _CONTRAST[kind], "ADC" if kind == "ADC" else "NONE"],
        PixelPresentation="MONOCHROME",
        VolumetricProperties="VOLUME",
        VolumeBasedCalculationTechnique="NONE",
        ComplexImageComponent="MAGNITUDE",
        AcquisitionContrast=_CONTRAST[kind],
    )
    groups.MRTimingAndRelatedParametersSequence = _timing(first, kind)
    groups.MRFOVGeometrySequence = _geometry(first)
    groups.MREchoSequence = _item(EffectiveEchoTime=float(first.EchoTime))
    groups.MRModifierSequence = _modifiers(kind)
    groups.MRImagingModifierSequence = _item(
        MagnetizationTransfer="NONE",
        BloodSignalNulling="NO",
        Tagging="NONE",
        TransmitterFrequency=float(first.ImagingFrequency),
        PixelBandwidth=1736.0 if kind in ("DWI", "ADC") else 260.0,
    )
    groups.MRReceiveCoilSequence = _item(
        ReceiveCoilName="BODY", ReceiveCoilManufacturerName="", ReceiveCoilType="MULTICOIL",
        QuadratureReceiveCoil="NO", MultiCoilDefinitionSequence=_item(
            MultiCoilElementName="B1", MultiCoilElementUsed="YES"),
    )  # fmt: skip
    groups.MRTransmitCoilSequence = _item(
        TransmitCoilName="BODY", TransmitCoilManufacturerName="", TransmitCoilType="BODY"
    )
    groups.MRAveragesSequence = _item(NumberOfAverages=1.0)
    scale = Dataset()
    scale.RescaleIntercept = first.get("RescaleIntercept", "0")
    scale.RescaleSlope = first.get("RescaleSlope", "1")
    scale.RescaleType = "US"
    groups.PixelValueTransformationSequence = Sequence([scale])
    groups.FrameVOILUTSequence = _item(WindowCenter=first.WindowCenter, WindowWidth=first.WindowWidth)
    return groups


def _timing(first: FileDataset, kind: str) -> Sequence:
    train = int(first.EchoTrainLength)
    return _item(
        RepetitionTime=first.RepetitionTime,
        FlipAngle=first.FlipAngle,
        EchoTrainLength=train,
        RFEchoTrainLength=0 if kind == "T1" else train,
        GradientEchoTrainLength=0 if kind == "T2" else 1,
        SpecificAbsorptionRateSequence=_item(
            SpecificAbsorptionRateDefinition="IEC_WHOLE_BODY", SpecificAbsorptionRateValue=1.0
        ),
        OperatingModeSequence=_item(OperatingModeType="RF", OperatingMode="IEC_NORMAL"),
        GradientOutputType="DB_DT",
        GradientOutput=20.0,
    )


def _geometry(first: FileDataset) -> Sequence:
    _, columns, rows, _ = first.AcquisitionMatrix
    return _item(
        InPlanePhaseEncodingDirection="COLUMN",
        MRAcquisitionFrequencyEncodingSteps=int(columns),
        MRAcquisitionPhaseEncodingStepsInPlane=int(rows),
        MRAcquisitionPhaseEncodingStepsOutOfPlane=1,
        PercentSampling="100",
        PercentPhaseFieldOfView="100",
    )


def _modifiers(kind: str) -> Sequence:
    modifier = _item(
        InversionRecovery="NO",
        FlowCompensation="NONE",
        Spoiling="RF_AND_GRADIENT" if kind == "T1" else "NONE",
        T2Preparation="NO",
        SpectrallySelectedExcitation="NONE",
        SpatialPresaturation="NONE",
        PartialFourier="NO",
        ParallelAcquisition="YES",
        ParallelAcquisitionTechnique="OTHER",
        ParallelReductionFactorInPlane=2.0,
        ParallelReductionFactorOutOfPlane=1.0,
        ParallelReductionFactorSecondInPlane=1.0,
    )
    return modifier


def _frame_groups(images: list[FileDataset], kind: str) -> list[Dataset]:
    """Groups of every frame; frames are numbered by place first and, beside it, by b-value or time."""
    places = sorted({float(image.SliceLocation) for image in images})
    second = sorted({_second_key(image, kind) for image in images})
    seconds_of = {"T1": 15.0}.get(kind, 140.0)
    result = []
    for image in images:
        groups = Dataset()
        content = Dataset()
        moment = f"{image.AcquisitionDate}{image.AcquisitionTime}"
        content.FrameAcquisitionDateTime = content.FrameReferenceDateTime = moment
        content.FrameAcquisitionDuration = seconds_of * 1000
        content.FrameAcquisitionNumber = image.AcquisitionNumber
        content.StackID = "1"
        content.InStackPositionNumber = places.index(float(image.SliceLocation)) + 1
        rank = second.index(_second_key(image, kind)) + 1
        content.DimensionIndexValues = [1, content.InStackPositionNumber, *([rank] if kind in _THIRD else [])]
        if kind == "T1":
            content.TemporalPositionIndex = rank
        groups.FrameContentSequence = Sequence([content])
        groups.PlanePositionSequence = _item(ImagePositionPatient=image.ImagePositionPatient)
        if kind == "DWI":
            groups.MRDiffusionSequence = _diffusion(float(image.get("DiffusionBValue", 0.0)))
        if kind == "T1" and image.get("ContrastBolusAgent"):
            groups.ContrastBolusUsageSequence = _item(
                ContrastBolusAgentNumber=1, ContrastBolusAgentAdministered="YES", ContrastBolusAgentDetected="YES",
                ContrastBolusAgentPhase="POST_CONTRAST",
            )  # fmt: skip
        result.append(groups)
    return result


def _second_key(image: FileDataset, kind: str) -> float:
    if kind == "DWI":
        return float(image.get("DiffusionBValue", 0.0))
    return float(image.get("TemporalPositionIdentifier", 1))


def _diffusion(b: float) -> Sequence:
    item = Dataset()
    item.DiffusionBValue = b
    item.DiffusionDirectionality = "ISOTROPIC" if b > 0 else "NONE"
    if b > 0:
        item.DiffusionAnisotropyType = "FRACTIONAL"
    return Sequence([item])


def _dimensions(ds: FileDataset, kind: str, dimension_uid: str) -> None:
    pointers = [("StackID", "FrameContentSequence"), ("InStackPositionNumber", "FrameContentSequence")]
    pointers += _THIRD.get(kind, [])
    ds.DimensionOrganizationSequence = _item(DimensionOrganizationUID=dimension_uid)
    ds.DimensionIndexSequence = Sequence(
        [
            _item(
                DimensionOrganizationUID=dimension_uid,
                DimensionIndexPointer=Tag(pointer),
                FunctionalGroupPointer=Tag(group),
            )[0]
            for pointer, group in pointers
        ]
    )
