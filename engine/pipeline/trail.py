"""The audit trail of this person's Lobule: what was done, and whether the record is whole.

`analyze`, `write_outputs` and `write_report` write to it by themselves. Whoever lets a result out another way (sends a
DICOM object, saves a picture) records that with `record_export`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import audit, storage
from engine.audit import AuditReport
from engine.domain.result import StudyResult


def record_export(result: StudyResult, outputs: Mapping[str, bytes], *, deidentified: bool) -> None:
    """Put an export into the audit file; call it before anything leaves.

    Args:
        outputs: Content by kind, such as ``roi.seg.dcm``; never a path or a receiver's name that may hold a person's.

    Raises:
        StorageError: The audit file cannot be written; then nothing should leave.
    """
    facts = audit.export_facts(result, outputs, deidentified=deidentified)
    audit.append(storage.data_folder(), "export", facts)


def audit_entries() -> tuple[dict[str, Any], ...]:
    """Return the entries of the audit file, oldest first."""
    return tuple(audit.entries(storage.data_folder()))


def verify_audit() -> AuditReport:
    """Follow the chain of the audit file."""
    return audit.verify(storage.data_folder())
