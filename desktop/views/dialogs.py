"""Dialogs: the windows that stand over the main window and only tell or ask; each is made when it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.models import analysed_planes
from desktop.views.about import AboutDialog
from desktop.views.actions import shortcut_groups
from desktop.views.audit_dialog import AuditDialog
from desktop.views.help import HelpDialog
from desktop.views.input_preview import InputPreview
from desktop.views.settings_dialog import SettingsDialog
from desktop.views.shortcuts import ShortcutSheet
from desktop.views.skipped_dialog import SkippedDialog

if TYPE_CHECKING:
    from desktop.views.main_window import MainWindow


class Dialogs:
    """Opens them over one window."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def show_skipped(self) -> None:
        """Show which files were not used, and why."""
        SkippedDialog(self._window.session.skipped, self._window).open()

    def show_preview(self) -> None:
        """Show what the network saw of the slice on the screen."""
        window = self._window
        analysis, state = window.session.document.analysis, window.grid.reference.state
        if analysis is None or not analysis.inputs:
            return
        lesion = window.tools.lesion
        if lesion is None or lesion not in analysis.inputs:
            lesion = next(iter(analysis.inputs))
        point = state.point_mm()
        nearest = analysed_planes.nearest(analysis.inputs[lesion], state.centre_mm() if point is None else point)
        if nearest is not None:
            InputPreview(window.session, lesion, nearest.ref.index, window.overlay, window).show()

    def show_shortcuts(self) -> None:
        """Show what keys and mouse do."""
        ShortcutSheet(shortcut_groups(self._window.actions_), self._window).open()

    def show_settings(self) -> None:
        """Show the settings page."""
        SettingsDialog(self._window.session.settings, self._window).open()

    def show_help(self) -> None:
        """Show the help pages."""
        HelpDialog(self._window).open()

    def show_audit(self) -> None:
        """Show the record of what was done."""
        AuditDialog(self._window.session, self._window.theme, self._window).open()

    def show_about(self) -> None:
        """Show version and licences."""
        AboutDialog(self._window.theme, self._window).open()
