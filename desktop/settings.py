"""Settings: one table with name, type, default and text; kept in an ini file in Lobule's data folder.

A value that the machine's policy file fixes (`desktop.policy`) wins over the ini file and cannot be set.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from PySide6.QtCore import QLocale, QObject, QSettings, Signal

from desktop.models.hanging import LIVER
from desktop.policy import policy_path, read_policy
from engine import storage
from engine.domain.errors import UsageError

T = TypeVar("T")


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One row of the table.

    Attributes:
        key: Name in the ini file.
        default: Value where the file is silent or holds something unreadable.
        read: Text of the file to value; raises ValueError for a text that is none.
        write: Value to text.
        text: What it does, for the settings page; empty for what the window remembers by itself.
        choices: The values that the settings page offers; none for a switch.
    """

    key: str
    default: T
    read: Callable[[str], T]
    write: Callable[[T], str]
    text: str
    choices: tuple[T, ...] = ()


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


def _shapes(text: str) -> dict[str, tuple[float, float]]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError(text)
    shapes = {str(name): (float(times), float(shift)) for name, (times, shift) in value.items()}
    if not all(0 < times < inf and abs(shift) < inf for times, shift in shapes.values()):
        raise ValueError(text)
    return shapes


def _widths(text: str) -> dict[str, int]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError(text)
    return {str(name): int(width) for name, width in value.items()}


def _speed(text: str) -> float:
    value = float(text)
    if not 0 < value < inf:
        raise ValueError(text)
    return value


def switch(key: str, default: bool, text: str) -> Setting[bool]:
    """Row for yes or no."""
    return Setting(key, default, _truth, lambda value: "true" if value else "false", text)


def words(key: str, default: str, text: str, choices: tuple[str, ...] = ()) -> Setting[str]:
    """Row for a text; one of `choices` where there are any."""

    def read(value: str) -> str:
        if choices and value not in choices:
            raise ValueError(value)
        return value

    return Setting(key, default, read, str, text, choices)


def _scale(text: str) -> float:
    value = float(text)
    if value not in SCALES:
        raise ValueError(text)
    return value


SCALES = (1.0, 1.25, 1.5, 1.75, 2.0)


AUTO_ANALYZE = switch("analysis/start_by_itself", True, "Analyze as soon as roles and an outline are there")
READ_FIRST = switch("reading/read_first", False, "Ask for the reader's impression before the scores are shown")
PROVIDER = words(
    "analysis/provider", "auto", "Provider that runs the network", ("auto", "cpu", "cuda", "tensorrt", "openvino",
    "coreml", "directml"),
)  # fmt: skip
SMOOTH = switch("view/smooth", True, "Interpolate images on the screen")
LINKED = switch("view/linked", True, "Scroll and zoom all views together")
CORNER_TEXT = switch("view/corner_text", True, "Show text in the corners of the images")
MEASURES = switch("view/measures", True, "Show the diameters of the chosen lesion on the image")
LAYOUT = words("view/layout", "1x2", "")
HANGING = Setting[tuple[str, ...]]("view/hanging", LIVER, _texts, lambda value: json.dumps(list(value)), "")
WINDOWS = Setting[dict[str, tuple[float, float]]]("view/windows", {}, _shapes, json.dumps, "")
CINE_SPEED = Setting[float]("view/cine_speed", 8.0, _speed, repr, "")
OVERLAY_OPACITY = Setting[float]("view/overlay_opacity", 0.45, _share, repr, "")
THEME = words("window/theme", "dark", "Theme", ("dark", "light"))
LANGUAGE = words("window/language", "system", "Language", ("system", "en", "zh_CN"))
TEXT_SCALE = Setting[float]("window/text_scale", 1.0, _scale, repr, "Size of texts", SCALES)
REPORT_PAPER = words("report/paper", "A4", "Paper of the report", ("A4", "Letter"))
REPORT_LANGUAGE = words("report/language", "window", "Language of the report", ("window", "en", "zh_CN"))
PANEL_WIDTHS = Setting[dict[str, int]]("window/panel_widths", {}, _widths, json.dumps, "")
PANELS_CLOSED = Setting[tuple[str, ...]]("window/panels_closed", (), _texts, lambda value: json.dumps(list(value)), "")
PLACE = words("window/place", "", "")
LAST_FOLDER = words("window/last_folder", "", "")
RECENT = Setting[tuple[str, ...]](
    "window/recent", (), _texts, lambda value: json.dumps(list(value), ensure_ascii=False), ""
)

