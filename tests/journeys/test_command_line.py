"""Folder to report by command line, on the sample study with the shipped package; and every bad input named in the
interface.
"""

from __future__ import annotations

import csv
import json
import shutil

import nibabel
import numpy as np
import pydicom
import pytest
from pydicom.uid import generate_uid

from engine.cli import main
from engine.domain.labels import STATUS_TEXT
from tests.support.dicom_check import dicom_errors
from tests.support.storage_server import serve

LABELS = ["benign", "primary_malignancy", "metastasis"]
OUTPUTS = {"result.json", "slices.csv", "report.pdf", "case.json", "roi.seg.dcm", "result.sr.dcm", "report.dcm"}


def files(folder, modality=None):
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        dataset = pydicom.dcmread(path, force=True)
        if modality is None or dataset.get("Modality") == modality:
            yield path, dataset


@pytest.fixture
def copy(sample, tmp_path):
    return shutil.copytree(sample, tmp_path / "study")


def test_scan_json_names_the_roles_and_why(sample, capsys):
    assert main(["scan", str(sample), "--json", "-"]) == 0
    printed = capsys.readouterr()
    document = json.loads(printed.out)  # nothing but JSON on stdout
    assert document["schema"] == "lobule.scan/1"
    (study,) = document["studies"]
    series = {s["key"]: s for s in study["series"]}
    assert set(study["roles"]) == {"T2", "DWI"}
    dwi = series[study["roles"]["DWI"]]
    assert dwi["kind"] == "DWI"
    assert dwi["b_value_s_mm2"] == 1000
    assert dwi["b_value_source"]
    assert dwi["reasons"]
    assert dwi["is_stack"]
    kinds = {s["kind"] for s in series.values()}
    assert "ADC" in kinds
    assert {s["role"] for s in series.values() if s["kind"] == "ADC"} == {None}
    low = [s for s in series.values() if s["kind"] == "DWI" and s["b_value_s_mm2"] < 400]
    assert low
    assert all(s["role"] is None for s in low)
    (roi,) = study["roi_objects"]
    assert roi["format"] == "SEG"
    assert roi["usable"]


