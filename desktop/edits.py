"""Edits: the one command that covers every change of a case."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QUndoCommand

from engine.domain.case import Case


class EditCase(QUndoCommand):
    """Replaces one case by another; since cases are immutable, undo puts the earlier one back.

    Args:
        put: Takes a case over: the document's own way, which nobody else is handed.
        merge_id: Edits with the same id that follow one another (the steps of one drag) become one; -1 never merges.
    """

    def __init__(self, put: Callable[[Case], None], before: Case, after: Case, text: str, merge_id: int = -1) -> None:
        super().__init__(text)
        self._put = put
        self._before = before
        self._after = after
        self._merge_id = merge_id

    def redo(self) -> None:
        self._put(self._after)

    def undo(self) -> None:
        self._put(self._before)

    def id(self) -> int:
        return self._merge_id

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, EditCase) or other.id() != self._merge_id:
            return False
        self._after = other._after
        self.setText(other.text())
        self.setObsolete(self._after == self._before)
        return True
