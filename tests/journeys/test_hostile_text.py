"""Markup, formulas and nonsense in every text of a header, from DICOM files to every output: printed as it stands."""

from __future__ import annotations

import csv
import json
import warnings
from dataclasses import replace

import pydicom
import pytest
from pypdf import PdfReader

from engine import pipeline
from engine.domain.case import Case, ReaderImpression
from engine.pipeline import Finished, ReportOptions
from tests.support.liver_files import write_liver_mask, write_liver_study
from tests.support.results import CREATED
from tests.support.tiny_model import write_tiny_package

SAID = {
    "PatientName": "O'Brien <b>&^</b><para>%s {x}",
    "PatientID": "=1+1;-2 <a href='x'>",
    "StudyDescription": "<img src='file:///etc/passwd'/> liver",
    "AccessionNumber": "+A&amp;1",
    "ProtocolName": "<!DOCTYPE x>\\]]>",
    "InstitutionName": "${HOME} `id` <script>",
    "SeriesDescription": "t2_tse_fs_tra_trig <font size=90>&lt;",
}
LESION = "<b>Segment\x00 VI</b>\r\n=HYPERLINK(1) {0} \u202e%d"
COMMENT = "<para>seen\x00 before</para> &nbsp; " + "x" * 5000 + "\n</b>{y}"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    study = write_liver_study(folder / "study")
    write_liver_mask(study / "lesion.nii.gz", slices=(9, 10))
    for path in study.rglob("*.dcm"):
        dataset = pydicom.dcmread(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pydicom warns of what no DICOM text should hold
            for name, text in SAID.items():
                if name != "SeriesDescription" or path.parent.name == "t2":
                    setattr(dataset, name, text)
            dataset.save_as(path)
    package = write_tiny_package(folder / "tiny")
    opened = pipeline.open_study([study]).studies[0]
    roles = pipeline.propose_roles(opened).roles
    volumes = pipeline.load_volumes(opened, roles)
    case = Case(opened.study_instance_uid, roles, model=str(package))
    case = pipeline.import_rois([study / "lesion.nii.gz"], opened, case, volumes)
    (roi,) = case.rois
    case = case.with_roi(replace(roi, name=LESION)).with_reader(ReaderImpression(comment=COMMENT))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOBULE_HOME", str(folder / "home"))
        analysis = pipeline.analyze(opened, case, volumes)
    return Finished(analysis, opened, case, volumes, CREATED)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_text_stands_as_it_is_and_nothing_follows_it(finished, tmp_path, language):
    with_words = replace(finished, options=ReportOptions(language))
    written = pipeline.write_outputs(with_words, tmp_path / "out", also=["rtstruct", "sc"])
    plain = {"result.json", "slices.csv", "report.pdf", "case.json", "roi.seg.dcm", "result.sr.dcm", "report.dcm"}
    names = {path.relative_to(tmp_path / "out").as_posix() for path in written}
    assert plain <= names
    assert all(name.isascii() and not set(name) & set("<>&=;%{} ") for name in names)  # no file is named by a header

    pages = ["".join(page.extract_text().split()) for page in PdfReader(tmp_path / "out" / "report.pdf").pages]
    whole = "".join(pages)
    shown = {**SAID, "PatientName": "O'Brien <b>&, </b><para>%s {x}"}
    for name in ("PatientName", "PatientID", "StudyDescription", "AccessionNumber", "SeriesDescription"):
        assert "".join(shown[name].split()) in whole, name
    assert "<b>SegmentVI</b>=HYPERLINK(1){0}%d" in whole
    assert "<para>seenbefore</para>&nbsp;xxx" in whole
    assert "xxx…" in whole  # the comment is cut, and says so
    assert "root:" not in whole

    cells = [cell for row in csv.reader((tmp_path / "out" / "slices.csv").read_text().splitlines()) for cell in row]
    assert not [cell for cell in cells if cell[:1] in tuple("=+@")]
    stored = json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))
    assert stored["lesions"][0]["name"] == finished.case.rois[0].name  # data stays data
    for name in ("roi.seg.dcm", "result.sr.dcm", "report.dcm"):
        assert str(pydicom.dcmread(tmp_path / "out" / name).PatientName) == SAID["PatientName"]


def test_nothing_of_it_is_left_when_deidentified(finished, tmp_path):
    hidden = replace(finished, options=ReportOptions(deidentify=True))
    pipeline.write_outputs(hidden, tmp_path / "out")
    text = "".join(page.extract_text() for page in PdfReader(tmp_path / "out" / "report.pdf").pages)
    text += (tmp_path / "out" / "result.json").read_text(encoding="utf-8")
    for secret in ("O'Brien", "passwd", "amp;1", "HYPERLINK", "seen", "xxx", "Segment"):
        assert secret not in text, secret
