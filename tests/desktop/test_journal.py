"""Unfinished work survives: written while working, offered at the next start, gone when nothing is unsaved."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QMessageBox, QWidget

from desktop import journal
from desktop import settings as table
from desktop.journal import Journal
from desktop.views.questions import Questions
from engine.domain.case import ReaderImpression
from tests.support.liver_files import write_liver_study


@pytest.fixture
def written(session, shown, tmp_path):
    session.paths = (tmp_path,)
    return Journal(session, tmp_path / "unfinished")


def idle(session):
    return lambda: not session.jobs.is_running()


def treat(session):
    session.document.edit(session.document.case.with_treated(True), "Change prior treatment")


def test_edits_are_written_and_read_back(session, shown, written, tmp_path):
    treat(session)
    written.write()
    (entry,) = written.entries()
    assert entry == written.entry_for(shown.case.study_instance_uid)
    assert entry.paths == (tmp_path,)
    assert entry.case == session.document.case
    assert shown.case.study_instance_uid not in entry.path.name


def test_edits_are_written_by_themselves(qtbot, session, written):
    treat(session)
    qtbot.waitUntil(lambda: len(written.entries()) == 1, timeout=10_000)


def test_what_is_saved_or_undone_is_forgotten(session, written):
    for done in (session.document.history.setClean, session.document.history.undo):
        treat(session)
        written.write()
        assert written.entries()
        done()
        written.write()
        assert not written.entries()
        session.document.history.clear()
        session.document.edit(session.document.case.with_treated(False), "back")
        session.document.history.setClean()


def test_an_untouched_study_leaves_the_work_of_an_earlier_session_alone(session, shown, written):
    treat(session)
    written.leave()
    session.document.open(shown.study, shown.case, session.document.role_map)
    written.write()
    written.leave()
    assert len(written.entries()) == 1
    written.take_over(written.entries()[0])
    written.write()
    assert not written.entries()


def test_another_study_does_not_overwrite_unfinished_work(session, shown, written):
    treat(session)
    case = session.document.case
    session.document.close()
    assert written.entry_for(case.study_instance_uid).case == case


def test_what_is_not_usable_is_not_offered(tmp_path, session, written):
    assert journal.read(tmp_path / "absent.json") is None
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    assert journal.read(tmp_path / "broken.json") is None
    session.paths = (tmp_path / "no longer there",)
    treat(session)
    written.write()
    assert written.entries() == []


def test_a_restored_session_has_its_case_back(qtbot, session, tmp_path):
    folder = write_liver_study(tmp_path / "liver")
    session.settings.set(table.AUTO_ANALYZE, False)
    session.open_paths([folder])
    qtbot.waitUntil(idle(session), timeout=20_000)
    case = session.document.case.with_treated(True).with_reader(ReaderImpression(comment="cyst"))
    session.restore([folder], case)
    qtbot.waitUntil(idle(session), timeout=20_000)
    assert session.document.case == case
    assert session.store.missing(case.roles) == {}
    assert session.document.history.undoText() == "Restore unfinished work"


@pytest.mark.parametrize("answer", ["Go on", "Discard it", "Later"])
def test_opening_a_study_offers_what_was_left_unfinished(qtbot, session, tmp_path, answer):
    folder = write_liver_study(tmp_path / "liver")
    session.settings.set(table.AUTO_ANALYZE, False)
    kept = Journal(session, tmp_path / "unfinished")
    window = QWidget()
    qtbot.addWidget(window)
    Questions(session, kept, window)
    session.open_paths([folder])
    qtbot.waitUntil(idle(session), timeout=20_000)
    treat(session)
    case = session.document.case
    session.close()
    session.open_paths([folder])
    qtbot.waitUntil(lambda: window.findChild(QMessageBox) is not None, timeout=20_000)
    box = window.findChild(QMessageBox)
    next(button for button in box.buttons() if button.text() == answer).click()
    qtbot.waitUntil(idle(session), timeout=20_000)
    assert session.document.case.treated == (answer == "Go on")
    assert (kept.entry_for(case.study_instance_uid) is not None) == (answer != "Discard it")


def test_work_that_was_put_off_is_not_overwritten(session, shown, written):
    """The reader answers "Later" and draws: both are kept, the newest is offered first."""
    uid, roles = shown.case.study_instance_uid, session.document.role_map
    treat(session)
    written.leave()
    (earlier,) = written.entries()
    session.document.open(shown.study, shown.case, roles)
    session.document.edit(shown.case.with_reader(ReaderImpression(comment="cyst")), "Comment")
    written.write()
    newer, older = written.entries()
    assert older == earlier
    assert newer.case == session.document.case
    assert written.entry_for(uid) == newer
    session.document.history.setClean()
    written.write()
    assert written.entries() == [earlier]
    assert written.entry_for(uid) == earlier
    written.take_over(earlier)
    session.document.edit(earlier.case, "Restore unfinished work")
    written.write()
    assert [entry.path for entry in written.entries()] == [earlier.path]


def test_a_study_that_comes_back_is_journalled_until_it_is_as_it_was(session, shown, written):
    treat(session)
    case = session.document.case
    session.document.history.setClean()
    written.leave()
    session.document.open(shown.study, case, session.document.role_map)
    session.document.edit(case.with_reader(ReaderImpression(comment="cyst")), "Comment")
    written.write()
    assert len(written.entries()) == 1
    session.document.history.undo()
    written.write()
    assert not written.entries()


def test_work_whose_folder_was_moved_is_offered_with_its_study(session, shown, written, tmp_path):
    session.paths = (tmp_path / "another drive",)
    treat(session)
    case = session.document.case
    written.leave()
    assert written.entries() == []  # nothing can be opened from there
    entry = written.entry_for(shown.case.study_instance_uid)
    assert entry.case == case
    session.paths = (tmp_path,)
    session.document.open(shown.study, shown.case, session.document.role_map)
    written.take_over(entry)
    treat(session)
    written.write()
    assert [(one.path, one.paths) for one in written.entries()] == [(entry.path, (tmp_path,))]


def test_an_edit_made_while_the_case_is_written_is_unsaved(qtbot, session, shown, written, tmp_path):
    treat(session)
    with qtbot.waitSignal(session.saved):
        session.saver.save_case(tmp_path / "case.json")
        session.document.edit(session.document.case.with_reader(ReaderImpression(comment="cyst")), "Comment")
    assert not session.document.history.isClean()
    with qtbot.waitSignal(session.saved):
        session.saver.save_case(tmp_path / "case.json")
    assert session.document.history.isClean()
