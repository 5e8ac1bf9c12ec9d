"""Outlines from files: one step of the history, questions put to the person, nothing overwritten."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget

from desktop import settings as table
from desktop.display_plane import DisplayPlane
from desktop.journal import Journal
from desktop.roi_edits import with_region
from desktop.views.questions import ChoiceDialog, Questions
from engine.domain.roi import LesionId
from engine.domain.sequence import SequenceRole
from engine.geometry.outline import mask_of_roi
from engine.geometry.planar import box
from tests.support.liver_files import write_liver_study

SQUARE = [box(np.array([-20.0, -20.0]), np.array([20.0, 20.0]))]


def idle(session):
    return lambda: not session.jobs.is_running()


@pytest.fixture
def opened(qtbot, session, tmp_path):
    """A liver study on the screen, without outlines."""
    session.settings.set(table.AUTO_ANALYZE, False)
    failures = []
    session.failed.connect(failures.append)
    session.open_paths([write_liver_study(tmp_path / "liver")])
    qtbot.waitUntil(idle(session), timeout=20_000)
    assert failures == []
    session.failures = failures
    return session


def draw(session, slices=(8, 9, 10)):
    t2 = session.store.get(session.document.case.roles[SequenceRole.T2])
    case = session.document.case
    for index in slices:
        lesion = LesionId("L1") if case.rois else None
        plane = DisplayPlane.of(t2.affine)
        case = with_region(case, lesion, plane, index, SQUARE, frame_of_reference_uid=t2.frame_of_reference_uid)
    session.document.edit(case, "Draw")
    return mask_of_roi(case.rois[0], t2.affine, t2.shape), t2


@pytest.mark.parametrize("kind", ["seg", "rtstruct", "nifti"])
def test_what_was_exported_comes_back_the_same(qtbot, opened, tmp_path, kind):
    mask, t2 = draw(opened)
    path = tmp_path / ("out.nii.gz" if kind == "nifti" else "out.dcm")
    with qtbot.waitSignal(opened.saved, timeout=30_000):
        opened.saver.export_outlines(path, kind)
    opened.document.history.undo()
    assert opened.document.case.rois == ()
    asked = []
    opened.importer.asked.connect(lambda question: (asked.append(question), answer(opened, question)))
    with qtbot.waitSignal(opened.importer.finished, timeout=30_000):
        opened.importer.take([path])
    assert opened.failures == []
    (roi,) = opened.document.case.rois
    np.testing.assert_array_equal(mask_of_roi(roi, t2.affine, t2.shape), mask)
    assert opened.document.history.undoText() == f"Import outlines from {path.name}"


def answer(session, question):
    key = question.default or question.choices[0].key
    session.importer.answer(question, key)


def test_an_import_meanwhile_edited_is_made_on_top_and_the_same_twice_is_taken_once(qtbot, opened, tmp_path):
    draw(opened)
    path = tmp_path / "out.dcm"
    with qtbot.waitSignal(opened.saved, timeout=30_000):
        opened.saver.export_outlines(path, "rtstruct")
    opened.document.history.undo()
    copy = tmp_path / "copy.dcm"
    shutil.copy(path, copy)
    opened.importer.take([path, copy])
    opened.document.edit(opened.document.case.with_treated(True), "Change prior treatment")
    qtbot.waitUntil(lambda: bool(opened.document.case.rois), timeout=30_000)
    assert opened.document.case.treated
    assert len(opened.document.case.rois) == 1


def test_a_question_is_put_to_the_person_and_can_be_refused(qtbot, opened, tmp_path):
    """A mask without orientation fits T2 and DWI alike only by its size: the person must say which it was drawn on."""
    import nibabel

    _, t2 = draw(opened)
    opened.document.history.undo()
    voxels = np.zeros(t2.shape[::-1], np.uint8)
    voxels[20:40, 20:40, 8:11] = 1
    image = nibabel.Nifti1Image(voxels, None)
    image.header.set_sform(None, code=0)
    image.header.set_qform(None, code=0)
    path = tmp_path / "bare.nii.gz"
    nibabel.save(image, path)
    window = QWidget()
    qtbot.addWidget(window)
    questions = Questions(opened, Journal(opened, tmp_path / "journal"), window)
    assert questions.parent() is window
    opened.importer.take([path])
    qtbot.waitUntil(lambda: window.findChild(ChoiceDialog) is not None, timeout=30_000)
    dialog = window.findChild(ChoiceDialog)
    assert not dialog.take.isEnabled()  # nobody decides for the person
    dialog.reject()
    qtbot.waitUntil(lambda: window.findChild(ChoiceDialog) is None, timeout=5_000)
    assert opened.document.case.rois == ()
    opened.importer.take([path])
    qtbot.waitUntil(lambda: window.findChild(ChoiceDialog) is not None, timeout=30_000)
    dialog = window.findChild(ChoiceDialog)
    keys = [dialog.choices.item(row).data(0x0100) for row in range(dialog.choices.count())]
    dialog.choices.setCurrentRow(keys.index(opened.document.case.roles[SequenceRole.T2]))
    assert dialog.take.isEnabled()
    with qtbot.waitSignal(opened.importer.finished, timeout=30_000):
        dialog.accept()
    (roi,) = opened.document.case.rois
    assert mask_of_roi(roi, t2.affine, t2.shape).sum() == 20 * 20 * 3


def test_a_drop_with_rival_outlines_asks_which_to_use(qtbot, session, opened, tmp_path):
    draw(opened)
    folder = tmp_path / "liver"
    with qtbot.waitSignal(opened.saved, timeout=30_000):
        opened.saver.export_outlines(folder / "first.dcm", "seg")
    opened.document.history.undo()
    draw(opened, slices=(8,))
    with qtbot.waitSignal(opened.saved, timeout=30_000):
        opened.saver.export_outlines(folder / "second.dcm", "seg")
    opened.document.history.setClean()
    asked = []
    opened.importer.asked.connect(asked.append)
    opened.open_paths([folder])
    qtbot.waitUntil(lambda: bool(asked), timeout=30_000)
    assert session.failures == []
    assert sorted(choice.text for choice in asked[0].choices) == ["first.dcm", "second.dcm"]
    with qtbot.waitSignal(opened.importer.finished, timeout=30_000):
        opened.importer.answer(asked[0], next(c.key for c in asked[0].choices if c.text == "first.dcm"))
    (roi,) = opened.document.case.rois
    assert len(roi.contours) == 3
