"""Files are whole or not there."""

from __future__ import annotations

import pytest

from engine import storage
from engine.domain.errors import Cancelled, StorageError


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path, monkeypatch):
    path = tmp_path / "case.json"
    storage.write_text_atomic(path, "old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(StorageError, match="No space left"):
        storage.write_text_atomic(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["case.json"]


def test_what_is_called_off_at_the_last_moment_leaves_the_old_file_and_no_rest(tmp_path):
    path, seen = tmp_path / "case.json", []
    storage.write_text_atomic(path, "old")

    def commit():
        seen.extend(sorted(file.read_text(encoding="utf-8") for file in tmp_path.iterdir()))
        raise Cancelled

    with pytest.raises(Cancelled):
        storage.write_text_atomic(path, "new", commit)
    assert seen == ["new", "old"]  # asked when the new one was whole, and not in its place
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]
