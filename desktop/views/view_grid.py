"""The view grid: six viewports made once; layouts show some, hide the others. The filler puts series into them."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QMenu, QWidget

from desktop import settings as table
from desktop import wording
from desktop.models import analysed_planes as planes
from desktop.models.navigation import Frame, Navigation
from desktop.models.overlay import Overlay
from desktop.models.view_state import ViewState
from desktop.session import Session
from desktop.views.roi_tools import ToolBox
from desktop.views.slice_view import SliceView
from desktop.views.view_filler import ViewFiller
from engine.domain.sample import SliceInput

LAYOUTS = {"1x1": (1, 1), "1x2": (1, 2), "1x3": (1, 3), "2x2": (2, 2), "2x3": (2, 3)}
MOST = 6
LIVER_ASPECT = 1.35
"""Width to height of an axial abdomen: what a view should have room for."""
CLEARLY = 1.15
"""Rows and columns change places only where images grow by so much: dragging a border must not make them flicker."""


def rows_and_columns(name: str, width: float, height: float, *, turned: bool = False) -> tuple[int, int]:
    """Return how a layout stands in an area: as named, or with rows and columns exchanged where images are larger so.

    Args:
        turned: How it stands now; it stays so unless the other way is clearly better.
    """
    rows, columns = LAYOUTS[name]
    as_named = min(width / columns / LIVER_ASPECT, height / rows)
    exchanged = min(width / rows / LIVER_ASPECT, height / columns)
    turn = exchanged * CLEARLY > as_named if turned else exchanged > as_named * CLEARLY
    return (columns, rows) if turn else (rows, columns)


class ViewGrid(QWidget):
    """Arranges viewports and carries to them what the person wants of all.

    Signals:
        stroke_made(view, stroke): A drawing tool was used in a view.
        nudged(view, by): The outline shown in a view shall move.
        notice(text): Something to say in the status bar.
        pointed(text): What is under the mouse.
        active_changed(): Another view is worked in, or it shows something else.
        level_changed(point_mm, step_mm): The T2 view (the active one where T2 is in none) shows a slice through this
            point, of a stack with this distance between slices.
    """

    stroke_made = Signal(object, object)
    nudged = Signal(object, object)
    notice = Signal(str)
    pointed = Signal(str)
    active_changed = Signal()
    level_changed = Signal(object, float)

    def __init__(self, session: Session, overlay: Overlay, tools: ToolBox, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.navigation = Navigation(self)
        self.navigation.set_linked(session.settings.get(table.LINKED))
        self._alone: SliceView | None = None
        self._turned = False
        self.views = [self._make_view(overlay, tools) for _ in range(MOST)]
        self._filler = ViewFiller(session, self.navigation, self.views, self)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(2)
        self._layout_name = session.settings.get(table.LAYOUT)
        if self._layout_name not in LAYOUTS:
            self._layout_name = "1x2"
        self.set_active(self.views[0])
        self._arrange()
        self._filler.hung.connect(self._begin_anew)
        self._filler.filled.connect(self._share_fit)
        self._filler.changed.connect(self.active_changed)
        self.active_changed.connect(self.tell_level)

    # ---- layout

    @property
    def layout_name(self) -> str:
        """Name of the layout shown, such as ``1x2``."""
        return self._layout_name

    def set_layout(self, name: str) -> None:
        """Show the views in rows and columns."""
        self._layout_name, self._alone, self._turned = name, None, False
        self._turned = self._standing() != LAYOUTS[name]
        self._session.settings.set(table.LAYOUT, name)
        self._arrange()
        self._filler.read_missing()

    def toggle_alone(self, view: SliceView) -> None:
        """Give one view the whole space, or the former layout back."""
        self._alone = None if self._alone is view else view
        self._arrange()

    def visible_views(self) -> list[SliceView]:
        """Return the views that the layout shows, in reading order."""
        if self._alone is not None:
            return [self._alone]
        rows, columns = LAYOUTS[self._layout_name]
        return self.views[: rows * columns]

    @property
    def active(self) -> SliceView:
        """The view that the person works in."""
        return next((view for view in self.views if view.active), self.views[0])

    def set_active(self, view: SliceView) -> None:
        """Work in this view."""
        if not view.active:
            for other in self.views:
                other.active = other is view
                other.update()
            self.active_changed.emit()

    def t2_view(self) -> SliceView | None:
        """Return the visible view that shows T2, or None."""
        return next((view for view in self.visible_views() if view.shows_t2), None)

    @property
    def reference(self) -> SliceView:
        """The view whose level counts: the visible one that shows T2, else the active one."""
        return self.t2_view() or self.active

    # ---- content

    def show_series(self, key: str, view: SliceView | None = None) -> None:
        """Show a series in a view (the active one); it is read first when need be."""
        self._filler.show_series(key, view or self.active)

    def go_to_slice(self, index: int) -> None:
        """Show a T2 slice, in all linked views."""
        view = self.t2_view() or next((view for view in self.views if view.shows_t2), None)
        if view is not None:
            view.state.set_index(index)

    def go_to_plane(self, made: SliceInput) -> None:
        """Show the level of an analysed plane in all linked views; unlinked, in the view whose level counts."""
        state = self.reference.state
        shared = self.navigation.point_mm
        point = planes.carried(state.centre_mm() if shared is None else shared, made)
        if self.navigation.linked:
            self.navigation.move(point)
        else:
            state.go_to(point)

    def tell_level(self) -> None:
        """Say which level is shown."""
        state = self.reference.state
        point = state.point_mm()
        if point is not None:
            self.level_changed.emit(point, state.step_mm)

    def fit(self) -> None:
        """Show the images whole in all views."""
        self.navigation.frame(Frame(), None)

    def set_auto_windows(self) -> None:
        """Give every view the window that spans its tissue."""
        for view in self.views:
            view.state.set_auto_window()

    def set_linked(self, linked: bool) -> None:
        """Let the views follow one another."""
        self._session.settings.set(table.LINKED, linked)
        self.navigation.set_linked(linked)
        self._share_fit()

    def set_smooth(self, smooth: bool) -> None:
        """Interpolate between pixels on the screen, or show them as they are."""
        self._session.settings.set(table.SMOOTH, smooth)
        self._set_in_views("smooth", smooth)

    def set_corner_text(self, shown: bool) -> None:
        """Show what an image is in its corners."""
        self._session.settings.set(table.CORNER_TEXT, shown)
        self._set_in_views("corner_text", shown)

    def set_measures(self, shown: bool) -> None:
        """Show the diameters of the chosen lesion."""
        self._session.settings.set(table.MEASURES, shown)
        self._set_in_views("measures", shown)

    def _set_in_views(self, name: str, value: bool) -> None:
        for view in self.views:
            setattr(view, name, value)
            view.update()

    def _make_view(self, overlay: Overlay, tools: ToolBox) -> SliceView:
        state = ViewState(self.navigation, self)
        view = SliceView(state, self._session.document, overlay, tools, self)
        view.hide()
        view.smooth = self._session.settings.get(table.SMOOTH)
        view.corner_text = self._session.settings.get(table.CORNER_TEXT)
        view.measures = self._session.settings.get(table.MEASURES)
        view.activated.connect(lambda: self.set_active(view))
        state.index_changed.connect(lambda _: self.tell_level() if view is self.reference else None)
        view.stroke_made.connect(lambda stroke: self.stroke_made.emit(view, stroke))
        view.nudged.connect(lambda by: self.nudged.emit(view, by))
        view.notice.connect(self.notice)
        view.pointed.connect(self.pointed)
        view.series_dropped.connect(lambda key: self.show_series(key, view))
        view.maximise_requested.connect(lambda: self.toggle_alone(view))
        view.menu_requested.connect(lambda at: self._show_menu(view, at))
        return view

    def _begin_anew(self) -> None:
        self._alone = None
        self._arrange()

    def _arrange(self) -> None:
        shown = self.visible_views()
        _, columns = (1, 1) if self._alone is not None else self._standing()
        for view in self.views:
            self._grid.removeWidget(view)
            view.setVisible(view in shown)
        for line in range(MOST):
            self._grid.setRowStretch(line, 1 if line * columns < len(shown) else 0)
            self._grid.setColumnStretch(line, 1 if line < columns else 0)
        for place, view in enumerate(shown):
            self._grid.addWidget(view, place // columns, place % columns)
        if self.active not in shown:
            self.set_active(shown[0])
        self._share_fit()

    def _standing(self) -> tuple[int, int]:
        return rows_and_columns(self._layout_name, self.width(), self.height(), turned=self._turned)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the views stand above one another where that shows the images larger."""
        super().resizeEvent(event)
        turned = self._standing() != LAYOUTS[self._layout_name]
        if turned != self._turned:
            self._turned = turned
            self._arrange()

    def _share_fit(self) -> None:
        """Give all linked views the same millimetres and middle: the same organ has the same size and place in each."""
        shown = [view for view in self.visible_views() if view.state.volume is not None]
        extents = [view.own_extent_mm() for view in shown]
        width = max((extent[0] for extent in extents), default=0.0)
        height = max((extent[1] for extent in extents), default=0.0)
        together = bool(shown) and self.navigation.linked
        centre = tuple(shown[0].state.centre_mm().tolist()) if together else None
        for view in self.views:
            view.fit_mm = (width, height) if together else None
            view.fit_centre_mm = centre
            view.update()

    def _show_menu(self, view: SliceView, at: QPoint) -> None:
        study = self._session.document.study
        if study is None:
            return
        menu = QMenu(self)
        for series in study.series:
            if series.is_stack:
                guess = self._session.document.role_map.guess_for(series.key)
                text = f"{wording.series_kind(series, guess)}   {wording.series_name(series)}"
                action = menu.addAction(text.replace("&", "&&"))
                action.setCheckable(True)
                action.setChecked(series.key == view.state.series_key)
                action.triggered.connect(lambda _=False, key=series.key: self.show_series(key, view))
        menu.addSeparator()
        menu.addAction(self.tr("Automatic window"), view.state.set_auto_window)
        menu.addAction(self.tr("Fit"), self.fit)
        menu.popup(at)
