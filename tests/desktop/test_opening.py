"""Several studies at once: a work list that runs one after another, never mixes patients and loses no work."""

from __future__ import annotations

import shutil
import zipfile

import pytest
from PySide6.QtWidgets import QMessageBox, QWidget

from desktop import settings as table
from desktop.journal import Journal
from desktop.views.questions import Questions
from desktop.worklist import State
from engine import storage
from engine.domain.sequence import SequenceRole
from engine.roi_io import write_nifti
from tests.desktop.test_session import idle, outlined
from tests.support.liver_files import write_liver_study
from tests.support.tiny_model import write_tiny_package

UIDS = ("1.2.826.0.1.9.1", "1.2.826.0.1.9.2", "1.2.826.0.1.9.3")


@pytest.fixture(scope="module")
def patients(tmp_path_factory):
    """Three patients, one folder each."""
    folder = tmp_path_factory.mktemp("patients")
    return [write_liver_study(folder / f"p{n}", patient=f"P-{n}", study_uid=uid) for n, uid in enumerate(UIDS)]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return write_tiny_package(tmp_path_factory.mktemp("models") / "tiny-t2-dwi")


@pytest.fixture
def installed(own_home, tiny, monkeypatch):
    monkeypatch.setattr(storage, "assets_folder", lambda: own_home / "assets")
    shutil.copytree(tiny, own_home / "models" / "tiny-t2-dwi")


def drop(qtbot, session, *paths):
    failures = []
    session.failed.connect(failures.append)
    session.models.check()
    session.open_paths(list(paths))
    settled(qtbot, session)
    return failures


def settled(qtbot, session):
    """Wait until nothing runs and nothing is about to begin."""
    every = (session.jobs, session.opening.background)

    def at_rest():
        return idle(session)() and all(jobs.are_home() for jobs in every)  # what was stopped has said so

    qtbot.waitUntil(at_rest, timeout=30_000)
    qtbot.wait(30)
    qtbot.waitUntil(at_rest, timeout=30_000)
    qtbot.wait(30)
    assert at_rest()


def patients_of(session):
    return [None if entry.study is None else entry.study.patient.patient_id for entry in session.list.entries]


def test_folders_dropped_together_are_one_entry_a_patient_and_the_first_is_shown(qtbot, session, patients):
    assert drop(qtbot, session, *patients) == []
    assert patients_of(session) == ["P-0", "P-1", "P-2"]
    assert session.document.study.patient.patient_id == "P-0"
    assert {entry.state for entry in session.list.entries} == {State.READY}
    assert [path for entry in session.list.entries for path in entry.paths] == patients


def test_one_folder_of_several_patients_becomes_several_entries(qtbot, session, patients):
    assert drop(qtbot, session, patients[0].parent) == []
    assert patients_of(session) == ["P-0", "P-1", "P-2"]
    session.opening.show(session.list.entries[2].number)
    settled(qtbot, session)
    assert session.document.study.patient.patient_id == "P-2"
    assert all(s.series_instance_uid.startswith(UIDS[2]) for s in session.document.study.series)
    assert set(session.document.case.roles.values()) == {f"{UIDS[2]}.2", f"{UIDS[2]}.3"}


def test_one_folder_a_series_is_one_study(qtbot, session, patients):
    """The T2 folder and the diffusion folder of one patient, and another patient, dropped together."""
    parts = [patients[0] / "t2", patients[1], patients[0] / "dwi"]
    assert drop(qtbot, session, *parts) == []
    assert patients_of(session) == ["P-0", "P-1"]
    assert set(session.document.case.roles) == {SequenceRole.T2, SequenceRole.DWI}


def test_single_files_and_a_zip_and_a_dicomdir(qtbot, session, patients, tmp_path):
    files = sorted((patients[0] / "t2").iterdir())
    archive = tmp_path / "study.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for path in patients[1].rglob("*.dcm"):
            target.write(path, path.relative_to(patients[1]))
    disc = shutil.copytree(patients[2], tmp_path / "disc")
    (disc / "DICOMDIR").write_bytes(b"stale")
    assert drop(qtbot, session, *files, archive, disc / "DICOMDIR") == []
    assert patients_of(session) == ["P-0", "P-1", "P-2"]
    assert session.document.study.series[0].slices == len(files)


def test_what_cannot_be_used_fails_alone_and_says_why(qtbot, session, patients, tmp_path):
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "notes.txt").write_text("nothing", encoding="utf-8")
    assert drop(qtbot, session, tmp_path / "texts", patients[1], tmp_path / "absent") == []
    states = [entry.state for entry in session.list.entries]
    assert states == [State.FAILED, State.READY, State.FAILED]
    assert "No DICOM images were found" in session.list.entries[0].reason
    assert session.list.entries[0].skipped[0].path.name == "notes.txt"
    assert "absent" in session.list.entries[2].reason
    assert session.document.study.patient.patient_id == "P-1"


