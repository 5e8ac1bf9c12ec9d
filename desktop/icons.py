"""Icons: line drawings in the colour of the text around them."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from engine.storage import assets_folder

_SIZES = (16, 20, 24, 32, 48)


def pixmap(name: str, colour: str, size: int, ratio: float = 1.0) -> QPixmap:
    """Return an icon of `assets/icons` drawn in one colour, `size` device-independent pixels square."""
    source = (assets_folder() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode()))
    made = QPixmap(round(size * ratio), round(size * ratio))
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    renderer.render(painter, QRectF(0, 0, made.width(), made.height()))
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


def icon(name: str, colour: str, faint: str = "") -> QIcon:
    """Return an icon in `colour`, and in `faint` where it is disabled."""
    made = QIcon()
    for size in _SIZES:
        made.addPixmap(pixmap(name, colour, size))
        if faint:
            made.addPixmap(pixmap(name, faint, size), QIcon.Mode.Disabled)
    return made


def swatch(colour: QColor) -> QIcon:
    """Return a square filled with one colour, the same where its row is selected."""
    made = QIcon()
    for size in _SIZES:
        square = QPixmap(size, size)
        square.fill(colour)
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
            made.addPixmap(square, mode)
    return made
