"""Cine: the slices of a view one after another, round and round."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.models.view_state import ViewState

SLOWEST, FASTEST = 2.0, 30.0
STEP = 1.25


class Cine(QObject):
    """Plays one view; linked views follow as they follow any scrolling.

    Signals:
        changed(): It began, stopped, or goes at another speed.
    """

    changed = Signal()

    def __init__(self, slices_per_s: float, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.slices_per_s = min(max(slices_per_s, SLOWEST), FASTEST)
        self._state: ViewState | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.advance)

    @property
    def is_playing(self) -> bool:
        """True while slices go by."""
        return self._timer.isActive()

    def play(self, state: ViewState) -> None:
        """Begin with a view, where it is."""
        self._state = state
        self._timer.start(self._interval_ms())
        self.changed.emit()

    def stop(self) -> None:
        """Stay on the slice shown."""
        if self._timer.isActive():
            self._timer.stop()
            self.changed.emit()

    def faster(self, times: float = STEP) -> None:
        """Go so many times as fast, within bounds."""
        self.slices_per_s = min(max(self.slices_per_s * times, SLOWEST), FASTEST)
        self._timer.setInterval(self._interval_ms())
        self.changed.emit()

    def advance(self) -> None:
        """Show the next slice; after the last comes the first."""
        state = self._state
        if state is None or state.plane is None or state.slices < 2:
            self.stop()
            return
        state.set_index((state.index + state.plane.forward) % state.slices)

    def _interval_ms(self) -> int:
        return round(1000 / self.slices_per_s)
