"""The role slot: which series plays one role, how sure the recognition is and why, and the menu to change it."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPointF, Qt, Signal
from PySide6.QtGui import (
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPixmap,
    QTransform,
)
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from desktop import wording
from desktop.display_plane import DisplayPlane
from desktop.icons import icon
from desktop.models.series_model import SERIES_MIME
from desktop.session import Session
from desktop.theme import Theme
from desktop.views.role_menu import b_text, b_values, fill_b_values, fill_roles, possible
from desktop.views.shift_dialog import ShiftDialog
from desktop.views.slice_painter import image_transform, paint_image
from desktop.views.widgets import ElidedLabel, button, column, label, set_card, set_tone
from desktop.window_level import auto_window, grey_image
from engine.domain.sequence import SequenceRole
from engine.domain.volume import Volume

THUMBNAIL_PX = 56


class RoleSlot(QFrame):
    """One of the six roles.

    Signals:
        chosen(role, key): The person lets this series (None: nobody) play the role.
        confirmed(role): The person accepts the uncertain proposal.
        shown(key): The person wants to see the series in the active view.
    """

    chosen = Signal(object, object)
    confirmed = Signal(object)
    shown = Signal(str)

    def __init__(self, role: SequenceRole, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.role = role
        self._session = session
        self._pictured: Volume | None = None
        self._pressed = QPointF()
        self.setAcceptDrops(True)
        self.setProperty("card", "empty")
        self.setAccessibleName(wording.role_name(role))
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 6, 6)
        row.setSpacing(9)
        self._row = row
        self._picture = QLabel()
        self._picture.setFixedSize(THUMBNAIL_PX, THUMBNAIL_PX)
        row.addWidget(self._picture)
        texts = QWidget()
        lines = column(texts, spacing=1)
        top = QHBoxLayout()
        top.setSpacing(6)
        self._name = label(wording.role_name(role), "strong")
        self._vacant = ElidedLabel(tone="dim")
        self._vacant.setAlignment(Qt.AlignmentFlag.AlignRight)
        top.addWidget(self._name)
        self._b_value = QToolButton()
        self._b_value.setProperty("small", True)
        self._b_value.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._b_value.setToolTip(self.tr("Choose the b-value, in s/mm²"))
        self._b_value.setAccessibleName(self.tr("b-value"))
        values = QMenu(self._b_value)
        values.aboutToShow.connect(lambda: fill_b_values(values, session.document, self._choose))
        self._b_value.setMenu(values)
        top.addWidget(self._b_value)
        top.addWidget(self._vacant, 1)
        lines.addLayout(top)
        self._series = ElidedLabel()
        self._sure = label("", "dim")
        self._reason = ElidedLabel(tone="dim")
        why = QHBoxLayout()
        why.setSpacing(6)
        why.addWidget(self._sure)
        why.addWidget(self._reason, 1)
        lines.addWidget(self._series)
        lines.addLayout(why)
        self._confirm = button(self.tr("Confirm"), flat=True, tip=self.tr("Accept this proposal"))
        self._confirm.clicked.connect(lambda: self.confirmed.emit(self.role))
        lines.addWidget(self._confirm, alignment=Qt.AlignmentFlag.AlignLeft)
        row.addWidget(texts, 1)
        self._change = QToolButton()
        self._change.setIcon(icon("more", theme.dim))
        self._change.setProperty("small", True)
        self._change.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._change.setToolTip(self.tr("Choose the series for {0}").format(wording.role_name(role)))
        self._change.setAccessibleName(self._change.toolTip())
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill_menu)
        self._change.setMenu(self._menu)
        row.addWidget(self._change, alignment=Qt.AlignmentFlag.AlignTop)
        self.refresh()

    def refresh(self) -> None:
        """Show the present state of the case."""
        document = self._session.document
        study, case = document.study, document.case
        key = None if case is None else case.roles.get(self.role)
        series = None if study is None or key is None else study.find(key)
        present = series is not None
        for widget in (self._picture, self._series, self._sure, self._reason):
            widget.setVisible(present)
        self._change.setVisible(study is not None)
        self._row.setContentsMargins(*((8, 6, 6, 6) if present else (8, 0, 6, 0)))
        doubtful = present and self._session.needs_confirmation(self.role)
        self._confirm.setVisible(doubtful)
        self._show_b_values()
        if series is None:
            count = len(possible(document, self.role))
            vacant = self.tr("not assigned: %n possible", "", count) if count else self.tr("not assigned")
            self._vacant.setText(vacant if study is not None else "")
            self._vacant.setToolTip(self._vacant.text())
            self.setToolTip("")
            set_tone(self._name, "dim")
            set_tone(self._vacant, "warn" if count else "dim")
            set_card(self, "empty")
        else:
            guess = document.role_map.guess_for(series.key)
            reasons = () if guess is None else tuple(wording.reason(each) for each in guess.reasons)
            self._vacant.setText("")
            self._sure.setText(self._confidence_text(series.key, doubtful))
            set_tone(self._sure, "warn" if doubtful else "dim")
            self._series.setText(wording.series_name(series))
            rivals = len(possible(document, self.role)) - 1 if doubtful else 0
            others = self.tr("%n other series possible", "", rivals) if rivals > 0 else ""
            shift = document.case.shifts_mm.get(self.role) if document.case is not None else None
            turn = document.case.rotations.get(self.role) if document.case is not None else None
            moved = "" if shift is None else self.tr("moved by {0} mm").format(wording.vector(shift))
            if turn is not None:
                moved = self.tr("registered on T2, {0}").format(moved or self.tr("turned"))
            shown = [text for text in (moved, others, *reasons[:1]) if text]
            self._reason.setText(", ".join(shown))
            self.setToolTip("\n".join([wording.series_name(series), self._sure.text(), *shown[:-1], *reasons]))
            set_tone(self._name, "strong")
            set_card(self, "doubt" if doubtful else "slot")
            self._show_picture(self._session.store.get(series.key))

    def _show_picture(self, volume: Volume | None) -> None:
        if self._pictured is not volume or volume is None:
            self._pictured = volume
            self._picture.setPixmap(thumbnail(volume))

    def _confidence_text(self, key: str, doubtful: bool) -> str:
        guess = self._session.document.role_map.guess_for(key)
        if guess is None or guess.role is not self.role:
            return self.tr("chosen by you")
        if guess.conflict and doubtful:
            return self.tr("contradictory: please check")
        value = f"{guess.confidence:.2f}"
        return (self.tr("please check, {0}") if doubtful else self.tr("confidence {0}")).format(value)

    def _fill_menu(self) -> None:
        fill_roles(self._menu, self._session.document, self.role, self._choose, self._move)

    def _choose(self, key: str | None) -> None:
        self.chosen.emit(self.role, key)

    def _move(self) -> None:
        ShiftDialog(self.role, self._session, self.window()).show()

    def _show_b_values(self) -> None:
        """Offer the other b-values where the role is diffusion and the study holds several."""
        values = b_values(self._session.document) if self.role is SequenceRole.DWI else []
        self._b_value.setVisible(len(values) > 1)
        case = self._session.document.case
        chosen = next((s for s in values if case is not None and case.roles.get(self.role) == s.key), None)
        text = self.tr("choose b") if chosen is None else b_text(chosen)
        self._b_value.setText(text + " ▾")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the series of this role: onto another role, or onto a view."""
        case = self._session.document.case
        far = (event.position() - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if not far or case is None or self.role not in case.roles or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        data = QMimeData()
        data.setData(SERIES_MIME, case.roles[self.role].encode())
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.setPixmap(self._picture.pixmap())
        drag.exec(Qt.DropAction.CopyAction)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        case = self._session.document.case
        if case is not None and self.role in case.roles:
            self.shown.emit(case.roles[self.role])
        super().mouseDoubleClickEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(SERIES_MIME):
            set_card(self, "target")
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.refresh()
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        key = bytes(event.mimeData().data(SERIES_MIME).data()).decode().split("\n")[0]
        self.refresh()
        if key:
            self.chosen.emit(self.role, key)
            event.acceptProposedAction()


def thumbnail(volume: Volume | None) -> QPixmap:
    """Return the middle slice of a volume as a reader sees it, on black; plain black while there is none."""
    made = QPixmap(THUMBNAIL_PX, THUMBNAIL_PX)
    made.fill(Qt.GlobalColor.black)
    if volume is None:
        return made
    slices, rows, columns = volume.shape
    plane = DisplayPlane.of(volume.affine)
    image: QImage = grey_image(volume.array[slices // 2], auto_window(volume.array[slices // 2][None]))
    width, height = plane.extent_mm(rows, columns)
    scale = THUMBNAIL_PX / max(width, height)
    matrix = plane.pixel_to_screen_mm(slices // 2)
    centre = matrix @ (columns / 2, rows / 2, 1.0)
    half = THUMBNAIL_PX / 2
    to_px = QTransform(scale, 0, 0, scale, half - centre[0] * scale, half - centre[1] * scale)
    painter = QPainter(made)
    paint_image(painter, image, image_transform(plane, slices // 2, to_px), True)
    painter.end()
    return made
