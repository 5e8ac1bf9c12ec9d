"""The model shelf: the installed packages, verified once beside everything else, and which of them a case would use."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop import readiness
from desktop.jobs import Jobs
from desktop.operations import analyses
from engine.domain.case import Case
from engine.domain.package import ModelPackage


class ModelShelf(QObject):
    """Knows the packages.

    Signals:
        checked(): The packages are known now.
        failed(error): They could not be listed.
    """

    checked = Signal()
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.jobs = Jobs(self)
        self._packages: tuple[ModelPackage, ...] | None = None

    def check(self) -> None:
        """Verify the installed packages; until that is done none is known. Cancelling other work does not stop it."""
        job = analyses.list_packages()
        job.succeeded.connect(self._take)
        job.failed.connect(self.failed)
        self.jobs.start("packages", job)

    @property
    def is_checked(self) -> bool:
        """True once the packages are known."""
        return self._packages is not None

    def packages(self) -> tuple[ModelPackage, ...]:
        """Return the installed packages, as far as they have been verified."""
        return self._packages or ()

    def package_for(self, case: Case | None) -> ModelPackage | None:
        """Return the package that an analysis of a case would use."""
        return readiness.package_for(self.packages(), case)

    def _take(self, packages: tuple[ModelPackage, ...]) -> None:
        self._packages = packages
        self.checked.emit()
