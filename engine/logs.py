"""Logs: where they go, and how identifiers are kept out of them.

Whatever reads a patient's data registers its identifiers with `protect` first; a filter on Lobule's logger replaces
them before a line reaches any handler.
"""

from __future__ import annotations

import logging
import logging.handlers
import re
import threading
from collections.abc import Iterable
from pathlib import Path

MASK = "‹masked›"
_SHORTEST = 3
"""Shorter identifiers would mask ordinary words and numbers; names of two letters are masked as whole words."""

_protected: set[str] = set()
_lock = threading.Lock()


def protect(identifiers: Iterable[str]) -> None:
    """Mask these texts, and the parts of a DICOM person name, in every later log line."""
    with _lock:
        for text in identifiers:
            _protected.update(part for part in (text, *re.split(r"[\^=\s]+", text)) if len(part) > 1)


def masked(text: str) -> str:
    """Return `text` with every protected identifier replaced."""
    with _lock:
        known = sorted(_protected, key=len, reverse=True)
    for identifier in known:
        pattern = re.escape(identifier)
        if len(identifier) < _SHORTEST:
            pattern = rf"(?<!\w){pattern}(?!\w)"
        text = re.sub(pattern, MASK, text, flags=re.IGNORECASE)
    return text


class MaskingFilter(logging.Filter):
    """Replaces protected identifiers in the message, its arguments and the traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the record in place and let it pass."""
        record.msg = masked(record.getMessage())
        record.args = None
        if record.exc_info:
            record.exc_text = masked(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
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
