"""The result as a DICOM structured report: TID 1500, one measurement group a lesion, never verified.

Each group names the segment, liver as finding site, size, model scores by class with the package as algorithm, and the
flag. Statements about the study (flag in words, cautions, package, provider, sequences, status) follow as text. Scores
are model scores, not probabilities of disease, so their names are coded in the product's own scheme.
"""

from __future__ import annotations

import warnings
from datetime import datetime
from pathlib import Path

import highdicom as hd
from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

import engine
from engine.dicom_out.evidence import Segment, evidence_of, read_segments
from engine.dicom_out.identity import (
    MANUFACTURER,
    MODEL_NAME,
    SERIES_PREFIX,
    reference_series,
    save,
    seed_of,
    source_header,
    stamp,
    uid_for,
)
from engine.domain.case import Case
from engine.domain.labels import STATUS_TEXT
from engine.domain.result import Analysis, LesionResult, StudyResult
from engine.domain.sequence import SequenceRole
from engine.domain.study import Study

SCHEME = "99LOBULE"
FLAG = Code("LOB-FLAG", SCHEME, "Contrast follow-up flag")
FLAG_VALUES = {
    True: Code("LOB-FLAG-RAISED", SCHEME, "Contrast follow-up recommended"),
    False: Code("LOB-FLAG-NOT", SCHEME, "Contrast follow-up flag not raised"),
    None: Code("LOB-FLAG-NONE", SCHEME, "No flag: result withheld"),
}
SUM_RULE = Code("LOB-SUM-RULE", SCHEME, "Class by the sum rule")
ANY_SLICE = Code("LOB-ANY-SLICE", SCHEME, "Any-slice rule")
ANY_SLICE_VALUES = {
    True: Code("LOB-ANY-YES", SCHEME, "At least one slice classified as malignant"),
    False: Code("LOB-ANY-NO", SCHEME, "No slice classified as malignant"),
}
SLICES = Code("LOB-SLICES", SCHEME, "Number of classified slices")
MEAN = Code("373098007", "SCT", "Mean")
SUM = Code("255619001", "SCT", "Total")
EVALUATIONS = Code("C0034375", "UMLS", "Qualitative Evaluations")
NO_UNIT = Code("1", "UCUM", "no units")
MILLILITRE = Code("mL", "UCUM", "milliliter")


def write_structured_report(
    analysis: Analysis, case: Case, study: Study, path: Path, *, segmentation: Path, created: datetime
) -> None:
    """Write the result of one analysis.

    Args:
        segmentation: The SEG object written for the same case; its segments are referred to.

    Raises:
        ReportError: No T2 series, the segmentation or a source image can't be read, or the report can't be written.
    """
    result = analysis.result
    series = reference_series(case.roles.get(SequenceRole.T2), study)
    source = source_header(series)
    seed = seed_of(case.digest(), created)
    segments = read_segments(segmentation)
    by_lesion = {lesion.lesion_id: lesion for lesion in result.lesions}
    groups = [_group(segment, by_lesion.get(segment.lesion_id), result, seed) for segment in segments]
    observer = hd.sr.ObserverContext(
        observer_type=codes.DCM.Device,
        observer_identifying_attributes=hd.sr.DeviceObserverIdentifyingAttributes(
            uid=uid_for("lobule", engine.__version__, result.package.digest),
            name=MODEL_NAME,
            manufacturer_name=MANUFACTURER,
            model_name=MODEL_NAME,
        ),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # highdicom warns about habits of the source that are copied as they are
        content = hd.sr.MeasurementReport(
            observation_context=hd.sr.ObservationContext(observer_device_context=observer),
            procedure_reported=codes.LN.MRIUnspecifiedBodyRegion,
            imaging_measurements=groups,
            title=codes.DCM.ImagingMeasurementReport,
        )
        content[0].ContentSequence.append(_statements(result))
        report = hd.sr.Comprehensive3DSR(
            evidence=evidence_of(case, study, segmentation),
            content=content[0],
            series_instance_uid=uid_for(seed, "SR", "series"),
            series_number=1,
            sop_instance_uid=uid_for(seed, "SR", "instance"),
            instance_number=1,
            manufacturer=MANUFACTURER,
            is_complete=True,
            is_verified=False,
            series_description=f"{SERIES_PREFIX} result",
            transfer_syntax_uid="1.2.840.10008.1.2.1",
        )
    scheme = Dataset()
    scheme.CodingSchemeDesignator = SCHEME
    scheme.CodingSchemeName = "Lobule result codes"
    scheme.CodingSchemeResponsibleOrganization = MANUFACTURER
    report.CodingSchemeIdentificationSequence = [scheme]
    stamp(report, source, study, "SR", seed, created)
    save(report, path)


def label_text(label: str) -> str:
    """Return a class label as words: ``primary_malignancy`` becomes ``primary malignancy``."""
    return label.replace("_", " ")


def score_code(label: str, *, summed: bool = False) -> Code:
    """Return the concept that names a class score (code values are at most 16 characters)."""
    words = "Summed model score" if summed else "Model score"
    return Code(f"LOB-{'S' if summed else 'M'}-{label[:10]}", SCHEME, f"{words}: {label_text(label)}"[:64])


def class_code(label: str) -> Code:
    """Return the concept that stands for a class."""
    return Code(f"LOB-C-{label[:10]}", SCHEME, label_text(label).capitalize()[:64])


def _group(
    segment: Segment, lesion: LesionResult | None, result: StudyResult, seed: str
) -> hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations:
    package = result.package
    algorithm = hd.sr.AlgorithmIdentification(
        name=package.id,
        version=package.version,
        parameters=[
            f"package digest {package.digest}",
            f"clinical status {package.clinical_status}",
            f"provider {result.provider}",
            f"roles {', '.join(package.roles)}",
        ],
    )
    site = hd.sr.FindingSite(anatomic_location=codes.SCT.Liver)
    evaluations = [hd.sr.QualitativeEvaluation(name=FLAG, value=FLAG_VALUES[result.follow_up.recommended])]
    measurements: list[hd.sr.Measurement] = []
    if lesion is not None:
        measurements = _measurements(lesion, package.labels, algorithm)
        evaluations += [
            hd.sr.QualitativeEvaluation(name=SUM_RULE, value=class_code(lesion.predicted)),
            hd.sr.QualitativeEvaluation(name=ANY_SLICE, value=ANY_SLICE_VALUES[lesion.malignant_by_any_slice]),
        ]
    return hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(
            uid=segment.tracking_uid or uid_for(seed, "lesion", segment.lesion_id), identifier=segment.label
        ),
        referenced_segment=hd.sr.ReferencedSegment(
            sop_class_uid=segment.sop_class_uid,
            sop_instance_uid=segment.sop_instance_uid,
            segment_number=segment.number,
            source_images=[
                hd.sr.SourceImageForSegmentation(
                    referenced_sop_class_uid=image.sop_class_uid,
                    referenced_sop_instance_uid=image.sop_instance_uid,
                    referenced_frame_numbers=list(image.frames) or None,
                )
                for image in segment.images
            ],
        ),
        finding_type=codes.SCT.Mass,
        finding_sites=[site],
        algorithm_id=algorithm,
        measurements=measurements,
        qualitative_evaluations=evaluations,
    )


