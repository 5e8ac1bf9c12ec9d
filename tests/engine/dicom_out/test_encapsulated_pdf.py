"""The report wrapped as DICOM: the very bytes, their true length, the source images."""

from __future__ import annotations

from datetime import datetime

import pydicom
import pytest

from engine.dicom_out import write_encapsulated_pdf
from engine.domain.errors import ReportError
from tests.support.roi_series import small_study

CREATED = datetime(2026, 1, 2, 3, 4, 5)


@pytest.mark.parametrize("content", [b"%PDF-1.4 even", b"%PDF-1.4 uneven"])
def test_document_is_padded_and_its_length_is_true(tmp_path, content) -> None:
    small = small_study(tmp_path / "t2", enhanced=True)
    (tmp_path / "r.pdf").write_bytes(content)
    write_encapsulated_pdf(tmp_path / "r.pdf", small.study, small.series, tmp_path / "r.dcm", created=CREATED)
    written = pydicom.dcmread(tmp_path / "r.dcm")
    assert written.EncapsulatedDocumentLength == len(content)
    assert len(written.EncapsulatedDocument) % 2 == 0
    assert written.EncapsulatedDocument[: len(content)] == content
    assert written.MIMETypeOfEncapsulatedDocument == "application/pdf"
    assert written.BurnedInAnnotation == "YES"
    assert [item.ReferencedSOPInstanceUID for item in written.SourceInstanceSequence] == [
        small.series.instances[0].sop_instance_uid
    ]


def test_what_is_no_pdf_is_refused(tmp_path) -> None:
    small = small_study(tmp_path / "t2")
    (tmp_path / "r.pdf").write_bytes(b"hello")
    for name in ("r.pdf", "gone.pdf"):
        with pytest.raises(ReportError) as caught:
            write_encapsulated_pdf(tmp_path / name, small.study, small.series, tmp_path / "r.dcm", created=CREATED)
        assert caught.value.code == "no-pdf"
    assert not (tmp_path / "r.dcm").exists()
