"""The input preview: what the network saw of one slice, channel by channel, with the heat map on it.

It stands beside the window, so it closes as soon as what it shows is no longer the present result of the study shown.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from desktop import wording
from desktop.heatmap import coloured_square
from desktop.models.overlay import Overlay
from desktop.session import Session
from desktop.views.widgets import column, label, resize_within
from desktop.window_level import Window, grey_image
from engine.domain.result import Prediction
from engine.domain.roi import LesionId
from engine.domain.sample import SliceInput

NETWORK_RANGE = Window(-1.0, 1.0)
"""Inputs are scaled so that the intensity window of the package ends here."""


class ChannelPicture(QWidget):
    """One channel as a square, with the map over it."""

    def __init__(self) -> None:
        super().__init__()
        self._pixels: np.ndarray | None = None
        self._map: np.ndarray | None = None
        self._opacity = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_channel(self, pixels: np.ndarray, values: np.ndarray | None, opacity: float) -> None:
        """Show (n, n) pixels in -1..1 and, where given, (h, w) map values in 0..1."""
        self._pixels, self._map, self._opacity = pixels, values, opacity
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(260, 260)

    def minimumSizeHint(self) -> QSize:
        return QSize(140, 140)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        if self._pixels is not None:
            side = min(self.width(), self.height())
            square = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(square, grey_image(self._pixels, NETWORK_RANGE))
            if self._map is not None:
                painter.setOpacity(self._opacity)
                painter.drawImage(square, coloured_square(self._map))
        painter.end()


class InputPreview(QDialog):
    """One picture a channel, in the order of the package; the slice is chosen above."""

    def __init__(
        self, session: Session, lesion: LesionId, index: int, overlay: Overlay, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        analysis = session.document.analysis
        assert analysis is not None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("What the network sees"))
        resize_within(self, 860, 440)
        self._session, self._analysis, self._overlay = session, analysis, overlay
        self._pairs: list[tuple[SliceInput, Prediction | None]] = []
        answers = analysis.predictions[lesion]
        for place, made in enumerate(analysis.inputs[lesion]):
            self._pairs.append((made, answers[place] if place < len(answers) else None))
        layout = column(self, (16, 14, 16, 12), 10)
        top = QHBoxLayout()
        self.slices = QComboBox()
        self.slices.setAccessibleName(self.tr("Slice"))
        for made, answer in self._pairs:
            self.slices.addItem(self._slice_text(made, answer))
        top.addWidget(label(self.tr("Lesion {0}, slice").format(lesion), "dim"))
        top.addWidget(self.slices)
        top.addStretch(1)
        layout.addLayout(top)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        self.pictures = []
        for place, role in enumerate(analysis.package.manifest.preprocess.channels):
            picture = ChannelPicture()
            grid.addWidget(picture, 2 * (place // 3), place % 3)
            text = self.tr("Channel {0}: {1}").format(place + 1, wording.role_name(role))
            grid.addWidget(label(text, "dim"), 2 * (place // 3) + 1, place % 3)
            self.pictures.append(picture)
        layout.addLayout(grid, 1)
        layout.addWidget(label(wording.map_caption(), wrap=True))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.slices.currentIndexChanged.connect(self._show)
        overlay.changed.connect(self._show)
        session.document.result_changed.connect(self._close_when_over)  # also told when another study is opened
        session.settings.changed.connect(self._close_when_over)  # read-first mode
        wanted = [made.ref.index for made, _ in self._pairs]
        self.slices.setCurrentIndex(wanted.index(index) if index in wanted else 0)
        self._show()

    def _close_when_over(self) -> None:
        document = self._session.document
        if document.analysis is not self._analysis or document.is_stale or self._session.impression_wanted:
            self.close()

    def _slice_text(self, made: SliceInput, answer: Prediction | None) -> str:
        text = wording.position(made.ref.position_mm)
        if answer is None:
            return text
        labels = self._analysis.result.package.labels
        return f"{text}   {wording.class_name(labels[int(np.argmax(answer.probabilities))])}"

    def _show(self) -> None:
        if not self._pairs:
            return
        made, answer = self._pairs[self.slices.currentIndex()]
        values = None
        labels = self._analysis.result.package.labels
        if answer is not None and self._overlay.visible and self._overlay.label in labels:
            lesion = self._analysis.predictions[made.ref.lesion_id]
            top = max(float(one.cam.max()) for one in lesion)
            if top > 0:
                values = answer.cam[labels.index(self._overlay.label)] / np.float32(top)
        for picture, channel in zip(self.pictures, made.array, strict=True):
            picture.show_channel(channel, values, self._overlay.opacity)
