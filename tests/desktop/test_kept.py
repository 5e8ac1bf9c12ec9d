"""Kept pictures: a view that keeps what it painted shows, pixel by pixel, what one shows that paints anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from desktop.document import CaseDocument
from desktop.models.navigation import Frame, Navigation
from desktop.models.overlay import Overlay
from desktop.models.view_state import ViewState
from desktop.outlines import thinned
from desktop.views import slice_painter
from desktop.views.kept import Layer, Stamps, transparent_image
from desktop.views.roi_tools import ToolBox
from desktop.views.slice_view import SliceView
from desktop.window_level import Window
from engine.domain.roi import Contour
from engine.domain.sequence import RoleMap, SequenceRole
from tests.support.results import example


def stamp(side=10):
    return QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied), QPointF(3, 4)


def test_stamps_stay_within_their_bytes_and_the_latest_used_stay_longest():
    stamps = Stamps(most_bytes=1000)  # two of 400 bytes
    stamps.get("a", stamp)
    stamps.get("b", stamp)
    assert stamps.get("a", pytest.fail) is stamps.get("a", pytest.fail)
    stamps.get("c", stamp)
    assert stamps.bytes == 800
    stamps.get("a", pytest.fail)
    made = []
    stamps.get("b", lambda: made.append("b") or stamp())
    assert made == ["b"]
    stamps.get("large", lambda: stamp(100))  # larger than all there is room for: kept alone
    assert (len(stamps), stamps.bytes) == (1, 40000)
    stamps.clear()
    assert (len(stamps), stamps.bytes) == (0, 0)


def test_a_layer_is_painted_again_when_its_key_size_or_device_changes(qapp):
    painted, layer = [], Layer()

    def lay(key, width=20, ratio=1.0):
        into = QImage(80, 80, QImage.Format.Format_RGB32)
        into.setDevicePixelRatio(ratio)
        painter = QPainter(into)
        layer.lay(painter, QRectF(0, 0, width, 20), key, lambda _: painted.append((key, width, ratio)))
        painter.end()

    for again in ((1, 20), (1, 20), (2, 20), (2, 30), (2, 30)):
        lay(*again)
    lay(2, 30, 2.0)
    layer.forget()
    lay(2, 30, 2.0)
    assert painted == [(1, 20, 1.0), (2, 20, 1.0), (2, 30, 1.0), (2, 30, 2.0), (2, 30, 2.0)]


@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0])
def test_what_is_laid_down_is_what_would_have_been_painted(qapp, ratio):
    """A line and a disc, painted into a part of an image by way of a transparent one, and straight."""

    def figure(painter):
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.GlobalColor.red)
        painter.drawLine(QPointF(21.3, 12.7), QPointF(70.2, 55.1))
        painter.setBrush(Qt.GlobalColor.blue)
        painter.drawEllipse(QPointF(50, 30), 9.2, 7.7)

    images = []
    for straight in (True, False):
        into = QImage(round(100 * ratio), round(80 * ratio), QImage.Format.Format_RGB32)
        into.setDevicePixelRatio(ratio)
        into.fill(0xFF6789AB)
        painter = QPainter(into)
        if straight:
            figure(painter)
        else:
            area = QRectF(20, 8, 60, 60)
            painter.drawImage(area.topLeft(), transparent_image(area, ratio, figure))
        painter.end()
        images.append(pixels(into))
    assert np.abs(images[0] - images[1]).max() <= 2  # rounding of 8 bit steps, twice instead of once


def pixels(image):
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.bits(), np.uint8).reshape(image.height(), -1, 4)[..., :3].astype(int)


@pytest.fixture
def scene(qtbot):
    """Two views on one state: `kept` goes on painting, `fresh()` makes one that never painted before."""
    made = example(lesions=2, slices=7)
    document, overlay, tools = CaseDocument(), Overlay(), ToolBox()
    document.open(made.study, made.case, RoleMap((), made.case.roles))
    document.show_analysis(made.analysis)
    overlay.set_label("benign")
    state = ViewState(Navigation())

    def fresh():
        view = SliceView(state, document, overlay, tools)
        qtbot.addWidget(view)
        view.resize(kept.size() if kept is not None else view.sizeHint())
        for name in ("named", "corner_text", "measures", "smooth", "fit_mm", "fit_centre_mm"):
            setattr(view, name, getattr(kept or view, name))
        view.show()
        return view

    kept = None
    kept = fresh()
    kept.resize(460, 410)
    state.show(made.case.roles[SequenceRole.T2], "T2", "t2_tse_tra", made.volumes[SequenceRole.T2])
    return made, kept, fresh


def changes(made, view):
    """What a reader does, one thing after another."""
    state, document, overlay, tools = view.state, view.document, view.overlay, view.tools
    first, second = made.case.rois
    by_mm = np.array([7.0, 3.0, 0.0])
    moved = replace(first, contours=tuple(Contour(c.points_mm + by_mm, interpolated=True) for c in first.contours))
    dwi = made.case.roles[SequenceRole.DWI]
    yield "scroll", lambda: state.scroll(1)
    yield "scroll back", lambda: state.scroll(-1)
    yield "scroll on", lambda: state.scroll(2)
    yield "choose a lesion", lambda: tools.choose_lesion("L2")
    yield "window", lambda: state.set_window(Window(10.0, 300.0))
    yield "zoom", lambda: view.zoom_at(QPointF(100, 120), 2.2)
    yield "pan", lambda: view.pan_by(QPointF(33.5, -20.25))
    yield "far out of the picture", lambda: view.pan_by(QPointF(4000, 0))
    yield "whole again", lambda: state.set_frame(Frame())
    yield "fit", lambda: (setattr(view, "fit_mm", (400.0, 300.0)), setattr(view, "fit_centre_mm", (0.0, 9.0, 0.0)))
    yield "move an outline", lambda: document.edit(made.case.with_rois((moved, second)), "move")
    yield "undo", document.history.undo
    yield "redo", document.history.redo
    yield "opacity", lambda: overlay.set_opacity(0.9)
    yield "another class", lambda: overlay.set_label("metastasis")
    yield "withhold", lambda: overlay.set_withheld(True)
    yield "show", lambda: overlay.set_withheld(False)
    yield "hold back", lambda: overlay.hold_back(True)
    yield "let go", lambda: overlay.hold_back(False)
    yield "no texts", lambda: setattr(view, "corner_text", False)
    yield "texts without names", lambda: (setattr(view, "corner_text", True), setattr(view, "named", False))
    yield "a narrow view", lambda: view.resize(250, 300)
    yield "another stack", lambda: state.show(dwi, "DWI", "ep2d", made.volumes[SequenceRole.DWI])
    yield "the lesion gone", lambda: document.edit(document.case.with_rois((second,)), "delete")
    yield "no result", lambda: document.open(made.study, made.case, RoleMap((), made.case.roles))


def test_a_view_that_kept_pictures_shows_what_a_new_one_paints(scene):
    made, view, fresh = scene
    view.grab()
    for what, change in changes(made, view):
        change()
        new = fresh()
        assert np.array_equal(pixels(view.grab().toImage()), pixels(new.grab().toImage())), what
        new.close()


def test_kept_pictures_are_those_that_plain_painting_gives(scene, monkeypatch):
    made, view, fresh = scene
    plain = fresh()

    def paint(painter, stamps, shapes, to_px, colour, active, area):
        slice_painter.paint_shapes(painter, shapes, to_px, colour, active)

    for what, change in changes(made, view):
        change()
        kept = pixels(view.grab().toImage())
        plain.resize(view.size())
        for name in ("named", "corner_text", "fit_mm", "fit_centre_mm"):
            setattr(plain, name, getattr(view, name))
        with monkeypatch.context() as patch:
            patch.setattr(slice_painter, "lay_shapes", paint)
            patch.setattr(Layer, "lay", lambda _self, painter, _area, _key, figure: figure(painter))
            painted = pixels(plain.grab().toImage())
        assert np.abs(kept - painted).max() <= 3, what


def test_hidden_views_keep_nothing(scene):
    _, view, _ = scene
    view.grab()
    assert view._frame_layer._image is not None
    assert len(view._stamps) > 0
    view.hide()
    assert view._frame_layer._image is None
    assert len(view._stamps) == 0


def test_thinned_outlines_stay_within_the_tolerance():
    angle = np.linspace(0, 2 * np.pi, 401, endpoint=False)
    circle = 60 * np.column_stack([np.cos(angle), np.sin(angle)])
    kept = thinned(circle, 0.1)
    assert len(kept) < 130
    middles = (kept + np.roll(kept, -1, axis=0)) / 2
    assert np.hypot(*middles.T).min() > 60 - 0.3  # three rounds of a tenth at the most
    square = np.array([(0, 0), (0, 9), (9, 9), (9, 0)] * 2, dtype=float)
    assert np.array_equal(thinned(square, 0.1), square)
    spike = np.array([(0, 0), (4, 0), (8, 0), (30, 0), (8, 0.01), (8, 5), (4, 5), (0, 5)], dtype=float)
    assert [30, 0] in thinned(spike, 0.1).tolist()


@pytest.mark.parametrize("count", [3, 7, 8, 9, 15, 16])
def test_thinning_leaves_an_outline_of_any_number_of_points(count):
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    kept = thinned(np.column_stack([np.cos(angle), np.sin(angle)]), 10.0)
    assert 3 <= len(kept) <= count
