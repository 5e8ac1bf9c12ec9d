"""The audit file, followed from its first entry to its last beside the window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication

from desktop.jobs import Job
from engine import pipeline
from engine.domain.progress import Progress
from engine.pipeline import AuditReport

translate = QCoreApplication.translate


LATEST_ENTRIES = 200


@dataclass(frozen=True)
class AuditCheck:
    """What a check of the audit file found, where it lies, and its latest entries, newest first."""

    report: AuditReport
    path: Path
    latest: tuple[Mapping[str, Any], ...]


def check_audit() -> Job:
    """Follow the chain of the audit file from its first entry to its last. Gives `AuditCheck`."""

    def work(progress: Progress) -> AuditCheck:
        progress.step("audit", 0, 0)
        entries = pipeline.audit_entries()
        return AuditCheck(pipeline.verify_audit(), pipeline.audit_path(), entries[: -LATEST_ENTRIES - 1 : -1])

    return Job(translate("operations", "Checking the audit record"), work)
