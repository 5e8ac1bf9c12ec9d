"""Logs: where they go, and how identifiers are kept out of them.

Whatever reads a patient's data registers its identifiers with `protect` first; a filter on Lobule's handlers replaces
them before a line is written. Paths, UIDs, dates and mail addresses are replaced in any case.
"""

from __future__ import annotations

import logging
import logging.handlers
import re
import threading
import unicodedata
from collections.abc import Iterable
from pathlib import Path

MASK = "‹masked›"
_SHORTEST = 3
"""Shorter identifiers would mask ordinary words and numbers; names of two letters are masked as whole words."""

_PARTS = re.compile(r"[\^=,;\s]+")
_TWO_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ø": "oe", "å": "aa"}
)
_KINDS = (
    # from where a path begins to the end of the line or to ": ", for folders and files may hold blanks
    (re.compile(r"(?m)(?<![\w.])(?:[A-Za-z]:[\\/]|\\\\|~?/(?=[^\s/])|[^\s/\\]{2,}[/\\]).*?(?=: |$)"), "‹path›"),
    (re.compile(r"(?<![\d.])\d+(\.\d+){4,}(?![\d.])"), "‹uid›"),
    (re.compile(r"(?<!\d)(19|20)\d\d([-./_]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)"), "‹date›"),
    (re.compile(r"(?<!\d)(0?[1-9]|[12]\d|3[01])([-./_])(0?[1-9]|1[0-2])\2(19|20)\d\d(?!\d)"), "‹date›"),
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), "‹address›"),
)
"""What may lead to a person even where nobody registered it: a folder is often named after the patient in it."""

_OWN_FILE = re.compile(r'File "[^"]*?([^"/\\]+\.py)"(, line \d+)')

_protected: set[str] = set()
_lock = threading.Lock()


def protect(identifiers: Iterable[str]) -> None:
    """Mask these texts, and the parts of a DICOM person name, in every later log line, however they are spelt there."""
    with _lock:
        for text in identifiers:
            for part in (text, *_PARTS.split(text)):
                _protected.update(variant for variant in _spellings(part.strip()) if len(variant) > 1)


def _spellings(text: str) -> set[str]:
    """Return a text as headers, file systems and people write it: composed or not, without accents, umlauts as two
    letters, a date with signs between.
    """
    composed = unicodedata.normalize("NFC", text)
    apart = unicodedata.normalize("NFD", text)
    plain = "".join(c for c in apart if not unicodedata.combining(c))
    found = {text, composed, apart, plain, composed.translate(_TWO_LETTERS)}
    if len(text) == 8 and text.isdigit():
        year, month, day = text[:4], text[4:6], text[6:]
        found |= {sign.join(order) for sign in "-./_" for order in ((year, month, day), (day, month, year))}
    return found


def masked(text: str) -> str:
    """Return `text` without paths, UIDs, dates and addresses, and with every protected identifier replaced."""
    for pattern, instead in _KINDS:
        text = pattern.sub(instead, text)
    with _lock:
        known = sorted(_protected, key=len, reverse=True)
    for identifier in known:
        pattern_text = re.escape(identifier)
        if len(identifier) < _SHORTEST:
            pattern_text = rf"(?<![^\W_]){pattern_text}(?![^\W_])"
        text = re.sub(pattern_text, MASK, text, flags=re.IGNORECASE)
    return text


def _masked_trace(text: str) -> str:
    """Mask a traceback, keeping the names of the program's own files: support needs them, and they name nobody."""
    return "\n".join(masked(_OWN_FILE.sub(r"in \1\2", line)) for line in text.splitlines())


class MaskingFilter(logging.Filter):
    """Replaces protected identifiers in the message, its arguments and the traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the record in place and let it pass."""
        record.msg = masked(record.getMessage())
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        record.exc_info = None
        record.exc_text = _masked_trace(record.exc_text) if record.exc_text else None
        record.stack_info = _masked_trace(record.stack_info) if record.stack_info else None
        return True


def set_up(folder: Path, *, verbose: bool = False) -> None:
    """Send Lobule's log lines to a rotating file in `folder`; with `verbose` also to stderr."""
    logger = logging.getLogger("lobule")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()
    folder.mkdir(parents=True, exist_ok=True)
    handlers: list[logging.Handler] = [
        logging.handlers.RotatingFileHandler(
            folder / "lobule.log", maxBytes=1_000_000, backupCount=3, encoding="utf-8", delay=True
        )
    ]
    if verbose:
        handlers.append(logging.StreamHandler())
    for handler in handlers:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        handler.addFilter(MaskingFilter())
        logger.addHandler(handler)
