"""About: version, status, licence and the libraries that Lobule stands on."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QTextBrowser, QVBoxLayout, QWidget

from desktop import wording
from desktop.icons import pixmap
from desktop.theme import Theme
from desktop.views.widgets import column, label, resize_within
from engine import __version__

LIBRARIES = (
    ("PySide6", "LGPL-3.0"),
    ("shiboken6", "LGPL-3.0"),
    ("onnxruntime", "MIT"),
    ("pydicom", "MIT"),
    ("pynetdicom", "MIT"),
    ("highdicom", "MIT"),
    ("SimpleITK", "Apache-2.0"),
    ("pyqtgraph", "MIT"),
    ("numpy", "BSD-3-Clause"),
    ("scipy", "BSD-3-Clause"),
    ("contourpy", "BSD-3-Clause"),
    ("shapely", "BSD-3-Clause"),
    ("reportlab", "BSD-3-Clause"),
    ("uharfbuzz", "Apache-2.0"),
    ("matplotlib", "PSF-2.0"),
    ("python-gdcm", "BSD-3-Clause"),
    ("pylibjpeg", "MIT"),
    ("pylibjpeg-openjpeg", "MIT"),
    ("pyjpegls", "MIT"),
    ("platformdirs", "MIT"),
    ("pillow", "MIT-CMU"),
)
"""Every library that an installation for reading brings, with its licence: a test holds this against pyproject."""

FONTS = (
    ("Roboto", "Apache-2.0"),
    ("Droid Sans Fallback", "Apache-2.0"),
    ("Lobule Rare Han (HanaMinB)", "OFL-1.1"),
    ("Noto Sans, Noto Naskh Arabic, Noto Serif Tibetan", "OFL-1.1"),
)


class AboutDialog(QDialog):
    """Says what this is and what it is not."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About Lobule"))
        resize_within(self, 520, 460)
        layout = column(self, (20, 20, 20, 14), 10)
        top = QHBoxLayout()
        top.setSpacing(14)
        sign = QLabel()
        sign.setPixmap(pixmap("lobule", theme.accent, 52, self.devicePixelRatioF()))
        top.addWidget(sign)
        names = QVBoxLayout()
        names.addWidget(label(f"Lobule {__version__}", "title"))
        words = self.tr("Decision support for focal liver lesions on non-contrast MRI.")
        names.addWidget(label(words, "dim", wrap=True))
        top.addLayout(names, 1)
        layout.addLayout(top)
        layout.addWidget(label(wording.status_line("simulated"), "warn", wrap=True))
        text = self.tr(
            "Lobule supports a radiologist; it does not diagnose. It works offline and opens no network connection. "
            "It is free software under the Apache License 2.0."
        )
        layout.addWidget(label(text, wrap=True))
        layout.addWidget(label(self.tr("It stands on:"), "dim"))
        libraries = QTextBrowser()
        libraries.setAccessibleName(self.tr("Libraries and fonts with their licences"))
        lines = [_line(name, licence) for name, licence in LIBRARIES]
        lines += ["", *(f"{name}   {licence}" for name, licence in FONTS)]
        libraries.setPlainText("\n".join(lines))
        layout.addWidget(libraries, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons, alignment=Qt.AlignmentFlag.AlignRight)


def _line(name: str, licence: str) -> str:
    try:
        return f"{name} {version(name)}   {licence}"
    except PackageNotFoundError:
        return f"{name}   {licence}"
