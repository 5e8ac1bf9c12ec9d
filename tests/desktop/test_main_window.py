"""The whole window on an invented study: what belongs together stays together."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QKeySequence
from PySide6.QtTest import QTest

from desktop import settings as table
from desktop import wording
from desktop.views.actions import menu_titles, shortcut_groups
from desktop.views.input_preview import InputPreview
from desktop.views.roi_tools import Tool
from desktop.views.shortcuts import ShortcutSheet
from engine.domain.case import ReaderImpression
from engine.domain.sequence import SequenceRole
from tests.desktop.conftest import show_example
from tests.support.results import example


def test_the_title_bar_names_the_patient_and_the_study(window, reading):
    assert window.windowTitle() == "Muster, Anna  ·  HEP-004711  ·  2026-03-12  –  Lobule"
    window.session.close()
    assert window.windowTitle() == "Lobule"


def test_t2_and_dwi_hang_side_by_side(window, reading):
    shown = [view.state.series_key for view in window.grid.visible_views()]
    assert shown == [reading.case.roles[SequenceRole.T2], reading.case.roles[SequenceRole.DWI]]


def test_viewports_are_made_once_and_hidden(window, reading):
    views = list(window.grid.views)
    for name, count in (("2x2", 4), ("1x1", 1), ("2x3", 6), ("1x2", 2)):
        window.grid.set_layout(name)
        assert sum(view.isVisible() for view in views) == count
    assert window.grid.views == views


def test_a_click_on_a_row_shows_the_slice_in_both_views(window, reading):
    window.results.table.selectRow(5)
    chosen = window.results.table.slices.slice_result(5).ref
    t2, dwi = window.grid.visible_views()
    assert t2.state.index == chosen.nearest_t2_slice
    assert dwi.state.level_mm == pytest.approx(t2.state.level_mm)


def test_drawing_is_undone_by_name(window, reading):
    view = window.grid.t2_view()
    window.tools.choose(Tool.ELLIPSE)
    window.tools.choose_lesion(None)
    centre = view.rect().center()
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=centre)
    QTest.mouseMove(view.viewport(), centre + QPoint(40, 30))
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=centre + QPoint(40, 30))
    assert [roi.lesion_id for roi in window.session.document.case.rois] == ["L1", "L2"]
    assert window.tools.lesion == "L2"
    assert window.undo.text() == f"Undo Draw outline of L2 on slice {view.state.index + 1}"
    assert window.session.document.is_stale
    window.undo.trigger()
    assert window.session.document.case == reading.case
    assert not window.session.document.is_stale
    assert window.tools.lesion == "L1"


def test_copying_and_deleting_outlines_by_keys(window, reading):
    view = window.grid.t2_view()
    window.tools.choose_lesion(reading.case.rois[0].lesion_id)
    view.state.set_index(8)  # the highest outlined slice
    window.actions_["copy_up"].trigger()
    assert view.state.index == 9
    assert len(window.session.document.case.rois[0].contours) == 8
    window.actions_["delete_slice"].trigger()
    assert len(window.session.document.case.rois[0].contours) == 7


def test_only_one_tool_is_shown_as_taken(window, reading):
    for tool in Tool:
        window.actions_[f"tool_{tool.value}"].trigger()
        assert window.tools.tool is tool
        taken = [one for one in Tool if window.actions_[f"tool_{one.value}"].isChecked()]
        assert taken == [tool]


def test_saving_needs_a_current_result(window, reading):
    assert window.actions_["save_report"].isEnabled()
    window.session.document.edit(reading.case.with_treated(True), "Change prior treatment")
    assert not window.actions_["save_report"].isEnabled()
    assert not window.actions_["report"].isEnabled()
    assert not window.actions_["save_outputs"].isEnabled()
    assert not window.actions_["preview"].isEnabled()  # it closes when its result is out of date


def test_holding_h_shows_the_plain_image(window, reading):
    window.grid.setFocus()
    QTest.keyPress(window, Qt.Key.Key_H)
    assert not window.overlay.visible
    QTest.keyRelease(window, Qt.Key.Key_H)
    assert window.overlay.visible


def test_what_the_network_sees_of_the_slice_on_the_screen(window, reading):
    window.results.table.selectRow(3)
    chosen = window.results.table.slices.slice_result(3).ref
    window.actions_["preview"].trigger()
    (preview,) = window.findChildren(InputPreview)
    assert preview.slices.currentText().startswith(wording.position(chosen.position_mm))
    assert len(preview.pictures) == 3  # T2, DWI and T2 again
    preview.slices.setCurrentIndex(0)
    preview.close()


@pytest.mark.parametrize("how", ["another study", "another result", "out of date", "read first", "closed"])
def test_what_the_network_sees_goes_with_its_result(window, reading, how):
    session = window.session
    window.actions_["preview"].trigger()
    (preview,) = window.findChildren(InputPreview)
    session.settings.set(table.SMOOTH, not session.settings.get(table.SMOOTH))
    session.document.edit(reading.case.with_reader(ReaderImpression(comment="cyst")), "Change comment")
    assert preview.isVisible()
    if how == "another study":
        show_example(session, example(slices=5))
    elif how == "another result":
        session.document.show_analysis(example().analysis)
    elif how == "out of date":
        session.document.edit(reading.case.with_treated(True), "Change prior treatment")
    elif how == "read first":
        session.settings.set(table.READ_FIRST, True)
    else:
        session.close()
    assert not preview.isVisible()


def test_the_demonstration_banner_has_no_switch(window, reading):
    assert window.banner.isVisible()
    assert "Not for use with patients" in window.banner.text.text()
    assert not any("banner" in row.name for row in window.actions_.table)


def test_dropping_a_folder_opens_it(window, monkeypatch, tmp_path):
    opened = []
    monkeypatch.setattr(window.session, "open_paths", opened.append)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    no = Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPointF(50, 300), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, no)
    window.dropEvent(event)
    assert opened == [[tmp_path]]


def test_every_action_has_a_name_and_no_two_share_keys(window):
    keys = [QKeySequence(key).toString() for row in window.actions_.table for key in row.keys]
    keys += [key for action in (window.undo, window.redo) for key in map(QKeySequence.toString, action.shortcuts())]
    assert len(keys) == len(set(keys))
    assert all(row.text for row in window.actions_.table)
    held_by_desktops = re.compile(r"Ctrl\+Alt\+|Alt\+(Tab|F\d+)$|Meta\+|Print")
    assert [key for key in keys if held_by_desktops.match(key)] == []
    menus = {title.split("&")[1][0].upper() for title in menu_titles().values() if "&" in title}
    assert len(menus) == 6
    assert not menus & {key.removeprefix("Alt+") for key in keys if key.startswith("Alt+")}


def test_the_sheet_names_every_key_once(window):
    groups = shortcut_groups(window.actions_)
    shown = [key for _, lines in groups for _, keys in lines for key in keys.split(", ")]
    for action in (*(window.actions_[row.name] for row in window.actions_.table), window.undo, window.redo):
        for keys in action.shortcuts():
            assert shown.count(keys.toString(QKeySequence.SequenceFormat.NativeText)) >= 1, action.text()
    assert [title for title, lines in groups if not lines] == []
    sheet = ShortcutSheet(groups, window)
    assert sheet.height() <= window.screen().availableSize().height()
    assert sheet.width() <= window.screen().availableSize().width()


def test_letters_in_the_radius_box_still_take_tools(qapp, window, reading):
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent

    from desktop.views.radius_box import RadiusBox

    box = window.findChild(RadiusBox)
    window.tools.choose(Tool.BRUSH)
    assert box.isEnabled()
    accepted = {}
    for key, text in ((Qt.Key.Key_F, "f"), (Qt.Key.Key_7, "7")):
        press = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier, text)
        press.ignore()
        qapp.sendEvent(box.lineEdit(), press)
        accepted[text] = press.isAccepted()
    assert accepted == {"f": False, "7": True}  # a letter is a shortcut, a digit is written
    box.setValue(7.5)
    assert window.tools.radius_mm == 7.5
    window.actions_["brush_larger"].trigger()
    assert box.value() == 9.5  # 7.5 × 1.25, to half millimetres


def test_what_is_drawn_outside_the_image_is_cut_off(window, reading):
    from desktop.gestures import Mode, Stroke
    from engine.geometry.planar import box as rectangle

    view = window.grid.t2_view()
    u0, v0 = view.state.plane.edge_of(view.state.volume.shape, view.state.index)[0]
    window.tools.choose_lesion(None)
    before = window.session.document.case
    outside = rectangle(np.array([u0 - 50, v0 - 50]), np.array([u0 - 10, v0 - 10]))
    view.stroke_made.emit(Stroke(Tool.BOX, (outside,), Mode.ADD))
    assert window.session.document.case == before
    assert "outside the image" in window.statusBar().currentMessage()
    view.stroke_made.emit(
        Stroke(Tool.BOX, (rectangle(np.array([u0 - 50, v0]), np.array([u0 + 10, v0 + 20])),), Mode.ADD)
    )
    drawn = view.state.plane.to_screen_mm(window.session.document.case.rois[-1].contours[0].points_mm)
    assert drawn.min(axis=0) == pytest.approx([u0, v0], abs=1e-6)
    assert drawn.max(axis=0) == pytest.approx([u0 + 10, v0 + 20], abs=1e-6)


def test_outlines_dropped_on_a_study_are_imported_and_a_folder_is_opened(window, reading, tmp_path, monkeypatch):
    import nibabel

    mask = tmp_path / "mask.nii.gz"
    nibabel.save(nibabel.Nifti1Image(np.zeros((4, 4, 4), np.uint8), np.eye(4)), mask)
    taken, opened = [], []
    monkeypatch.setattr(window.session.importer, "take", taken.append)
    monkeypatch.setattr(window.session, "open_paths", opened.append)
    window.drop([mask])
    window.drop([mask, tmp_path])
    assert taken == [[mask]]
    assert opened == [[mask, tmp_path]]
