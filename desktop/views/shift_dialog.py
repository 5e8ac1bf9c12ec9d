"""The shift dialog: moves the series of one role onto T2 by hand, while the views show what that does."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QDoubleSpinBox, QFormLayout, QWidget

from desktop import wording
from desktop.session import Session
from desktop.views.widgets import column, label
from engine.domain.sequence import SequenceRole

FARTHEST_MM = 60.0
STEP_MM = 0.5
SHIFT_MERGE = 0x5417000
"""Merge ids of shifts start here: turning at the numbers of one role is one step back."""


class ShiftDialog(QDialog):
    """Three numbers in patient mm. Every change is an edit at once; Cancel puts back what was there before."""

    def __init__(self, role: SequenceRole, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._role, self._session = role, session
        case = session.document.case
        assert case is not None
        self._before = case.shifts_mm.get(role, (0.0, 0.0, 0.0))
        self._study_uid = case.study_instance_uid
        self.setWindowTitle(self.tr("Move {0} onto T2").format(wording.role_name(role)))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        layout = column(self, (16, 16, 16, 12), 10)
        text = self.tr(
            "Compare the outline with the lesion on this series and move the series until they agree. "
            "The analysis uses the series at its new place, and the case keeps the shift."
        )
        layout.addWidget(label(text, "dim", wrap=True))
        form = QFormLayout()
        layout.addLayout(form)
        self.boxes = []
        names = (self.tr("To the patient's left"), self.tr("To the back"), self.tr("To the head"))
        for name, value in zip(names, self._before, strict=True):
            box = QDoubleSpinBox()
            box.setRange(-FARTHEST_MM, FARTHEST_MM)
            box.setDecimals(1)
            box.setSingleStep(STEP_MM)
            box.setSuffix(" mm")
            box.setValue(value)
            box.setAccessibleName(name)
            box.valueChanged.connect(self._apply)
            form.addRow(name, box)
            self.boxes.append(box)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok
            | QDialogButtonBox.StandardButton.Cancel
            | QDialogButtonBox.StandardButton.Reset
        )
        buttons.button(QDialogButtonBox.StandardButton.Reset).clicked.connect(self._reset)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        session.document.opened.connect(self.close)

    def reject(self) -> None:
        """Put back what was there before."""
        self._move(self._before)
        super().reject()

    def _reset(self) -> None:
        for box in self.boxes:
            box.setValue(0.0)

    def _apply(self) -> None:
        left, back, head = (box.value() for box in self.boxes)
        self._move((left, back, head))

    def _move(self, shift_mm: tuple[float, float, float]) -> None:
        document = self._session.document
        case = document.case
        if case is None or case.study_instance_uid != self._study_uid:
            return
        text = self.tr("Move {0} onto T2").format(wording.role_name(self._role))
        merge_id = SHIFT_MERGE + list(SequenceRole).index(self._role)
        document.edit(case.with_shift(self._role, shift_mm), text, merge_id)
