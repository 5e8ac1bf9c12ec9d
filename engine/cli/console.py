"""Talking on the console: messages and progress on stderr, so that stdout holds answers only."""

from __future__ import annotations

import sys
import time


def say(text: str) -> None:
    """Print one line to stderr."""
    print(text, file=sys.stderr)


class ConsoleProgress:
    """Shows the current stage on one line of a terminal, and nothing where stderr is no terminal."""

    def __init__(self) -> None:
        self._visible = sys.stderr.isatty()
        self._last = 0.0

    def step(self, stage: str, done: int, total: int) -> None:
        """Redraw the line, at most ten times a second."""
        now = time.monotonic()
        if not self._visible or (now - self._last < 0.1 and done < total):
            return
        self._last = now
        count = f"{done}/{total}" if total else f"{done}"
        sys.stderr.write(f"\r\x1b[K{stage} {count}")
        if total and done >= total:
            sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
