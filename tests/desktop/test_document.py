"""The document: undo, merging and staleness, without a window."""

from __future__ import annotations

from dataclasses import replace

from desktop.document import MOST_STEPS, CaseDocument
from engine.domain.case import ReaderImpression
from engine.domain.sequence import RoleMap
from tests.support.results import example


def opened():
    made = example()
    document = CaseDocument()
    document.open(made.study, made.case, RoleMap((), made.case.roles))
    document.show_analysis(made.analysis)
    return document, made


def test_an_edit_makes_the_result_stale_and_undo_makes_it_current_again(qapp):
    document, made = opened()
    changes = []
    document.result_changed.connect(lambda: changes.append(document.is_stale))
    document.edit(made.case.with_treated(True), "Change prior treatment")
    assert document.is_stale
    document.history.undo()
    assert not document.is_stale
    document.history.redo()
    assert document.is_stale
    assert changes == [True, False, True]


def test_what_the_reader_thinks_does_not_make_a_result_stale(qapp):
    document, made = opened()
    document.edit(made.case.with_reader(ReaderImpression(comment="cyst")), "Comment")
    assert not document.is_stale


def test_undo_texts_name_the_edit(qapp):
    document, made = opened()
    document.edit(made.case.without_roi(made.case.rois[0].lesion_id), "Delete lesion L1")
    assert document.history.undoText() == "Delete lesion L1"
    document.history.undo()
    assert document.case == made.case


def test_an_equal_case_is_no_edit(qapp):
    document, made = opened()
    document.edit(replace(made.case), "Nothing")
    assert document.history.count() == 0


def test_the_steps_of_one_drag_are_one_edit(qapp):
    document, made = opened()
    for number in range(1, 4):
        shift = (float(number), 0.0, 0.0)
        role = next(iter(made.case.roles))
        document.edit(made.case.with_shift(role, shift), "Move", merge_id=7)
    assert document.history.count() == 1
    document.history.undo()
    assert document.case == made.case


def test_opening_another_study_forgets_history_and_result(qapp):
    document, made = opened()
    document.edit(made.case.with_treated(True), "Change prior treatment")
    document.open(made.study, made.case, RoleMap())
    assert document.result is None
    assert document.history.count() == 0
    assert not document.is_stale


def test_an_analysis_that_comes_home_late_is_stale_at_once(qapp):
    document, made = opened()
    document.edit(made.case.with_treated(True), "Change prior treatment")
    document.show_analysis(made.analysis)  # it was made for the case before the edit
    assert document.is_stale


def test_a_first_impression_is_neither_undone_nor_overwritten(qapp):
    """Whoever has seen the scores has no first impression any more."""
    document, made = opened()
    document.edit(made.case.with_treated(True), "Change prior treatment")
    document.record_impression("benign")
    document.history.undo()
    assert not document.case.treated
    assert document.case.reader.first_impression == "benign"
    document.record_impression("metastasis")
    document.edit(document.case.with_reader(ReaderImpression("metastasis", comment="cyst")), "Load case")
    assert document.case.reader == ReaderImpression("benign", comment="cyst")
    document.history.undo()
    assert document.case.reader == ReaderImpression("benign")
    assert not document.is_stale


def test_an_impression_that_is_not_saved_is_unsaved_work(qapp):
    document, _ = opened()
    document.record_impression("benign")
    assert not document.history.isClean()
    document.history.setClean()
    assert document.history.isClean()


def test_an_impression_brought_by_a_case_stays_and_undoing_does_not_pass_for_saved(qapp):
    document, made = opened()
    document.edit(made.case.with_reader(ReaderImpression("benign")), "Restore unfinished work")
    document.history.undo()
    assert document.case.reader.first_impression == "benign"
    assert not document.history.isClean()


def test_another_study_begins_without_an_impression(qapp):
    document, made = opened()
    document.record_impression("benign")
    document.open(made.study, made.case, RoleMap())
    assert document.case.reader.first_impression is None


def test_the_history_is_bounded(qapp):
    document, made = opened()
    for number in range(MOST_STEPS + 20):
        document.edit(made.case.with_reader(ReaderImpression(comment=str(number))), "Comment")
    assert document.history.count() == MOST_STEPS
    while document.history.canUndo():
        document.history.undo()
    assert document.case.reader.comment == "19"  # what lies before the last steps stays done
