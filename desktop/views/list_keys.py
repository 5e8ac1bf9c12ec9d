"""List keys: who gets the keys that move in a list and scroll images: the list that the person went to by keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractSpinBox

NAVIGATION = (
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End
)  # fmt: skip
BY_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)


class ListKeys(QObject):
    """An event filter for lists, boxes and sliders: keeps these keys from being taken as shortcuts of the window.

    A list that was clicked leaves them to the images: who chose a lesion by mouse scrolls on from it. A number field
    keeps them however it was reached.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._reached: QObject | None = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusIn:
            if event.reason() in BY_KEYBOARD:
                self._reached = watched
            elif event.reason() == Qt.FocusReason.MouseFocusReason:
                self._reached = None
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            moves = event.key() in NAVIGATION and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if moves and (watched is self._reached or isinstance(watched, QAbstractSpinBox)):
                event.accept()
                return True
        return super().eventFilter(watched, event)
