"""The tool bar: what a reading needs at hand, from the table of actions; what does not fit stands behind its end."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolBar, QToolButton, QWidget

from desktop.icons import icon
from desktop.theme import Theme
from desktop.views.actions import TEXT_BESIDE_ICON, TOOLBAR, Actions
from desktop.views.radius_box import RadiusBox
from desktop.views.roi_tools import ToolBox

ICON_PX = 19
WITH_TEXT = ("open_folder", "analyze", "report")


class ToolBar(QToolBar):
    """The one tool bar of the window.

    Args:
        history: The actions ``undo`` and ``redo``, which the history makes.
        view_menu: Its first group are the layouts.
    """

    def __init__(
        self,
        actions: Actions,
        history: Mapping[str, QAction],
        tools: ToolBox,
        view_menu: QMenu,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Tools"))
        self.setMovable(False)
        self.setIconSize(QSize(ICON_PX, ICON_PX))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        for name in TOOLBAR:
            if not name:
                self.addSeparator()
            elif name == "layouts":
                self.addWidget(self._layout_button(view_menu, theme))
            elif name == "radius":
                self.addWidget(RadiusBox(tools))
            else:
                self.addAction(history.get(name) or actions[name])
        for name in WITH_TEXT:
            tool = self.widgetForAction(actions[name])
            if isinstance(tool, QToolButton):
                tool.setToolButtonStyle(TEXT_BESIDE_ICON)
        self._name_buttons()

    def _layout_button(self, view_menu: QMenu, theme: Theme) -> QToolButton:
        chooser = QToolButton()
        chooser.setIcon(icon("layout", theme.text))
        chooser.setToolTip(self.tr("Arrangement of the views"))
        chooser.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(chooser)
        for action in view_menu.actions():
            if action.isSeparator():
                break
            menu.addAction(action)
        chooser.setMenu(menu)
        return chooser

    def _name_buttons(self) -> None:
        """Tell screen readers what each button does: an icon alone says nothing."""
        for button in self.findChildren(QToolButton):
            action = button.defaultAction()
            text = button.toolTip() if action is None else action.text()
            button.setAccessibleName(text or self.tr("More tools"))