TABLE: tuple[Setting[Any], ...] = (
    AUTO_ANALYZE, READ_FIRST, PROVIDER, SMOOTH, LINKED, CORNER_TEXT, MEASURES, LAYOUT, HANGING, WINDOWS, CINE_SPEED,
    OVERLAY_OPACITY, THEME, LANGUAGE, TEXT_SCALE, REPORT_PAPER, REPORT_LANGUAGE, PANEL_WIDTHS, PANELS_CLOSED,
    PLACE, LAST_FOLDER, RECENT,
)  # fmt: skip


class Settings(QObject):
    """Typed access to the table.

    Signals:
        changed(key): A value was set.
    """

    changed = Signal(str)

    def __init__(self, path: Path | None = None, parent: QObject | None = None, policy: Path | None = None) -> None:
        super().__init__(parent)
        where = path or storage.data_folder() / "window.ini"
        self._store = QSettings(str(where), QSettings.Format.IniFormat)
        self._fixed: dict[str, object] = {}
        self.policy_fault: UsageError | None = None
        try:
            self._fixed = _fixed(policy or policy_path())
        except UsageError as fault:  # shown by the window at its start
            self.policy_fault = fault

    def locked(self, setting: Setting[Any]) -> bool:
        """Return whether the machine's policy fixes this value."""
        return setting.key in self._fixed

    def get(self, setting: Setting[T]) -> T:
        """Return the policy's value, else the person's; the default where the file is silent or unreadable."""
        if self.locked(setting):
            return cast(T, self._fixed[setting.key])
        stored = self._store.value(setting.key)
        if stored is None:
            return setting.default
        try:
            return setting.read(str(stored))
        except (ValueError, TypeError):
            return setting.default

    def set(self, setting: Setting[T], value: T) -> None:
        """Keep a value; nothing happens where the policy fixes it."""
        if not self.locked(setting) and value != self.get(setting):
            self._store.setValue(setting.key, setting.write(value))
            self.changed.emit(setting.key)

    def save(self) -> None:
        """Write the file now."""
        self._store.sync()

    def remember_opened(self, path: Path, most: int = 8) -> None:
        """Put a path at the top of the recent list."""
        rest = [known for known in self.get(RECENT) if known != str(path)]
        self.set(RECENT, tuple([str(path), *rest][:most]))


def window_language(settings: Settings) -> str:
    """Return the window's language: ``en`` or ``zh_CN``."""
    chosen = settings.get(LANGUAGE)
    if chosen != "system":
        return chosen
    system = QLocale.system()
    return "zh_CN" if system.language() == QLocale.Language.Chinese else "en"


def report_language(settings: Settings) -> str:
    """Return the report's language: ``en`` or ``zh_CN``."""
    chosen = settings.get(REPORT_LANGUAGE)
    return window_language(settings) if chosen == "window" else chosen


def _fixed(path: Path) -> dict[str, object]:
    """The values that a policy file fixes, read as the table's rows read them."""
    by_key = {row.key: row for row in TABLE}
    result: dict[str, object] = {}
    for key, text in read_policy(path, by_key).items():
        try:
            result[key] = by_key[key].read(text)
        except (ValueError, TypeError) as error:
            raise UsageError(
                f"The policy file {path} cannot be used: {text!r} is no value of {key}.",
                remedy="Ask your IT to correct it; until then none of its settings is fixed.",
                code="bad-policy",
            ) from error
    return result
