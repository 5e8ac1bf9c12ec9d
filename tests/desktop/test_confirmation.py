"""What a person said about a proposed role is kept with its series; nothing else counts as a person's word."""

from __future__ import annotations

import pydicom
import pytest
from PySide6.QtWidgets import QMessageBox, QWidget

from desktop.journal import Journal
from desktop.views.questions import Questions
from engine import storage
from engine.domain.sequence import SequenceRole
from tests.desktop.test_session import idle, open_and_wait, outlined
from tests.support.liver_files import write_liver_study

pytestmark = pytest.mark.usefixtures("only_tiny")
ASKED = "Confirm or change the proposed series: DWI."


@pytest.fixture(scope="module")
def doubtful(tmp_path_factory):
    """A liver study whose one diffusion series has a b-value that is proposed with doubt."""
    folder = write_liver_study(tmp_path_factory.mktemp("doubtful"))
    for path in (folder / "dwi").iterdir():
        image = pydicom.dcmread(path)
        image.DiffusionBValue, image.SeriesDescription = 500.0, "ep2d_diff_b500_tra_TRACEW"
        image.save_as(path)
    return folder


@pytest.fixture
def drawn(qtbot, session, doubtful, tmp_path):
    """The study opened, an outline drawn, nothing confirmed; the journal."""
    kept = Journal(session, tmp_path / "unfinished")
    open_and_wait(qtbot, session, doubtful)
    session.document.edit(outlined(session), "Outline")
    assert session.analyser.obstacle() == ASKED
    return kept


def nothing_started(qtbot, session):
    qtbot.waitUntil(idle(session), timeout=20_000)
    qtbot.wait(30)
    return idle(session)() and session.document.analysis is None


def test_restored_work_still_asks_for_what_nobody_confirmed(qtbot, session, drawn):
    drawn.write()
    (entry,) = drawn.entries()
    assert entry.confirmed == frozenset()
    case = session.document.case
    session.close()
    session.restore(entry.paths, entry.case, entry.confirmed)
    qtbot.waitUntil(lambda: session.document.case == case, timeout=20_000)
    assert nothing_started(qtbot, session)
    assert session.analyser.obstacle() == ASKED


def test_work_that_is_resumed_still_asks_for_what_nobody_confirmed(qtbot, session, drawn, doubtful):
    window = QWidget()
    qtbot.addWidget(window)
    Questions(session, drawn, window)
    case = session.document.case
    session.close()
    open_and_wait(qtbot, session, doubtful)
    box = window.findChild(QMessageBox)
    next(button for button in box.buttons() if button.text() == "Go on").click()
    assert session.document.case == case
    assert nothing_started(qtbot, session)
    assert session.analyser.obstacle() == ASKED


@pytest.mark.parametrize("leave", ["closed", "another arrives"])
def test_a_confirmation_is_kept_with_the_unfinished_work(qtbot, session, drawn, leave):
    session.confirm_role(SequenceRole.DWI)
    session.jobs.cancel_all()
    if leave == "closed":
        session.close()
    else:
        first = type("Image", (), {"study": session.document.study})
        session.show_early(first)
    (entry,) = drawn.entries()
    assert entry.confirmed == {(SequenceRole.DWI, entry.case.roles[SequenceRole.DWI])}
    session.close()
    session.restore(entry.paths, entry.case, entry.confirmed)
    qtbot.waitUntil(lambda: session.document.analysis is not None, timeout=20_000)


def test_a_confirmation_alone_is_written_by_itself(qtbot, session, drawn):
    drawn.write()
    session.confirm_role(SequenceRole.DWI)
    qtbot.waitUntil(lambda: bool(drawn.entries()[0].confirmed), timeout=10_000)
    qtbot.waitUntil(idle(session), timeout=20_000)


def test_a_case_file_confirms_no_proposal(qtbot, session, drawn, doubtful, tmp_path):
    case = session.document.case
    storage.save_case(case, tmp_path / "case.json")
    open_and_wait(qtbot, session, doubtful)
    session.load_case(tmp_path / "case.json")
    qtbot.waitUntil(lambda: session.document.case == case, timeout=20_000)
    assert nothing_started(qtbot, session)
    assert session.analyser.obstacle() == ASKED


def test_what_a_case_file_says_against_the_proposal_is_somebodys_word(qtbot, session, drawn, doubtful, tmp_path):
    key = session.document.case.roles[SequenceRole.DWI]
    case = session.document.case.with_role(SequenceRole.T1_PRE, key)
    storage.save_case(case, tmp_path / "case.json")
    open_and_wait(qtbot, session, doubtful)
    session.load_case(tmp_path / "case.json")
    qtbot.waitUntil(lambda: session.document.case == case, timeout=20_000)
    assert not session.needs_confirmation(SequenceRole.T1_PRE)
    qtbot.waitUntil(idle(session), timeout=20_000)


def test_a_series_that_played_another_role_by_mistake_is_a_proposal_again(qtbot, session, drawn):
    key = session.document.case.roles[SequenceRole.DWI]
    session.set_role(SequenceRole.T1_PRE, key)
    assert not session.needs_confirmation(SequenceRole.T1_PRE)
    session.document.history.undo()
    assert session.document.case.roles[SequenceRole.DWI] == key
    assert session.analyser.obstacle() == ASKED
    session.set_role(SequenceRole.DWI, key)  # chosen from the menu: the person's word, though nothing changes
    assert session.analyser.obstacle() == ""
    qtbot.waitUntil(idle(session), timeout=20_000)
