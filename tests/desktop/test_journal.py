"""Unfinished work survives: written while working, offered at the next start, gone when nothing is unsaved."""

from __future__ import annotations

from desktop import journal
from desktop import settings as table
from desktop.journal import Journal
from engine.domain.case import ReaderImpression
from tests.support.liver_files import write_liver_study


def idle(session):
    return lambda: not session.jobs.is_running()


def test_edits_are_written_and_read_back(session, shown, tmp_path):
    written = Journal(session, tmp_path / "unfinished.json")
    session.paths = (tmp_path,)
    session.document.edit(shown.case.with_treated(True), "Change prior treatment")
    written.write()
    entry = journal.read(written.path)
    assert entry.paths == (tmp_path,)
    assert entry.case == session.document.case


def test_what_is_not_usable_is_not_offered(tmp_path, session, shown):
    assert journal.read(tmp_path / "absent.json") is None
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    assert journal.read(tmp_path / "broken.json") is None
    written = Journal(session, tmp_path / "gone.json")
    session.paths = (tmp_path / "no longer there",)
    written.write()
    assert journal.read(written.path) is None


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
