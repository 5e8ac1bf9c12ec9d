"""Many studies: all arrangements, faults named and passed over, taken up again, one process or several."""

from __future__ import annotations

import csv
import json
import shutil

import pytest

from engine import audit, storage
from engine.cli import main
from engine.cli.cohort_items import items_of
from engine.cli.work import Request
from engine.domain.progress import SILENT
from tests.support.liver_files import write_liver_mask, write_liver_study


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    """Two good studies, one without an outline, and a file that is no study."""
    folder = tmp_path_factory.mktemp("cohort")
    for number in (1, 2, 3):
        write_liver_study(folder / f"p{number}" / "dicom", patient=f"P-{number}", study_uid=f"1.2.826.0.1.9.{number}")
    for number in (1, 2):
        write_liver_mask(folder / f"p{number}" / "mask.nii.gz", radius_px=4 + number)
    (folder / "notes.txt").write_text("not DICOM")
    return folder


def run(tiny_package, *arguments):
    return main(["cohort", *map(str, arguments), "--model", str(tiny_package.folder), "--provider", "cpu"])


def table(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def finished(cohort, tiny_package, tmp_path_factory):
    home, out = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("out") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOBULE_HOME", str(home))
        assert run(tiny_package, cohort, "--out", out) == 0
        assert audit.verify(home).entries == 4  # two analyses, two exports
    return out


def test_every_study_is_a_row_and_a_fault_is_named(finished):
    rows = {row["patient_id"]: row for row in table(finished / "patients.csv")}
    assert set(rows) == {"P-1", "P-2", ""}
    assert rows["P-1"]["state"] in ("analysed", "withheld")
    assert rows["P-1"]["package"] == "tiny-t2-dwi"
    assert rows[""]["state"] == "failed"
    assert rows[""]["fault"] == "roi-missing"
    assert "No outline of a lesion" in rows[""]["message"]
    for identity in ("P-1", "P-2"):
        folder = finished / rows[identity]["folder"]
        result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
        slices = [row for row in table(finished / "slices.csv") if row["study"] == rows[identity]["study"]]
        told = [slice_ for lesion in result["lesions"] for slice_ in lesion["slices"]]
        assert len(slices) == len(told) == int(rows[identity]["slices"]) > 0
        assert [float(row["benign"]) for row in slices] == [slice_["scores"]["benign"] for slice_ in told]
        assert (folder / "report.pdf").read_bytes().startswith(b"%PDF")


def test_an_outline_goes_to_the_study_beside_it(finished):
    """Both studies have the same grid: a mask offered to both would give each two lesions."""
    rows = [row for row in table(finished / "patients.csv") if row["state"] != "failed"]
    assert [row["lesions"] for row in rows] == ["1", "1"]
    sizes = [
        json.loads((finished / row["folder"] / "result.json").read_text())["lesions"][0]["volume_ml"] for row in rows
    ]
    assert sizes[0] < sizes[1]


def test_no_identifier_in_file_names(finished):
    assert not [p for p in finished.rglob("*") if "P-1" in p.name or "9.1" in p.name or "Muster" in p.name]


def test_resume_keeps_what_is_finished_and_does_what_is_not(cohort, tiny_package, tmp_path, capsys):
    """Run de-identified: then no table or record leads to a person either."""
    copy, out = tmp_path / "copy", tmp_path / "out"
    for name in ("p1", "p3"):
        shutil.copytree(cohort / name, copy / name)
    assert run(tiny_package, copy, "--out", out, "--deidentify") == 0
    (first,) = out.rglob("report.pdf")
    before = first.stat().st_mtime_ns
    capsys.readouterr()
    assert run(tiny_package, copy, "--out", out, "--deidentify") == 2  # not without being told to
    write_liver_mask(copy / "p3" / "mask.nii.gz")
    assert run(tiny_package, copy, "--out", out, "--deidentify", "--resume") == 0
    assert "1 of 2 studies were finished before" in capsys.readouterr().out
    assert len(list(out.rglob("report.pdf"))) == 2
    assert first.stat().st_mtime_ns == before
    assert [row["state"] == "failed" for row in table(out / "patients.csv")] == [False] * 2
    for path in (p for p in out.rglob("*") if p.suffix in (".csv", ".json")):
        text = path.read_text(encoding="utf-8")
        secrets = ("P-1", "P-3", "1.2.826.0.1.9", "Muster", "20260312", str(copy))
        assert not [secret for secret in secrets if secret in text], path


def test_what_a_result_depends_on_changes_its_fingerprint(cohort, tmp_path):
    copy = shutil.copytree(cohort / "p1", tmp_path / "copy")
    (item,) = items_of([copy], Request(), SILENT)
    mark = item.fingerprint("engine")
    assert items_of([copy], Request(), SILENT)[0].fingerprint("engine") == mark
    assert item.fingerprint("other engine") != mark
    assert items_of([copy], Request(language="zh_CN"), SILENT)[0].fingerprint("engine") != mark
    write_liver_mask(copy / "mask.nii.gz", radius_px=9)
    assert items_of([copy], Request(), SILENT)[0].fingerprint("engine") != mark


def test_two_workers_give_the_same_tables(cohort, tiny_package, finished, tmp_path):
    assert run(tiny_package, cohort, "--out", tmp_path / "out", "--workers", 2) == 0
    for name in ("patients.csv", "slices.csv"):
        assert (tmp_path / "out" / name).read_bytes() == (finished / name).read_bytes()


def test_a_list_names_studies_outlines_and_decisions(cohort, tiny_package, tmp_path, capsys):
    listed = tmp_path / "list.csv"
    listed.write_text(
        "path,roi,treated\n"
        f"{cohort / 'p1' / 'dicom'},{cohort / 'p1' / 'mask.nii.gz'},yes\n"
        f"{cohort / 'p9'},,\n"
        f"{cohort},{cohort / 'p2' / 'mask.nii.gz'},\n",
        encoding="utf-8-sig",
    )
    assert run(tiny_package, listed, "--out", tmp_path / "out") == 0
    first, absent, several = table(tmp_path / "out" / "patients.csv")
    assert (first["state"], first["withheld_because"], first["exit_code"]) == ("withheld", "treated-lesion", "5")
    assert (absent["state"], absent["fault"]) == ("failed", "no-dicom")
    assert (several["state"], several["fault"]) == ("failed", "several-studies")
    assert "withheld (treated-lesion)" in capsys.readouterr().out


def test_requests_that_make_no_sense(cohort, tiny_package, tmp_path, capsys):
    (tmp_path / "wrong.csv").write_text("folder\nx\n")
    assert run(tiny_package, tmp_path / "wrong.csv", "--out", tmp_path / "a") == 2
    assert run(tiny_package, tmp_path / "nowhere", "--out", tmp_path / "b") == 2
    assert run(tiny_package, cohort, "--out", cohort / "out") == 2
    assert run(tiny_package, cohort, "--out", tmp_path / "c", "--workers", 0) == 2
    (tmp_path / "empty").mkdir()
    assert run(tiny_package, tmp_path / "empty", "--out", tmp_path / "d") == 3  # nothing could be analysed
    assert table(tmp_path / "d" / "patients.csv")[0]["fault"] == "no-dicom"


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "\r=1", " =1", "＝1"])
def test_no_cell_of_a_table_starts_a_formula(text):
    (row,) = csv.reader([storage.csv_text([[text]]).rstrip("\n")])
    assert row[0].startswith("'")


@pytest.mark.parametrize("number", ["-12.5", "+3", "-1e-05", "-.5", "7"])
def test_numbers_stay_numbers(number):
    assert storage.csv_text([[number, -0.25]]) == f"{number},-0.25\n"
