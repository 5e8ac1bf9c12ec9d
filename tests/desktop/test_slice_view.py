"""What the viewport paints, looked up in its pixels; and what the mouse does there."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.document import CaseDocument
from desktop.models.navigation import Navigation
from desktop.models.overlay import Overlay
from desktop.models.view_state import ViewState
from desktop.views.roi_tools import Tool, ToolBox
from desktop.views.slice_view import SliceView
from desktop.window_level import Window
from engine.domain.case import Case
from engine.domain.sequence import RoleMap, SequenceRole
from engine.domain.volume import Volume
from engine.geometry.affine import to_index
from tests.support.results import example
from tests.support.volumes import axial_affine


def make_view(qtbot, volume, document=None, key="k"):
    state = ViewState(Navigation())
    view = SliceView(state, document or CaseDocument(), Overlay(), ToolBox())
    view.corner_text = False
    qtbot.addWidget(view)
    view.resize(516, 500)  # 500 beside the rail
    state.show(key, "T2", "", volume, window=Window(0.0, 1.0))
    view.show()
    return view


def grey(view, at):
    picture = view.grab().toImage()
    ratio = picture.devicePixelRatio()
    return QColor(picture.pixel(round(at.x() * ratio), round(at.y() * ratio))).value()


ORIENTATIONS = {
    "as usual": ((0, 1, 0), (1, 0, 0)),
    "mirrored": ((0, 1, 0), (-1, 0, 0)),
    "upside down": ((0, -1, 0), (1, 0, 0)),
    "transposed": ((1, 0, 0), (0, 1, 0)),
    "turned": ((-1, 0, 0), (0, 1, 0)),
}


@pytest.mark.parametrize("name", ORIENTATIONS)
def test_a_marker_at_the_patients_right_front_appears_at_the_upper_left(qtbot, name):
    down, right = ORIENTATIONS[name]
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1], affine[:3, 2] = (0, 0, 5), 2 * np.array(down), 2 * np.array(right)
    middle = (affine[:3, :3] @ (1, 49.5, 49.5)).copy()
    affine[:3, 3] = -middle  # the stack's middle at the patient origin
    array = np.zeros((3, 100, 100), dtype=np.float32)
    _, row, column = np.round(to_index(affine, (-70.0, -70.0, 0.0))).astype(int)
    array[1, row - 3 : row + 4, column - 3 : column + 4] = 1.0
    view = make_view(qtbot, Volume(array, affine))
    assert view.state.index == 1
    scale = view.px_per_mm()
    assert grey(view, QPointF(250 - 70 * scale, 250 - 70 * scale)) > 200
    for u, v in ((70, -70), (-70, 70), (70, 70)):
        assert grey(view, QPointF(250 + u * scale, 250 + v * scale)) < 30


def test_pixels_that_are_not_square_keep_their_millimetres(qtbot):
    """Rows 3 mm, columns 1 mm: a block of 10 rows × 30 columns is a square of 30 mm."""
    array = np.zeros((1, 60, 180), dtype=np.float32)
    array[0, 25:35, 75:105] = 1.0
    view = make_view(qtbot, Volume(array, axial_affine(row=3.0, column=1.0)))
    scale = view.px_per_mm()
    for inside in ((13, 0), (-13, 0), (0, 13), (0, -13)):
        assert grey(view, QPointF(250 + inside[0] * scale, 250 + inside[1] * scale)) > 200
    for outside in ((17, 0), (-17, 0), (0, 17), (0, -17)):
        assert grey(view, QPointF(250 + outside[0] * scale, 250 + outside[1] * scale)) < 60


def test_patient_mm_under_the_mouse_and_zoom_about_it(qtbot):
    view = make_view(qtbot, Volume(np.zeros((3, 50, 50), np.float32), axial_affine()))
    at = QPointF(130.0, 333.0)
    before = view.patient_at(at)
    view.zoom_at(at, 2.5)
    assert view.patient_at(at) == pytest.approx(before)
    assert view.state.frame.zoom == pytest.approx(2.5)


def test_the_wheel_scrolls_and_with_ctrl_zooms(qtbot):
    view = make_view(qtbot, Volume(np.zeros((9, 50, 50), np.float32), axial_affine()))

    def turn(delta, modifiers=Qt.KeyboardModifier.NoModifier):
        event = QWheelEvent(
            QPointF(100, 100), QPointF(100, 100), QPoint(), QPoint(0, delta),
            Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(view.viewport(), event)

    start = view.state.index
    turn(-120)
    assert view.state.index == start - 1  # towards the reader: to the feet
    turn(-60)
    turn(-60)
    assert view.state.index == start - 2  # half notches of fine wheels add up
    turn(120, Qt.KeyboardModifier.ControlModifier)
    assert view.state.frame.zoom == pytest.approx(1.15)
    assert view.state.index == start - 2


def test_dragging_changes_the_window(qtbot):
    view = make_view(qtbot, Volume(np.zeros((3, 50, 50), np.float32), axial_affine()))
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    QTest.mouseMove(view.viewport(), QPoint(400, 100))  # 300 pixels: e times wider
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(400, 100))
    assert view.state.window.width == pytest.approx(np.e, rel=0.01)
    assert view.state.window.level == pytest.approx(0.5)


def t2_view(qtbot):
    volume = Volume(np.zeros((5, 100, 100), np.float32), axial_affine(step=6.0))
    made = example()
    document = CaseDocument()
    document.open(made.study, Case("1.2", roles={SequenceRole.T2: "k"}), RoleMap())
    return make_view(qtbot, volume, document)


def test_freehand_gives_the_line_that_was_drawn(qtbot):
    view = t2_view(qtbot)
    view.tools.choose(Tool.FREEHAND)
    lines = []
    view.stroke_made.connect(lambda stroke: lines.append(stroke.region[0]))
    corners = [QPoint(150, 150), QPoint(250, 150), QPoint(250, 250), QPoint(150, 250)]
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=corners[0])
    for corner in corners[1:]:
        QTest.mouseMove(view.viewport(), corner)
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=corners[-1])
    (line,) = lines
    side_mm = 100 / view.px_per_mm()
    assert line.max(axis=0) - line.min(axis=0) == pytest.approx([side_mm, side_mm], rel=0.02)


def test_a_polygon_closes_on_its_first_corner_and_escape_drops_it(qtbot):
    view = t2_view(qtbot)
    view.tools.choose(Tool.POLYGON)
    lines = []
    view.stroke_made.connect(lambda stroke: lines.append(stroke.region[0]))
    for corner in (QPoint(150, 150), QPoint(250, 150), QPoint(250, 250), QPoint(152, 153)):
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=corner)
    assert len(lines) == 1
    assert len(lines[0]) == 3
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view._mouse.gesture is None
    assert len(lines) == 1


def test_scrolling_drops_the_line_under_way(qtbot):
    view = t2_view(qtbot)
    view.tools.choose(Tool.POLYGON)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    view.state.scroll(1)
    assert view._mouse.gesture is None


def test_drawing_elsewhere_than_on_t2_only_says_why(qtbot):
    view = make_view(qtbot, Volume(np.zeros((3, 50, 50), np.float32), axial_affine()))
    view.tools.choose(Tool.FREEHAND)
    said = []
    view.notice.connect(said.append)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    assert said == ["Lesions are outlined on the T2 images."]


def test_the_heat_map_is_painted_at_its_place_and_hidden_on_demand(qtbot):
    made = example(malignant=(2, 3))
    document = CaseDocument()
    document.open(made.study, made.case, RoleMap((), made.case.roles))
    volume = made.volumes[SequenceRole.T2]
    view = make_view(qtbot, volume, document, made.case.roles[SequenceRole.T2])
    view.state.set_window(Window(0.0, 1e6))  # the image itself black
    view.state.set_index(5)
    document.show_analysis(made.analysis)
    centre = np.concatenate([c.points_mm for c in made.case.rois[0].contours]).mean(axis=0)
    u, v = view.state.plane.to_screen_mm(centre)
    at = view.to_px().map(QPointF(u, v))
    assert grey(view, at) < 10
    view.overlay.set_label("benign")
    view.overlay.set_opacity(1.0)
    assert grey(view, at) > 100
    view.overlay.hold_back(True)
    assert grey(view, at) < 10


def test_return_closes_the_polygon_and_belongs_to_the_menu_otherwise(qtbot):
    view = t2_view(qtbot)
    view.tools.choose(Tool.POLYGON)
    lines = []
    view.stroke_made.connect(lambda stroke: lines.append(stroke.region[0]))
    press = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier)
    press.ignore()
    QApplication.sendEvent(view, press)
    assert not press.isAccepted()  # no line under way: the key belongs to the menu
    for corner in (QPoint(150, 150), QPoint(250, 150), QPoint(250, 250)):
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=corner)
    QApplication.sendEvent(view, press)
    assert press.isAccepted()
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert len(lines) == 1
