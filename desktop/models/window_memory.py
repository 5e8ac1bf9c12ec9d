"""Window memory: how a reader likes to see T2, DWI or ADC, kept from study to study.

MR signal has no unit, so a window is remembered against the automatic one of its own images: so many times as wide,
moved by so many of its widths.
"""

from __future__ import annotations

from desktop import settings as table
from desktop.settings import Settings
from desktop.window_level import Window, auto_window
from engine.domain.volume import Volume


class WindowMemory:
    """Remembers by label (see `models.hanging`)."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def window(self, label: str, volume: Volume) -> Window | None:
        """Return the window for a volume; None where nothing is remembered."""
        shape = self._settings.get(table.WINDOWS).get(label)
        return None if shape is None else auto_window(volume.array).shaped(*shape)

    def keep(self, label: str, window: Window, auto: Window) -> None:
        """Remember a window that a person chose where the automatic one is `auto`."""
        shape = (round(window.width / auto.width, 3), round((window.level - auto.level) / auto.width, 3))
        self._put(label, None if shape == (1.0, 0.0) else shape)

    def forget(self, label: str) -> None:
        """The automatic window is wanted again."""
        self._put(label, None)

    def _put(self, label: str, shape: tuple[float, float] | None) -> None:
        known = {name: kept for name, kept in self._settings.get(table.WINDOWS).items() if name != label}
        if label and shape is not None:
            known[label] = shape
        self._settings.set(table.WINDOWS, known)
