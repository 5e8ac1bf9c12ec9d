"""What is being written goes on when its study is left, its failure is told; the last asked for lies there in the end.

A report takes longer to be drawn than its bytes to be written: so an older save ends after a newer one, if it may.
"""

from __future__ import annotations

import threading

import pytest

from desktop.views.job_bar import JobBar
from engine import pipeline

NEW = b"%PDF-1.4 the newer one"
OLD = b"%PDF-1.4 lay there before"


@pytest.fixture
def told(session):
    """What the person is told, in this order: names of files written, and of files that were not."""
    made = []
    session.saved.connect(lambda _, path: made.append(f"saved {path.name}"))
    session.not_saved.connect(lambda path, _: made.append(f"failed {path.name}"))
    session.notice.connect(lambda text: made.append(text.split(":")[0].lower()))
    return made


def end_of_all(qtbot, session):
    qtbot.waitUntil(session.saving.are_home, timeout=60_000)


def keep(session, data, path):
    session.saver.keep_report(data, path, session.saver.options())


def test_a_save_goes_on_when_another_study_is_opened(qtbot, session, shown, told, held, tmp_path):
    bar = JobBar(session.jobs, session.saving)
    qtbot.addWidget(bar)
    keep(session, NEW, tmp_path / "report.pdf")
    keep(session, NEW, tmp_path / "copy.pdf")
    assert "Saving the report" in bar.text.text()
    (tmp_path / "empty").mkdir()
    session.open_paths([tmp_path / "empty"])
    session.close()
    held.close()
    qtbot.waitUntil(lambda: not session.is_busy, timeout=20_000)
    assert sorted(told) == ["saved copy.pdf", "saved report.pdf"]
    assert {path.name for path in tmp_path.iterdir()} == {"copy.pdf", "empty", "report.pdf"}


def test_a_save_that_fails_after_its_study_was_left_is_told(qtbot, session, shown, held, tmp_path):
    path = tmp_path / "report.pdf"
    keep(session, NEW, path)
    session.close()
    path.mkdir()  # no file can take its place any more
    with qtbot.waitSignal(session.not_saved, timeout=20_000) as caught:
        held.close()
    where, error = caught.args
    assert (where, error.code) == (path, "not-writable")
    qtbot.waitUntil(lambda: not session.is_busy, timeout=20_000)


def test_closing_waits_for_what_is_being_written(qtbot, session, shown, held, tmp_path):
    keep(session, NEW, tmp_path / "report.pdf")
    threading.Timer(0.3, held.close).start()
    assert session.shut_down()
    assert (tmp_path / "report.pdf").read_bytes() == NEW
    qtbot.waitUntil(lambda: not session.is_busy, timeout=20_000)


def test_of_two_saves_to_one_path_the_last_asked_for_lies_there(qtbot, session, shown, told, tmp_path):
    path = tmp_path / "report.pdf"
    session.saver.save_report(path)
    keep(session, NEW, tmp_path / "folder" / ".." / "report.pdf")  # the same place
    assert len(session.saving.titles()) == 2
    end_of_all(qtbot, session)
    assert path.read_bytes() == NEW
    assert told == ["saved report.pdf", "saved report.pdf"]
    assert [tuple(entry["outputs"]) for entry in pipeline.audit_entries()] == [("report.pdf",)] * 2


def test_a_file_within_a_folder_of_outputs_waits_for_them(qtbot, session, shown, told, tmp_path):
    session.saver.save_outputs(tmp_path / "out", deidentify=True)
    keep(session, NEW, tmp_path / "out" / "report.pdf")
    end_of_all(qtbot, session)
    assert (tmp_path / "out" / "report.pdf").read_bytes() == NEW
    assert (tmp_path / "out" / "result.json").exists()
    assert told == ["saved out", "saved report.pdf"]


def test_a_save_elsewhere_waits_for_nobody(qtbot, session, shown, told, tmp_path):
    session.saver.save_report(tmp_path / "report.pdf")
    keep(session, NEW, tmp_path / "report.pdf.bak")
    end_of_all(qtbot, session)
    assert told == ["saved report.pdf.bak", "saved report.pdf"]


def test_the_last_asked_for_is_written_also_where_the_one_before_it_failed(qtbot, session, shown, told, tmp_path):
    place = tmp_path / "place"
    place.write_bytes(OLD)
    keep(session, OLD, place / "report.pdf")  # a file is no folder
    keep(session, NEW, place)
    end_of_all(qtbot, session)
    assert place.read_bytes() == NEW
    assert told == ["failed report.pdf", "saved place"]


@pytest.mark.parametrize("kind", ["report", "outputs"])
def test_cancel_stops_a_save_and_leaves_what_lay_there(qtbot, session, shown, told, tmp_path, kind):
    bar = JobBar(session.jobs, session.saving)
    qtbot.addWidget(bar)
    (tmp_path / "report.pdf").write_bytes(OLD)
    if kind == "report":
        session.saver.save_report(tmp_path / "report.pdf")
    else:
        session.saver.save_outputs(tmp_path, deidentify=True)
    bar.cancel.click()
    assert bar.isHidden()
    end_of_all(qtbot, session)
    assert (tmp_path / "report.pdf").read_bytes() == OLD
    assert [path.name for path in tmp_path.iterdir()] == ["report.pdf"]
    assert told == ["stopped"]
    assert pipeline.audit_entries() == ()  # nothing has left


def test_cancel_is_not_offered_while_a_file_takes_its_place(qtbot, session, shown, told, held, tmp_path):
    """A report waits for its entry in the audit file, another behind it."""
    bar = JobBar(session.jobs, session.saving)
    qtbot.addWidget(bar)
    path = tmp_path / "report.pdf"
    keep(session, OLD, path)
    qtbot.waitUntil(lambda: not bar.cancel.isEnabled(), timeout=20_000)
    assert "too late" in bar.cancel.toolTip().lower()
    keep(session, NEW, path)
    assert bar.cancel.isEnabled()  # for the one behind
    bar.cancel.click()
    assert session.saving.purposes() == [str(path)]
    assert not bar.isHidden()
    assert not path.exists()
    held.close()
    end_of_all(qtbot, session)
    assert path.read_bytes() == OLD
    assert [path.name for path in tmp_path.iterdir()] == ["report.pdf"]
    assert told == ["saved report.pdf", "stopped"]
    assert len(pipeline.audit_entries()) == 1
