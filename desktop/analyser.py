"""The analyser: says why an analysis cannot start, starts one when the person asks, and the first one by itself.

By itself it starts only what nothing is missing for, and never overtakes a reader who is still at work on outlines.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from desktop import readiness, wording
from desktop import settings as table
from desktop.desk import Desk
from desktop.model_shelf import ModelShelf
from desktop.operations import analyses
from desktop.volume_reader import VolumeReader
from engine.domain.result import Analysis

QUIET_MS = 4000
"""An analysis of drawn outlines starts by itself after the reader has rested this long."""


class Analyser(QObject):
    """Works at one desk."""

    def __init__(self, desk: Desk, models: ModelShelf, reader: VolumeReader) -> None:
        super().__init__(desk)
        self._desk, self._models, self._reader = desk, models, reader
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(QUIET_MS)
        self._rest.timeout.connect(self.start_by_itself)

    def obstacle(self) -> str:
        """Return why an analysis cannot start now, in words; empty when it can."""
        desk = self._desk
        study, case = desk.document.study, desk.document.case
        if case is None and desk.arriving is not None:
            return self.tr("The study is being read.")
        if study is None or case is None:
            return self.tr("Open a study first.")
        if not self._models.is_checked:
            return self.tr("The model packages are being checked.")
        if not self._models.packages():
            return self.tr("No model package is installed.")
        package = self._models.package_for(case)
        if package is None:
            return self.tr("The roles present do not allow any installed model.")
        if self._reader.obstacle():
            return self._reader.obstacle()
        if not case.rois and not readiness.t2_is_broken(study, case):
            return self.tr("Draw or import a lesion outline.")
        doubtful = [role for role in package.roles if desk.needs_confirmation(role)]
        if doubtful:
            names = ", ".join(wording.role_name(role) for role in doubtful)
            return self.tr("Confirm or change the proposed series: {0}.").format(names)
        return ""

    def analyze(self) -> None:
        """Classify the lesions of the case as it is now. An analysis that still runs is replaced."""
        desk = self._desk
        if self.obstacle():
            desk.notice.emit(self.obstacle())
            return
        self.call_off()
        study, case = desk.shown()
        job = analyses.analyze(study, case, desk.volumes(), desk.settings.get(table.PROVIDER))
        desk.start("analysis", job, self._analysed)

    def start_by_itself(self) -> None:
        """Begin the first analysis of a study when nothing is missing and the person has not switched that off."""
        wanted = self._desk.settings.get(table.AUTO_ANALYZE)
        if wanted and self._desk.document.analysis is None and not self.obstacle():
            self.analyze()

    def start_rested(self) -> None:
        """An analysis may have waited for images; a reader who is still at work is not overtaken."""
        if not self._rest.isActive():
            self.start_by_itself()

    def put_off(self) -> None:
        """The reader is at work: the first analysis starts by itself when they have rested."""
        if self._desk.document.analysis is None:
            self._rest.start()

    def call_off(self) -> None:
        """Wait no longer for the reader to rest."""
        self._rest.stop()

    def _analysed(self, analysis: Analysis) -> None:
        document = self._desk.document
        study = document.study
        if study is not None and analysis.result.study_instance_uid == study.study_instance_uid:
            document.show_analysis(analysis)
