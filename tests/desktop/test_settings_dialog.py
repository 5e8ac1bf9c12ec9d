"""The settings page: every row can be changed, but what the policy fixes."""

from __future__ import annotations

import json

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox

from desktop import settings as table
from desktop.settings import Settings
from desktop.views.settings_dialog import SettingsDialog, choice_text, setting_text


@pytest.fixture
def settings(tmp_path, qapp):
    policy = tmp_path / "policy.json"
    fixed = {"reading/read_first": True, "report/paper": "Letter"}
    policy.write_text(json.dumps({"schema": "lobule.policy/1", "settings": fixed}), encoding="utf-8")
    return Settings(tmp_path / "window.ini", policy=policy)


def test_every_row_with_a_text_stands_on_the_page_and_is_kept(qtbot, settings):
    page = SettingsDialog(settings)
    qtbot.addWidget(page)
    rows = {row.key: row for row in table.TABLE if row.text}
    assert set(page.editors) == set(rows)
    for key, editor in page.editors.items():
        row = rows[key]
        before = settings.get(row)
        if isinstance(editor, QCheckBox):
            editor.toggle()
        else:
            assert isinstance(editor, QComboBox)
            editor.setCurrentIndex((editor.currentIndex() + 1) % editor.count())
        assert (settings.get(row) == before) == settings.locked(row)
        assert setting_text(row)
        assert all(choice_text(row, value) for value in row.choices)


def test_what_the_policy_fixes_is_shown_and_cannot_be_changed(qtbot, settings):
    page = SettingsDialog(settings)
    qtbot.addWidget(page)
    first, paper, theme = (page.editors[row.key] for row in (table.READ_FIRST, table.REPORT_PAPER, table.THEME))
    assert not first.isEnabled()
    assert first.isChecked()
    assert not paper.isEnabled()
    assert paper.currentData() == "Letter"
    assert theme.isEnabled()


def test_what_needs_a_new_start_is_said(qtbot, settings):
    page = SettingsDialog(settings)
    qtbot.addWidget(page)
    page.show()
    assert not page.restart.isVisible()
    theme = page.editors[table.THEME.key]
    theme.setCurrentIndex(1 - theme.currentIndex())
    assert page.restart.isVisible()
