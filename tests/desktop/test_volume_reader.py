"""Volumes are read series by series: nothing that is changed, stopped or broken meanwhile leaves the study hanging."""

from __future__ import annotations

import shutil
import threading

import pytest

from engine import pipeline
from engine.domain.errors import IntakeError
from engine.domain.progress import SILENT
from engine.domain.sequence import SequenceRole
from tests.desktop.test_session import idle, open_and_wait
from tests.support.dicom_writer import write_stack
from tests.support.liver_files import DWI_TAGS, write_liver_mask, write_liver_study

pytestmark = pytest.mark.usefixtures("only_tiny")
UID = "1.2.826.0.1.9.1"
T2, DWI, OTHER = f"{UID}.2", f"{UID}.3", f"{UID}.4"
DRAW = "Draw or import a lesion outline."


@pytest.fixture(scope="module")
def liver(tmp_path_factory):
    """A study with diffusion series of two b-values, the one of 800 s/mm² proposed."""
    folder = write_liver_study(tmp_path_factory.mktemp("liver"), study_uid=UID)
    tags = {
        **DWI_TAGS, "PatientID": "P-1", "PatientName": "Muster^Anna", "StudyInstanceUID": UID, "StudyDate": "20260312",
        "FrameOfReferenceUID": f"{UID}.99", "SeriesInstanceUID": OTHER, "DiffusionBValue": 1000.0,
        "SeriesDescription": "ep2d_diff_b1000_tra_TRACEW",
    }  # fmt: skip
    write_stack(
        folder / "other", slices=16, step_mm=8.0, first_mm=(-80, -80, -62), pixel_spacing_mm=(4.0, 4.0), series=4,
        tags=tags, shape=(40, 40),
    )  # fmt: skip
    return folder


@pytest.fixture
def files(monkeypatch):
    """What reading pixels meets: `gate` lets it go on, `begun` tells what was asked for, `broken` cannot be decoded."""

    class Files:
        def __init__(self):
            self.gate, self.begun, self.broken = threading.Event(), [], set()
            self.gate.set()

    made, load = Files(), pipeline.load_volumes

    def slow(study, roles, progress=SILENT):
        made.begun.extend(roles.values())
        assert made.gate.wait(20)
        progress.step("slices", 0, 0)
        if made.broken & set(roles.values()):
            raise IntakeError("The pixels cannot be decoded.", remedy="Export the series again.", code="pixels")
        return load(study, roles, progress)

    monkeypatch.setattr(pipeline, "load_volumes", slow)
    yield made
    made.gate.set()


def open_and_hold(qtbot, session, files, folder):
    """Open a study; its first series is being read and does not come."""
    files.gate.clear()
    session.models.check()
    session.open_paths([folder])
    qtbot.waitUntil(lambda: files.begun == [T2], timeout=20_000)
    assert session.document.case.roles == {SequenceRole.T2: T2, SequenceRole.DWI: DWI}
    assert session.analyser.obstacle() == "The images are still being read."


def release(qtbot, session, files):
    files.gate.set()
    qtbot.waitUntil(idle(session), timeout=20_000)


def test_a_role_changed_while_reading_loses_neither_the_outlines_nor_the_analysis(
    qtbot, session, files, liver, tmp_path
):
    folder = shutil.copytree(liver, tmp_path / "study")
    write_liver_mask(folder / "lesion.nii.gz")
    open_and_hold(qtbot, session, files, folder)
    session.set_role(SequenceRole.DWI, OTHER)
    session.analyser.call_off()  # the reader rested before the images came
    files.gate.set()
    qtbot.waitUntil(lambda: session.document.result is not None, timeout=20_000)
    assert session.document.case.roles[SequenceRole.DWI] == OTHER
    assert len(session.document.case.rois) == 1
    assert files.begun.count(T2) == 1


def test_a_series_that_comes_back_by_undo_is_read(qtbot, session, files, liver):
    open_and_hold(qtbot, session, files, liver)
    session.set_role(SequenceRole.DWI, OTHER)
    release(qtbot, session, files)
    assert session.store.get(DWI) is None
    session.document.history.undo()
    qtbot.waitUntil(idle(session), timeout=20_000)
    assert session.store.get(DWI) is not None
    assert session.analyser.obstacle() == DRAW


def test_what_was_stopped_says_so_and_is_read_when_it_is_chosen_again(qtbot, session, files, liver):
    open_and_hold(qtbot, session, files, liver)
    session.jobs.cancel_all()
    release(qtbot, session, files)
    assert session.analyser.obstacle() == "Reading was stopped: T2, DWI. Choose the series again to read it."
    assert [session.reader.trouble(key) for key in (T2, DWI)] == ["Stopped — open it again to read"] * 2
    session.set_role(SequenceRole.DWI, DWI)
    qtbot.waitUntil(idle(session), timeout=20_000)
    assert session.store.missing(session.document.case.roles) == {}
    assert session.analyser.obstacle() == DRAW


def test_a_series_that_cannot_be_decoded_fails_alone(qtbot, session, files, liver):
    files.broken = {DWI}
    (error,) = open_and_wait(qtbot, session, liver)
    assert error.code == "pixels"
    assert session.store.get(T2) is not None
    broken = "Could not be read: DWI. Choose another series, or none."
    assert session.analyser.obstacle() == broken
    assert session.reader.trouble(DWI) == "Cannot be read: The pixels cannot be decoded."
    assert session.reader.trouble(T2) == session.reader.trouble("no such series") == ""
    session.set_role(SequenceRole.DWI, OTHER)
    qtbot.waitUntil(idle(session), timeout=20_000)
    assert session.analyser.obstacle() == DRAW
    session.document.history.undo()
    assert session.analyser.obstacle() == broken
    assert files.begun == [T2, DWI, OTHER]
    files.broken.clear()
    session.reader.read_again(DWI)
    qtbot.waitUntil(idle(session), timeout=20_000)
    assert session.analyser.obstacle() == DRAW


def test_outlines_wait_for_a_t2_series_that_can_be_read(qtbot, session, files, liver, tmp_path):
    folder = shutil.copytree(liver, tmp_path / "study")
    write_liver_mask(folder / "lesion.nii.gz")
    files.broken = {T2}
    assert len(open_and_wait(qtbot, session, folder)) == 1
    assert session.document.case.rois == ()
    files.broken.clear()
    session.reader.read_again(T2)
    qtbot.waitUntil(lambda: len(session.document.case.rois) == 1, timeout=20_000)
    qtbot.waitUntil(idle(session), timeout=20_000)


def test_reading_goes_on_when_what_was_opened_beside_holds_no_study(qtbot, session, files, liver, tmp_path):
    open_and_hold(qtbot, session, files, liver)
    (tmp_path / "empty").mkdir()
    session.open_paths([tmp_path / "empty"])
    release(qtbot, session, files)
    qtbot.waitUntil(lambda: session.analyser.obstacle() == DRAW, timeout=20_000)
    qtbot.waitUntil(idle(session), timeout=20_000)
