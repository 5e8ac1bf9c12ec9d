"""The signal panel: what each sequence shows under the outlines of the chosen lesion."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from desktop.models.signal_model import SignalModel, adc_keys, signal_rows
from desktop.operations import studies
from desktop.session import Session
from desktop.views.roi_tools import ToolBox
from desktop.views.widgets import column, heading, label

REST_MS = 60
"""Readings follow drawing after this rest: nudges and strokes in a row are read once."""
ROW_PX = 24


class SignalPanel(QWidget):
    """Follows the chosen lesion; ADC maps are read as soon as a lesion is there."""

    def __init__(self, session: Session, tools: ToolBox, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._tools = session, tools
        self._asked_for: set[str] = set()
        self.model = SignalModel(self)
        layout = column(self, spacing=4)
        self._heading = heading(self.tr("Signal under the outlines"))
        layout.addWidget(self._heading)
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setAccessibleName(self.tr("Signal under the outlines"))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(ROW_PX)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout.addWidget(self.table)
        self._unit = label(self.tr("ADC in 10⁻⁶ mm²/s; other signals in the scanner's own units"), "dim", wrap=True)
        layout.addWidget(self._unit)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.refresh)
        document = session.document
        for changed in (document.opened, document.case_changed, session.store.added, tools.changed):
            changed.connect(self._rest.start)
        document.opened.connect(self._asked_for.clear)
        self.refresh()

    def refresh(self) -> None:
        """Read the signals again."""
        rows = signal_rows(self._session.document, self._session.store, self._tools.lesion)
        self.model.show(rows)
        self.setVisible(bool(rows))
        height = self.table.horizontalHeader().sizeHint().height()
        self.table.setFixedHeight(height + ROW_PX * len(rows) + 2)
        keys = adc_keys(self._session.document)
        self._unit.setVisible(bool(keys))
        if rows:
            self._read_maps(keys)

    def _read_maps(self, keys: list[str]) -> None:
        """Read ADC maps once; one that can't be read stays without values, for nobody asked for it aloud."""
        study = self._session.document.study
        for key in keys:
            series = None if study is None else study.find(key)
            if series is None or key in self._asked_for or self._session.store.get(key) is not None:
                continue
            self._asked_for.add(key)
            job = studies.load_series(series)
            job.succeeded.connect(lambda volume, key=key: self._session.store.add(key, volume))
            self._session.jobs.start(f"series {key}", job)
