"""Switches: actions that stand for a setting. They show what it is, follow it, and are hidden where a site locks it."""

from __future__ import annotations

from desktop import settings as table
from desktop.settings import Settings
from desktop.views.actions import Actions

SWITCHES = {
    "linked": table.LINKED,
    "smooth": table.SMOOTH,
    "corner_text": table.CORNER_TEXT,
    "measures": table.MEASURES,
    "auto_analyze": table.AUTO_ANALYZE,
    "read_first": table.READ_FIRST,
}
"""The setting of each action, by the action's name."""


def follow_settings(actions: Actions, settings: Settings) -> None:
    """Let the switches show the settings, now and whenever one changes."""
    by_key = {setting.key: name for name, setting in SWITCHES.items()}

    def changed(key: str) -> None:
        if key in by_key:
            name = by_key[key]
            actions[name].setChecked(settings.get(SWITCHES[name]))

    for name, setting in SWITCHES.items():
        actions.check(name, settings.get(setting))
        actions[name].setVisible(not settings.locked(setting))
    settings.changed.connect(changed)
