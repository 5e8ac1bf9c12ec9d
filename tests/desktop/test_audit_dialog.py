"""The audit dialog: a sound chain is called sound, a broken one says where; entries are told without identifiers."""

from __future__ import annotations

import json

import pytest

from desktop import i18n, theme
from desktop import settings as table
from desktop.views.audit_dialog import AuditDialog, entry_texts, impression_missing
from desktop.worklist import State
from engine import audit, storage
from engine.domain.case import ReaderImpression
from tests.desktop.conftest import show_example
from tests.support.results import example


@pytest.fixture
def record(own_home):
    """Three entries in this test's own data folder."""
    result = example().analysis.result
    folder = storage.data_folder()
    audit.append(folder, "analysis", audit.analysis_facts(result))
    audit.append(folder, "export", audit.export_facts(result, {"report.pdf": b"x"}, deidentified=True))
    audit.append(folder, "send", {"objects": ["0" * 64, "1" * 64], "to": "ARCHIVE"})
    return folder / audit.FILE


@pytest.fixture(autouse=True)
def english(qapp):
    i18n.install(qapp, "en")


def opened(session, qtbot):
    dialog = AuditDialog(session, theme.DARK)
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: not session.jobs.is_running("audit"), timeout=120_000)
    return dialog


def test_a_sound_chain(record, session, qtbot):
    dialog = opened(session, qtbot)
    assert dialog.headline.text() == "The chain is sound"
    assert dialog.reason.text() == "3 entries, none changed, missing or moved."
    assert dialog.place.text() == str(record)
    assert [dialog.table.item(row, 2).text() for row in range(3)] == ["Sending", "Export", "Analysis"]
    assert dialog.table.item(2, 4).text() == "flag raised, example 1.0.0"
    assert dialog.table.item(1, 4).text() == "report.pdf (de-identified)"
    assert dialog.table.item(0, 4).text() == "2 objects to ARCHIVE"


def test_what_was_found_waits_for_the_readers_impression(record, session, qtbot):
    """The flag of an earlier analysis of the same lesion tells as much, and stands under another digest."""
    session.settings.set(table.READ_FIRST, True)
    show_example(session, example())
    dialog = opened(session, qtbot)
    assert dialog.table.item(2, 4).text() == "hidden until your impression is recorded, example 1.0.0"
    assert dialog.table.item(1, 4).text() == "report.pdf (de-identified)"
    session.document.record_impression("benign")
    assert opened(session, qtbot).table.item(2, 4).text() == "flag raised, example 1.0.0"


@pytest.mark.parametrize(("state", "hidden"), [(State.ANALYSED, True), (State.FAILED, False)])
def test_studies_that_are_analysed_beside_the_window_wait_as_well(session, own_home, state, hidden):
    session.settings.set(table.READ_FIRST, True)
    assert not impression_missing(session)
    made = example()
    number = session.list.add([own_home], study=made.study, state=state, analysis=made.analysis).number
    assert impression_missing(session) is hidden
    session.list.update(number, case=made.case.with_reader(ReaderImpression("benign")))
    assert not impression_missing(session)


def test_a_changed_entry_is_found_and_named(record, session, qtbot):
    lines = record.read_bytes().split(b"\n")
    entry = json.loads(lines[0])
    entry["result"]["recommended"] = False
    lines[0] = json.dumps(entry).encode()
    record.write_bytes(b"\n".join(lines))
    dialog = opened(session, qtbot)
    assert dialog.headline.text() == "The chain is broken"
    assert dialog.reason.text().startswith(
        "Line 2 does not follow from the line before it. 1 entry before that is whole."
    )
    assert dialog.frame.property("card") == "raised"


def test_a_missing_end_is_noticed(record, session, qtbot):
    record.write_bytes(b"\n".join(record.read_bytes().split(b"\n")[:2]) + b"\n")
    dialog = opened(session, qtbot)
    assert "missing or changed at the end" in dialog.reason.text()


def test_a_fresh_installation_has_an_empty_sound_chain(own_home, session, qtbot):
    dialog = opened(session, qtbot)
    assert dialog.headline.text() == "The chain is sound"
    assert dialog.reason.text() == "0 entries, none changed, missing or moved."
    assert dialog.table.rowCount() == 0


def test_an_unknown_entry_is_told_as_it_stands():
    assert entry_texts({"event": "odd", "time": "yesterday"}) == ["yesterday", "–", "odd", "–", ""]
