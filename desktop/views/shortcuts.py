"""The shortcut sheet: everything that keys and mouse do, by menu; it scrolls where the screen is small."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.views.widgets import column, heading, label, resize_within

Group = tuple[str, Sequence[tuple[str, str]]]
COLUMNS = 3


class ShortcutSheet(QDialog):
    """Groups of what and how, in columns of like height."""

    def __init__(self, groups: Sequence[Group], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard and mouse"))
        layout = column(self, (4, 4, 4, 12), 8)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        inside = QWidget()
        row = QHBoxLayout(inside)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(34)
        for part in _columns(groups):
            stack = QVBoxLayout()
            stack.setSpacing(14)
            for title, lines in part:
                stack.addLayout(_group(title, lines))
            stack.addStretch(1)
            row.addLayout(stack)
        row.addStretch(1)
        self.area.setWidget(inside)
        layout.addWidget(self.area, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        buttons.setContentsMargins(12, 0, 12, 0)
        layout.addWidget(buttons)
        wanted = inside.sizeHint()
        resize_within(self, wanted.width() + 36, wanted.height() + 80)


def _columns(groups: Sequence[Group]) -> list[list[Group]]:
    """Share groups out to columns, in order, so that the columns are about equally high."""
    heights = [len(lines) + 2 for _, lines in groups]
    made: list[list[Group]] = [[] for _ in range(COLUMNS)]
    done = 0.0
    for group, height in zip(groups, heights, strict=True):
        middle = (done + height / 2) / sum(heights)
        made[min(int(middle * COLUMNS), COLUMNS - 1)].append(group)
        done += height
    return [part for part in made if part]


def _group(title: str, lines: Sequence[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(4)
    grid.addWidget(heading(title), 0, 0, 1, 2)
    for row, (what, how) in enumerate(lines, start=1):
        grid.addWidget(label(how, "strong"), row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label(what), row, 1, Qt.AlignmentFlag.AlignTop)
    grid.setColumnStretch(1, 1)
    return grid
