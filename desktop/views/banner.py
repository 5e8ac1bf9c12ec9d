"""The banner: how far the model may be trusted, across the whole window. Nothing switches it off."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from desktop import wording
from desktop.icons import pixmap
from desktop.session import Session
from desktop.theme import Theme
from desktop.views.widgets import label
from engine.domain.package import ClinicalStatus


class StatusBanner(QFrame):
    """Shows the line of the package whose result is shown or would be made, before that of the least trusted one."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("banner")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 14, 6)
        row.setSpacing(9)
        row.addStretch(1)
        sign = QLabel()
        sign.setPixmap(pixmap("warning", theme.on_banner, 18))
        row.addWidget(sign)
        self.text = label("")
        row.addWidget(self.text, alignment=Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(1)
        session.document.result_changed.connect(self.refresh)
        session.document.opened.connect(self.refresh)
        session.readiness_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the line that applies now."""
        status = self.status()
        self.text.setText(wording.status_line(status.value))
        self.setVisible(status is not ClinicalStatus.VALIDATED)

    def status(self) -> ClinicalStatus:
        """Return the lowest status among the result shown and the package that would be used next."""
        session = self._session
        found = []
        if session.document.result is not None:
            found.append(ClinicalStatus(session.document.result.package.clinical_status))
        package = session.models.package_for(session.document.case)
        if package is not None:
            found.append(package.manifest.clinical_status)
        if not found:
            found = [one.manifest.clinical_status for one in session.models.packages()]
        ranks = list(ClinicalStatus)
        return min(found, key=ranks.index, default=ClinicalStatus.SIMULATED)
