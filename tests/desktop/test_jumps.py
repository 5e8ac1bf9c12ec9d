"""From a listed slice to the images: by its place in the patient, again and again, and the mark follows the views."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop.views.input_preview import InputPreview
from engine.domain.sequence import SequenceRole
from engine.domain.volume import Volume


def click(table, row):
    place = table.visualRect(table.slices.index(row, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def level(view):
    return view.state.level_mm


@pytest.fixture
def other_t2(window, reading):
    """After the analysis, another series is T2: its first slice is the third one of the series analysed."""
    session = window.session
    old = reading.volumes[SequenceRole.T2]
    affine = old.affine.copy()
    affine[:3, 3] += 2 * affine[:3, 0]
    key = "1.2.3.other"
    series = replace(reading.study.series[0], key=key)
    study = replace(reading.study, series=(*reading.study.series, series))
    session.document._study = study
    session.store.add(key, Volume(old.array[2:], affine, old.frame_of_reference_uid, key))
    session.set_role(SequenceRole.T2, key)
    assert session.document.is_stale
    view = window.grid.t2_view()
    assert view.state.series_key == key
    return view


def test_after_another_series_became_t2_a_jump_still_finds_the_level(window, reading, other_t2):
    table = window.results.table
    for row in (1, 4):
        ref = table.slices.slice_result(row).ref
        table.choose(ref.index)
        assert level(other_t2) == pytest.approx(ref.position_mm)
        assert other_t2.state.index == ref.nearest_t2_slice - 2
        window.dialogs.show_preview()
        (preview,) = window.findChildren(InputPreview)
        assert preview._pairs[preview.slices.currentIndex()][0].ref == ref
        preview.close()
        preview.setParent(None)
    assert other_t2._content.analysed() == []  # slices were counted in the other series


def test_a_second_click_on_a_row_brings_the_views_back(window, reading):
    table, view = window.results.table, window.grid.t2_view()
    click(table, 2)
    there = view.state.index
    view.state.scroll(2)
    click(table, 2)
    assert view.state.index == there
    view.state.scroll(-2)
    window.results.strip.chosen.emit(table.slices.slice_result(2).ref.index)
    assert view.state.index == there


def test_the_mark_of_the_strip_follows_the_views(window, reading):
    panel, view = window.results, window.grid.t2_view()
    refs = {one.ref.nearest_t2_slice: one.ref for one in panel.strip._slices}
    click(panel.table, 0)
    for index in (4, 6, 0):  # slice 0 was not analysed
        view.state.set_index(index)
        assert panel.strip.current == (refs[index].index if index in refs else None)
    window.session.document.show_analysis(replace(reading.analysis))
    view.state.set_index(5)
    window.session.document.show_analysis(replace(reading.analysis))
    assert panel.strip.current == refs[5].index


def test_of_two_planes_on_one_slice_the_chosen_one_stays_marked(window, reading):
    panel = window.results
    first, second = panel._planes()[2:4]
    thick = 4 * 10.0
    panel.strip.show_current(second.ref.index)
    panel.show_level(first.affine[:3, 3], thick)
    assert panel.strip.current == second.ref.index  # arrow keys would not get past it otherwise
    panel.show_level(first.affine[:3, 3], 1.0)
    assert panel.strip.current == first.ref.index


@pytest.mark.parametrize("linked", [True, False])
def test_without_a_view_of_t2_the_view_worked_in_goes_to_the_level(window, reading, linked):
    window.grid.set_layout("1x1")
    window.grid.show_series(reading.case.roles[SequenceRole.DWI])
    window.grid.set_linked(linked)
    assert window.grid.t2_view() is None
    for row in (0, 4):
        click(window.results.table, row)
        wanted = window.results.table.slices.slice_result(row).ref
        assert level(window.grid.active) == pytest.approx(wanted.position_mm)
        assert window.results.strip.current == wanted.index
