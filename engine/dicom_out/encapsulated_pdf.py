"""The report as DICOM Encapsulated PDF, beside the study in the archive.

Source: DICOM PS3.3 A.45.1 and C.24.2. The document is padded to an even length and its true length stated.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from pathlib import Path

from pydicom import Dataset
from pydicom.dataset import FileMetaDataset

from engine.dicom_out.identity import SERIES_PREFIX, image_references, save, seed_of, source_header, stamp, uid_for
from engine.domain.errors import ReportError
from engine.domain.study import Series, Study

ENCAPSULATED_PDF = "1.2.840.10008.5.1.4.1.1.104.1"
LARGEST = 1 << 30


def write_encapsulated_pdf(pdf: Path, study: Study, reference: Series, path: Path, *, created: datetime) -> None:
    """Wrap a PDF file as a DICOM object.

    Args:
        reference: The T2 series, from which patient and study are copied and which is named as source.

    Raises:
        ReportError: The PDF or a source image can't be read, or the object can't be written.
    """
    try:
        size = pdf.stat().st_size
        content = pdf.read_bytes() if size <= LARGEST else b""
    except OSError as problem:
        raise _no_pdf(pdf, str(problem.strerror or problem)) from problem
    if not content.startswith(b"%PDF"):
        raise _no_pdf(pdf, "it is no PDF document" if size <= LARGEST else "it is larger than 1 GiB")
    seed = seed_of(sha256(content).hexdigest(), created)
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.SOPClassUID = ENCAPSULATED_PDF
    dataset.SOPInstanceUID = uid_for(seed, "PDF", "instance")
    dataset.Modality = "DOC"
    stamp(dataset, source_header(reference), study, "PDF", seed, created)
    dataset.SeriesDescription = f"{SERIES_PREFIX} report"
    dataset.ConversionType = "WSD"
    dataset.AcquisitionDateTime = ""
    dataset.BurnedInAnnotation = "YES"  # the report names the patient
    dataset.VerificationFlag = "UNVERIFIED"
    dataset.DocumentTitle = f"{SERIES_PREFIX} report"
    title = Dataset()
    title.CodeValue, title.CodingSchemeDesignator = "18748-4", "LN"
    title.CodeMeaning = "Diagnostic imaging report"
    dataset.ConceptNameCodeSequence = [title]
    dataset.SourceInstanceSequence = image_references(reference)
    dataset.MIMETypeOfEncapsulatedDocument = "application/pdf"
    dataset.EncapsulatedDocumentLength = len(content)
    dataset.EncapsulatedDocument = content + b"\0" * (len(content) % 2)
    save(dataset, path)


def _no_pdf(pdf: Path, why: str) -> ReportError:
    return ReportError(
        f"The report {pdf.name} cannot be wrapped as DICOM: {why}.",
        remedy="Write the PDF report first.",
        code="no-pdf",
    )
