"""The reader's own words: kept with the case, undoable; Fagan by hand; nothing is shown before the impression."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop import settings as table
from desktop.views.reader_panel import ReaderPanel, ReadFirstPage
from engine.domain.caution import Effect
from engine.domain.caution_words import make_caution
from tests.desktop.conftest import show_example
from tests.support.results import example


@pytest.fixture
def panel(qtbot, session):
    made = ReaderPanel(session)
    qtbot.addWidget(made)
    return made


def test_post_test_probability_by_the_packages_own_ratio(panel, session):
    show_example(session, example(malignant=(2, 3)))  # raised; the package states DLR+ 3.22
    assert panel.post_test.text() == ""
    panel.pre_test.setValue(20)
    assert session.document.case.reader.pre_test_probability == 0.2
    # odds 0.2 / 0.8 x 3.22 = 0.805; 0.805 / 1.805 = 0.446
    assert panel.post_test.text() == (
        "Post-test probability 45 % (Fagan, from the package's DLR+ 3.22, measured on simulated images: not a clinical "
        "estimate)"
    )
    assert not session.document.is_stale  # the reader's words do not change the result
    panel.pre_test.editingFinished.emit()
    panel.pre_test.setValue(-1)
    assert session.document.case.reader.pre_test_probability is None
    assert panel.post_test.isHidden()
    session.document.history.undo()
    assert panel.pre_test.value() == 20


def test_not_raised_takes_the_other_ratio(panel, session):
    show_example(session, example(malignant=(), status="research"))
    panel.pre_test.setValue(50)
    assert panel.post_test.text() == "Post-test probability 5 % (Fagan, from the package's DLR− 0.05)"  # 0.05 / 1.05


@pytest.mark.parametrize("how", ["withheld", "stale", "no ratio"])
def test_no_probability_without_a_flag(panel, session, how):
    cautions = [make_caution("treated-lesion", Effect.WITHHOLD)] if how == "withheld" else []
    show_example(session, example(cautions=cautions, validation={} if how == "no ratio" else None))
    panel.pre_test.setValue(50)
    if how == "stale":
        session.document.edit(session.document.case.with_treated(True), "x")
    assert "%" not in panel.post_test.text()
    assert panel.post_test.isHidden() == (how != "no ratio")


def test_final_class_and_comment_are_kept_and_undone(panel, session):
    show_example(session, example())
    panel.final.setCurrentIndex(panel.final.findData("metastasis"))
    panel.final.activated.emit(panel.final.currentIndex())
    QTest.keyClicks(panel.comment, "  seen before  ")
    reader = session.document.case.reader
    assert (reader.final_class, reader.comment) == ("metastasis", "seen before")
    session.document.history.undo()
    session.document.history.undo()
    assert session.document.case.reader.final_class is None
    assert panel.final.currentIndex() == 0


def test_what_is_typed_is_in_the_case_before_the_cursor_leaves_and_one_go_is_one_step(panel, session):
    show_example(session, example())
    document = session.document
    QTest.keyClicks(panel.comment, "likely ")
    assert document.case.reader.comment == "likely"
    document.result_changed.emit()  # an analysis comes home meanwhile
    QTest.keyClicks(panel.comment, "HCC")
    assert panel.comment.text() == document.case.reader.comment == "likely HCC"
    assert document.history.count() == 1
    panel.pre_test.lineEdit().selectAll()
    QTest.keyClicks(panel.pre_test, "45")
    assert document.case.reader.pre_test_probability == 0.45
    assert panel.pre_test.text() == "45 %"
    assert document.history.count() == 2
    QTest.keyClick(panel.comment, Qt.Key.Key_Return)
    QTest.keyClicks(panel.comment, ", S8")
    document.history.undo()
    assert panel.comment.text() == document.case.reader.comment == "likely HCC"
    document.history.undo()
    document.history.undo()
    assert document.case.reader.comment == ""
    assert document.case.reader.pre_test_probability is None


def test_a_comment_just_typed_is_in_the_journal_of_a_window_that_closes(window, reading):
    QTest.keyClicks(window.findChild(ReaderPanel).comment, "ask for CT")
    window.close()
    assert next(window.journal.folder.iterdir()).read_text().count("ask for CT") == 1


def test_read_first_takes_a_shown_result_back_at_once(window):
    show_example(window.session, example())
    assert window.actions_["report"].isEnabled()
    window.session.settings.set(table.READ_FIRST, True)
    assert not window.results.flag.isVisible()
    assert not window.actions_["report"].isEnabled()
    assert not window.actions_["preview"].isEnabled()


def test_read_first_journey(qtbot, window):
    """Scores, table, heat map and report stay out of reach until the impression is recorded; then all are there."""
    window.session.settings.set(table.READ_FIRST, True)
    show_example(window.session, example())
    assert not window.results.flag.isVisible()
    assert not window.results.table.isVisible()
    assert not window.results.strip.isVisible()
    assert not window.overlay.visible
    assert not window.results.report.isEnabled()
    assert not window.actions_["report"].isEnabled()
    assert not window.actions_["preview"].isEnabled()
    page = window.findChild(ReadFirstPage)
    assert page.isVisible()
    assert not page.show_result.isEnabled()
    page.choice.setCurrentIndex(page.choice.findData("benign"))
    page.show_result.click()
    assert window.session.document.case.reader.first_impression == "benign"
    assert window.results.flag.isVisible()
    assert window.results.strip.isVisible()
    assert window.overlay.visible
    assert window.results.report.isEnabled()
    panel = window.findChild(ReaderPanel)
    assert "Benign" in panel._first.text()
