"""Panels and images share the window: numbers by hand, nothing cut at any width, the person's widths kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea

from desktop import i18n, wording
from desktop import settings as table
from desktop.views.panes import IMAGES_LEAST_PX, LEFT, RIGHT, ROOMS, arrange
from desktop.views.view_grid import LAYOUTS, rows_and_columns
from tests.desktop.conftest import show_example
from tests.support.results import example

PADDING_PX = 4
"""Of a cell of the slice table, in the style sheet."""
BOTH = frozenset((LEFT, RIGHT))


def test_natural_widths():
    assert arrange(1920, BOTH, {}) == {RIGHT: 484, LEFT: 330}  # the most that each is given
    assert arrange(1280, BOTH, {}) == {RIGHT: 397, LEFT: 269}  # 31 % and 21 %
    assert arrange(1000, BOTH, {}) == {RIGHT: 384, LEFT: 248}  # the least


def test_the_series_fold_first_then_the_results_and_whoever_is_called_comes():
    assert arrange(890, BOTH, {}) == {RIGHT: 384}
    assert arrange(660, BOTH, {}) == {}
    assert arrange(890, BOTH, {}, called=LEFT) == {LEFT: 248}
    assert arrange(640, BOTH, {}, called=RIGHT) == {RIGHT: 384}
    assert arrange(640, frozenset((RIGHT,)), {}) == {}
    assert arrange(1280, frozenset(), {}) == {}


def test_a_chosen_width_is_kept_where_there_is_room():
    assert arrange(1920, BOTH, {LEFT: 500}) == {RIGHT: 484, LEFT: 500}
    assert arrange(1000, BOTH, {RIGHT: 900})[LEFT] == 248
    assert arrange(1000, BOTH, {RIGHT: 900})[RIGHT] == 1000 - 248 - IMAGES_LEAST_PX - 4


@given(st.integers(600, 4000), st.sets(st.sampled_from(sorted(BOTH))), st.integers(0, 3000), st.integers(0, 3000))
def test_images_keep_their_room(window_px, wanted, left, right):
    shown = arrange(window_px, frozenset(wanted), {LEFT: left, RIGHT: right})
    assert shown.keys() <= wanted
    assert all(width >= ROOMS[side].least_px for side, width in shown.items())
    if len(wanted) == 2:
        assert sum(shown.values()) + IMAGES_LEAST_PX <= window_px


@pytest.mark.parametrize(
    ("name", "width", "height", "standing"),
    [
        ("1x2", 1200, 850, (1, 2)),
        ("1x2", 640, 650, (2, 1)),  # two livers above one another are larger
        ("1x3", 640, 900, (3, 1)),
        ("2x3", 1200, 850, (2, 3)),
        ("2x3", 600, 900, (3, 2)),
        ("2x2", 300, 900, (2, 2)),
    ],
)
def test_views_stand_where_images_are_largest(name, width, height, standing):
    assert rows_and_columns(name, width, height) == standing


def test_views_do_not_flicker_while_a_border_is_dragged():
    changes = 0
    turned, before = False, None
    for width in [*range(500, 1500, 10), *range(1500, 500, -10)]:
        standing = rows_and_columns("1x2", width, 700, turned=turned)
        turned = standing != LAYOUTS["1x2"]
        changes += before is not None and standing != before
        before = standing
    assert changes == 2  # once on the way up, once on the way down


@pytest.fixture(params=i18n.LANGUAGES)
def spoken(request, qapp):
    i18n.install(qapp, request.param)
    yield
    i18n.install(qapp, "en")


@pytest.mark.parametrize("size", [(1600, 900), (1280, 800), (1366, 768), (1093, 614), (960, 540)])
def test_nothing_in_a_panel_is_cut(spoken, window, size):
    window.resize(*size)
    made = example()
    show_example(window.session, made)
    for _ in range(3):
        QApplication.processEvents()
    assert (window.width(), window.height()) == size
    for panel in (window.left, window.results):
        for area in panel.findChildren(QScrollArea):
            inside = area.widget()
            if panel.isVisible():
                assert inside.minimumSizeHint().width() <= area.viewport().width()
    table_ = window.results.table
    header = table_.horizontalHeader()
    assert header.length() <= table_.viewport().width()
    bold = QFont(table_.font())
    bold.setWeight(QFont.Weight.Medium)
    words = [word for name in made.analysis.result.package.labels for word in wording.class_name(name).split()]
    longest = max(QFontMetrics(bold).horizontalAdvance(word) for word in words)
    if window.results.isVisible():
        assert longest <= header.sectionSize(header.count() - 1) - 2 * PADDING_PX
    for view in window.grid.visible_views():
        assert view.width() >= IMAGES_LEAST_PX - 2


def test_the_least_window_shows_images_and_either_panel_comes_when_called(window, reading):
    window.resize(640, 360)
    QApplication.processEvents()
    assert (window.width(), window.height()) == (640, 360)
    assert not window.left.isVisible()
    assert not window.results.isVisible()
    assert not window.actions_["left_panel"].isChecked()
    window.actions_["right_panel"].trigger()
    assert window.results.isVisible()
    window.actions_["left_panel"].trigger()
    assert window.left.isVisible()
    assert not window.results.isVisible()
    window.resize(1500, 900)
    QApplication.processEvents()
    assert window.left.isVisible()
    assert window.results.isVisible()
    assert window.session.settings.get(table.PANELS_CLOSED) == ()


def test_closed_panels_and_dragged_borders_are_remembered(window, reading, settings):
    from desktop.session import Session
    from desktop.views.main_window import MainWindow

    window.panes.moveSplitter(400, 1)
    window.actions_["right_panel"].trigger()
    assert settings.get(table.PANEL_WIDTHS) == {LEFT: window.left.width()}
    assert settings.get(table.PANELS_CLOSED) == (RIGHT,)
    again = MainWindow(Session(settings), window.theme)
    again.session.setParent(again)
    again.resize(1500, 900)
    again.show()
    QApplication.processEvents()
    assert again.left.width() == window.left.width() == pytest.approx(400, abs=3)
    assert not again.results.isVisible()
    assert not again.actions_["right_panel"].isChecked()
    again.close()


def test_the_window_is_never_larger_than_the_screen(window):
    window.hide()
    window.come_up()
    room = window.screen().availableSize()
    assert window.width() <= room.width()
    assert window.height() <= room.height()


def test_long_names_end_in_an_ellipsis_and_stand_in_the_tooltip(window, reading):
    slot = window.series.slots[next(iter(window.series.slots))]
    assert slot.toolTip()
    assert all(label.minimumSizeHint().width() <= 40 for label in (slot._series, slot._reason))
    assert isinstance(slot._series, QLabel)
