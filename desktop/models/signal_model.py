"""Signal model: what each sequence shows inside the chosen lesion, as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt

from desktop import wording
from desktop.document import CaseDocument
from desktop.models.table_model import TableModel
from desktop.volume_store import VolumeStore
from engine.domain.roi import LesionId
from engine.domain.sequence import SequenceRole, SeriesKind
from engine.geometry.signal import SignalReading, adc_factor, read_signal


@dataclass(frozen=True)
class SignalRow:
    """One sequence.

    Attributes:
        name: What the table calls it.
        reading: None while its images have not been read.
        factor: What the reading is multiplied by to be shown.
        unit: Unit of the values shown, empty for arbitrary signal.
    """

    name: str
    reading: SignalReading | None
    factor: float = 1.0
    unit: str = ""


def adc_keys(document: CaseDocument) -> list[str]:
    """Return the keys of the ADC maps of the study."""
    study = document.study
    if study is None:
        return []
    guesses = {guess.series_key: guess.kind for guess in document.role_map.guesses}
    return [series.key for series in study.series if series.is_stack and guesses.get(series.key) is SeriesKind.ADC]


def signal_rows(document: CaseDocument, store: VolumeStore, lesion_id: LesionId | None) -> list[SignalRow]:
    """Read every sequence of the case, and every ADC map, inside a lesion; nothing without lesion or T2."""
    case = document.case
    if case is None or SequenceRole.T2 not in case.roles:
        return []
    t2 = store.get(case.roles[SequenceRole.T2])
    roi = next((roi for roi in case.rois if roi.lesion_id == lesion_id), None)
    if t2 is None or roi is None:
        return []
    rows = []
    for role, key in case.roles.items():
        volume = store.placed(key, case)
        reading = None if volume is None else read_signal(roi, t2, volume)
        rows.append(SignalRow(wording.role_name(role), reading))
    for key in adc_keys(document):
        volume = store.get(key)
        reading = None if volume is None else read_signal(roi, t2, volume)
        factor = 1.0 if volume is None else adc_factor(volume)
        rows.append(SignalRow("ADC", reading, factor, "10⁻⁶ mm²/s"))
    return rows


class SignalModel(TableModel):
    """Mean with standard deviation, range and number of voxels."""

    def show(self, rows: list[SignalRow]) -> None:
        """Show other readings."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def headings(self) -> list[str]:
        """Return the column headings."""
        return [self.tr("Sequence"), self.tr("Mean ± SD"), self.tr("Min – max"), self.tr("Voxels")]

    def cell(self, row: int, column: int, role: int) -> Any:
        """Return the text of a cell, and what was measured in which unit as its tip."""
        shown: SignalRow = self._rows[row]
        if role == Qt.ItemDataRole.DisplayRole:
            return _texts(shown)[column]
        if role == Qt.ItemDataRole.ToolTipRole:
            unit = shown.unit or self.tr("arbitrary units of the scanner")
            return self.tr("{0}: voxels whose centres lie inside the outlines, in {1}").format(shown.name, unit)
        return None


def _texts(row: SignalRow) -> tuple[str, str, str, str]:
    reading = row.reading
    if reading is None:
        return (row.name, "…", "…", "…")
    if reading.voxels == 0:
        return (row.name, "–", "–", "0")
    mean, sd, low, high = (value * row.factor for value in (reading.mean, reading.sd, reading.lowest, reading.highest))
    decimals = 0 if abs(mean) >= 100 else 1 if abs(mean) >= 1 else 3
    spread = "–" if reading.voxels < 2 else wording.number(sd, decimals)
    return (
        row.name,
        f"{wording.number(mean, decimals)} ± {spread}",
        f"{wording.number(low, decimals)} – {wording.number(high, decimals)}",
        str(reading.voxels),
    )
