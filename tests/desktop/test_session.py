"""The session on real files: opening, roles, outlines, analysis, saving. The package is the tiny one of the tests."""

from __future__ import annotations

import json
import shutil
from datetime import datetime

import numpy as np
import pytest

from desktop import roi_edits
from desktop import settings as table
from desktop.display_plane import DisplayPlane
from engine import storage
from engine.cli import main
from engine.domain.roi import LesionId
from engine.domain.sequence import SequenceRole
from engine.roi_io import write_nifti
from tests.support.liver_files import write_liver_study
from tests.support.tiny_model import write_tiny_package

BOX = np.array([(-20.0, -20.0), (20.0, -20.0), (20.0, 20.0), (-20.0, 20.0)])


@pytest.fixture(scope="module")
def liver(tmp_path_factory):
    return write_liver_study(tmp_path_factory.mktemp("liver"))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return write_tiny_package(tmp_path_factory.mktemp("models") / "tiny-t2-dwi")


@pytest.fixture
def installed(own_home, tiny, monkeypatch):
    """The tiny package alone, as if the site had installed it."""
    monkeypatch.setattr(storage, "assets_folder", lambda: own_home / "assets")
    shutil.copytree(tiny, own_home / "models" / "tiny-t2-dwi")


def idle(session):
    return lambda: not session.is_busy and not session.models.jobs.is_running()


def open_and_wait(qtbot, session, *paths):
    failures = []
    session.failed.connect(failures.append)
    session.models.check()
    session.open_paths(list(paths))
    qtbot.waitUntil(idle(session), timeout=20_000)
    return failures


def outlined(session, slices=(8, 9, 10)):
    """The shown case with a box of 40 mm drawn on T2 slices."""
    case = session.document.case
    t2 = session.store.get(case.roles[SequenceRole.T2])
    plane = DisplayPlane.of(t2.affine)
    for index in slices:
        lesion = LesionId("L1") if case.rois else None
        case = roi_edits.with_region(
            case, lesion, plane, index, [BOX], frame_of_reference_uid=t2.frame_of_reference_uid
        )
    return case


def test_a_folder_becomes_roles_and_volumes(qtbot, session, liver, installed):
    first_images = []
    session.first_image.connect(first_images.append)
    assert open_and_wait(qtbot, session, liver) == []
    case = session.document.case
    assert set(case.roles) == {SequenceRole.T2, SequenceRole.DWI}
    assert session.store.missing(case.roles) == {}
    assert session.analyser.obstacle() == "Draw or import a lesion outline."
    assert session.settings.get(table.RECENT) == (str(liver),)
    for image in first_images:  # it may come after the volume: then it is not offered
        assert image.volume.shape == (1, 64, 64)


def test_drawing_and_analyzing_gives_what_the_command_line_gives(qtbot, session, liver, installed, tmp_path):
    open_and_wait(qtbot, session, liver)
    case = outlined(session)
    session.document.edit(case, "Outline")
    before = datetime.now()
    with qtbot.waitSignal(session.document.result_changed, timeout=20_000):
        session.analyser.analyze()
    result = session.document.result
    assert not session.document.is_stale
    assert before <= session.document.analysis.made_at <= datetime.now()
    assert len(result.lesions) == 1
    storage.save_case(case, tmp_path / "case.json")
    code = main(["analyze", str(liver), "--case", str(tmp_path / "case.json"), "--out", str(tmp_path / "out")])
    assert code == 0
    written = json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))
    assert storage.result_to_dict(result) == written


def test_an_outline_beside_the_images_is_imported_and_analysed_by_itself(qtbot, session, liver, installed, tmp_path):
    folder = shutil.copytree(liver, tmp_path / "study")
    open_and_wait(qtbot, session, folder)
    case = outlined(session)
    t2 = session.store.get(case.roles[SequenceRole.T2])
    write_nifti(case.rois, t2, folder / "lesion.nii.gz")
    open_and_wait(qtbot, session, folder)
    qtbot.waitUntil(lambda: session.document.result is not None, timeout=20_000)
    (roi,) = session.document.case.rois
    assert roi.origin == "imported from NIfTI"
    assert session.document.history.undoText().startswith("Import outlines")


