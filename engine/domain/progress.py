"""Progress: how long work says where it is, and how it is told to stop."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives steps. `step` may raise `Cancelled`, so call it between whole units of work."""

    def step(self, stage: str, done: int, total: int) -> None:
        """Say that `done` of `total` units of `stage` are finished (`total` 0: not known yet)."""


class Silent:
    """Progress that goes nowhere, for callers who do not watch."""

    def step(self, stage: str, done: int, total: int) -> None:
        """Accept the step and do nothing."""


SILENT = Silent()
