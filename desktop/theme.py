"""Theme: colours, sizes and font of the window, and the style sheet made from them."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from engine.storage import assets_folder


@dataclass(frozen=True)
class Theme:
    """One look. Amber asks for attention, violet says withheld; nothing is green: nothing here means 'all clear'."""

    name: str
    window: str
    panel: str
    raised: str
    field: str
    border: str
    text: str
    dim: str
    faint: str
    accent: str
    accent_dim: str
    primary: str
    on_primary: str
    amber: str
    flag: str
    violet: str
    red: str
    banner: str
    on_banner: str


DARK = Theme(
    name="dark", window="#121517", panel="#181c1f", raised="#21262a", field="#0f1214", border="#2f363b",
    text="#d9dee2", dim="#939ea6", faint="#5d6870", accent="#4c9fd6", accent_dim="#1f3a4d", primary="#2b78ab",
    on_primary="#ffffff", amber="#e0a13a", flag="#2b2415", violet="#9a8cff", red="#ef7a62",
    banner="#38290c", on_banner="#f6cd7d",
)  # fmt: skip
LIGHT = Theme(
    name="light", window="#e9ecee", panel="#f5f6f7", raised="#ffffff", field="#ffffff", border="#c9cfd4",
    text="#1b2126", dim="#55616a", faint="#8c979f", accent="#1d70a8", accent_dim="#cfe4f3", primary="#1d70a8",
    on_primary="#ffffff", amber="#b06f00", flag="#fff4dc", violet="#5b4bc4", red="#b3321a",
    banner="#ffe7b3", on_banner="#4d3500",
)  # fmt: skip
THEMES = {theme.name: theme for theme in (DARK, LIGHT)}

FONT_FAMILY = "Roboto"
TEXT_PX = 13


def load_fonts() -> None:
    """Register the fonts that ship, so that the window looks alike on every system."""
    for path in sorted((assets_folder() / "fonts").glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(path))


def apply(app: QApplication, theme: Theme) -> None:
    """Give the application this look."""
    font = QFont(FONT_FAMILY)
    font.setPixelSize(TEXT_PX)
    app.setStyle("Fusion")
    app.setFont(font)
    app.setPalette(palette(theme))
    app.setStyleSheet(style_sheet(theme))


def palette(theme: Theme) -> QPalette:
    """Return the palette for what no style sheet rule reaches."""
    made = QPalette()
    groups = {
        QPalette.ColorRole.Window: theme.window,
        QPalette.ColorRole.Base: theme.panel,
        QPalette.ColorRole.AlternateBase: theme.panel,
        QPalette.ColorRole.Button: theme.raised,
        QPalette.ColorRole.WindowText: theme.text,
        QPalette.ColorRole.Text: theme.text,
        QPalette.ColorRole.ButtonText: theme.text,
        QPalette.ColorRole.ToolTipBase: theme.raised,
        QPalette.ColorRole.ToolTipText: theme.text,
        QPalette.ColorRole.PlaceholderText: theme.faint,
        QPalette.ColorRole.Highlight: theme.accent_dim,
        QPalette.ColorRole.HighlightedText: theme.text,
        QPalette.ColorRole.Link: theme.accent,
    }
    for role, colour in groups.items():
        made.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.faint))
    return made


def style_sheet(theme: Theme) -> str:
    """Return the style sheet with this theme's colours put in."""
    folder = assets_folder()
    values = {field.name: str(getattr(theme, field.name)) for field in fields(theme)}
    values |= {
        "font": f'"{FONT_FAMILY}", "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif',
        "text_px": f"{TEXT_PX}px",
        "small_px": f"{TEXT_PX - 1}px",
        "title_px": f"{TEXT_PX + 4}px",
        "icons": (folder / "icons").as_posix(),
    }
    text = (folder / "style" / "lobule.qss").read_text(encoding="utf-8")
    names = "|".join(sorted(values, key=len, reverse=True))
    return re.sub(rf"@({names})(?![a-z_])", lambda match: values[match.group(1)], text)
