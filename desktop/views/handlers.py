"""Handlers: what each action of the window does, by the name that the table of actions gives it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from desktop import settings as table
from desktop.views.panes import LEFT, RIGHT
from desktop.views.roi_tools import Tool

if TYPE_CHECKING:
    from desktop.views.main_window import MainWindow


def handlers(window: MainWindow) -> dict[str, Callable[..., object]]:
    """Return what each action does; the parts of the window that act must be there."""
    files, tools, session, dialogs = window.files, window.tools, window.session, window.dialogs
    made: dict[str, Callable[..., object]] = {
        "open_folder": files.open_folder,
        "open_files": files.open_files,
        "open_sample": window.open_sample,
        "load_case": files.load_case,
        "save_case": files.save_case,
        "import_outlines": files.import_outlines,
        "export_outlines": files.export_outlines,
        "close_study": session.close,
        "quit": window.close,
        "delete_slice": window.outlines.delete_on_slice,
        "delete_lesion": window.series.lesions.delete_lesion,
        "rename_lesion": window.series.lesions.rename_lesion,
        "next_lesion": lambda: window.series.lesions.step(1),
        "previous_lesion": lambda: window.series.lesions.step(-1),
        "copy_up": lambda: window.outlines.copy_to_next(-1),
        "copy_down": lambda: window.outlines.copy_to_next(1),
        "interpolate": window.outlines.interpolate,
        "confirm_slice": window.outlines.confirm_on_slice,
        "confirm": window.outlines.confirm,
        "brush_smaller": lambda: tools.widen(-1),
        "brush_larger": lambda: tools.widen(1),
        "new_lesion": lambda: tools.choose_lesion(None),
        "left_panel": lambda on: window.panes.set_shown(LEFT, on),
        "right_panel": lambda on: window.panes.set_shown(RIGHT, on),
        "next_study": lambda: session.opening.step(1),
        "previous_study": lambda: session.opening.step(-1),
        "overlay": window.overlay.set_shown,
        "analyze": session.analyser.analyze,
        "auto_analyze": lambda on: session.settings.set(table.AUTO_ANALYZE, on),
        "read_first": lambda on: session.settings.set(table.READ_FIRST, on),
        "report": files.show_report,
        "save_report": files.save_report,
        "save_report_plain": lambda: files.save_report(deidentify=True),
        "save_outputs": files.save_outputs,
        "preview": dialogs.show_preview,
        "settings": dialogs.show_settings,
        "help": dialogs.show_help,
        "shortcuts": dialogs.show_shortcuts,
        "skipped": dialogs.show_skipped,
        "audit": dialogs.show_audit,
        "about": dialogs.show_about,
    }
    made |= {f"tool_{tool.value}": lambda tool=tool: tools.choose(tool) for tool in Tool}
    return made | window.view_commands.handlers()