def test_a_study_is_not_analysed_by_itself_when_that_is_switched_off(qtbot, session, liver, installed):
    session.settings.set(table.AUTO_ANALYZE, False)
    open_and_wait(qtbot, session, liver)
    session.document.edit(outlined(session), "Outline")
    session.analyser.start_by_itself()
    assert not session.jobs.is_running()
    assert session.analyser.obstacle() == ""


def test_the_newest_analysis_wins(qtbot, session, liver, installed):
    open_and_wait(qtbot, session, liver)
    session.document.edit(outlined(session), "Outline")
    session.analyser.analyze()
    session.document.edit(outlined(session, (11, 12)), "More")
    session.analyser.analyze()
    qtbot.waitUntil(lambda: session.document.result is not None, timeout=20_000)
    qtbot.waitUntil(idle(session), timeout=20_000)
    assert not session.document.is_stale


def test_a_role_without_series_is_an_obstacle_in_words(qtbot, session, liver, installed):
    open_and_wait(qtbot, session, liver)
    session.document.edit(outlined(session), "Outline")
    session.set_role(SequenceRole.DWI, None)
    assert session.analyser.obstacle() == "The roles present do not allow any installed model."
    session.document.history.undo()
    assert session.analyser.obstacle() == ""


def test_an_empty_folder_and_text_files_are_an_error_with_a_next_step(qtbot, session, tmp_path):
    (tmp_path / "notes.txt").write_text("nothing", encoding="utf-8")
    (error,) = open_and_wait(qtbot, session, tmp_path)
    assert error.code == "no-dicom"
    assert error.remedy
    assert [one.path.name for one in session.skipped] == ["notes.txt"]
    assert session.document.study is None


def test_cancelling_while_reading_is_quiet_and_keeps_what_was_shown(qtbot, session, liver, tmp_path):
    open_and_wait(qtbot, session, liver)
    failures = []
    session.failed.connect(failures.append)
    shown = session.document.study
    session.open_paths([write_liver_study(tmp_path / "other", patient="P-2", study_uid="1.2.826.0.1.9.2")])
    session.jobs.cancel_all()
    qtbot.waitUntil(idle(session), timeout=20_000)
    # the entry that was left comes back once the cancelled job has come home
    qtbot.waitUntil(lambda: session.list.current is not None and session.list.current.study is shown, timeout=20_000)
    assert failures == []
    assert session.document.study is shown


def test_a_case_is_saved_and_comes_back(qtbot, session, liver, installed, tmp_path):
    open_and_wait(qtbot, session, liver)
    case = outlined(session)
    session.document.edit(case, "Outline")
    with qtbot.waitSignal(session.saved):
        session.saver.save_case(tmp_path / "case.json")
    open_and_wait(qtbot, session, liver)
    assert session.document.case.rois == ()
    session.load_case(tmp_path / "case.json")
    qtbot.waitUntil(idle(session), timeout=20_000)
    assert session.document.case.digest() == case.digest()
    assert session.document.history.undoText() == "Load case"


def test_a_case_of_another_study_is_refused(qtbot, session, liver, tmp_path):
    open_and_wait(qtbot, session, liver)
    case = outlined(session)
    storage.save_case(case, tmp_path / "case.json")
    other = write_liver_study(tmp_path / "other", patient="P-2", study_uid="1.2.826.0.1.9.2")
    open_and_wait(qtbot, session, other)
    failures = []
    session.failed.connect(failures.append)
    session.load_case(tmp_path / "case.json")
    qtbot.waitUntil(idle(session), timeout=20_000)
    assert [error.code for error in failures] == ["case-other-study"]
    assert session.document.case.rois == ()
