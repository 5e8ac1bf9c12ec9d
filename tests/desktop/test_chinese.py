"""A Chinese window speaks Chinese whatever it opens: no English sentence stands in it, names and DICOM words aside."""

from __future__ import annotations

import re
import shutil
import tarfile

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox

from desktop import i18n
from desktop.views.about import AboutDialog
from desktop.views.actions import shortcut_groups
from desktop.views.help import HelpDialog
from desktop.views.input_preview import InputPreview
from desktop.views.questions import ChoiceDialog
from desktop.views.report_dialog import ReportDialog
from desktop.views.settings_dialog import SettingsDialog
from desktop.views.shift_dialog import ShiftDialog
from desktop.views.shortcuts import ShortcutSheet
from desktop.views.skipped_dialog import SkippedDialog
from engine.domain.caution import Effect, Fact
from engine.domain.caution_words import make_caution
from engine.domain.roi import RoiQuestion
from engine.domain.sequence import SequenceRole
from tests.desktop.conftest import show_example
from tests.support.dicom_writer import write_stack
from tests.support.liver_files import T2_TAGS, write_liver_mask, write_liver_study
from tests.support.results import example
from tests.support.window_texts import texts

PROSE = re.compile(r"[A-Za-z]{2,}[,:;]? [a-z]{2,}")
NAMES = re.compile(
    # licences and products, DICOM's own words, the keyboard, and what a package calls itself
    r"Apache License|NVIDIA|Intel OpenVINO|ONNX Runtime|Noto [A-Za-z ]+"
    r"|MRI upper abdomen|held-out phantoms|t2 tra|dwi tra"
    r"|Droid Sans \w+|\bmm\b|t2_\w+|ep2d_\w+"
)


CAUTIONS = (
    ("treated-lesion", Effect.WITHHOLD, {}),
    ("geometry", Effect.INFORM, {"role": Fact("DWI"), "notes": Fact("slices are 12.0 mm apart")}),
    ("t2-only", Effect.INFORM, {}),
)


@pytest.fixture
def chinese(qapp):
    i18n.install(qapp, "zh_CN")
    yield
    i18n.install(qapp, "en")


@pytest.fixture
def window(chinese, window):
    return window


def english_in(widget):
    return sorted(text for text in texts(widget) if PROSE.search(NAMES.sub("·", text)))


def messy_study(folder):
    """Write a study with what real folders hold beside it: fifteen files that are skipped, two odd series."""
    write_liver_study(folder)
    common = {**T2_TAGS, "PatientID": "P-1", "StudyInstanceUID": "1.2.826.0.1.9.1", "StudyDate": "20260312"}
    for number, name in ((7, "t2_haste_gap"), (8, "t2_haste_uneven")):
        write_stack(
            folder / name, slices=9, step_mm=5.0, first_mm=(-80, -80, -20), pixel_spacing_mm=(2.5, 2.5),
            series=number, shape=(64, 64),
            tags={**common, "SeriesDescription": name, "SeriesInstanceUID": f"1.2.826.0.1.9.1.{number}"},
        )  # fmt: skip
    files = sorted((folder / "t2_haste_gap").iterdir())
    files[4].unlink()
    t2 = sorted((folder / "t2").iterdir())
    shutil.copy(t2[3], folder / "again.dcm")
    (folder / "cut.dcm").write_bytes(t2[0].read_bytes()[:900])
    (folder / "half.dcm").write_bytes(t2[1].read_bytes()[:-2000])
    (folder / "letter.txt").write_text("Dear colleague")
    (folder / "empty.dcm").write_bytes(b"")
    (folder / "broken.zip").write_bytes(b"PK\x03\x04 and nothing more")
    with tarfile.open(folder / "old.tar.gz", "w:gz") as archive:
        archive.add(t2[2], "IM1")
    (folder / "DICOMDIR").write_bytes(b"\0" * 200)
    (folder / "gone").symlink_to(folder / "nowhere")
    write_liver_mask(folder / "one.nii.gz")
    write_liver_mask(folder / "two.nii.gz", centre_px=(33, 26), radius_px=4)
    (folder / "scrap.nii.gz").write_bytes(b"not an outline")
    return folder


def test_a_messy_study_is_told_in_chinese(window, qtbot, tmp_path):
    session = window.session
    asked = []
    session.importer.asked.connect(asked.append)
    session.open_paths([messy_study(tmp_path / "messy")])
    qtbot.waitUntil(lambda: bool(asked) and not session.is_busy, timeout=120_000)
    assert len(session.skipped) >= 8
    assert [series for series in session.document.study.series if series.stack_problem]
    assert [found for found in session.document.roi_objects if not found.usable]
    window.series.lesions._fill_menu()
    assert english_in(window) == []
    skipped = SkippedDialog(session.skipped, window)
    assert english_in(skipped) == []
    skipped.copy()
    assert not PROSE.search(NAMES.sub("·", QApplication.clipboard().text().replace(str(tmp_path), "")))
    for dialog in window.findChildren(ChoiceDialog):
        assert english_in(dialog) == []
        dialog.reject()


@pytest.mark.parametrize("state", ["raised", "not raised", "withheld", "stale", "moved", "drawing"])
def test_a_result_is_told_in_chinese(window, state):
    cautions = tuple(make_caution(code, effect, facts) for code, effect, facts in CAUTIONS)
    made = example(
        malignant=() if state == "not raised" else (1, 2), cautions=cautions if state == "withheld" else cautions[1:]
    )
    show_example(window.session, made)
    document = window.session.document
    if state == "stale":
        document.edit(document.case.with_treated(True), "…")
    if state == "moved":
        document.edit(document.case.with_shift(SequenceRole.DWI, (1.0, 2.0, 3.0)), "…")
    if state == "drawing":
        window.tools.choose_lesion(None)
        window.outlines.go_to(made.case.rois[0].lesion_id)
    QApplication.processEvents()
    assert english_in(window) == []


def test_dialogs_speak_chinese(window):
    made = example()
    show_example(window.session, made)
    question = RoiQuestion(made.study.series[0].instances[0].path, "place", "…", ())
    lesion = next(iter(made.analysis.inputs))
    for dialog in (
        SettingsDialog(window.session.settings, window),
        HelpDialog(window),
        AboutDialog(window.theme, window),
        ShortcutSheet(shortcut_groups(window.actions_), window),
        ShiftDialog(SequenceRole.DWI, window.session, window),
        InputPreview(window.session, lesion, 0, window.overlay, window),
        ChoiceDialog(question, window),
        ReportDialog(window.session, window),
    ):
        assert english_in(dialog) == [], type(dialog).__name__
        dialog.close()
    assert window.session.jobs.shut_down(120)  # the report that nobody waits for


def test_an_empty_folder_is_refused_in_chinese(window, qtbot, tmp_path):
    (tmp_path / "letter.txt").write_text("Dear colleague")
    window.session.open_paths([tmp_path])
    qtbot.waitUntil(lambda: bool(window.findChildren(QMessageBox)), timeout=120_000)
    for box in window.findChildren(QMessageBox):
        assert "letter.txt：不是 DICOM 文件" in box.text()
        assert english_in(box) == []
        box.close()
