"""The shortcut sheet: everything that keys and mouse do."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QWidget

from desktop.views.widgets import column, label


class ShortcutSheet(QDialog):
    """Two columns of what and how."""

    def __init__(self, lines: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard and mouse"))
        layout = column(self, (20, 16, 20, 12), 12)
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(5)
        half = (len(lines) + 1) // 2
        for place, (what, how) in enumerate(lines):
            row, block = place % half, place // half
            grid.addWidget(label(how, "strong"), row, block * 3)
            grid.addWidget(label(what), row, block * 3 + 1)
        grid.setColumnMinimumWidth(2, 24)
        layout.addLayout(grid)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
