"""The journal: the case under way, written beside the work, so that a crash costs at most a second of it.

Work on a study has a file of its own in Lobule's data folder, and what was left there before is not overwritten. The
file holds the paths that were opened, the case and which of its roles are a person's word. It goes when everything is
saved or undone; one that is found later holds unfinished work. So neither a crash nor opening another study loses what
was drawn. The file name is a digest: it names no patient.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from desktop.readiness import Word
from desktop.session import Session
from engine import storage
from engine.domain.case import Case
from engine.domain.errors import EngineError
from engine.domain.sequence import SequenceRole

log = logging.getLogger("lobule.desktop")

SCHEMA = "lobule.journal/1"
PAUSE_MS = 800
"""Edits that follow one another within this time are written together."""


@dataclass(frozen=True)
class Entry:
    """What an unfinished session left behind.

    Attributes:
        path: The journal's own file.
        paths: What was opened.
        confirmed: The roles that are a person's word, each with its series.
    """

    path: Path
    paths: tuple[Path, ...]
    case: Case
    confirmed: frozenset[Word] = frozenset()


class Journal(QObject):
    """Follows one session and writes."""

    def __init__(self, session: Session, folder: Path | None = None) -> None:
        super().__init__(session)
        self._session = session
        self.folder = folder or storage.data_folder() / "unfinished"
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self.write)
        self._path: Path | None = None
        self._left: Case | None = None
        session.document.case_changed.connect(self._timer.start)
        session.role_confirmed.connect(self._timer.start)
        session.document.history.cleanChanged.connect(self._timer.start)
        session.document.closing.connect(self.leave)

    def take_over(self, entry: Entry) -> None:
        """Unfinished work on the study shown is in its case again: its file is this session's."""
        self._path, self._left = entry.path, None

    def write(self) -> None:
        """Keep the case as it is now, or forget what was kept when nothing is unsaved.

        A disk that refuses costs the journal, not the work.
        """
        self._timer.stop()
        case, paths = self._session.document.case, self._session.paths
        if case is None or (self._path is None and case is self._left):  # it was kept when the study was left
            return
        if self._session.document.history.isClean():
            if self._path is not None:
                self._path.unlink(missing_ok=True)
                self._path = None
            return
        path = self._path or self._free_path(case.study_instance_uid)
        data = {
            "schema": SCHEMA,
            "paths": [str(path.absolute()) for path in paths],
            "confirmed": sorted([role.value, key] for role, key in self._session.confirmed),
            "case": json.loads(storage.case_to_json(case)),
        }
        try:
            storage.write_json(path, data)
            self._path = path
        except EngineError as fault:
            log.warning("the journal was not written: %s", fault.code)

    def leave(self) -> None:
        """The study is left: unsaved work stays for later, what is saved or was never touched is forgotten."""
        self.write()
        self._path, self._left = None, self._session.document.case

    def discard(self, entry: Entry) -> None:
        """Forget unfinished work that is not wanted."""
        entry.path.unlink(missing_ok=True)

    def entries(self) -> list[Entry]:
        """Return what unfinished sessions left behind and can still be opened, the latest first."""
        return [entry for entry in self._found("*.json") if _exist(entry.paths)]

    def entry_for(self, study_instance_uid: str) -> Entry | None:
        """Return the latest unfinished work on one study, wherever it was opened from; None when there is none."""
        return next(iter(self._found(f"{_stem(study_instance_uid)}*.json")), None)

    def _found(self, names: str) -> list[Entry]:
        found = sorted(self.folder.glob(names), key=lambda path: -path.stat().st_mtime_ns)
        return [entry for path in found if (entry := read(path)) is not None]

    def _free_path(self, study_instance_uid: str) -> Path:
        """Return a file for work on a study beside what earlier sessions left of it."""
        stem = _stem(study_instance_uid)
        names = (f"{stem}-{number}.json" if number else f"{stem}.json" for number in count())
        return next(path for name in names if not (path := self.folder / name).exists())


def read(path: Path) -> Entry | None:
    """Return what an unfinished session left behind; None when there is nothing usable."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["schema"] != SCHEMA:
            return None
        case = storage.case_from_json(json.dumps(data["case"]))
        paths = tuple(Path(text) for text in data["paths"])
        confirmed = frozenset((SequenceRole(role), key) for role, key in data.get("confirmed", ()))
    except (OSError, ValueError, KeyError, TypeError, EngineError):
        return None
    return Entry(path, paths, case, confirmed) if paths else None


def _stem(study_instance_uid: str) -> str:
    return hashlib.sha256(study_instance_uid.encode()).hexdigest()[:16]


def _exist(paths: Sequence[Path]) -> bool:
    return all(path.exists() for path in paths)
