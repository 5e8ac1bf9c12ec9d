"""The series panel: b-values, menus, ambiguities and shifts, on a study that leaves the person a choice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QDialogButtonBox, QMenu

from desktop import theme
from desktop.models.series_model import SERIES_MIME
from desktop.views.roi_tools import ToolBox
from desktop.views.role_menu import b_values, fill_b_values, fill_roles, possible
from desktop.views.role_slot import RoleSlot
from desktop.views.series_panel import SeriesPanel
from desktop.views.shift_dialog import ShiftDialog
from engine.domain.case import Rotation
from engine.domain.sequence import RoleGuess, RoleMap, SequenceRole, SeriesKind
from engine.geometry.affine import to_world
from tests.desktop.conftest import show_example
from tests.support.results import example


@pytest.fixture
def ambiguous(session):
    """Six series; the two of diffusion differ in b-value, and the person may prefer the other one."""
    made = example(roles=("T2", "DWI", "T1_PRE"))
    show_example(session, made, analysed=False)
    t2, dwi, t1 = (made.case.roles[role] for role in made.case.roles)
    by_key = {series.key: series for series in made.study.series}
    weighted = replace(by_key[dwi], facts=replace(by_key[dwi].facts, b_value_s_mm2=800.0))
    low = replace(by_key[t1], facts=replace(by_key[t1].facts, b_value_s_mm2=50.0))
    study = replace(made.study, series=(by_key[t2], weighted, low))
    guesses = (
        RoleGuess(t2, SeriesKind.T2, role=SequenceRole.T2, confidence=0.95),
        RoleGuess(dwi, SeriesKind.DWI, role=SequenceRole.DWI, confidence=0.6, conflict=True),
        RoleGuess(t1, SeriesKind.DWI, candidate_for=SequenceRole.DWI),
    )
    case = made.case.with_role(SequenceRole.T1_PRE, None)
    session.document.open(study, case, RoleMap(guesses, case.roles))
    return session


def test_b_values_are_offered_in_order_and_chosen_by_the_menu(ambiguous):
    document = ambiguous.document
    assert [series.facts.b_value_s_mm2 for series in b_values(document)] == [50.0, 800.0]
    menu, chosen = QMenu(), []
    fill_b_values(menu, document, chosen.append)
    assert [action.isChecked() for action in menu.actions()] == [False, True]
    assert menu.actions()[0].text().startswith("b 50 ")
    menu.actions()[0].trigger()
    assert chosen == [b_values(document)[0].key]


def test_the_menu_of_a_role_puts_what_fits_first(ambiguous):
    document, menu = ambiguous.document, QMenu()
    fill_roles(menu, document, SequenceRole.DWI, print, print)
    assert [series.key for series in possible(document, SequenceRole.DWI)] == [
        guess.series_key for guess in document.role_map.guesses[1:]
    ]
    texts = [action.text() for action in menu.actions() if action.text()]
    assert texts[0] == "Fits the role"
    assert [text.split()[0] for text in texts[1:3]] == ["DWI", "DWI"]
    assert texts[3] == "Other series"
    assert texts[-2:] == ["No series", "Align with T2…"]
    fill_roles(menu, document, SequenceRole.T2, print, print)
    assert menu.actions()[-1].text() == "No series"  # T2 is what all others are moved onto


def test_a_slot_shows_doubt_other_candidates_and_the_b_value(qtbot, ambiguous):
    slot = RoleSlot(SequenceRole.DWI, ambiguous, theme.DARK)
    qtbot.addWidget(slot)
    assert slot.property("card") == "doubt"
    assert slot._b_value.text() == "b 800 ▾"
    assert not slot._b_value.isHidden()
    assert "1 other series possible" in slot._reason.text() or "1 other series possible" in slot.toolTip()
    other = RoleSlot(SequenceRole.T1_PRE, ambiguous, theme.DARK)
    qtbot.addWidget(other)
    assert other._b_value.isHidden()
    assert other._vacant.text() == "not assigned"


def test_a_series_dropped_on_a_slot_plays_its_role(qtbot, ambiguous):
    panel = SeriesPanel(ambiguous, ToolBox(), theme.DARK)
    qtbot.addWidget(panel)
    key = b_values(ambiguous.document)[0].key
    data = QMimeData()
    data.setData(SERIES_MIME, key.encode())
    slot = panel.slots[SequenceRole.DWI]
    slot.dropEvent(
        QDropEvent(
            QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
    )
    assert ambiguous.document.case.roles[SequenceRole.DWI] == key
    assert ambiguous.document.history.undoText() == "Change role DWI"
    rows = {panel.model.series(row).key: row for row in range(panel.model.rowCount())}
    assert panel.model.data(panel.model.index(rows[key])).startswith("●")
    ambiguous.document.history.undo()
    assert panel.model.data(panel.model.index(rows[key])).startswith("?")
    assert "Could play the role DWI" in panel.model.data(panel.model.index(rows[key]), Qt.ItemDataRole.ToolTipRole)


def test_moving_a_series_by_hand_is_one_step_and_cancel_puts_it_back(qtbot, session, shown):
    document = session.document
    dialog = ShiftDialog(SequenceRole.DWI, session)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    for value in (1.0, 2.5, 4.0):
        dialog.boxes[0].setValue(value)
    dialog.boxes[2].setValue(-3.0)
    assert document.case.shifts_mm[SequenceRole.DWI] == (4.0, 0.0, -3.0)
    assert document.is_stale
    key = document.case.roles[SequenceRole.DWI]
    shift = session.store.placed(key, document.case).affine[:3, 3] - session.store.get(key).affine[:3, 3]
    np.testing.assert_allclose(shift, (4.0, 0.0, -3.0))
    assert document.history.count() == 1
    dialog.reject()
    assert not document.case.shifts_mm
    assert not document.is_stale
    assert not document.history.canUndo()


def test_the_numbers_follow_what_is_undone_in_the_window(qtbot, session, shown):
    """What the boxes say is what OK takes; a turned box must not bring back what was undone."""
    document = session.document
    turn = Rotation((2.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    dialog = ShiftDialog(SequenceRole.DWI, session)
    qtbot.addWidget(dialog)
    document.edit(document.case.with_correction(SequenceRole.DWI, (5.0, 0.0, 3.25), turn), "Load case")
    assert [box.value() for box in dialog.boxes] == pytest.approx([5.0, 0.0, 3.25], abs=0.06)
    assert dialog.turn.text() == "2.0°, 0.0°, 0.0°"
    document.history.undo()
    assert [box.value() for box in dialog.boxes] == [0.0, 0.0, 0.0]
    assert dialog.turn.text() == "0.0°, 0.0°, 0.0°"
    dialog.boxes[1].setValue(1.5)
    assert document.case.shifts_mm == {SequenceRole.DWI: (0.0, 1.5, 0.0)}
    assert not document.case.rotations
    dialog.accept()


def test_reset_takes_back_shift_and_turn(qtbot, session, shown):
    document = session.document
    turn = Rotation((2.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    document.edit(document.case.with_correction(SequenceRole.DWI, (5.0, 0.0, 3.0), turn), "Load case")
    dialog = ShiftDialog(SequenceRole.DWI, session)
    qtbot.addWidget(dialog)
    assert [box.value() for box in dialog.boxes] == [5.0, 0.0, 3.0]
    dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Reset).click()
    assert [box.value() for box in dialog.boxes] == [0.0, 0.0, 0.0]
    assert not document.case.shifts_mm
    assert not document.case.rotations
    dialog.accept()


def anatomy(volume):
    """Return the volume with blobs at fixed places of the patient, so that no direction is without structure."""
    random = np.random.default_rng(4)
    centres = random.uniform((-90, -70, -60), (90, 70, 60), (60, 3))
    places = to_world(volume.affine, np.indices(volume.shape).reshape(3, -1).T.astype(float))
    signal = np.zeros(len(places))
    for centre, size in zip(centres, random.uniform(8, 20, 60), strict=True):
        signal += np.exp(-((places - centre) ** 2).sum(axis=1) / (2 * size**2))
    return replace(volume, array=(300 * signal).reshape(volume.shape).astype(np.float32))


@pytest.fixture
def displaced(session):
    """An invented study whose diffusion series lies 8 mm off in its header."""
    made = example()
    show_example(session, made)
    for role in (SequenceRole.T2, SequenceRole.DWI):
        key = made.case.roles[role]
        volume = anatomy(session.store.get(key))
        if role is SequenceRole.DWI:
            affine = volume.affine.copy()
            affine[:3, 3] += (8.0, 0.0, 0.0)
            volume = replace(volume, affine=affine)
        session.store.add(key, volume)
    return session


def test_registration_is_shown_before_it_is_taken(qtbot, displaced):
    document = displaced.document
    before = document.case
    for take in (False, True):
        dialog = ShiftDialog(SequenceRole.DWI, displaced)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.addWidget(dialog)
        dialog.show()
        dialog.align.click()
        assert not dialog.align.isEnabled()
        assert displaced.jobs.is_running("register")
        qtbot.waitUntil(lambda: not displaced.jobs.is_running("register"), timeout=120_000)
        left, back, head = document.case.shifts_mm[SequenceRole.DWI]  # the views show it already
        assert left == pytest.approx(-8.0, abs=1.0)
        assert abs(back) < 1.0
        assert abs(head) < 1.5
        assert dialog.boxes[0].value() == pytest.approx(left, abs=0.06)
        assert "Found by registration" in dialog.outcome.text()
        if take:
            dialog.accept()
        else:
            dialog.reject()
            assert document.case == before
    after = document.case
    assert document.history.undoText() == "Align DWI with T2"
    assert document.history.count() == 1
    assert document.is_stale
    placed = displaced.store.placed(after.roles[SequenceRole.DWI], after)
    assert placed.affine[0, 3] == pytest.approx(
        displaced.store.get(after.roles[SequenceRole.DWI]).affine[0, 3] - 8, abs=1.5
    )
    document.history.undo()
    assert document.case == before


def test_a_registration_that_fails_says_why_and_changes_nothing(qtbot, session, shown):
    key = session.document.case.roles[SequenceRole.DWI]
    volume = session.store.get(key)
    session.store.add(key, replace(volume, array=np.zeros_like(volume.array)))
    before = session.document.case
    dialog = ShiftDialog(SequenceRole.DWI, session)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.align.click()
    qtbot.waitUntil(lambda: not session.jobs.is_running("register"), timeout=120_000)
    assert "could not be registered to T2" in dialog.outcome.text()
    assert dialog.align.isEnabled()
    assert session.document.case == before
    dialog.reject()


def test_closing_stops_the_registration(qtbot, displaced):
    before = displaced.document.case
    dialog = ShiftDialog(SequenceRole.DWI, displaced)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.align.click()
    dialog.accept()
    assert not displaced.jobs.is_running("register")
    assert displaced.jobs.shut_down(10.0)
    qtbot.wait(50)
    assert displaced.document.case == before


def test_without_an_outline_nothing_can_be_aligned(qtbot, session, shown):
    session.document.edit(session.document.case.with_rois(()), "…")
    dialog = ShiftDialog(SequenceRole.DWI, session)
    qtbot.addWidget(dialog)
    assert not dialog.align.isEnabled()
    assert "outline one first" in dialog.outcome.text()
    session.document.history.undo()
    assert dialog.align.isEnabled()
    assert dialog.outcome.text() == ""
