"""A view without images says what is true of them: they are being read, were stopped, or cannot be read, and why."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMessageBox

from desktop import i18n
from desktop.jobs import Job
from desktop.operations import studies
from desktop.operations.studies import FirstImage
from desktop.views import slice_painter
from engine.domain.errors import IntakeError
from engine.domain.sequence import RoleGuess, RoleMap, SequenceRole, SeriesKind
from engine.domain.volume import Volume, VolumeSet
from tests.support.results import example

T2, DWI, OTHER, ODD = "1.2.3.T2", "1.2.3.DWI", "1.2.3.other", "1.2.3.odd"
READING, STOPPED = "Reading…", "Stopped — open it again to read"
BROKEN = IntakeError("The pixels cannot be decoded.", remedy="Export the series again.", code="pixels")


@pytest.fixture
def pixels(monkeypatch):
    """What reading meets: `gate` lets it go on, `broken` cannot be decoded, `begun` tells what was asked for."""

    class Pixels:
        def __init__(self):
            self.gate, self.broken, self.begun = threading.Event(), set(), []
            self.gate.set()
            made = example().volumes
            self.volumes = {T2: made[SequenceRole.T2], DWI: made[SequenceRole.DWI], OTHER: made[SequenceRole.DWI]}

        def read(self, key, steps):
            self.begun.append(key)
            assert self.gate.wait(20)
            steps.step("slices", 0, 0)
            if key in self.broken:
                raise BROKEN
            return self.volumes[key]

        def roles(self, study, roles):
            return Job("Reading", lambda steps: VolumeSet({r: self.read(key, steps) for r, key in roles.items()}))

        def series(self, series):
            return Job("Reading", lambda steps: self.read(series.key, steps))

    made = Pixels()
    monkeypatch.setattr(studies, "load_roles", made.roles)
    monkeypatch.setattr(studies, "load_series", made.series)
    yield made
    made.gate.set()


@pytest.fixture
def study(window, pixels):
    """T2 and DWI with their roles, another diffusion series and one that is no regular stack without one."""
    made = example()
    dwi = made.study.find(DWI)
    odd = replace(dwi, key=ODD, stack_problem="slices are 12.0 mm apart")
    return replace(made.study, series=(*made.study.series, replace(dwi, key=OTHER), odd))


def open_study(window, study, roles=(SequenceRole.T2, SequenceRole.DWI)):
    case = example().case
    case = replace(case, roles={role: case.roles[role] for role in roles}, rois=())
    guesses = tuple(RoleGuess(key, SeriesKind.DWI, role=role, confidence=0.95) for role, key in case.roles.items())
    window.session.document.open(study, case, RoleMap(guesses, case.roles))
    window.session.reader.read()


def settle(qtbot, window):
    qtbot.waitUntil(lambda: not window.session.jobs.is_running(), timeout=20_000)
    for _ in range(3):
        QCoreApplication.processEvents()
    qtbot.waitUntil(lambda: not window.session.jobs.is_running(), timeout=20_000)


@pytest.fixture
def said(monkeypatch):
    """Return what a view says in its middle, and in the lines of its corners."""
    notices, lines = [], []
    monkeypatch.setattr(slice_painter, "paint_notice", lambda *how: notices.append(how[2][0]))
    monkeypatch.setattr(slice_painter, "paint_lines", lambda *how, **_: lines.extend(how[2]))

    def look(view):
        notices.clear()
        lines.clear()
        view.forget_pictures()
        view.grab()
        return notices[-1] if notices else "", [text for text, _ in lines]

    return look


def test_a_view_says_that_reading_was_stopped_and_reads_when_its_series_is_opened_again(
    qtbot, window, study, pixels, said
):
    t2, dwi = window.grid.views[:2]
    pixels.gate.clear()
    open_study(window, study)
    assert [said(view)[0] for view in (t2, dwi)] == [READING, READING]
    qtbot.waitUntil(lambda: pixels.begun == [T2])
    window.session.jobs.cancel_all()
    pixels.gate.set()
    qtbot.waitUntil(lambda: said(t2)[0] == STOPPED, timeout=20_000)
    assert said(dwi)[0] == STOPPED
    pixels.gate.clear()
    window.grid.show_series(DWI, dwi)
    assert [said(view)[0] for view in (t2, dwi)] == [READING, READING]
    pixels.gate.set()
    settle(qtbot, window)
    assert [said(view)[0] for view in (t2, dwi)] == ["", ""]
    assert t2.state.trouble == dwi.state.trouble == ""


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Cannot be read: The pixels cannot be decoded."), ("zh_CN", "无法读取：The pixels cannot be decoded.")],
)
def test_a_view_says_why_its_series_cannot_be_read(qapp, qtbot, window, study, pixels, said, language, words):
    pixels.broken.add(DWI)
    t2, dwi = window.grid.views[:2]
    i18n.install(qapp, language)
    try:
        open_study(window, study)
        settle(qtbot, window)
        assert (said(t2)[0], said(dwi)[0]) == ("", words)
    finally:
        i18n.install(qapp, "en")
    for box in window.findChildren(QMessageBox):
        box.close()


def test_a_series_without_a_role_that_cannot_be_read_is_told_once_and_read_again_on_request(
    qtbot, window, study, pixels, said
):
    told = []
    window.session.failed.disconnect(window.show_error)
    window.session.failed.connect(told.append)
    open_study(window, study)
    settle(qtbot, window)
    pixels.broken.add(OTHER)
    view = window.grid.views[1]
    window.grid.show_series(OTHER, view)
    assert said(view)[0] == READING
    settle(qtbot, window)
    assert said(view)[0] == "Cannot be read: The pixels cannot be decoded."
    window.session.store.added.emit(T2)  # another series comes
    window.grid.set_layout("2x2")
    settle(qtbot, window)
    assert told == [BROKEN]
    pixels.broken.clear()
    window.grid.show_series(OTHER, view)
    settle(qtbot, window)
    assert said(view)[0] == ""
    assert pixels.begun == [T2, DWI, OTHER, OTHER]


def test_series_without_a_role_wait_for_those_of_the_case_and_are_stopped_with_them(qtbot, window, study, pixels, said):
    window.grid.set_layout("1x3")
    pixels.gate.clear()
    open_study(window, study)
    other = window.grid.views[2]
    window.grid.show_series(OTHER, other)
    qtbot.waitUntil(lambda: pixels.begun == [T2])
    assert said(other)[0] == READING
    window.session.jobs.cancel_all()
    pixels.gate.set()
    qtbot.waitUntil(lambda: said(other)[0] == STOPPED, timeout=20_000)
    settle(qtbot, window)
    assert pixels.begun == [T2]
    window.grid.show_series(OTHER, other)
    settle(qtbot, window)
    assert said(other)[0] == ""


def test_a_series_that_is_no_regular_stack_says_so(qtbot, window, study, pixels, said):
    open_study(window, study)
    settle(qtbot, window)
    window.grid.show_series(ODD)
    settle(qtbot, window)
    assert said(window.grid.active)[0] == "Cannot be read: slices are 12.0 mm apart"
    assert ODD not in pixels.begun


def test_a_study_without_any_role_is_read_in_a_window_that_showed_none(qtbot, window, study, pixels):
    assert not window.grid.isVisible()
    open_study(window, replace(study, series=(study.find(OTHER),)), roles=())
    settle(qtbot, window)
    assert pixels.begun == [OTHER]
    assert window.grid.views[0].state.volume is pixels.volumes[OTHER]


@pytest.mark.parametrize("corner_text", [True, False])
def test_a_view_with_a_first_image_says_that_no_other_is_coming(qtbot, window, study, pixels, said, corner_text):
    window.grid.set_corner_text(corner_text)
    pixels.broken.add(T2)
    pixels.gate.clear()
    open_study(window, study)
    whole = pixels.volumes[T2]
    image = FirstImage(T2, Volume(whole.array[3:4], whole.affine, series_key=T2), study)
    window.session.first_image.emit(image)
    view = window.grid.views[0]
    assert ("Reading the other slices…" in said(view)[1]) is corner_text
    pixels.gate.set()
    settle(qtbot, window)
    words = "Cannot be read: The pixels cannot be decoded."
    assert words in said(view)[1]
    window.session.first_image.emit(image)  # it may come after the failure
    assert words in said(view)[1]
    assert "Reading the other slices…" not in said(view)[1]
    for box in window.findChildren(QMessageBox):
        box.close()
