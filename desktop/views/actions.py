"""The table of actions: every menu entry with its shortcut, icon and the state in which it can be used."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from desktop.icons import icon
from desktop.theme import Theme

translate = QCoreApplication.translate


@dataclass(frozen=True)
class Row:
    """One action.

    Attributes:
        name: What code calls it.
        menu: Menu that it stands in.
        text: What the person reads.
        keys: Shortcuts, the first is shown.
        icon: File in assets/icons, or empty.
        needs: ``""`` always, ``study`` a study, ``outline`` an outlined lesion, ``waiting`` one with outlines that
            wait to be confirmed, ``result`` a current result that may be shown, ``list`` a work list.
        group: Exclusive group of checkable actions; ``toggle`` for a single checkable one.
        gap: A separator follows.
    """

    name: str
    menu: str
    text: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    needs: str = ""
    group: str = ""
    gap: bool = False


def rows() -> list[Row]:
    """Return the table, in the present language."""
    file, edit, view, draw, result, help_ = MENUS
    zoom, window, slices = SUBMENUS
    t = translate
    return [
        Row("open_folder", file, t("actions", "Open folder…"), ("Ctrl+O",), "folder"),
        Row("open_files", file, t("actions", "Open files or zip…"), ("Ctrl+Shift+O",)),
        Row("open_sample", file, t("actions", "Open sample study"), gap=True),
        Row("load_case", file, t("actions", "Load case…"), ("Ctrl+L",), needs="study"),
        Row("save_case", file, t("actions", "Save case…"), ("Ctrl+S",), "save", "study", gap=True),
        Row("import_outlines", file, t("actions", "Import outlines…"), ("Ctrl+Shift+I",), "import", "study"),
        Row("export_outlines", file, t("actions", "Export outlines…"), ("Ctrl+E",), "export", "outline", gap=True),
        Row("save_picture", file, t("actions", "Save picture of the views…"), ("Ctrl+Shift+P",), "", "study"),
        Row("save_picture_named", file, t("actions", "Save picture with the patient's name…"), needs="study"),
        Row("copy_picture", file, t("actions", "Copy picture of the views"), ("Ctrl+Shift+C",), "", "study", gap=True),
        Row("previous_study", file, t("actions", "Previous study of the list"), ("Ctrl+PgUp",), needs="list"),
        Row("next_study", file, t("actions", "Next study of the list"), ("Ctrl+PgDown",), needs="list", gap=True),
        Row("close_study", file, t("actions", "Close study"), ("Ctrl+W",), needs="study", gap=True),
        Row("settings", file, t("actions", "Settings…"), ("Ctrl+,",), gap=True),
        Row("quit", file, t("actions", "Quit"), ("Ctrl+Q",)),
        Row("delete_slice", edit, t("actions", "Delete outline on this slice"), ("Delete",), needs="outline"),
        Row("delete_lesion", edit, t("actions", "Delete lesion"), ("Shift+Delete",), needs="outline"),
        Row("rename_lesion", edit, t("actions", "Rename lesion…"), ("F2",), needs="outline"),
        Row("next_lesion", edit, t("actions", "Next lesion"), ("J",), needs="study"),
        Row("previous_lesion", edit, t("actions", "Previous lesion"), ("Shift+J",), needs="study", gap=True),
        Row("copy_up", edit, t("actions", "Copy outline to the slice above"), ("Ctrl+Up",), needs="outline"),
        Row(
            "copy_down", edit, t("actions", "Copy outline to the slice below"), ("Ctrl+Down",), "", "outline", gap=True
        ),
        Row("interpolate", edit, t("actions", "Interpolate between outlined slices"), ("Ctrl+I",), "", "outline"),
        Row("confirm_slice", edit, t("actions", "Confirm the outline on this slice"), ("Ctrl+K",), "", "waiting"),
        Row("confirm", edit, t("actions", "Confirm all interpolated outlines"), ("Ctrl+Shift+K",), "", "waiting"),
        Row("tool_window", draw, t("actions", "Window and level"), ("W",), "contrast", group="tools"),
        Row("tool_freehand", draw, t("actions", "Freehand outline"), ("F",), "freehand", "study", "tools"),
        Row("tool_polygon", draw, t("actions", "Polygon outline"), ("P",), "polygon", "study", "tools"),
        Row("tool_ellipse", draw, t("actions", "Ellipse outline"), ("E",), "ellipse", "study", "tools"),
        Row("tool_box", draw, t("actions", "Box outline"), ("R",), "box", "study", "tools"),
        Row("tool_brush", draw, t("actions", "Brush"), ("B",), "brush", "study", "tools"),
        Row("tool_eraser", draw, t("actions", "Eraser"), ("X",), "eraser", "study", "tools"),
        Row("tool_threshold", draw, t("actions", "Brush for like signal"), ("Y",), "threshold", "study", "tools"),
        Row("tool_grow", draw, t("actions", "Grow from a point"), ("G",), "grow", "study", "tools"),
        Row("tool_reshape", draw, t("actions", "Move and reshape"), ("S",), "reshape", "study", "tools", True),
        Row("brush_smaller", draw, t("actions", "Smaller brush"), ("[",), needs="study"),
        Row("brush_larger", draw, t("actions", "Larger brush"), ("]",), needs="study", gap=True),
        Row("new_lesion", draw, t("actions", "New lesion"), ("N",), "plus", "study"),
        Row("layout_1x1", view, t("actions", "One view"), ("1",), group="layouts"),
        Row("layout_1x2", view, t("actions", "Two views"), ("2",), group="layouts"),
        Row("layout_1x3", view, t("actions", "Three views"), ("3",), group="layouts"),
        Row("layout_2x2", view, t("actions", "Four views"), ("4",), group="layouts"),
        Row("layout_2x3", view, t("actions", "Six views"), ("6",), group="layouts", gap=True),
        Row("left_panel", view, t("actions", "Series and lesions"), ("F8",), "panel-left", group="toggle"),
        Row("right_panel", view, t("actions", "Results"), ("F9",), "panel-right", group="toggle", gap=True),
        Row("alone", view, t("actions", "One view alone and back"), ("O",), needs="study"),
        Row("next_view", view, t("actions", "Next view"), ("Ctrl+Tab", "F6"), needs="study"),
        Row("choose_series", view, t("actions", "Choose its series"), ("Shift+F10",), "", "study", gap=True),
        Row("linked", view, t("actions", "Link views"), ("L",), "link", group="toggle"),
        Row("smooth", view, t("actions", "Interpolate images"), ("I",), group="toggle"),
        Row("corner_text", view, t("actions", "Corner text"), ("T",), group="toggle", gap=True),
        Row("measures", view, t("actions", "Diameters on the image"), ("D",), group="toggle"),
        Row("fit", view, t("actions", "Fit"), ("0",), "fit", "study"),
        Row("zoom_in", zoom, t("actions", "Zoom in"), ("+", "="), needs="study"),
        Row("zoom_out", zoom, t("actions", "Zoom out"), ("-",), needs="study", gap=True),
        Row("pan_left", zoom, t("actions", "Look further left"), ("Shift+Left",), needs="study"),
        Row("pan_right", zoom, t("actions", "Look further right"), ("Shift+Right",), needs="study"),
        Row("pan_up", zoom, t("actions", "Look further up"), ("Shift+Up",), needs="study"),
        Row("pan_down", zoom, t("actions", "Look further down"), ("Shift+Down",), needs="study"),
        Row("auto_window", window, t("actions", "Automatic window"), ("A",), needs="study"),
        Row("preset_contrast", window, t("actions", "High contrast"), ("Ctrl+1",), needs="study"),
        Row("preset_soft", window, t("actions", "Soft"), ("Ctrl+2",), needs="study"),
        Row("preset_bright", window, t("actions", "Bright lesions"), ("Ctrl+3",), needs="study"),
        Row("preset_full", window, t("actions", "All signal"), ("Ctrl+4",), needs="study", gap=True),
        Row("wider", window, t("actions", "Wider window"), ("Ctrl+Shift+Right",), needs="study"),
        Row("narrower", window, t("actions", "Narrower window"), ("Ctrl+Shift+Left",), needs="study"),
        Row("brighter", window, t("actions", "Brighter"), ("Ctrl+Shift+Up",), needs="study"),
        Row("darker", window, t("actions", "Darker"), ("Ctrl+Shift+Down",), needs="study"),
        Row("previous_slice", slices, t("actions", "Previous slice"), ("Up", "PgUp"), needs="study"),
        Row("next_slice", slices, t("actions", "Next slice"), ("Down", "PgDown"), needs="study"),
        Row("first_slice", slices, t("actions", "First slice"), ("Home",), needs="study"),
        Row("last_slice", slices, t("actions", "Last slice"), ("End",), needs="study", gap=True),
        Row("cine", slices, t("actions", "Play and stop cine"), ("K",), needs="study"),
        Row("cine_faster", slices, t("actions", "Cine faster"), ("Alt+.",), needs="study"),
        Row("cine_slower", slices, t("actions", "Cine slower"), ("Alt+,",), needs="study"),
        Row("overlay", view, t("actions", "Heat map (hold H for the plain image)"), ("M",), "eye", group="toggle"),
        Row("analyze", result, t("actions", "Analyze"), ("Ctrl+Return", "F5"), "analyze", "ready"),
        Row("auto_analyze", result, t("actions", "Start by itself"), group="toggle"),
        Row("read_first", result, t("actions", "Ask for my impression first"), group="toggle", gap=True),
        Row("preview", result, t("actions", "What the network sees"), ("V",), needs="result", gap=True),
        Row("report", result, t("actions", "Report…"), ("Ctrl+P",), "report", "result"),
        Row("save_report", result, t("actions", "Save PDF report…"), needs="result"),
        Row("save_report_plain", result, t("actions", "Save de-identified PDF report…"), needs="result"),
        Row("save_outputs", result, t("actions", "Save all outputs…"), ("Ctrl+Shift+S",), needs="result"),
        Row("help", help_, t("actions", "Lobule help"), ("F1",)),
        Row("shortcuts", help_, t("actions", "Keyboard and mouse"), ("Shift+F1",)),
        Row("audit", help_, t("actions", "Audit record")),
        Row("skipped", help_, t("actions", "Skipped files"), gap=True),
        Row("about", help_, t("actions", "About Lobule")),
    ]


MENUS = ("file", "edit", "view", "draw", "result", "help")
SUBMENUS = ("zoom", "window", "slices")
"""Menus within the view menu, at its end."""


def menu_titles() -> dict[str, str]:
    """Return what the menus are called, in the order of the menu bar."""
    return {
        "file": translate("actions", "&File"),
        "edit": translate("actions", "&Edit"),
        "view": translate("actions", "&View"),
        "draw": translate("actions", "&Draw"),
        "result": translate("actions", "&Result"),
        "help": translate("actions", "&Help"),
        "zoom": translate("actions", "Zoom and pan"),
        "window": translate("actions", "Window and level"),
        "slices": translate("actions", "Slices and cine"),
    }


class Actions(QObject):
    """The actions of one window, made from the table.

    Args:
        handlers: What each action does, by name; a checkable one is handed its new state where it is a toggle.
    """

    def __init__(self, handlers: dict[str, Callable[..., object]], theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self.table = rows()
        self._by_name: dict[str, QAction] = {}
        groups: dict[str, QActionGroup] = {}
        for row in self.table:
            action = QAction(row.text, self)
            action.setShortcuts([QKeySequence(key) for key in row.keys])
            if row.icon:
                action.setIcon(icon(row.icon, theme.text, theme.faint))
            if row.keys:
                action.setToolTip(f"{row.text}  ({row.keys[0]})")
            if row.group:
                action.setCheckable(True)
            if row.group and row.group != "toggle":
                group = groups.setdefault(row.group, QActionGroup(self))
                group.addAction(action)
            handler = handlers[row.name]
            if row.group == "toggle":
                action.toggled.connect(handler)
            else:
                action.triggered.connect(lambda _=False, handler=handler: handler())
            self._by_name[row.name] = action

    def __getitem__(self, name: str) -> QAction:
        return self._by_name[name]

    def fill(self, bar: QMenuBar) -> dict[str, QMenu]:
        """Put the menus into a menu bar."""
        titles = menu_titles()
        menus = {name: bar.addMenu(titles[name]) for name in MENUS}
        menus |= {name: QMenu(titles[name], bar) for name in SUBMENUS}
        for row in self.table:
            menus[row.menu].addAction(self._by_name[row.name])
            if row.gap:
                menus[row.menu].addSeparator()
        menus["view"].addSeparator()
        for name in SUBMENUS:
            menus["view"].addMenu(menus[name])
        return menus

    def enable(self, states: dict[str, bool]) -> None:
        """Enable each action whose need is met; `states` says so for every need."""
        for row in self.table:
            if row.needs:
                self._by_name[row.name].setEnabled(states[row.needs])

    def check(self, name: str, checked: bool = True) -> None:
        """Show a checkable action as on or off, without carrying it out."""
        action = self._by_name[name]
        if action.actionGroup() is not None:
            action.setChecked(checked)  # its handler listens to triggered; its group must hear of this
            return
        blocked = action.blockSignals(True)
        action.setChecked(checked)
        action.blockSignals(blocked)


def shortcut_groups(actions: Actions) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return (menu, lines of (what, keys)) of every action that has keys, and of what the mouse does."""
    groups = []
    for menu, title in menu_titles().items():
        lines = [(row.text.rstrip("…"), _keys(row.keys)) for row in actions.table if row.menu == menu and row.keys]
        if menu == "edit":
            lines = [(text, _keys(HISTORY_KEYS[name])) for name, text in history_texts().items()] + lines
        groups.append((_TITLE.sub("", title), lines))
    t = translate
    outlines = [
        (t("actions", "Close the line"), t("actions", "Enter, double click")),
        (t("actions", "Take back the last point"), t("actions", "Backspace")),
        (t("actions", "Cut from the outline"), t("actions", "Alt + draw")),
        (t("actions", "Radius of the brush"), t("actions", "Shift + wheel")),
        (t("actions", "More or less signal while growing"), t("actions", "wheel")),
        (t("actions", "Move the outline by a pixel, by five"), t("actions", "arrows, Shift + arrows")),
        (t("actions", "Put the tool away"), t("actions", "Esc")),
    ]
    mouse = [
        (t("actions", "Scroll slices"), t("actions", "wheel")),
        (t("actions", "Zoom"), t("actions", "Ctrl + wheel")),
        (t("actions", "Pan"), t("actions", "middle button")),
        (t("actions", "Window and level, any tool"), t("actions", "right button")),
        (t("actions", "Show this point in all views"), t("actions", "Ctrl + click")),
        (t("actions", "One view alone and back"), t("actions", "double click")),
        (t("actions", "Choose the series of a view"), t("actions", "right click")),
        (t("actions", "Plain image"), t("actions", "hold H")),
        (t("actions", "Slice before or after in the strip of scores"), t("actions", "Left, Right")),
    ]
    return [*groups, (t("actions", "While drawing"), outlines), (t("actions", "On the images"), mouse)]


HISTORY_KEYS = {"undo": ("Ctrl+Z",), "redo": ("Ctrl+Shift+Z", "Ctrl+Y")}
"""Keys of the two actions that the history makes."""
_TITLE = re.compile(r"\s*\(&\w\)|&")
"""The mark of a menu's letter, as ``&File`` or ``文件(&F)``."""


def history_texts() -> dict[str, str]:
    """Return what the two actions of the history are called while it has nothing to name."""
    return {"undo": translate("actions", "Undo"), "redo": translate("actions", "Redo")}


def _keys(keys: Sequence[str]) -> str:
    return ", ".join(_shown(key) for key in keys)


def _shown(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


TOOLBAR = (
    "open_folder", "", "tool_window", "tool_freehand", "tool_polygon", "tool_ellipse", "tool_box", "tool_brush",
    "tool_eraser", "tool_threshold", "tool_grow", "tool_reshape", "radius", "", "undo", "redo", "",
    "layouts", "linked", "fit", "overlay", "left_panel", "right_panel", "", "analyze", "report",
)  # fmt: skip

TEXT_BESIDE_ICON = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
