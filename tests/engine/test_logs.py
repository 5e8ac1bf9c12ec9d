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
    assert "opened ‹path›" in text
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


def written(log_file, *lines):
    for line in lines:
        logging.getLogger("lobule.test").info(line)
    text = log_file.read_text(encoding="utf-8")
    return "\n".join(line.split("lobule.test ", 1)[-1] for line in text.splitlines())


@pytest.mark.parametrize(
    ("stored", "spelt"),
    [
        ("Müller^Jürgen", ["MÜLLER", "Mueller, Juergen", "Mu\u0308ller", "muller_jurgen.dcm", "Jürgen"]),
        ("O'Brien^Siobhán", ["o'brien", "Siobhan O'Brien"]),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", ["山田太郎", "yamada tarou", "やまだ"]),
        ("محمد^أحمد", ["محمد", "أحمد"]),
        ("HEP-004711", ["hep-004711", "id=HEP-004711;"]),
        ("19600102", ["1960-01-02", "02.01.1960", "1960/01/02", "b19600102b"]),
        ("ACC 2291/7", ["ACC 2291/7"]),
    ],
)
def test_identifiers_are_masked_however_they_are_spelt(log_file, stored, spelt):
    logs.protect([stored])
    text = written(log_file, *(f"seen {line} there" for line in spelt))
    parts = [part for part in logs._PARTS.split(stored) if len(part) > 2]
    for part in [*parts, "Mueller", "Juergen", "muller", "jurgen", "Siobhan", "1960"]:
        assert part.casefold() not in text.casefold(), text
    assert text.count("seen") == len(spelt)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("/srv/pacs/MUELLER_ANNA_19600102/IM 0001.dcm cannot be read: No space left.", "‹path›: No space left."),
        ("C:\\Users\\Dr. Weiß\\Anna Müller\\1.dcm: locked", "‹path›: locked"),
        ("\\\\server\\share\\Müller Anna", "‹path›"),
        ("opened '~/Patienten/O'Brien Pat.zip'", "opened ‹path›"),
        ("in studies/Anna Müller/dicom", "in ‹path›"),
        ("study 1.2.826.0.1.3680043.10.1561.77 opened", "study ‹uid› opened"),
        ("born 1960-01-02, seen 20260312 and 12.03.2026", "born ‹date›, seen ‹date› and ‹date›"),
        ("mail to anna.mueller@klinik.example.org", "mail to ‹address›"),
    ],
)  # fmt: skip
def test_what_nobody_registered_is_masked_by_its_kind(log_file, line, kept):
    assert written(log_file, line) == kept


@pytest.mark.parametrize(
    "line",
    [
        "analysed 3 lesions with t2_dwi on CPUExecutionProvider",
        "self-test of t2_dwi: logit differs by 0.021, allowed 0.02",
        "Lobule 0.1.0 on ONNX Runtime 1.23.2",
        "3/40 files, 1000 s/mm²",
    ],
)
def test_what_names_nobody_stays_readable(log_file, line):
    assert written(log_file, line) == line


def test_a_traceback_keeps_the_places_in_the_program_and_nothing_else(log_file):
    try:
        open("/data/Müller Anna/1960.dcm")  # noqa: PTH123, SIM115
    except OSError:
        logging.getLogger("lobule.test").exception("failed")
    text = log_file.read_text(encoding="utf-8")
    assert "in test_logs.py, line" in text
    assert "FileNotFoundError" in text
    assert "Anna" not in text
    assert "/" not in text.split("failed", 1)[1]
