"""The journal: the case under way, written beside the work, so that a crash costs at most a second of it.

One file in Lobule's data folder holds the paths that were opened and the case. It is removed when the window is closed
with nothing unsaved; one that is found at the start holds unfinished work.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from desktop.session import Session
from engine import storage
from engine.domain.case import Case
from engine.domain.errors import EngineError

log = logging.getLogger("lobule.desktop")

SCHEMA = "lobule.journal/1"
PAUSE_MS = 800
"""Edits that follow one another within this time are written together."""


@dataclass(frozen=True)
class Entry:
    """What an unfinished session left behind."""

    paths: tuple[Path, ...]
    case: Case


class Journal(QObject):
    """Follows one session and writes."""

    def __init__(self, session: Session, path: Path | None = None) -> None:
        super().__init__(session)
        self._session = session
        self.path = path or storage.data_folder() / "unfinished.json"
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self.write)
        session.document.case_changed.connect(self._timer.start)
        session.document.opened.connect(self._opened)

    def write(self) -> None:
        """Write the case as it is now; a disk that refuses costs the journal, not the work."""
        case = self._session.document.case
        if case is None:
            return
        data = {
            "schema": SCHEMA,
            "paths": [str(path) for path in self._session.paths],
            "case": json.loads(storage.case_to_json(case)),
        }
        try:
            storage.write_json(self.path, data)
        except EngineError as fault:
            log.warning("the journal was not written: %s", fault.code)

    def remove(self) -> None:
        """Forget: the session ended cleanly, or its leftovers are not wanted."""
        self._timer.stop()
        self.path.unlink(missing_ok=True)

    def _opened(self) -> None:
        self._timer.stop()
        if self._session.document.case is None:
            self.remove()


def read(path: Path) -> Entry | None:
    """Return what an unfinished session left behind; None when there is nothing usable."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["schema"] != SCHEMA:
            return None
        case = storage.case_from_json(json.dumps(data["case"]))
        paths = tuple(Path(text) for text in data["paths"])
    except (OSError, ValueError, KeyError, TypeError, EngineError):
        return None
    return Entry(paths, case) if paths and _exist(paths) else None


def _exist(paths: Sequence[Path]) -> bool:
    return all(path.exists() for path in paths)
