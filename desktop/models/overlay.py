"""Overlay: which heat map the views show, and how strongly; the maps themselves, made once for all views."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop.heatmap import HeatMap, heat_maps
from engine.domain.result import Analysis


class Overlay(QObject):
    """Shared by all views.

    Signals:
        changed(): The class, the opacity or the visibility changed.
    """

    changed = Signal()

    def __init__(self, opacity: float = 0.45, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.label = ""
        self.opacity = opacity
        self.shown = True
        self.held_back = False
        self.withheld = False
        self._maps: tuple[Analysis, str, list[list[HeatMap]]] | None = None

    @property
    def visible(self) -> bool:
        """True when a map is to be painted: switched on, and the hide key is not held."""
        hidden = self.held_back or self.withheld
        return self.shown and not hidden and bool(self.label) and self.opacity > 0

    def maps(self, analysis: Analysis | None) -> list[list[HeatMap]]:
        """Return the maps of the chosen class, per lesion and analysis plane; the same list until something changes."""
        if analysis is None or self.label not in analysis.result.package.labels:
            self._maps = None
            return []
        if self._maps is None or self._maps[0] is not analysis or self._maps[1] != self.label:
            self._maps = (analysis, self.label, heat_maps(analysis, self.label))
        return self._maps[2]

    def set_label(self, label: str) -> None:
        """Show the maps of this class; empty shows none."""
        self.label = label
        self.changed.emit()

    def set_opacity(self, opacity: float) -> None:
        """Paint the maps with this opacity, 0 to 1."""
        self.opacity = min(max(opacity, 0.0), 1.0)
        self.changed.emit()

    def set_shown(self, shown: bool) -> None:
        """Switch the maps on or off."""
        self.shown = shown
        self.changed.emit()

    def set_withheld(self, withheld: bool) -> None:
        """Hide the maps while the reader's own impression is awaited."""
        if withheld != self.withheld:
            self.withheld = withheld
            self.changed.emit()

    def hold_back(self, held: bool) -> None:
        """Hide everything that lies over the images while a key is held."""
        if held != self.held_back:
            self.held_back = held
            self.changed.emit()