def test_outlines_beside_the_images_are_analysed_one_after_another(qtbot, session, patients, installed, tmp_path):
    copies = [shutil.copytree(folder, tmp_path / folder.name) for folder in patients]
    for folder in copies:
        drop(qtbot, session, folder)
        case = outlined(session)
        write_nifti(case.rois, session.store.get(case.roles[SequenceRole.T2]), folder / "lesion.nii.gz")
    session.close()
    for entry in session.list.entries:
        session.opening.remove(entry.number)
    assert drop(qtbot, session, *copies) == []
    assert [entry.state for entry in session.list.entries] == [State.ANALYSED] * 3
    beside = session.list.entries[1]
    session.opening.show(beside.number)
    settled(qtbot, session)
    assert session.document.result is beside.analysis.result
    assert session.document.result.study_instance_uid == UIDS[1]
    assert not session.document.is_stale
    assert [roi.origin for roi in session.document.case.rois] == ["imported from NIfTI"]


def test_switching_keeps_what_was_drawn(qtbot, session, patients):
    session.settings.set(table.AUTO_ANALYZE, False)
    drop(qtbot, session, *patients[:2])
    drawn = outlined(session)
    session.document.edit(drawn, "Outline")
    session.opening.step(1)
    settled(qtbot, session)
    assert session.document.study.patient.patient_id == "P-1"
    assert session.document.case.rois == ()
    assert session.document.history.isClean()
    session.opening.step(-1)
    settled(qtbot, session)
    assert session.document.case == drawn
    assert not session.document.history.isClean()
    session.document.history.undo()
    assert session.document.case.rois == ()


def test_unsaved_work_of_every_study_is_journalled_and_comes_back_unasked(qtbot, session, patients, tmp_path):
    session.settings.set(table.AUTO_ANALYZE, False)
    kept, window = Journal(session, tmp_path / "unfinished"), QWidget()
    qtbot.addWidget(window)
    Questions(session, kept, window)
    drop(qtbot, session, *patients[:2])
    first = outlined(session)
    session.document.edit(first, "Outline")
    session.opening.step(1)
    settled(qtbot, session)
    second = outlined(session, (3, 4))
    session.document.edit(second, "Outline")
    kept.write()
    known = {entry.case.study_instance_uid: (entry.paths, entry.case) for entry in kept.entries()}
    assert known == {UIDS[0]: ((patients[0],), first), UIDS[1]: ((patients[1],), second)}
    session.opening.step(-1)
    settled(qtbot, session)
    assert session.document.case == first
    assert window.findChild(QMessageBox) is None
    session.document.history.undo()
    kept.write()
    assert [entry.case for entry in kept.entries()] == [second]


def test_dropping_a_study_again_reads_it_anew_and_keeps_unsaved_work(qtbot, session, patients):
    session.settings.set(table.AUTO_ANALYZE, False)
    drop(qtbot, session, patients[0])
    drawn = outlined(session)
    session.document.edit(drawn, "Outline")
    drop(qtbot, session, patients[0])
    assert len(session.list) == 1
    assert session.document.case == drawn


def test_a_study_that_is_closed_leaves_the_list(qtbot, session, patients):
    drop(qtbot, session, *patients[:2])
    session.close()
    assert session.document.study is None
    assert patients_of(session) == ["P-1"]
    assert session.list.current is None


def test_a_stopped_entry_is_read_when_it_is_chosen_again(qtbot, session, patients):
    drop(qtbot, session, patients[0])
    session.open_paths([patients[1]])
    session.jobs.cancel_all()
    settled(qtbot, session)
    assert session.document.study.patient.patient_id == "P-0"
    stopped = session.list.entries[1]
    assert stopped.state is State.FAILED
    session.opening.show(stopped.number)
    settled(qtbot, session)
    assert session.document.study.patient.patient_id == "P-1"


def test_a_first_image_comes_before_the_study_and_never_beside_another_patient(qtbot, session, patients, tmp_path):
    big = write_liver_study(tmp_path / "big", patient="P-9", study_uid="1.2.826.0.1.9.9")
    for number in range(3, 8):  # so many files that a first look pays
        write_liver_study(big / f"more{number}", patient="P-9", study_uid="1.2.826.0.1.9.9")
        for path in (big / f"more{number}").rglob("*.dcm"):
            path.rename(big / f"more{number}" / f"{path.parent.name}-{path.name}")
    drop(qtbot, session, patients[0])
    told = []
    session.first_image.connect(lambda image: told.append((image, session.document.study)))
    drop(qtbot, session, big)
    image, shown = told[0]
    assert image.study.patient.patient_id == "P-9"
    assert image.title.startswith("T2")
    assert image.volume.shape == (1, 64, 64)
    assert shown is None
    assert session.document.study.patient.patient_id == "P-9"


def test_closing_while_everything_runs_is_clean(qtbot, session, patients):
    session.open_paths(list(patients))
    qtbot.wait(5)
    assert session.shut_down()
    assert not session.is_busy
