"""The overlay controls: which class's heat map lies over the images, how strongly, and what it means."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QSlider, QWidget

from desktop import settings as table
from desktop import wording
from desktop.heatmap import cell_size_mm, scale_colours
from desktop.models.overlay import Overlay
from desktop.settings import Settings
from desktop.views.widgets import column, heading, label
from engine.domain.result import Analysis


class ColourScale(QWidget):
    """The colours from low to high."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(8)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        gradient = QLinearGradient(0, 0, self.width(), 0)
        colours = scale_colours(9)
        for place, colour in enumerate(colours):
            gradient.setColorAt(place / (len(colours) - 1), QColor(*colour))
        painter.fillRect(self.rect(), gradient)
        painter.end()


class OverlayControls(QWidget):
    """Chooses class and opacity; the caption of the safety rules always stands below."""

    def __init__(self, overlay: Overlay, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._overlay, self._settings = overlay, settings
        layout = column(self, spacing=6)
        top = QHBoxLayout()
        top.addWidget(heading(self.tr("Heat map")))
        top.addStretch(1)
        self.shown = QCheckBox(self.tr("Show"))
        self.shown.setChecked(overlay.shown)
        self.shown.toggled.connect(overlay.set_shown)
        top.addWidget(self.shown)
        layout.addLayout(top)
        row = QHBoxLayout()
        row.setSpacing(10)
        self.classes = QComboBox()
        self.classes.setAccessibleName(self.tr("Class of the heat map"))
        self.classes.currentIndexChanged.connect(self._choose)
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setValue(round(overlay.opacity * 100))
        self.opacity.setAccessibleName(self.tr("Opacity of the heat map"))
        self.opacity.setToolTip(self.tr("Opacity"))
        self.opacity.valueChanged.connect(self._set_opacity)
        row.addWidget(self.classes, 3)
        row.addWidget(self.opacity, 2)
        layout.addLayout(row)
        scale = QHBoxLayout()
        scale.setSpacing(8)
        scale.addWidget(label(self.tr("low"), "dim"))
        scale.addWidget(ColourScale(), 1)
        scale.addWidget(label(self.tr("high"), "dim"))
        layout.addLayout(scale)
        layout.addWidget(label(wording.map_caption(), wrap=True))
        self._resolution = label("", "dim", wrap=True)
        layout.addWidget(self._resolution)

    def show_analysis(self, analysis: Analysis) -> None:
        """Offer the classes of an analysis; the class of the patient's result comes first into view."""
        labels = analysis.result.package.labels
        before = self._overlay.label
        chosen = before if before in labels else analysis.result.predicted or labels[0]
        self.classes.blockSignals(True)
        self.classes.clear()
        for name in labels:
            self.classes.addItem(wording.class_name(name), name)
        self.classes.setCurrentIndex(labels.index(chosen))
        self.classes.blockSignals(False)
        self._overlay.set_label(chosen)
        cell = cell_size_mm(analysis)
        hold = self.tr("Hold H for the plain image.")
        if cell is None:
            self._resolution.setText(hold)
        else:
            rows, columns, size = cell
            words = self.tr(
                "Resolution {0} × {1} cells, up to {2} mm each. One scale for all slices and classes of a lesion."
            )
            self._resolution.setText(f"{words.format(rows, columns, wording.number(size))} {hold}")

    def show_state(self) -> None:
        """Follow the overlay where something else switched it."""
        self.shown.blockSignals(True)
        self.shown.setChecked(self._overlay.shown)
        self.shown.blockSignals(False)

    def _choose(self, index: int) -> None:
        self._overlay.set_label(str(self.classes.itemData(index) or ""))

    def _set_opacity(self, percent: int) -> None:
        self._overlay.set_opacity(percent / 100)
        self._settings.set(table.OVERLAY_OPACITY, percent / 100)