def test_every_output_is_written_in_its_schema(analysed):
    assert {p.name for p in analysed.iterdir() if p.is_file()} >= OUTPUTS
    assert list((analysed / "figures").glob("*.png"))
    result = json.loads((analysed / "result.json").read_text(encoding="utf-8"))
    assert result["schema"] == "lobule.result/1"
    assert result["package"]["id"] == "t2_dwi"
    assert result["package"]["clinical_status"] == "simulated"
    assert result["provider"] == "CPUExecutionProvider"
    for lesion in result["lesions"]:
        for slice_ in lesion["slices"]:
            assert list(slice_["scores"]) == LABELS
            assert sum(slice_["scores"].values()) == pytest.approx(1.0)
            assert slice_["predicted"] == max(LABELS, key=slice_["scores"].get)
        for label in LABELS:
            total = sum(s["scores"][label] for s in lesion["slices"])
            assert lesion["sum_rule"]["scores"][label] == pytest.approx(total)
        malignant = [s["index"] for s in lesion["slices"] if s["predicted"] != "benign"]
        assert lesion["any_slice_rule"] == {"malignant": bool(malignant), "slices": malignant}
    flag = result["contrast_follow_up"]
    assert flag["recommended"] == any(lesion["any_slice_rule"]["malignant"] for lesion in result["lesions"])
    with (analysed / "slices.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    told = [s for lesion in result["lesions"] for s in lesion["slices"]]
    assert [float(row["benign"]) for row in rows] == [s["scores"]["benign"] for s in told]
    assert {row["status_text"] for row in rows} == {STATUS_TEXT["simulated"]}


def test_a_second_run_gives_equal_bytes(sample, analysed, tmp_path):
    assert main(["analyze", str(sample), "--out", str(tmp_path / "again")]) == 0
    for name in ("result.json", "slices.csv", "case.json"):
        assert (tmp_path / "again" / name).read_bytes() == (analysed / name).read_bytes()


def test_the_stored_case_gives_the_same_result(sample, analysed, tmp_path):
    out = tmp_path / "from-case"
    assert main(["analyze", str(sample), "--case", str(analysed / "case.json"), "--out", str(out)]) == 0
    assert (out / "result.json").read_bytes() == (analysed / "result.json").read_bytes()


@pytest.mark.loopback
def test_more_is_written_on_request_and_sent_on_request_only(sample, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["analyze", str(sample), "--out", str(out), "--also", "rtstruct,nifti,sc"]) == 0
    assert {"roi.rtstruct.dcm", "roi.nii.gz"} <= {p.name for p in out.iterdir()}
    slices = sum(len(lesion["slices"]) for lesion in json.loads((out / "result.json").read_text())["lesions"])
    assert len(list((out / "heat_maps").glob("*.dcm"))) == slices
    objects = sorted(out.rglob("*.dcm"))
    assert len(objects) == 4 + slices
    assert [error for path in objects for error in dicom_errors(path)] == []
    arrived = []
    server, node = serve(lambda event: arrived.append(event.request.AffectedSOPInstanceUID) or 0x0000)
    try:
        capsys.readouterr()
        assert main(["send", str(out), "--to", f"{node.host}:{node.port}", "--called", node.ae_title]) == 0
    finally:
        server.shutdown()
    assert sorted(arrived) == sorted(pydicom.dcmread(path).SOPInstanceUID for path in objects)
    assert capsys.readouterr().out.count(": stored") == len(objects)


def test_options_that_make_no_sense_stop_before_anything_is_read(sample, tmp_path, capsys):
    out = ["--out", tmp_path / "out"]
    refused(["analyze", sample, "--also", "stl", *out], capsys, 2, "stl", "rtstruct")
    refused(["analyze", sample, "--roi-fraction", "0", *out], capsys, 2, "share")
    refused(["send", tmp_path, "--to", "nowhere", "--called", "A"], capsys, 2, "HOST:PORT")
    refused(["send", tmp_path, "--to", "127.0.0.1:104", "--called", "A"], capsys, 2, "no DICOM object")
    assert not (tmp_path / "out").exists()


def test_an_outline_without_geometry_asks_and_takes_the_answer(sample, analysed, tmp_path, capsys):
    """The exported outline, its geometry erased: the command says which series fit, and an answer gives the result."""
    first = json.loads((analysed / "case.json").read_text())
    bare = tmp_path / "bare.nii.gz"
    assert main(["analyze", str(sample), "--out", str(tmp_path / "a"), "--also", "nifti"]) == 0
    image = nibabel.load(tmp_path / "a" / "roi.nii.gz")
    nibabel.save(nibabel.Nifti1Image(np.asarray(image.dataobj), np.eye(4)), bare)
    capsys.readouterr()
    arguments = ["analyze", str(sample), "--roi", str(bare), "--out", str(tmp_path / "out")]
    key = first["roles"]["T2"]
    refused(arguments, capsys, 3, "On which series", f"--roi-answer series={key}")
    assert not (tmp_path / "out").exists()
    assert main([*arguments, "--roi-answer", f"series={key}"]) == 0
    scores = [
        [lesion["slices"] for lesion in json.loads((folder / "result.json").read_text())["lesions"]]
        for folder in (tmp_path / "out", tmp_path / "a")
    ]
    assert scores[0] == scores[1]


def test_a_child_is_withheld_and_everything_is_still_written(copy, tmp_path, capsys):
    for path, dataset in files(copy):
        dataset.PatientBirthDate, dataset.PatientAge = "", "012Y"
        dataset.save_as(path)
    out = tmp_path / "out"
    assert main(["analyze", str(copy), "--out", str(out)]) == 5
    assert {p.name for p in out.iterdir() if p.is_file()} >= OUTPUTS
    flag = json.loads((out / "result.json").read_text(encoding="utf-8"))["contrast_follow_up"]
    assert flag["recommended"] is None
    assert flag["withheld_because"] == "age-under-18"
    assert "No flag: the result is withheld because" in capsys.readouterr().out


def test_deidentified_outputs_hold_no_identifier(copy, tmp_path):
    for path, dataset in files(copy):
        dataset.PatientName, dataset.PatientID = "Secretname^Person", "ID-SECRET-77"
        dataset.save_as(path)
    out = tmp_path / "out"
    assert main(["analyze", str(copy), "--out", str(out), "--deidentify"]) == 0
    assert not list(out.rglob("*.dcm"))
    uids = {str(d[name].value) for _, d in files(copy) for name in ("StudyInstanceUID", "SeriesInstanceUID")}
    for path in (p for p in out.rglob("*") if p.is_file()):
        data = path.read_bytes()
        for secret in ("Secretname", "SECRET-77", *uids):
            assert secret.encode() not in data, path.name


def refused(arguments, capsys, status, *words):
    """Run, expect the exit status, one clear message with a next step on stderr, and nothing on stdout."""
    assert main([str(a) for a in arguments]) == status
    printed = capsys.readouterr()
    assert printed.out == ""
    lines = printed.err.strip().splitlines()
    assert len(lines) >= 2, "a message and a next step"
    for word in words:
        assert word.lower() in printed.err.lower(), printed.err
    assert "Traceback" not in printed.err


def test_empty_folder(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    refused(["analyze", tmp_path / "empty", "--out", tmp_path / "out"], capsys, 3, "empty")
    assert not (tmp_path / "out").exists()


def test_folder_that_is_not_there(tmp_path, capsys):
    refused(["analyze", tmp_path / "nowhere", "--out", tmp_path / "out"], capsys, 3, "nowhere")
    assert not (tmp_path / "out").exists()


def test_folder_of_text_files(tmp_path, capsys):
    (tmp_path / "texts").mkdir()
    for name in ("a.txt", "b.dcm"):
        (tmp_path / "texts" / name).write_text("not an image", encoding="utf-8")
    refused(["analyze", tmp_path / "texts", "--out", tmp_path / "out"], capsys, 3, "DICOM")
    assert not (tmp_path / "out").exists()


def test_ct_study(copy, tmp_path, capsys):
    for path, dataset in files(copy, "MR"):
        dataset.Modality = "CT"
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
        dataset.save_as(path)
    refused(["analyze", copy, "--out", tmp_path / "out"], capsys, 3, "T2", "CT")
    assert not (tmp_path / "out").exists()


def test_study_without_t2(sample, copy, tmp_path, capsys):
    main(["scan", str(sample), "--json", str(tmp_path / "scan.json")])
    capsys.readouterr()
    document = json.loads((tmp_path / "scan.json").read_text(encoding="utf-8"))
    t2 = document["studies"][0]["roles"]["T2"].split("#")[0]
    for path, dataset in list(files(copy)):
        if dataset.SeriesInstanceUID == t2:
            path.unlink()
    refused(["analyze", copy, "--out", tmp_path / "out"], capsys, 3, "T2", "--role T2=KEY")
    assert not (tmp_path / "out").exists()


def test_outline_of_another_patient(copy, tmp_path, capsys):
    for path, dataset in files(copy, "SEG"):
        dataset.PatientID, dataset.PatientName = "SOMEBODY-ELSE", "Else^Somebody"
        dataset.StudyInstanceUID = generate_uid()
        dataset.save_as(tmp_path / "foreign.dcm")
        path.unlink()
    arguments = ["analyze", copy, "--roi", tmp_path / "foreign.dcm", "--out", tmp_path / "out"]
    refused(arguments, capsys, 3, "patient")
    assert not (tmp_path / "out").exists()


def test_two_studies_are_not_mixed(sample, copy, tmp_path, capsys):
    both = tmp_path / "both"
    shutil.copytree(sample, both / "one")
    shutil.copytree(sample, both / "two")
    renewed = {}
    for path, dataset in files(both / "two"):
        for name in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
            old = dataset[name].value
            setattr(dataset, name, renewed.setdefault(old, generate_uid()))
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.PatientID = "SECOND"
        dataset.save_as(path)
    refused(["analyze", both, "--out", tmp_path / "out"], capsys, 3, "2 studies", "--study")
    assert not (tmp_path / "out").exists()


def test_unknown_model_role_and_provider(sample, tmp_path, capsys):
    out = ["--out", tmp_path / "out"]
    refused(["analyze", sample, "--model", "nonesuch", *out], capsys, 4, "nonesuch", "models list")
    refused(["analyze", sample, "--role", "T3=x", *out], capsys, 2, "T3=x")
    refused(["analyze", sample, "--role", "T2=1.2.3", *out], capsys, 3, "1.2.3", "scan")
    refused(["analyze", sample, "--provider", "abacus", *out], capsys, 2, "abacus")
    assert not (tmp_path / "out").exists()


def test_an_output_folder_that_cannot_be_written(sample, tmp_path, capsys):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    refused(["analyze", sample, "--out", tmp_path / "file"], capsys, 3, "file")
    assert (tmp_path / "file").read_text(encoding="utf-8") == "in the way"


def test_models_verify_and_selftest(capsys):
    assert main(["models", "verify", "t2_dwi"]) == 0
    assert main(["selftest"]) == 0
    assert "t2_dwi  CPUExecutionProvider  ok" in capsys.readouterr().out


def test_sample_refuses_a_folder_with_files(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    refused(["sample", tmp_path], capsys, 2, "not an empty folder")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
