"""A short soak in the suite; `make soak` is the long one."""

from __future__ import annotations

import pytest

from desktop import settings as table
from desktop.app import make_window
from desktop.document import MOST_STEPS
from desktop.settings import Settings
from tests.bench.soak import OBJECTS, run
from tests.support.liver_files import write_liver_study


@pytest.mark.timeout(200)
def test_repaints_edits_and_undos_lose_no_reference(qtbot, qapp, own_home, tmp_path):
    settings = Settings(own_home / "window.ini")
    settings.set(table.AUTO_ANALYZE, False)
    window = make_window(qapp, settings)
    qtbot.addWidget(window)
    window.resize(900, 600)
    window.show()
    window.drop([write_liver_study(tmp_path / "liver")])
    session = window.session
    qtbot.waitUntil(lambda: session.t2_volume() is not None, timeout=60_000)
    qtbot.waitUntil(lambda: not session.jobs.is_running() and not session.models.jobs.is_running(), timeout=60_000)
    outcome = run(window, 160)
    assert outcome.edits == 60
    assert outcome.none_references < 160  # the faulty binding loses several a repaint
    assert outcome.more_objects <= OBJECTS
    assert 50 < outcome.steps <= MOST_STEPS
    session.document.history.setClean()
    window.close()
