"""Linked views: scrolling in one shows the nearest plane in the others, in patient millimetres."""

from __future__ import annotations

import numpy as np
import pytest

from desktop.models.navigation import Frame, Navigation
from desktop.models.view_state import ViewState
from desktop.window_level import Window
from engine.domain.volume import Volume
from tests.support.volumes import axial_affine, turned


def volume(affine, slices=20, rows=8, columns=8):
    array = np.broadcast_to(np.arange(slices, dtype=np.float32)[:, None, None], (slices, rows, columns))
    return Volume(np.array(array), affine)


@pytest.fixture
def pair(qapp):
    """T2 every 6 mm from z = 0, DWI every 8 mm from z = 3 mm."""
    navigation = Navigation()
    t2, dwi = ViewState(navigation), ViewState(navigation)
    t2.show("a", "T2", "", volume(axial_affine(step=6.0)))
    dwi.show("b", "DWI", "", volume(axial_affine(step=8.0, origin=(0, 0, 3))))
    return navigation, t2, dwi


@pytest.mark.parametrize(
    ("t2_slice", "dwi_slice"),
    [(0, 0), (1, 0), (2, 1), (5, 3), (8, 6), (13, 9)],  # (6 i − 3) / 8 to the nearest whole: −0.4 0.4 1.1 3.4 5.6 9.4
)
def test_scrolling_in_one_shows_the_nearest_plane_in_the_other(pair, t2_slice, dwi_slice):
    _, t2, dwi = pair
    t2.set_index(t2_slice)
    assert dwi.index == dwi_slice


def test_the_scrolled_view_itself_never_jumps(pair):
    _, t2, dwi = pair
    for index in range(1, 20):
        t2.set_index(index)
        assert t2.index == index
    dwi.set_index(4)  # z = 35 mm: 5.8 slices of T2
    assert (dwi.index, t2.index) == (4, 6)


def test_a_stack_that_ends_earlier_stays_at_its_end_and_says_so(pair):
    navigation, t2, _ = pair
    short = ViewState(navigation)
    short.show("c", "ADC", "", volume(axial_affine(step=6.0), slices=5))
    t2.set_index(4)
    assert short.covers_level
    t2.set_index(15)
    assert short.index == 4
    assert not short.covers_level


def test_tilted_stacks_meet_at_the_shared_point(qapp):
    """A stack tilted by 20° about x: at the point (0, 0, 60) its slice is 60 · cos 20° / 6 = 9.4."""
    navigation = Navigation()
    straight, tilted = ViewState(navigation), ViewState(navigation)
    straight.show("a", "T2", "", volume(axial_affine(step=6.0)))
    tilted.show("b", "DWI", "", volume(turned(axial_affine(step=6.0), 20.0)))
    navigation.move(np.array([0.0, 0.0, 60.0]), None)
    assert straight.index == 10
    assert tilted.index == 9


def test_unlinked_views_keep_their_slice_until_linked_again(pair):
    navigation, t2, dwi = pair
    navigation.set_linked(False)
    before = dwi.index
    t2.set_index(2)
    assert dwi.index == before
    navigation.set_linked(True)
    assert dwi.index == 1


def test_scrolling_on_goes_to_the_feet(pair):
    _, t2, _ = pair
    t2.set_index(10)
    t2.scroll(3)
    assert t2.index == 7  # the index grows to the head
    t2.scroll(99)
    assert t2.index == 0


def test_zoom_and_pan_are_shared_in_mm(pair):
    _, t2, dwi = pair
    t2.set_frame(Frame(2.0, np.array([10.0, 20.0, 30.0])))
    assert dwi.frame.zoom == 2.0
    assert dwi.frame.centre_mm.tolist() == [10.0, 20.0, 30.0]
    t2.set_frame(Frame(100.0, None))
    assert t2.frame.zoom == 16.0  # kept within bounds


def test_signal_under_a_point(pair):
    _, t2, _ = pair
    t2.set_index(5)
    assert t2.signal_at(np.array([2.4, 3.0, 30.0])) == 5.0
    assert t2.signal_at(np.array([-3.0, 3.0, 30.0])) is None


def test_window_changes_by_shares_of_its_width():
    window = Window(0.0, 100.0).changed(0.0, 0.1)
    assert (window.low, window.high) == pytest.approx((10.0, 110.0))
    assert Window(0.0, 100.0).changed(np.log(2.0), 0.0).width == pytest.approx(200.0)
