"""Progress: how long work says where it is, and how it is told to stop."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives steps. `step` may raise `Cancelled`, so call it between whole units of work."""

    def step(self, stage: str, done: int, total: int) -> None:
        """Say that `done` of `total` units of `stage` are finished (`total` 0: not known yet)."""


class Writing(Progress, Protocol):
    """Progress of work that ends in files: it learns when they can no longer be stopped."""

    def commit(self) -> None:
        """Say that all is made and takes its place now. May raise `Cancelled`; the work is not stopped afterwards."""


class Silent:
    """Progress that goes nowhere, for callers who do not watch."""

    def step(self, stage: str, done: int, total: int) -> None:
        """Accept the step and do nothing."""

    def commit(self) -> None:
        """Do nothing: nobody can stop it."""


SILENT = Silent()