def _measurements(
    lesion: LesionResult, labels: tuple[str, ...], algorithm: hd.sr.AlgorithmIdentification
) -> list[hd.sr.Measurement]:
    found = [
        hd.sr.Measurement(
            name=codes.SCT.LongAxis, value=_rounded(lesion.longest_diameter_mm), unit=codes.UCUM.Millimeter
        ),
        hd.sr.Measurement(name=codes.SCT.Volume, value=_rounded(lesion.volume_ml), unit=MILLILITRE),
        hd.sr.Measurement(name=SLICES, value=len(lesion.slices), unit=NO_UNIT),
    ]
    for label in labels:
        found.append(
            hd.sr.Measurement(
                name=score_code(label),
                value=_rounded(lesion.mean_scores[label]),
                unit=NO_UNIT,
                derivation=MEAN,
                algorithm_id=algorithm,
            )
        )
        found.append(
            hd.sr.Measurement(
                name=score_code(label, summed=True),
                value=_rounded(lesion.summed_scores[label]),
                unit=NO_UNIT,
                derivation=SUM,
                algorithm_id=algorithm,
            )
        )
    return found


def _rounded(value: float) -> float:
    """Return a value whose decimal text fits a DS (16 characters); full precision stands in `result.json`."""
    return round(float(value), 6)


def _statements(result: StudyResult) -> hd.sr.ContainerContentItem:
    """Return the statements about the study as text and code items."""
    relation = hd.sr.RelationshipTypeValues.CONTAINS
    container = hd.sr.ContainerContentItem(name=hd.sr.CodedConcept(*EVALUATIONS[:3]), relationship_type=relation)
    package, follow_up = result.package, result.follow_up
    dwi = "DWI was used." if SequenceRole.DWI.value in package.roles else "DWI was not used."
    texts = [
        ("LOB-STATUS", "Status of the model package", STATUS_TEXT[package.clinical_status]),
        ("LOB-HEADLINE", "Contrast follow-up flag in words", f"{follow_up.headline}: {follow_up.reason}"),
        ("LOB-PACKAGE", "Model package", f"{package.id} {package.version}, digest {package.digest}"),
        ("LOB-PROVIDER", "Provider that ran", result.provider),
        ("LOB-ROLES", "Sequences used", f"{_roles(result)}. {dwi}"),
        ("LOB-NOTE", "Meaning of the scores", "Model scores are not probabilities of disease."),
        ("LOB-CASE", "Case digest", result.case_digest),
        *(
            (f"LOB-CAUTION-{number}", f"Caution ({caution.effect.value})", f"{caution.code}: {caution.text}")
            for number, caution in enumerate(result.cautions, start=1)
        ),
    ]
    items = hd.sr.ContentSequence()
    items.append(hd.sr.CodeContentItem(name=FLAG, value=FLAG_VALUES[follow_up.recommended], relationship_type=relation))
    for code, meaning, text in texts:
        items.append(
            hd.sr.TextContentItem(name=Code(code, SCHEME, meaning), value=_plain(text), relationship_type=relation)
        )
    container.ContentSequence = items
    return container


def _roles(result: StudyResult) -> str:
    used = result.roles_used or {}
    return "; ".join(f"{role}: {used.get(role, 'series not named')}" for role in result.package.roles)


def _plain(text: str) -> str:
    """Return ASCII text, which every source character set can write."""
    plain = (
        text.replace("−", "-")
        .replace("–", "-")
        .replace("²", "2")
        .replace("’", "'")
        .replace("×", "x")
        .replace("…", "...")
    )
    return plain.encode("ascii", errors="replace").decode("ascii")
