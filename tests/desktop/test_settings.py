"""Settings: typed, with defaults where the file is silent or unreadable."""

from __future__ import annotations

from desktop import settings as table
from desktop.settings import Settings


def test_every_row_gives_back_what_was_kept(tmp_path, qapp):
    path = tmp_path / "window.ini"
    settings = Settings(path)
    for row in table.TABLE:
        assert settings.get(row) == row.default
    settings.set(table.AUTO_ANALYZE, False)
    settings.set(table.OVERLAY_OPACITY, 0.25)
    settings.set(table.RECENT, ("/ä b", "c,d"))
    settings.save()
    again = Settings(path)
    assert again.get(table.AUTO_ANALYZE) is False
    assert again.get(table.OVERLAY_OPACITY) == 0.25
    assert again.get(table.RECENT) == ("/ä b", "c,d")


def test_unreadable_values_give_the_default(tmp_path, qapp):
    path = tmp_path / "window.ini"
    path.write_text("[view]\noverlay_opacity=much\nsmooth=perhaps\n", encoding="utf-8")
    settings = Settings(path)
    assert settings.get(table.OVERLAY_OPACITY) == 0.45
    assert settings.get(table.SMOOTH) is True


def test_the_recent_list_is_short_and_newest_first(tmp_path, qapp):
    settings = Settings(tmp_path / "window.ini")
    for number in range(12):
        settings.remember_opened(tmp_path / str(number))
    settings.remember_opened(tmp_path / "8")
    recent = settings.get(table.RECENT)
    assert recent[0] == str(tmp_path / "8")
    assert len(recent) == len(set(recent)) == 8
