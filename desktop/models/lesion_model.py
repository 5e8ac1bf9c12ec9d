"""Lesion model: the lesions of the case as a table, with colour, extent and size."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QIcon

from desktop import wording
from desktop.document import CaseDocument
from desktop.icons import swatch
from desktop.models.table_model import TableModel
from desktop.volume_store import VolumeStore
from engine.domain.case import Case
from engine.domain.roi import LesionId, Roi
from engine.domain.sequence import SequenceRole
from engine.domain.volume import Volume
from engine.geometry.diameters import diameters
from engine.geometry.outline import volume_ml

COLOURS = ("#56b4e9", "#e69f00", "#cc79a7", "#f0e442", "#d55e00", "#9a8cff")
"""Told apart with every kind of colour vision (Okabe and Ito 2008, without its green: green reads as 'all clear')."""


def lesion_colour(lesion_id: str) -> QColor:
    """Return the colour of a lesion: by the number in its id, so that it keeps it when another lesion is deleted."""
    digits = "".join(character for character in lesion_id if character.isdecimal())
    order = int(digits) - 1 if digits else sum(map(ord, lesion_id))
    return QColor(COLOURS[order % len(COLOURS)])


class LesionModel(TableModel):
    """One row a lesion: name, longest diameter and the one across it, volume. Sizes stay empty until T2 is read."""

    def __init__(self, document: CaseDocument, store: VolumeStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._store = store
        self._measured_on: Volume | None = None
        self._swatches: dict[str, QIcon] = {}
        document.opened.connect(self.refresh)
        document.case_changed.connect(self._case_changed)
        store.added.connect(self._volume_read)
        self.refresh()

    def roi(self, row: int) -> Roi:
        """Return the lesion of a row."""
        roi: Roi = self._rows[row][0]
        return roi

    def row_of(self, lesion_id: LesionId) -> int:
        """Return the row of a lesion, -1 when there is none."""
        return next((i for i, (roi, _) in enumerate(self._rows) if roi.lesion_id == lesion_id), -1)

    def headings(self) -> list[str]:
        """Return the column headings."""
        return [self.tr("Lesion"), self.tr("Diameters"), self.tr("Volume")]

    def cell(self, row: int, column: int, role: int) -> Any:
        """Return text, colour or tip of a cell."""
        roi, measures = self._rows[row]
        name = f"{roi.lesion_id}  {roi.name}".strip()
        if role == Qt.ItemDataRole.DisplayRole:
            return name if column == 0 else measures[column - 1]
        if role == Qt.ItemDataRole.DecorationRole and column == 0:
            return self._swatch(lesion_colour(roi.lesion_id))
        if role == Qt.ItemDataRole.ToolTipRole:
            notes = (wording.phrase(note) for note in roi.notes)
            return "\n".join([name, wording.origin(roi.origin), *notes])
        return None

    def _swatch(self, colour: QColor) -> QIcon:
        """One icon a colour: Qt makes new pictures for every painting of a bare colour, and keeps thousands of them."""
        name = colour.name()
        if name not in self._swatches:
            self._swatches[name] = swatch(colour)
        return self._swatches[name]

    def _case_changed(self, before: Case, after: Case) -> None:
        if before.rois != after.rois or before.roles.get(SequenceRole.T2) != after.roles.get(SequenceRole.T2):
            self.refresh()

    def _volume_read(self, key: str) -> None:
        case = self._document.case
        if case is not None and case.roles.get(SequenceRole.T2) == key:
            self.refresh()

    def refresh(self) -> None:
        """Measure the lesions again."""
        self.beginResetModel()
        case = self._document.case
        volume = None
        if case is not None and SequenceRole.T2 in case.roles:
            volume = self._store.get(case.roles[SequenceRole.T2])
        rois = () if case is None else case.rois
        known = {id(roi): measures for roi, measures in self._rows} if volume is self._measured_on else {}
        self._rows = [(roi, known.get(id(roi)) or _measures(roi, volume)) for roi in rois]
        self._measured_on = volume
        self.endResetModel()


def _measures(roi: Roi, volume: Volume | None) -> tuple[str, str]:
    measured = None if volume is None else diameters(roi, volume.affine)
    if volume is None or measured is None:
        return ("–", "–")
    size = f"{wording.number(measured.longest_mm)} × {wording.number(measured.across_mm)} mm"
    return size, f"{wording.number(volume_ml(roi, volume))} ml"
