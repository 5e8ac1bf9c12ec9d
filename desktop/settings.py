"""Settings: one table with name, type, default and text; kept in an ini file in Lobule's data folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, QSettings, Signal

from engine import storage

T = TypeVar("T")


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One row of the table.

    Attributes:
        key: Name in the ini file.
        default: Value where the file is silent or holds something unreadable.
        read: Text of the file to value; raises ValueError for a text that is none.
        write: Value to text.
        text: What it does, for the settings page.
    """

    key: str
    default: T
    read: Callable[[str], T]
    write: Callable[[T], str]
    text: str


def _truth(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(text)
    return text == "true"


def _texts(text: str) -> tuple[str, ...]:
    value = json.loads(text)
    if not isinstance(value, list):
        raise ValueError(text)
    return tuple(str(item) for item in value)


def _share(text: str) -> float:
    value = float(text)
    if not 0.0 <= value <= 1.0:
        raise ValueError(text)
    return value


def switch(key: str, default: bool, text: str) -> Setting[bool]:
    """Row for yes or no."""
    return Setting(key, default, _truth, lambda value: "true" if value else "false", text)


def words(key: str, default: str, text: str) -> Setting[str]:
    """Row for a text."""
    return Setting(key, default, str, str, text)


AUTO_ANALYZE = switch("analysis/start_by_itself", True, "Analyze as soon as roles and an outline are there")
READ_FIRST = switch("reading/read_first", False, "Ask for the reader's impression before the scores are shown")
PROVIDER = words("analysis/provider", "auto", "Provider that runs the network")
SMOOTH = switch("view/smooth", True, "Interpolate images on the screen")
LINKED = switch("view/linked", True, "Scroll and zoom all views together")
CORNER_TEXT = switch("view/corner_text", True, "Show text in the corners of the images")
MEASURES = switch("view/measures", True, "Show the diameters of the chosen lesion on the image")
LAYOUT = words("view/layout", "1x2", "Arrangement of the views")
OVERLAY_OPACITY = Setting[float]("view/overlay_opacity", 0.45, _share, repr, "Opacity of the heat map")
THEME = words("window/theme", "dark", "Dark reading-room theme or light theme")
LAST_FOLDER = words("window/last_folder", "", "Where the file dialogs open")
RECENT = Setting[tuple[str, ...]](
    "window/recent", (), _texts, lambda value: json.dumps(list(value), ensure_ascii=False), "Recently opened"
)

TABLE: tuple[Setting[bool] | Setting[str] | Setting[float] | Setting[tuple[str, ...]], ...] = (
    AUTO_ANALYZE, READ_FIRST, PROVIDER, SMOOTH, LINKED, CORNER_TEXT, MEASURES, LAYOUT, OVERLAY_OPACITY, THEME,
    LAST_FOLDER, RECENT,
)  # fmt: skip


class Settings(QObject):
    """Typed access to the table.

    Signals:
        changed(key): A value was set.
    """

    changed = Signal(str)

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        where = path or storage.data_folder() / "window.ini"
        self._store = QSettings(str(where), QSettings.Format.IniFormat)

    def get(self, setting: Setting[T]) -> T:
        """Return the value; the default where the file is silent or unreadable."""
        stored = self._store.value(setting.key)
        if stored is None:
            return setting.default
        try:
            return setting.read(str(stored))
        except (ValueError, TypeError):
            return setting.default

    def set(self, setting: Setting[T], value: T) -> None:
        """Keep a value."""
        if value != self.get(setting):
            self._store.setValue(setting.key, setting.write(value))
            self.changed.emit(setting.key)

    def save(self) -> None:
        """Write the file now."""
        self._store.sync()

    def remember_opened(self, path: Path, most: int = 8) -> None:
        """Put a path at the top of the recent list."""
        rest = [known for known in self.get(RECENT) if known != str(path)]
        self.set(RECENT, tuple([str(path), *rest][:most]))
