"""The volume store: the stacks of the shown study that have been read, by series key."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal

from engine.domain.case import Case
from engine.domain.sequence import SequenceRole
from engine.domain.volume import Volume, VolumeSet
from engine.geometry.place import placed


class VolumeStore(QObject):
    """Keeps each volume once, whatever role it plays and in however many views it is shown.

    Signals:
        added(key): A volume can be shown now.
        cleared(): All are gone; another study follows.
    """

    added = Signal(str)
    cleared = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._volumes: dict[str, Volume] = {}
        self._moved: dict[str, tuple[object, Volume]] = {}

    def add(self, key: str, volume: Volume) -> None:
        """Keep the volume of a series."""
        self._volumes[key] = volume
        self._moved.pop(key, None)
        self.added.emit(key)

    def get(self, key: str) -> Volume | None:
        """Return the volume of a series, or None while it has not been read."""
        return self._volumes.get(key)

    def placed(self, key: str, case: Case | None) -> Volume | None:
        """Return the volume of a series where the case has it: moved by hand, or where the scanner put it."""
        volume = self._volumes.get(key)
        role = None if case is None else next((role for role, own in case.roles.items() if own == key), None)
        if volume is None or case is None or role is None or case.correction(role) is None:
            return volume
        correction = (case.shifts_mm.get(role), case.rotations.get(role))
        known = self._moved.get(key)
        if known is None or known[0] != correction:  # the same object again, so that views see that nothing changed
            known = self._moved[key] = (correction, placed(volume, role, case))
        return known[1]

    def clear(self) -> None:
        """Forget everything."""
        self._volumes.clear()
        self._moved.clear()
        self.cleared.emit()

    def missing(self, roles: Mapping[SequenceRole, str]) -> dict[SequenceRole, str]:
        """Return the roles whose volumes have not been read."""
        return {role: key for role, key in roles.items() if key not in self._volumes}

    def volume_set(self, roles: Mapping[SequenceRole, str]) -> VolumeSet:
        """Return the volumes by role, those that have been read."""
        return VolumeSet({role: self._volumes[key] for role, key in roles.items() if key in self._volumes})
