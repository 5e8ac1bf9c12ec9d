"""Policy: what IT fixes holds, is shown as locked, and a faulty file is said."""

from __future__ import annotations

import json

import pytest

from desktop import settings as table
from desktop.policy import policy_path
from desktop.settings import Settings


def policy(folder, settings):
    path = folder / "policy.json"
    path.write_text(json.dumps({"schema": "lobule.policy/1", "settings": settings}), encoding="utf-8")
    return path


def test_a_fixed_value_wins_and_stays(tmp_path, qapp):
    path = policy(tmp_path, {"reading/read_first": True, "window/text_scale": 1.5, "analysis/provider": "cpu"})
    settings = Settings(tmp_path / "window.ini", policy=path)
    assert settings.policy_fault is None
    heard = []
    settings.changed.connect(heard.append)
    settings.set(table.READ_FIRST, False)
    assert heard == []
    assert settings.get(table.READ_FIRST) is True
    assert settings.get(table.TEXT_SCALE) == 1.5
    assert settings.locked(table.PROVIDER)
    assert not settings.locked(table.THEME)
    settings.set(table.THEME, "light")
    assert heard == [table.THEME.key]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{", "Expecting"),
        ("[]", "schema"),
        ('{"schema": "lobule.policy/1"}', "settings"),
        ('{"schema": "lobule.policy/1", "settings": {"reading/read_frist": true}}', "read_frist"),
        ('{"schema": "lobule.policy/1", "settings": {"reading/read_first": "maybe"}}', "maybe"),
        ('{"schema": "lobule.policy/1", "settings": {"window/theme": "green"}}', "green"),
    ],
)
def test_a_faulty_file_is_said_and_fixes_nothing(tmp_path, qapp, text, what):
    path = tmp_path / "policy.json"
    path.write_text(text, encoding="utf-8")
    settings = Settings(tmp_path / "window.ini", policy=path)
    assert what in str(settings.policy_fault)
    assert not any(settings.locked(row) for row in table.TABLE)


def test_the_file_may_be_named_by_the_environment(tmp_path, qapp, monkeypatch):
    path = policy(tmp_path, {"window/theme": "light"})
    monkeypatch.setenv("LOBULE_POLICY", str(path))
    assert policy_path() == path
    assert Settings(tmp_path / "window.ini").get(table.THEME) == "light"
