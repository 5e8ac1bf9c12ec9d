"""The view filler: decides which series hangs in which view, and fills each view with what has been read of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from desktop import settings as table
from desktop import wording
from desktop.models import hanging
from desktop.models.navigation import Navigation
from desktop.models.view_state import ViewState
from desktop.models.window_memory import WindowMemory
from desktop.operations.studies import FirstImage
from desktop.session import Session
from desktop.views.slice_view import SliceView
from desktop.window_level import Window
from engine.domain.case import Case
from engine.domain.sequence import SequenceRole
from engine.domain.study import Series


class ViewFiller(QObject):
    """Follows one session. Views that no layout shows are filled as well, so that a larger one finds them ready.

    Signals:
        hung(): Another study hangs.
        filled(): A view has other images, or none.
        changed(): Views show something else than before.
    """

    hung = Signal()
    filled = Signal()
    changed = Signal()

    def __init__(self, session: Session, navigation: Navigation, views: Sequence[SliceView], parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._navigation, self._views = session, navigation, views
        self._windows: dict[str, Window] = {}
        self._memory = WindowMemory(session.settings)
        self._keys = [""] * len(views)
        for view in views:
            self._follow(view.state)
        session.document.opened.connect(self._study_opened)
        session.document.case_changed.connect(self._case_changed)
        session.store.added.connect(self._volume_read)
        session.first_image.connect(self._first_image_read)
        session.reader.changed.connect(self._tell_trouble)

    def show_series(self, key: str, view: SliceView) -> None:
        """Show a series in a view; it is read first when need be."""
        place = self._views.index(view)
        self._remember_place(place, key)
        self._keys[place] = key
        self._fill(view, key)
        self._session.reader.read_again(key)
        self.changed.emit()

    def read_missing(self) -> None:
        """Have read what views of the layout want and nobody else reads: series without a role."""
        if self._session.document.case is None:
            return
        for view, key in zip(self._views, self._keys, strict=True):
            if key and not view.isHidden():
                self._session.reader.look_at(key)

    def _follow(self, state: ViewState) -> None:
        state.window_chosen.connect(lambda window: self._remember_window(state, window))

    def _study_opened(self) -> None:
        self._navigation.reset()
        self._windows.clear()
        document = self._session.document
        self._keys = self._hang(document.case)
        for view, key in zip(self._views, self._keys, strict=True):
            self._fill(view, key)
        self.hung.emit()
        self.read_missing()
        self.changed.emit()

    def _case_changed(self, before: Case, after: Case) -> None:
        if (before.shifts_mm, before.rotations) != (after.shifts_mm, after.rotations):
            self._place_again(after)
        if before.roles == after.roles:
            return
        wanted = self._hang(after)
        former = self._hang(before)
        for place, view in enumerate(self._views):
            if wanted[place] != former[place] and self._keys[place] == former[place]:
                self._keys[place] = wanted[place]
            self._fill(view, self._keys[place])
        self.changed.emit()

    def _place_again(self, case: Case) -> None:
        """Show series that were moved by hand at their new place."""
        for view, key in zip(self._views, self._keys, strict=True):
            if key and view.state.volume is not None and view.state.volume is not self._session.store.placed(key, case):
                self._fill(view, key)

    def _volume_read(self, key: str) -> None:
        for view, wanted in zip(self._views, self._keys, strict=True):
            if wanted == key:
                self._fill(view, key)
        self.read_missing()
        self.changed.emit()

    def _first_image_read(self, image: FirstImage) -> None:
        if self._session.document.study is None:  # its headers are still being read: nothing hangs anywhere yet
            first, *others = (view for view in self._views if not view.isHidden())
            first.state.show(image.series_key, image.title, image.subtitle, image.volume, loading=True)
            for view in others:
                view.state.show("", "", "", None, loading=True)
            self.filled.emit()
            return
        for view, wanted in zip(self._views, self._keys, strict=True):
            if wanted == image.series_key and view.state.volume is None:
                state = view.state
                state.show(wanted, state.title, state.subtitle, image.volume, loading=True)
        self._tell_trouble()
        self.filled.emit()

    def _fill(self, view: SliceView, key: str) -> None:
        study = self._session.document.study
        series = None if study is None else study.find(key)
        former = view.state
        if former.volume is not None and not former.loading:
            self._windows[former.series_key] = former.window
        if series is None:
            former.clear()
            return
        volume = self._session.store.placed(key, self._session.document.case)
        title, subtitle = self._titles(series)
        window = self._windows.get(key)
        if window is None and volume is not None:
            window = self._memory.window(self._label(key), volume)
        former.show(key, title, subtitle, volume, window=window, loading=volume is None)
        view.setAccessibleName(f"{title}, {subtitle}")
        if not view.isHidden():
            self._session.reader.look_at(key)
        former.set_trouble(self._session.reader.trouble(key))
        self.filled.emit()

    def _tell_trouble(self) -> None:
        """Let views whose images are not there say why."""
        for view, key in zip(self._views, self._keys, strict=True):
            if key and view.state.loading:
                view.state.set_trouble(self._session.reader.trouble(key))

    def _label(self, key: str) -> str:
        document = self._session.document
        return "" if document.case is None else hanging.label_of(key, document.case, document.role_map)

    def _remember_window(self, state: ViewState, window: Window | None) -> None:
        if state.volume is None or state.loading:
            return
        label = self._label(state.series_key)
        if window is None:
            self._memory.forget(label)
        else:
            self._memory.keep(label, window, state.auto)

    def _remember_place(self, place: int, key: str) -> None:
        """The next study hangs as this one was rearranged."""
        label = self._label(key)
        if label:
            settings = self._session.settings
            shown = [self._label(key) for key in self._keys]
            order = settings.get(table.HANGING)
            settings.set(table.HANGING, hanging.rearranged(order, shown, place, label))

    def _hang(self, case: Case | None) -> list[str]:
        document = self._session.document
        if document.study is None or case is None:
            return [""] * len(self._views)
        order = self._session.settings.get(table.HANGING)
        return hanging.hang(document.study, case, document.role_map, order, len(self._views))

    def _titles(self, series: Series) -> tuple[str, str]:
        document = self._session.document
        case = document.case
        roles = {} if case is None else case.roles
        role = next((role for role, key in roles.items() if key == series.key), None)
        guess = document.role_map.guess_for(series.key)
        title = wording.series_kind(series, guess) if role is None else wording.role_name(role)
        b_value = series.facts.b_value_s_mm2
        if role is SequenceRole.DWI and b_value is not None:
            title += f"   b {b_value:.0f} s/mm²"
        return title, wording.series_name(series)
