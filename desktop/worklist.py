"""The work list: the studies that were dropped, what is known of each, and which one is shown. No widget, no work.

One entry is one study of one patient. A drop begins as an entry of paths; reading it gives it its study, or makes
several entries of it. Patients are never mixed: what belongs together is decided by the intake alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.readiness import Word
from engine.domain.case import Case
from engine.domain.result import Analysis
from engine.domain.study import Skipped, Study

MOST_ANALYSES = 8
"""So many analyses are kept for studies that are not shown; an analysis holds some tens of megabytes."""


class State(Enum):
    """How far an entry is."""

    WAITING = "waiting"
    READING = "reading"
    READY = "ready"
    ANALYZING = "analyzing"
    ANALYSED = "analysed"
    FAILED = "failed"


@dataclass(frozen=True)
class Entry:
    """One study of the list.

    Attributes:
        number: Its name within the list; never used again.
        paths: Where it is read from.
        study: None while nobody has read it.
        skipped: Files of the drop that belong to no study.
        reason: Why it failed, in words.
        case: What was decided about it, while it is not shown; None before anything was.
        confirmed: The roles that are a person's word, each with its series.
        unsaved: The case holds work that was not saved.
        analysis: Its last analysis, while it is not shown.
        prepared: Nothing is left to be done beside the window.
    """

    number: int
    paths: tuple[Path, ...]
    state: State = State.WAITING
    study: Study | None = None
    skipped: tuple[Skipped, ...] = ()
    reason: str = ""
    case: Case | None = None
    confirmed: frozenset[Word] = frozenset()
    unsaved: bool = False
    analysis: Analysis | None = None
    prepared: bool = False


class WorkList(QObject):
    """The entries in order, and which of them is shown.

    Signals:
        changed(): An entry came, went or is at another state, or another one is shown.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []
        self._current: int | None = None
        self._last = 0

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, in the order in which they are worked through."""
        return tuple(self._entries)

    @property
    def current(self) -> Entry | None:
        """The entry that is shown, or on its way to the screen."""
        return None if self._current is None else self.find(self._current)

    def find(self, number: int) -> Entry | None:
        """Return an entry; None when it has gone."""
        return next((entry for entry in self._entries if entry.number == number), None)

    def beside(self, steps: int) -> Entry | None:
        """Return the entry so many places after the current one (before it, when negative)."""
        place = next((n for n, entry in enumerate(self._entries) if entry.number == self._current), None)
        if place is None:
            return self._entries[0] if self._entries else None
        wanted = place + steps
        return self._entries[wanted] if 0 <= wanted < len(self._entries) else None

    def add(self, paths: Sequence[Path], after: int | None = None, **known: Any) -> Entry:
        """Put an entry at the end, or behind another one."""
        self._last += 1
        entry = Entry(self._last, tuple(paths), **known)
        place = next((n + 1 for n, one in enumerate(self._entries) if one.number == after), len(self._entries))
        self._entries.insert(place, entry)
        self.changed.emit()
        return entry

    def update(self, number: int, **known: Any) -> Entry | None:
        """Replace what is known of an entry; return the new one, None when it has gone."""
        for place, entry in enumerate(self._entries):
            if entry.number == number:
                changed = replace(entry, **known)
                if changed != entry:
                    self._entries[place] = changed
                    self._let_go()
                    self.changed.emit()
                return changed
        return None

    def remove(self, number: int) -> None:
        """Take an entry off the list."""
        self._entries = [entry for entry in self._entries if entry.number != number]
        if self._current == number:
            self._current = None
        self.changed.emit()

    def show(self, number: int | None) -> None:
        """Say which entry is shown."""
        if number != self._current:
            self._current = number
            self.changed.emit()

    def same_study(self, study: Study, other_than: int) -> Entry | None:
        """Return another entry that holds this study of this patient."""
        for entry in self._entries:
            if entry.number != other_than and entry.study is not None and _identity(entry.study) == _identity(study):
                return entry
        return None

    def _let_go(self) -> None:
        """Drop the oldest analyses beyond what is kept: showing the study again makes them anew."""
        kept = [entry for entry in self._entries if entry.analysis is not None]
        for entry in kept[: max(len(kept) - MOST_ANALYSES, 0)]:
            self._entries[self._entries.index(entry)] = replace(entry, analysis=None, state=State.READY)


def _identity(study: Study) -> tuple[str, str]:
    return study.study_instance_uid, study.patient.patient_id
