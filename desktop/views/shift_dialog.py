"""The shift dialog: lays the series of one role on T2, by registration or by hand, while the views show what that does.

Registration is proposed, never slipped in: the views show the series at its new place beside T2, and only OK takes
it. What is taken is one step of the history, part of the case, and stated by the report.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QDoubleSpinBox, QFormLayout, QHBoxLayout, QWidget

from desktop import errors, wording
from desktop.jobs import Job
from desktop.operations import analyses
from desktop.session import Session
from desktop.views.widgets import button, column, label, set_tone
from engine.domain.case import Case, Rotation
from engine.domain.sequence import SequenceRole

FARTHEST_MM = 60.0
STEP_MM = 0.5
ROUNDING_MM = 0.05
"""The boxes show tenths: so far may they be from what the case holds."""
SHIFT_MERGE = 0x5417000
"""Merge ids of shifts start here: turning at the numbers of one role is one step back."""


class ShiftDialog(QDialog):
    """Three numbers in patient mm, and the turn that registration found. Every change is an edit at once; Cancel puts
    back what was there before.
    """

    def __init__(self, role: SequenceRole, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._role, self._session = role, session
        case = session.document.case
        assert case is not None
        self._before = (case.shifts_mm.get(role), case.rotations.get(role))
        self._study_uid = case.study_instance_uid
        self._job: Job | None = None
        self.setWindowTitle(self.tr("Align {0} with T2").format(wording.role_name(role)))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(400)
        layout = column(self, (16, 16, 16, 12), 10)
        text = self.tr(
            "Compare the outline with the lesion on this series and move the series until they agree. "
            "The analysis uses the series at its new place, and the case keeps the shift."
        )
        layout.addWidget(label(text, "dim", wrap=True))
        self.align = button(self.tr("Align automatically"), tip=self.tr("Rigid registration around the lesions"))
        self.align.clicked.connect(self.register)
        row = QHBoxLayout()
        row.addWidget(self.align)
        row.addStretch(1)
        layout.addLayout(row)
        self.outcome = label("", "dim", wrap=True)
        layout.addWidget(self.outcome)
        form = QFormLayout()
        layout.addLayout(form)
        self.boxes = [self._box(form, name) for name in self._names()]
        self.turn = label("")
        form.addRow(self.tr("Turned about left, back, head"), self.turn)
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel | kinds.Reset)
        buttons.button(kinds.Reset).clicked.connect(self._reset)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.finished.connect(self._stop)
        session.document.opened.connect(self.close)
        session.document.case_changed.connect(self._follow)
        session.store.added.connect(self._show_readiness)
        self._follow()

    # ---- the case

    def _case(self) -> Case | None:
        """Return the case shown while it is the one that the dialog was opened for."""
        case = self._session.document.case
        return case if case is not None and case.study_instance_uid == self._study_uid else None

    def _follow(self) -> None:
        """Show what the case holds, whoever changed it: undo in the window as well."""
        case = self._case()
        if case is None:
            return
        for box, value in zip(self.boxes, case.shifts_mm.get(self._role, (0.0, 0.0, 0.0)), strict=True):
            if abs(box.value() - value) > ROUNDING_MM:  # a number that is being typed is left as it stands
                box.blockSignals(True)
                box.setValue(value)
                box.blockSignals(False)
        rotation = case.rotations.get(self._role)
        angles = (0.0, 0.0, 0.0) if rotation is None else rotation.angles_deg
        self.turn.setText(", ".join(f"{wording.number(angle)}°" for angle in angles))
        self._show_readiness()

    # ---- registration

    def register(self) -> None:
        """Look for the place at which the series lies on T2, beside the window; show it when it is found."""
        _, case = self._session.shown()
        job = analyses.register(case, self._session.volumes(), self._role)
        job.succeeded.connect(self._registered)
        job.failed.connect(self._not_registered)
        job.finished.connect(self._ended)
        self._job = job
        self._say(self.tr("Looking for the place where both series agree around the lesions…"))
        self._session.jobs.start("register", job)
        self._show_readiness()

    def _registered(self, found: Case) -> None:
        self._put(found.shifts_mm.get(self._role), found.rotations.get(self._role))
        self._say(
            self.tr(
                "Found by registration and shown in the views. Compare the outline with the lesion on this series; OK "
                "takes it, Cancel puts the series back."
            )
        )

    def _not_registered(self, error: BaseException) -> None:
        self._say(" ".join(errors.words(error)), tone="warn")

    def _ended(self) -> None:
        self._job = None
        self._show_readiness()

    def _show_readiness(self) -> None:
        case = self._session.document.case
        outlined = case is not None and bool(case.rois)
        ready = outlined and case is not None and not self._session.store.missing(case.roles)
        self.align.setEnabled(ready and self._job is None)
        hint = self.tr("Automatic alignment looks around the lesions: outline one first.")
        if not outlined:
            self._say(hint)
        elif self.outcome.text() == hint:
            self._say("")
            self.outcome.hide()
        elif self.outcome.text() == "" or self._job is not None:
            self.outcome.setVisible(self._job is not None)

    def _say(self, text: str, tone: str = "dim") -> None:
        self.outcome.setText(text)
        set_tone(self.outcome, tone)
        self.outcome.show()

    # ---- by hand

    def _names(self) -> tuple[str, str, str]:
        return self.tr("To the patient's left"), self.tr("To the back"), self.tr("To the head")

    def _box(self, form: QFormLayout, name: str) -> QDoubleSpinBox:
        box = QDoubleSpinBox()
        box.setRange(-FARTHEST_MM, FARTHEST_MM)
        box.setDecimals(1)
        box.setSingleStep(STEP_MM)
        box.setSuffix(" mm")
        box.setAccessibleName(name)
        box.valueChanged.connect(self._moved_by_hand)
        form.addRow(name, box)
        return box

    def _moved_by_hand(self) -> None:
        case = self._case()
        left, back, head = (box.value() for box in self.boxes)
        self._put((left, back, head), None if case is None else case.rotations.get(self._role))

    def reject(self) -> None:
        """Put back what was there before."""
        self._put(*self._before)
        super().reject()

    def _stop(self) -> None:
        """What registration finds after the dialog is gone is nobody's wish."""
        if self._job is not None:
            self._job = None
            self._session.jobs.cancel("register")

    def _reset(self) -> None:
        self._put(None, None)

    def _put(self, shift_mm: tuple[float, float, float] | None, rotation: Rotation | None) -> None:
        case = self._case()
        if case is None:
            return
        text = self.tr("Align {0} with T2").format(wording.role_name(self._role))
        merge_id = SHIFT_MERGE + list(SequenceRole).index(self._role)
        self._session.document.edit(case.with_correction(self._role, shift_mm, rotation), text, merge_id)
