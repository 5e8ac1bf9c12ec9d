"""The radius box: the radius of the brush in mm, beside the tools that have one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDoubleSpinBox, QWidget

from desktop.views.roi_tools import LARGEST_MM, SMALLEST_MM, ToolBox


class RadiusBox(QDoubleSpinBox):
    """Shows and sets the radius; greyed while the chosen tool has none."""

    def __init__(self, tools: ToolBox, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tools = tools
        self.setRange(SMALLEST_MM, LARGEST_MM)
        self.setDecimals(1)
        self.setSingleStep(0.5)
        self.setSuffix(" mm")
        self.setKeyboardTracking(False)
        self.setFixedWidth(84)
        self.setToolTip(self.tr("Radius of the brush, reach of reshaping  ([ and ], or Shift + wheel on the image)"))
        self.setAccessibleName(self.tr("Radius of the brush in mm"))
        self.lineEdit().installEventFilter(self)
        self.installEventFilter(self)
        self.valueChanged.connect(tools.set_radius)
        tools.changed.connect(self._show)
        self._show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave letters and brackets to the tools they stand for: no number is written with them."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            text = event.text()
            if text and not (text.isdecimal() or text in ".,-\b"):
                event.ignore()
                return True
        return super().eventFilter(watched, event)

    def _show(self) -> None:
        self.setEnabled(self._tools.tool.has_radius)
        blocked = self.blockSignals(True)
        self.setValue(self._tools.radius_mm)
        self.blockSignals(blocked)
