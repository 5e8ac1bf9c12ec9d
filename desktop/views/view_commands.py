"""View commands: what the keyboard and the menus do to the views; the table of actions names them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, QPointF
from PySide6.QtGui import QGuiApplication, QImage

from desktop import settings as table
from desktop import wording
from desktop.models.cine import STEP, Cine
from desktop.session import Session
from desktop.views.banner import StatusBanner
from desktop.views.facts_view import SHORT_DIGEST
from desktop.views.files import FileChooser
from desktop.views.picture import picture, png
from desktop.views.view_grid import LAYOUTS, ViewGrid
from desktop.window_level import PRESETS, full_window
from engine.domain.package import ClinicalStatus

ZOOM, PAN_PX, WINDOW = 1.2, 40, 0.1
"""One press of a key: zoom factor, pan, and share of the window."""


class ViewCommands(QObject):
    """Acts on the active view of a grid; zoom, pan and slices go to the linked ones by themselves."""

    def __init__(self, session: Session, grid: ViewGrid, files: FileChooser, banner: StatusBanner) -> None:
        super().__init__(grid)
        self._session, self._grid, self._files, self._banner = session, grid, files, banner
        self.cine = Cine(session.settings.get(table.CINE_SPEED), self)
        self.cine.changed.connect(self._cine_changed)
        session.document.opened.connect(self.cine.stop)

    def handlers(self) -> dict[str, Callable[..., object]]:
        """Return what each action of the view menu does, by its name."""
        grid = self._grid
        made: dict[str, Callable[..., object]] = {
            "linked": grid.set_linked,
            "smooth": grid.set_smooth,
            "corner_text": grid.set_corner_text,
            "measures": grid.set_measures,
            "fit": grid.fit,
            "alone": lambda: grid.toggle_alone(grid.active),
            "next_view": self.next_view,
            "choose_series": self.choose_series,
            "zoom_in": lambda: self.zoom(ZOOM),
            "zoom_out": lambda: self.zoom(1 / ZOOM),
            "auto_window": grid.set_auto_windows,
            "wider": lambda: self.window(WINDOW, 0),
            "narrower": lambda: self.window(-WINDOW, 0),
            "darker": lambda: self.window(0, WINDOW),
            "brighter": lambda: self.window(0, -WINDOW),
            "preset_full": self.show_all_signal,
            "previous_slice": lambda: grid.active.state.scroll(-1),
            "next_slice": lambda: grid.active.state.scroll(1),
            "first_slice": lambda: self.to_end(-1),
            "last_slice": lambda: self.to_end(1),
            "cine": self.toggle_cine,
            "cine_faster": lambda: self.cine.faster(STEP),
            "cine_slower": lambda: self.cine.faster(1 / STEP),
            "save_picture": lambda: self._files.save_picture(png(self.picture()), named=False),
            "save_picture_named": lambda: self._files.save_picture(png(self.picture(named=True)), named=True),
            "copy_picture": lambda: QGuiApplication.clipboard().setImage(self.picture()),
        }
        for name, (x, y) in {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}.items():
            made[f"pan_{name}"] = lambda x=x, y=y: grid.active.pan_by(QPointF(-x * PAN_PX, -y * PAN_PX))
        made |= {f"preset_{name}": lambda shape=shape: self.preset(shape) for name, shape in PRESETS.items()}
        made |= {f"layout_{name}": lambda name=name: grid.set_layout(name) for name in LAYOUTS}
        return made

    def zoom(self, factor: float) -> None:
        """Zoom about the middle of the active view."""
        view = self._grid.active
        view.zoom_at(view.image_area().center(), factor)

    def window(self, wider: float, level_by: float) -> None:
        """Change the window of the active view by shares of its width."""
        state = self._grid.active.state
        state.set_window(state.window.changed(wider, level_by))

    def preset(self, shape: tuple[float, float]) -> None:
        """Give the active view a preset window."""
        state = self._grid.active.state
        if state.volume is not None:
            state.set_window(state.auto.shaped(*shape))

    def show_all_signal(self) -> None:
        """Give the active view a window from its darkest to its brightest pixel."""
        state = self._grid.active.state
        if state.volume is not None:
            state.set_window(full_window(state.volume.array))

    def to_end(self, direction: int) -> None:
        """Show the last slice in reading order (1), or the first (-1)."""
        state = self._grid.active.state
        state.scroll(direction * state.slices)

    def next_view(self) -> None:
        """Work in the next visible view."""
        views = self._grid.visible_views()
        place = views.index(self._grid.active) if self._grid.active in views else -1
        view = views[(place + 1) % len(views)]
        self._grid.set_active(view)
        view.setFocus()

    def choose_series(self) -> None:
        """Open the menu of series of the active view."""
        view = self._grid.active
        view.menu_requested.emit(view.mapToGlobal(QPoint(20, 20)))

    def toggle_cine(self) -> None:
        """Play the active view, or stop."""
        if self.cine.is_playing:
            self.cine.stop()
        else:
            self.cine.play(self._grid.active.state)

    def picture(self, *, named: bool = False) -> QImage:
        """Return the views as one image; `named` puts patient and study on it."""
        study = self._session.document.study
        identity = wording.study_line(study) if named and study is not None else ""
        simulated = self._banner.status() is ClinicalStatus.SIMULATED
        return picture(self._grid, self._banner.text.text(), identity, self._map_notes(), watermark=simulated)

    def _map_notes(self) -> list[str]:
        """Return what must stand below a picture with a heat map: whose it is, what it means, whether it is current."""
        result = self._session.document.result
        if result is None or not any(view.shows_heat_map for view in self._grid.visible_views()):
            return []
        package, shown = result.package, wording.class_name(self._grid.active.overlay.label)
        made = self.tr("Heat map of the class {0}, by {1} {2} (digest {3}).").format(
            shown, package.id, package.version, package.digest[:SHORT_DIGEST]
        )
        notes = [f"{made} {wording.map_caption()}"]
        if self._session.document.is_stale:
            notes.append(self.tr("Heat map out of date: the case was changed after the analysis."))
        return notes

    def _cine_changed(self) -> None:
        self._session.settings.set(table.CINE_SPEED, round(self.cine.slices_per_s, 2))
        if self.cine.is_playing:
            text = self.tr("Cine: {0} slices a second").format(f"{self.cine.slices_per_s:.0f}")
            self._grid.notice.emit(text)
