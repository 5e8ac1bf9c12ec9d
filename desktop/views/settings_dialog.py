"""The settings page: one line per row of the settings table, locked where the machine's policy fixes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QDialogButtonBox, QFormLayout, QWidget

from desktop import settings as table
from desktop.policy import policy_path
from desktop.settings import Setting, Settings
from desktop.views.widgets import column, label

translate = QCoreApplication.translate


def setting_text(setting: Setting[Any]) -> str:
    """Return what a setting does, in the window's language."""
    texts = {
        table.AUTO_ANALYZE: translate("settings", "Analyze as soon as roles and an outline are there"),
        table.READ_FIRST: translate("settings", "Ask for the reader's impression before the scores are shown"),
        table.PROVIDER: translate("settings", "Provider that runs the network"),
        table.SMOOTH: translate("settings", "Interpolate images on the screen"),
        table.LINKED: translate("settings", "Scroll and zoom all views together"),
        table.CORNER_TEXT: translate("settings", "Show text in the corners of the images"),
        table.MEASURES: translate("settings", "Show the diameters of the chosen lesion on the image"),
        table.THEME: translate("settings", "Theme"),
        table.LANGUAGE: translate("settings", "Language"),
        table.TEXT_SCALE: translate("settings", "Size of texts and controls"),
        table.REPORT_PAPER: translate("settings", "Paper of the report"),
        table.REPORT_LANGUAGE: translate("settings", "Language of the report"),
    }
    return texts.get(setting, setting.text)


def choice_text(setting: Setting[Any], value: object) -> str:
    """Return a choice as the person reads it."""
    if setting is table.TEXT_SCALE:
        return f"{100 * float(str(value)):.0f} %"
    return {
        "dark": translate("settings", "Dark (reading room)"),
        "light": translate("settings", "Light"),
        "system": translate("settings", "As the computer"),
        "window": translate("settings", "As the window"),
        "en": "English",
        "zh_CN": "简体中文",
        "auto": translate("settings", "Best that passes its test"),
        "cpu": "CPU",
        "cuda": "NVIDIA CUDA",
        "tensorrt": "NVIDIA TensorRT",
        "openvino": "Intel OpenVINO",
        "coreml": "Apple CoreML",
        "directml": "DirectML",
    }.get(str(value), str(value))


AFTER_RESTART = (table.THEME, table.LANGUAGE, table.TEXT_SCALE)
"""What the window reads when it is made."""


class SettingsDialog(QDialog):
    """Every row of the table that has a text; a change is kept at once."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Settings"))
        self.settings = settings
        self.editors: dict[str, QCheckBox | QComboBox] = {}
        layout = column(self, (20, 16, 20, 12), 12)
        form = QFormLayout()
        form.setHorizontalSpacing(18)
        form.setVerticalSpacing(8)
        shown = [row for row in table.TABLE if row.text]
        for row in shown:
            self._add(form, row)
        layout.addLayout(form)
        if any(settings.locked(row) for row in shown):
            words = self.tr("Locked settings are fixed for this computer by {0}.").format(policy_path())
            layout.addWidget(label(words, "dim", wrap=True))
        self.restart = label(self.tr("Takes effect when Lobule is started again."), "warn", wrap=True)
        self.restart.hide()
        layout.addWidget(self.restart)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)

    def _add(self, form: QFormLayout, row: Setting[Any]) -> None:
        locked = self.settings.locked(row)
        editor = self._choice(row) if row.choices else self._switch(row)
        editor.setEnabled(not locked)
        editor.setAccessibleName(setting_text(row))
        if locked:
            editor.setToolTip(self.tr("Fixed for this computer by its policy file"))
        self.editors[row.key] = editor
        text = self.tr("{0} (locked)").format(setting_text(row)) if locked else setting_text(row)
        if isinstance(editor, QCheckBox):
            editor.setText(text)
            form.addRow(editor)
        else:
            form.addRow(label(text), editor)

    def _switch(self, row: Setting[Any]) -> QCheckBox:
        box = QCheckBox()
        box.setChecked(self.settings.get(row))
        box.toggled.connect(self._keeper(row, lambda on: on))
        return box

    def _choice(self, row: Setting[Any]) -> QComboBox:
        box = QComboBox()
        for value in row.choices:
            box.addItem(choice_text(row, value), value)
        box.setCurrentIndex(row.choices.index(self.settings.get(row)))
        box.currentIndexChanged.connect(self._keeper(row, lambda index: row.choices[index]))
        return box

    def _keeper(self, row: Setting[Any], value_of: Callable[[Any], Any]) -> Callable[[Any], None]:
        def keep(raw: Any) -> None:
            self.settings.set(row, value_of(raw))
            if row in AFTER_RESTART:
                self.restart.show()

        return keep
