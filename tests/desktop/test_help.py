"""Help and About: in the window's language, complete, and accessible names on everything without a text."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QScrollBar,
    QTextBrowser,
    QWidget,
)

from desktop import i18n
from desktop.views.about import FONTS, LIBRARIES, AboutDialog
from desktop.views.actions import rows, shortcut_groups
from desktop.views.audit_dialog import AuditDialog
from desktop.views.help import HelpDialog
from desktop.views.input_preview import InputPreview
from desktop.views.questions import ChoiceDialog
from desktop.views.report_dialog import ReportDialog
from desktop.views.settings_dialog import SettingsDialog
from desktop.views.shift_dialog import ShiftDialog
from desktop.views.shortcuts import ShortcutSheet
from desktop.views.skipped_dialog import SkippedDialog
from engine.domain.roi import RoiChoice, RoiQuestion
from engine.domain.sequence import SequenceRole
from engine.domain.study import Skipped
from tests.support.paths import ROOT


@pytest.fixture(autouse=True)
def english_again(qapp):
    yield
    i18n.install(qapp, "en")


@pytest.mark.parametrize(("language", "words"), [("en", "does not diagnose"), ("zh_CN", "不作出诊断")])
def test_the_help_speaks_the_windows_language(qtbot, qapp, language, words):
    i18n.install(qapp, language)
    dialog = HelpDialog()
    qtbot.addWidget(dialog)
    assert words in dialog.page.toPlainText()


def test_both_languages_have_the_same_parts():
    pages = [(ROOT / "assets" / "help" / f"{language}.md").read_text(encoding="utf-8") for language in i18n.LANGUAGES]
    shapes = [[re.match(r"#+|\d\.|-", line).group(0) for line in page.splitlines() if re.match(r"#+ |\d\. |- ", line)]
              for page in pages]  # fmt: skip
    assert shapes[0] == shapes[1]


def test_the_keys_that_the_help_names_are_those_of_the_table(qapp):
    keys = {key for row in rows() for key in row.keys}
    page = (ROOT / "assets" / "help" / "en.md").read_text(encoding="utf-8")
    for key in re.findall(r"\((\w)\)", page):
        assert key in keys, key
    assert "Ctrl+O" in page
    assert "Ctrl+O" in keys


def test_about_names_every_library_that_ships():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["cpu"]
    needed = {re.split(r"[<>=]", each)[0].lower() for each in wanted}
    assert needed <= {name.lower() for name, _ in LIBRARIES}


def test_about_names_every_font_that_ships():
    known = " ".join(name for name, _ in FONTS).replace(" ", "")
    for path in (ROOT / "assets" / "fonts").glob("*.ttf"):
        family = path.stem.split("-")[0]
        script_free = re.match(
            r"NotoSans|NotoNaskhArabic|NotoSerifTibetan|Roboto|DroidSansFallback|LobuleRareHan", family
        )
        assert script_free is not None
        assert script_free.group(0) in known, family


def unnamed(root: QWidget) -> list[str]:
    """Controls that a screen reader could not name: neither text, accessible name, tooltip nor a label of their own."""
    found = []
    kinds = (QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QTextBrowser)
    for widget in root.findChildren(QWidget):
        if not isinstance(widget, kinds) or isinstance(widget, QScrollBar):
            continue
        parents, up = [], widget.parentWidget()
        while up is not None:
            parents.append(up)
            up = up.parentWidget()
        if any(isinstance(each, (QAbstractSpinBox, QComboBox, QAbstractItemView, QLineEdit)) for each in parents):
            continue  # a part of a control that has a name
        if widget.objectName().startswith("qt_"):
            continue  # parts that Qt makes and names
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        if not (text or widget.accessibleName() or (isinstance(widget, QAbstractButton) and widget.toolTip())):
            found.append(f"{type(widget).__name__} {widget.objectName()} in {type(parents[0]).__name__}")
    return found


def test_everything_without_a_text_has_an_accessible_name(qtbot, window, reading):
    assert unnamed(window) == []


def test_the_views_say_what_they_show(window, reading):
    names = [view.accessibleName() for view in window.grid.visible_views()]
    assert names == ["T2, t2 tra", "DWI   b 800 s/mm², dwi tra"]


def test_dialogs_name_their_controls_and_fit_the_screen(window, reading):
    session, theme = window.session, window.theme
    lesion = next(iter(reading.analysis.inputs))
    question = RoiQuestion(Path("one.nii"), "series", "Which?", (RoiChoice("a", "A"),))
    room = window.screen().availableSize()
    for dialog in (
        AboutDialog(theme, window),
        SettingsDialog(session.settings, window),
        HelpDialog(window),
        ShortcutSheet(shortcut_groups(window.actions_), window),
        SkippedDialog([Skipped(Path("a"), "no DICOM file")], window),
        AuditDialog(session, theme, window),
        ShiftDialog(SequenceRole.DWI, session, window),
        InputPreview(session, lesion, 0, window.overlay, window),
        ChoiceDialog(question, window),
        ReportDialog(session, window),
    ):
        assert unnamed(dialog) == [], type(dialog).__name__
        assert dialog.width() <= room.width(), type(dialog).__name__
        assert dialog.height() <= room.height(), type(dialog).__name__
        dialog.close()
    assert session.jobs.shut_down(120)  # the report that nobody waits for
