"""What is being written goes on when its study is left, and its failure is told."""

from __future__ import annotations

import threading

from desktop.views.job_bar import JobBar


def test_a_save_goes_on_when_another_study_is_opened(qtbot, session, shown, writing, tmp_path):
    bar = JobBar(session.jobs, session.saving)
    qtbot.addWidget(bar)
    session.saver.save_case(tmp_path / "case.json")
    session.saver.save_case(tmp_path / "copy.json")
    assert "Saving the case" in bar.text.text()
    told = []
    session.saved.connect(lambda _, path: told.append(path.name))
    (tmp_path / "empty").mkdir()
    session.open_paths([tmp_path / "empty"])
    session.close()
    writing.gate.set()
    qtbot.waitUntil(lambda: not session.is_busy, timeout=20_000)
    assert sorted(told) == ["case.json", "copy.json"]


def test_a_save_that_fails_after_its_study_was_left_is_told(qtbot, session, shown, writing, tmp_path):
    writing.fault = OSError("disk full")
    session.saver.save_case(tmp_path / "case.json")
    session.close()
    with qtbot.waitSignal(session.not_saved, timeout=20_000) as caught:
        writing.gate.set()
    assert caught.args == [tmp_path / "case.json", writing.fault]
    qtbot.waitUntil(lambda: not session.is_busy, timeout=20_000)


def test_closing_waits_for_what_is_being_written(qtbot, session, shown, writing, tmp_path):
    session.saver.save_case(tmp_path / "case.json")
    threading.Timer(0.3, writing.gate.set).start()
    assert session.shut_down()
    assert (tmp_path / "case.json").exists()
    qtbot.waitUntil(lambda: not session.is_busy, timeout=20_000)
