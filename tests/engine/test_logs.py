"""Identifiers never reach a log line."""

from __future__ import annotations

import logging

import pytest

from engine import logs


@pytest.fixture
def log_file(tmp_path, monkeypatch):
    monkeypatch.setattr(logs, "_protected", set())
    logs.set_up(tmp_path)
    yield tmp_path / "lobule.log"
    for handler in list(logging.getLogger("lobule").handlers):
        logging.getLogger("lobule").removeHandler(handler)
        handler.close()


def test_names_and_numbers_are_masked_in_message_arguments_and_traceback(log_file):
    logs.protect(["Müller^Anna Maria", "PID-4711", "19600102"])
    log = logging.getLogger("lobule.test")
    log.info("opened %s", "/data/müller anna/PID-4711/1.dcm")
    try:
        raise ValueError("no such patient: Maria 19600102")
    except ValueError:
        log.exception("failed")
    text = log_file.read_text(encoding="utf-8")
    for secret in ("müller", "Müller", "anna", "Maria", "4711", "19600102"):
        assert secret not in text
    assert logs.MASK in text
    assert "opened" in text
    assert "ValueError" in text


def test_short_names_are_masked_as_words_only(log_file):
    logs.protect(["Li^Bo"])
    logging.getLogger("lobule.test").info("Li has a lesion in the liver")
    text = log_file.read_text(encoding="utf-8")
    assert "lesion in the liver" in text
    assert " Li " not in text


def test_short_chinese_names_are_masked(log_file):
    logs.protect(["王^明"])
    logging.getLogger("lobule.test").info("study of 王^明")
    assert "王^明" not in log_file.read_text(encoding="utf-8")
