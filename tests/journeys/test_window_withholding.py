"""Every way of withholding the flag, from DICOM files to exit status, result.json, CSV, PDF, SR and the window.

The study is small and patterned (tests/support/liver_files.py), so that registration finds what was moved.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pydicom
import pytest
from pypdf import PdfReader
from PySide6.QtWidgets import QLabel

from desktop.app import make_window
from desktop.settings import Settings
from engine import pipeline, storage
from engine.cli import main
from engine.domain.caution_words import NO_LESION, STOPPING
from engine.domain.sequence import SequenceRole
from engine.pipeline import packages
from tests.support.liver_files import write_liver_mask, write_liver_study
from tests.support.tiny_model import write_tiny_package

CALM = re.compile(r"not raised|follow-up recommended|未提示增强检查随访|建议行增强检查随访")
GENERAL = re.compile(r"A flag that is not raised does not exclude malignancy\.|a raised or a not raised flag")
HIGH_B = 800.0


@dataclass(frozen=True)
class Way:
    """One way of withholding.

    Attributes:
        sentence: Key of the sentence that is told, in `engine.domain.caution_words`.
        code: What result.json names.
        edit: Changes the study's files.
        options: What a person says on the command line.
        act: The same in the window.
        told: Part of the reason.
        scored: Slices are classified and shown although the flag is withheld.
    """

    sentence: str
    code: str
    told: str
    edit: Callable[[Path], None] = lambda _: None
    options: tuple[str, ...] = ()
    act: Callable[[object], None] = lambda _: None
    scored: bool = True


def images(folder):
    return sorted(folder.glob("*.dcm"))


def each(folder, change):
    for path in images(folder):
        dataset = pydicom.dcmread(path)
        change(dataset)
        dataset.save_as(path)


def child(study):
    def change(dataset):
        dataset.PatientAge, dataset.PatientBirthDate = "017Y", ""

    for series in ("t2", "dwi"):
        each(study / series, change)


def weak_diffusion(study):
    def change(dataset):
        dataset.DiffusionBValue, dataset.SeriesDescription = 450.0, "ep2d_diff_b450_tra_TRACEW"

    each(study / "dwi", change)


def moved(*shift):
    def change(dataset):
        dataset.ImagePositionPatient = [p + s for p, s in zip(dataset.ImagePositionPatient, shift, strict=True)]

    return lambda study: each(study / "dwi", change)


def gap(series):
    def cut(study):
        paths = images(study / series)
        paths[len(paths) // 2].unlink()

    return cut


def tick_treated(window):
    window.series.lesions.treated.click()


def choose_dwi(window):
    study = window.session.document.study
    key = next(series.key for series in study.series if series.facts.b_value_s_mm2)
    window.session.set_role(SequenceRole.DWI, key)


WAYS = [
    Way("age-under-18", "age-under-18", "17 years", child),
    Way("treated-lesion", "treated-lesion", "treated", options=("--treated",), act=tick_treated),
    Way("b-value-low", "b-value", "b 450 s/mm², less than 500", weak_diffusion, act=choose_dwi),
    Way("misaligned-far", "misaligned", "DWI lies about 22 mm off T2", moved(0, 22, 0)),
    Way("coverage", "coverage", "DWI does not cover lesion", moved(0, 0, 150), scored=False),
    Way("geometry-no-stack", "geometry", "1 missing slice", gap("dwi"), scored=False),
    Way("geometry-no-stack", "geometry", "images of T2 form no regular stack", gap("t2"), scored=False),
]  # fmt: skip


def test_every_sentence_that_withholds_has_its_way():
    """One that nothing reaches from files alone stands for itself: `analyze` refuses a case without outlines before."""
    assert {way.sentence for way in WAYS} == STOPPING - {NO_LESION}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    study = write_liver_study(folder / "study", patterned=True)
    write_liver_mask(study / "lesion.nii.gz", slices=(9, 10))
    return study


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Lobule's own folder with the only package: the shipped T2 one would step in where DWI cannot be used."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packages, "package_folders", lambda: [storage.data_folder() / "models"])
        with pytest.MonkeyPatch.context() as inner:
            inner.setenv("LOBULE_HOME", str(folder))
            pipeline.install_package(write_tiny_package(tmp_path_factory.mktemp("package") / "tiny"))
        yield folder


@pytest.fixture
def study(files, home, tmp_path, monkeypatch):
    monkeypatch.setenv("LOBULE_HOME", str(home))
    return shutil.copytree(files, tmp_path / "study")


@pytest.fixture(scope="module")
def shown(qapp, home):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOBULE_HOME", str(home))
        made = make_window(qapp, Settings(home / "window.ini"))
    made.show()
    yield made
    made.close()


@pytest.fixture
def window(shown):
    yield shown
    shown.session.close()


def analysed(qtbot, window, study, act):
    """Drop the study, say in the window what a person must, and return the result."""
    session, failures = window.session, []
    session.failed.connect(failures.append)
    window.drop([study])

    def quiet():
        return bool(failures) or (
            session.document.study is not None and session.models.is_checked and not session.is_busy
        )

    qtbot.waitUntil(quiet, timeout=240_000)
    for role in list(session.document.case.roles):
        session.confirm_role(role)
    act(window)
    qtbot.waitUntil(quiet, timeout=240_000)
    if session.document.result is None or session.document.is_stale:
        session.analyser.analyze()
    qtbot.waitUntil(
        lambda: bool(failures) or (session.document.result is not None and not session.document.is_stale),
        timeout=240_000,
    )
    assert failures == []
    return session.document.result


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way.sentence}: {way.told[:12]}")
def test_a_withheld_flag_is_told_everywhere(qtbot, window, study, tmp_path, capsys, way):
    way.edit(study)
    options = list(way.options)
    if way.act is choose_dwi:  # a series of this b-value is proposed for no role
        series = pipeline.open_study([study]).studies[0].series
        options += ["--role", f"DWI={next(s.key for s in series if s.facts.b_value_s_mm2)}"]
    out = tmp_path / "out"

    assert main(["analyze", str(study), "--out", str(out), *options]) == 5
    printed = capsys.readouterr().out
    assert "No flag: the result is withheld because" in printed
    assert not CALM.search(printed)

    written = json.loads((out / "result.json").read_text(encoding="utf-8"))
    flag = written["contrast_follow_up"]
    assert (flag["recommended"], flag["withheld_because"], flag["headline"]) == (None, way.code, "No flag")
    assert way.told in flag["reason"]
    assert [caution["code"] for caution in written["cautions"] if caution["effect"] == "withhold"] == [way.code]
    assert bool(written["lesions"]) == way.scored  # what is known is shown

    rows = list(csv.DictReader((out / "slices.csv").read_text(encoding="utf-8").splitlines()))
    assert bool(rows) == way.scored
    if rows:
        assert {(row["recommended"], row["withheld_because"]) for row in rows} == {("", way.code)}

    pages = [" ".join(page.extract_text().split()) for page in PdfReader(out / "report.pdf").pages]
    assert "No flag: the result is withheld because" in pages[0]
    assert "Withholds the flag" in pages[0]
    assert way.told in pages[0]
    assert all("No flag" in page for page in pages)
    assert not any(CALM.search(GENERAL.sub("", page)) for page in pages)

    report = out / "result.sr.dcm"
    assert report.is_file() == (SequenceRole.T2.value in written["roles_used"] and "of T2" not in way.told)
    if report.is_file():
        said = str(pydicom.dcmread(report))
        assert "No flag: result withheld" in said
        assert "Caution (withhold)" in said
        assert not CALM.search(said)

    result = analysed(qtbot, window, study, way.act)
    assert storage.to_json(storage.result_to_dict(result)) == storage.to_json(written)
    card = window.results.flag
    assert card.isVisibleTo(window)
    assert card.headline.text() == "No flag"
    assert way.told in card.reason.text()

    def shown():
        return [label.text() for label in window.results.findChildren(QLabel) if label.isVisibleTo(window.results)]

    qtbot.waitUntil(lambda: shown().count("Withholds the flag") == 1)  # Qt shows new cards in its own time
    assert not any(CALM.search(text) for text in shown())
    assert window.results.report.isEnabled()  # the report of a withheld result can be made
