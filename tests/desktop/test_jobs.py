"""Jobs: outcomes come home once, on the UI thread, whatever the work does."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QThread

from desktop.jobs import Job, Jobs
from engine.domain.errors import Cancelled, IntakeError


def listen(job):
    heard = []
    job.succeeded.connect(lambda value: heard.append(("succeeded", value)))
    job.failed.connect(lambda error: heard.append(("failed", error)))
    job.cancelled.connect(lambda: heard.append(("cancelled", None)))
    job.finished.connect(lambda: heard.append(("finished", QThread.currentThread().isMainThread())))
    return heard


def test_success_comes_home_on_the_ui_thread(qtbot):
    job = Job("add", lambda _: 1 + 2)
    heard = listen(job)
    with qtbot.waitSignal(job.finished):
        job.start()
    assert heard == [("succeeded", 3), ("finished", True)]


@pytest.mark.parametrize("_", range(20))
def test_an_instant_failure_is_never_lost(qtbot, _):
    def work(progress):
        raise IntakeError("Nothing there.", remedy="Open another folder.", code="no-dicom")

    job = Job("fail", work)
    heard = listen(job)
    with qtbot.waitSignal(job.finished):
        job.start()
    (kind, error), finished = heard
    assert kind == "failed"
    assert error.code == "no-dicom"
    assert finished == ("finished", True)


def test_cancel_is_quiet_and_stops_between_units(qtbot):
    started, done = threading.Event(), []

    def work(progress):
        for unit in range(1000):
            progress.step("units", unit, 1000)
            done.append(unit)
            started.set()
            threading.Event().wait(0.005)

    job = Job("long", work)
    heard = listen(job)
    with qtbot.waitSignal(job.finished):
        job.start()
        started.wait(5)
        job.cancel()
    assert heard == [("cancelled", None), ("finished", True)]
    assert len(done) < 1000


def test_an_outcome_that_nobody_wants_any_more_is_dropped(qtbot):
    """Work that does not look at its progress still ends as cancelled, not with a result."""
    gate = threading.Event()

    def work(progress):
        gate.wait(5)
        return "late"

    job = Job("late", work)
    heard = listen(job)
    with qtbot.waitSignal(job.finished):
        job.start()
        job.cancel()
        gate.set()
    assert heard == [("cancelled", None), ("finished", True)]


def test_work_that_raises_cancelled_by_itself_is_no_failure(qtbot):
    def work(progress):
        raise Cancelled

    job = Job("stop", work)
    heard = listen(job)
    with qtbot.waitSignal(job.finished):
        job.start()
    assert heard[0] == ("cancelled", None)


def test_progress_arrives_with_its_last_step(qtbot):
    def work(progress):
        for unit in range(1, 51):
            progress.step("files", unit, 50)

    job = Job("count", work)
    steps = []
    job.progressed.connect(lambda *where: steps.append(where))
    with qtbot.waitSignal(job.finished):
        job.start()
    assert steps[0] == ("files", 1, 50)
    assert steps[-1] == ("files", 50, 50)


def test_the_newest_job_of_a_purpose_wins(qtbot):
    jobs = Jobs()
    gate = threading.Event()
    first = Job("first", lambda _: gate.wait(5))
    second = Job("second", lambda _: "second")
    heard_first, heard_second = listen(first), listen(second)
    jobs.start("analysis", first)
    with qtbot.waitSignals([first.finished, second.finished]):
        jobs.start("analysis", second)
        gate.set()
    assert heard_first[0][0] == "cancelled"
    assert heard_second[0] == ("succeeded", "second")
    assert not jobs.is_running()


def test_shutting_down_waits_for_the_threads(qtbot):
    jobs = Jobs()
    ended = []

    def work(progress):
        while True:
            try:
                progress.step("turn", 0, 0)
            except Cancelled:
                ended.append(True)
                raise

    job = Job("endless", work)
    jobs.start("endless", job)
    with qtbot.waitSignal(job.finished):
        assert jobs.shut_down(10.0)
        assert ended == [True]


def test_nothing_begins_after_the_end(qtbot):
    jobs, ran = Jobs(), []
    assert jobs.shut_down(1.0)
    jobs.start("late", Job("late", lambda _: ran.append(1)))
    assert not jobs.is_running()
    assert not jobs.are_alive()
    qtbot.wait(50)
    assert ran == []


def test_a_queued_job_begins_when_those_before_it_have_ended_even_without_an_event_loop(qtbot):
    jobs, gate, order = Jobs(), threading.Event(), []

    def work(name):
        def run(_):
            if name == "first":
                assert gate.wait(20)
            order.append(name)

        return Job(name, run)

    first = jobs.queue("a", work("first"), lambda other: other == "a")
    second = jobs.queue("a", work("second"), lambda other: other == "a")
    beside = jobs.queue("b", work("beside"), lambda other: other == "b")
    assert beside.wait(20)
    assert jobs.titles() == ["first", "second", "beside"]
    assert order == ["beside"]
    gate.set()
    assert jobs.shut_down(20, cancel=False)
    assert order == ["beside", "first", "second"]
    assert first.wait(0)
    with qtbot.waitSignal(second.finished):
        pass


def test_a_job_called_off_while_it_waits_for_another_does_nothing(qtbot):
    jobs, gate, ran = Jobs(), threading.Event(), []
    first = jobs.queue("a", Job("first", lambda _: gate.wait(20)), lambda _: True)
    second = Job("second", lambda _: ran.append("second"))
    heard_first, heard_second = listen(first), listen(second)
    jobs.queue("b", second, lambda _: True)
    jobs.cancel("b")
    with qtbot.waitSignals([first.finished, second.finished]):
        gate.set()
    assert (heard_first[0], heard_second[0]) == (("succeeded", True), ("cancelled", None))
    assert ran == []


def test_what_is_committed_cannot_be_stopped_and_says_what_it_made(qtbot):
    jobs, gate = Jobs(), threading.Event()

    def work(steps):
        steps.commit()
        assert gate.wait(20)
        steps.step("late", 1, 1)  # raises nothing any more
        return "made"

    job = Job("write", work)
    heard = listen(job)
    jobs.queue("a", job, lambda _: True)
    qtbot.waitUntil(lambda: not jobs.can_stop(), timeout=20_000)
    jobs.cancel_all()
    assert not job.cancel()
    assert jobs.titles() == ["write"]  # still wanted
    with qtbot.waitSignal(job.finished):
        gate.set()
    assert heard == [("succeeded", "made"), ("finished", True)]


def test_whoever_was_asked_to_stop_can_no_longer_commit(qtbot):
    gate, made = threading.Event(), []

    def work(steps):
        assert gate.wait(20)
        steps.commit()
        made.append("file")

    job = Job("write", work)
    heard = listen(job)
    with qtbot.waitSignal(job.finished):
        job.start()
        assert job.cancel()
        gate.set()
    assert heard[0] == ("cancelled", None)
    assert made == []
