"""The looks in which screenshots show the window: theme, language, scale, size, and the scenes of each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """Theme, language and scale of one window, its size in its own pixels, and the scenes it shows."""

    theme: str
    language: str
    scale: float
    size: tuple[int, int]
    scenes: tuple[str, ...]


LOOKS = {
    "dark-en": Look(
        "dark", "en", 1.0, (1440, 900),
        ("empty", "loading", "flagged", "preview", "drawing", "align", "stale", "withheld", "not-flagged", "read-first",
         "ambiguous", "work-list", "error", "skipped", "report", "audit", "settings", "shortcuts", "help", "about"),
    ),
    "light-en": Look("light", "en", 1.0, (1440, 900), ("empty", "flagged", "drawing", "withheld", "error", "settings")),
    "dark-zh": Look(
        "dark", "zh_CN", 1.0, (1440, 900),
        ("empty", "flagged", "stale", "withheld", "not-flagged", "ambiguous", "error", "skipped", "settings",
         "shortcuts", "help"),
    ),
    "light-zh": Look("light", "zh_CN", 1.0, (1440, 900), ("flagged", "report")),
    "dark-en-1280": Look("dark", "en", 1.0, (1280, 800), ("flagged", "ambiguous")),
    "light-zh-1366": Look("light", "zh_CN", 1.0, (1366, 768), ("flagged",)),
    "dark-en-125": Look("dark", "en", 1.25, (1536, 864), ("flagged",)),
    "dark-en-125-1366": Look("dark", "en", 1.25, (1092, 614), ("flagged",)),
    "dark-en-200": Look("dark", "en", 2.0, (1280, 800), ("flagged",)),
    "light-zh-200": Look("light", "zh_CN", 2.0, (1280, 800), ("withheld",)),
    "dark-en-200-1280": Look("dark", "en", 2.0, (640, 400), ("flagged",)),
}  # fmt: skip
"""A number at the end is the width in screen pixels: displays of 1280 × 800 and 1366 × 768."""
