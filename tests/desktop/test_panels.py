"""Panels: the words of the result as they are, and what follows from the state of the case."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from desktop import settings as table
from desktop import theme
from desktop.models.overlay import Overlay
from desktop.views.banner import StatusBanner
from desktop.views.reader_panel import ReaderPanel, ReadFirstPage
from desktop.views.result_panel import ResultPanel
from desktop.views.roi_tools import ToolBox
from desktop.views.role_slot import RoleSlot
from desktop.views.series_panel import SeriesPanel
from engine.domain.package import ClinicalStatus
from engine.domain.result import Caution, Effect
from engine.domain.sequence import RoleGuess, RoleMap, SequenceRole, SeriesKind
from tests.desktop.conftest import show_example
from tests.support.results import example


def texts(widget):
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if not label.isHidden())


@pytest.fixture
def panel(qtbot, session):
    made = ResultPanel(session, Overlay(), theme.DARK)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.mark.parametrize("malignant", [(2, 3), ()])
def test_headline_and_reason_stand_as_the_engine_words_them(panel, session, malignant):
    made = example(malignant=malignant)
    show_example(session, made)
    follow_up = made.analysis.result.follow_up
    assert panel.flag.headline.text() == follow_up.headline
    reason = panel.flag.reason.text()
    assert reason.lower() == follow_up.reason.lower()
    assert "caution" not in panel.flag.frame.property("card")
    assert panel.flag.frame.property("card") == ("raised" if malignant else "neutral")


def test_a_withheld_result_shows_why_and_what_is_known(panel, session):
    caution = Caution("age-under-18", Effect.WITHHOLD, "The patient is younger than 18 years.")
    made = example(cautions=(caution,))
    show_example(session, made)
    assert panel.flag.frame.property("card") == "withheld"
    shown = texts(panel.flag)
    assert "No flag" in shown
    assert "Withholds the flag" in shown
    assert caution.text in shown
    assert panel.table.slices.rowCount() == 7


def test_a_result_without_any_slice_is_shown(panel, session):
    caution = Caution("coverage", Effect.WITHHOLD, "The DWI series does not cover lesion L1 completely.")
    show_example(session, example(cautions=(caution,), blind=True))
    assert panel.table.slices.rowCount() == 0
    assert "nothing to conclude from" in texts(panel)


def test_an_edit_shows_the_out_of_date_banner_and_undo_hides_it(panel, session, shown):
    assert panel.flag.stale.isHidden()
    assert panel.report.isEnabled()
    session.document.edit(shown.case.with_treated(True), "Change prior treatment")
    assert not panel.flag.stale.isHidden()
    assert not panel.report.isEnabled()
    session.document.history.undo()
    assert panel.flag.stale.isHidden()


def test_caption_and_facts_stand_beside_the_result(panel, session, shown):
    shown_texts = texts(panel)
    assert "Regions that raised this score. Not a lesion boundary and not proof of reasoning." in shown_texts
    for fact in ("example 1.0.0", "5e1f5e1f5e1f", "CPU", "used", "Demonstration model"):
        assert fact in shown_texts
    assert "%" not in shown_texts


def test_nothing_in_the_texts_gives_the_all_clear(panel, session):
    show_example(session, example(malignant=()))
    words = texts(panel).lower()
    assert not any(word in words for word in ("normal", "safe", "✓", "all clear", "negative"))


def test_a_click_on_a_slice_asks_for_its_plane(panel, session, shown, qtbot):
    with qtbot.waitSignal(panel.slice_chosen) as caught:
        panel.table.selectRow(2)
    assert [made.ref for made in caught.args] == [panel.table.slices.slice_result(2).ref]


def test_the_demonstration_banner_is_there_from_the_start(qtbot, session):
    banner = StatusBanner(session, theme.DARK)
    qtbot.addWidget(banner)
    banner.show()
    assert not banner.isHidden()
    assert banner.text.text() == "Demonstration model: trained on simulated images. Not for use with patients."
    show_example(session, example(status="simulated"))
    assert banner.status() is ClinicalStatus.SIMULATED
    assert not banner.isHidden()


def test_a_doubtful_role_asks_and_a_confirmed_one_is_quiet(qtbot, session):
    made = example()
    keys = made.case.roles
    guesses = (
        RoleGuess(keys[SequenceRole.T2], SeriesKind.T2, role=SequenceRole.T2, confidence=0.95, reasons=("named T2",)),
        RoleGuess(keys[SequenceRole.DWI], SeriesKind.DWI, role=SequenceRole.DWI, confidence=0.6, reasons=("b = 800",)),
    )
    session.document.open(made.study, made.case, RoleMap(guesses, keys))
    slots = {role: RoleSlot(role, session, theme.DARK) for role in (SequenceRole.T2, SequenceRole.DWI)}
    for slot in slots.values():
        qtbot.addWidget(slot)
    assert slots[SequenceRole.T2].property("card") == "slot"
    assert slots[SequenceRole.DWI].property("card") == "doubt"
    assert "0.60" in texts(slots[SequenceRole.DWI])
    session.confirm_role(SequenceRole.DWI)
    slots[SequenceRole.DWI].refresh()
    assert slots[SequenceRole.DWI].property("card") == "slot"


def test_the_series_panel_names_the_patient_and_the_study(qtbot, session, shown):
    panel = SeriesPanel(session, ToolBox(), theme.DARK)
    qtbot.addWidget(panel)
    shown_texts = texts(panel)
    for fact in ("Muster, Anna", "HEP-004711", "2026-03-12", "65 years"):
        assert fact in shown_texts


def test_the_date_is_that_of_the_analysis_not_of_looking_at_it(panel, session):
    made = example()
    for _ in range(2):  # coming back changes nothing
        show_example(session, made)
        assert "2026-03-14 09:26" in texts(panel)


def test_in_read_first_mode_the_scores_wait_for_the_readers_impression(qtbot, session):
    session.settings.set(table.READ_FIRST, True)
    overlay = Overlay()
    panel = ResultPanel(session, overlay, theme.DARK)
    qtbot.addWidget(panel)
    made = example()
    show_example(session, made)
    assert isinstance(panel._pages.currentWidget(), ReadFirstPage)
    assert not overlay.visible
    assert not panel.report.isEnabled()
    page = panel._pages.currentWidget()
    assert not page.show_result.isEnabled()
    page.choice.setCurrentIndex(page.choice.findData("metastasis"))
    page.show_result.click()
    assert session.document.case.reader.first_impression == "metastasis"
    assert not session.document.is_stale
    assert panel._pages.currentIndex() == 1
    assert overlay.visible
    assert "First impression, before the scores: Metastasis" in texts(panel)
    assert not session.document.history.canUndo()
    assert not session.document.history.isClean()  # there is something to save


def test_the_readers_final_class_and_comment_are_kept_with_the_case(panel, session, shown):
    reader = panel.findChild(ReaderPanel)
    reader.final.setCurrentIndex(reader.final.findData("benign"))
    reader.final.activated.emit(reader.final.currentIndex())
    QTest.keyClicks(reader.comment, " typical haemangioma ")
    assert session.document.case.reader.final_class == "benign"
    assert session.document.case.reader.comment == "typical haemangioma"
    assert not session.document.is_stale
