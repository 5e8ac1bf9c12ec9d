"""The volume store: the stacks of the shown study that have been read, by series key."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal

from engine.domain.sequence import SequenceRole
from engine.domain.volume import Volume, VolumeSet


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

    def add(self, key: str, volume: Volume) -> None:
        """Keep the volume of a series."""
        self._volumes[key] = volume
        self.added.emit(key)

    def get(self, key: str) -> Volume | None:
        """Return the volume of a series, or None while it has not been read."""
        return self._volumes.get(key)

    def clear(self) -> None:
        """Forget everything."""
        self._volumes.clear()
        self.cleared.emit()

    def missing(self, roles: Mapping[SequenceRole, str]) -> dict[SequenceRole, str]:
        """Return the roles whose volumes have not been read."""
        return {role: key for role, key in roles.items() if key not in self._volumes}

    def volume_set(self, roles: Mapping[SequenceRole, str]) -> VolumeSet:
        """Return the volumes by role, those that have been read."""
        return VolumeSet({role: self._volumes[key] for role, key in roles.items() if key in self._volumes})
