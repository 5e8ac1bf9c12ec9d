"""The audit trail of this person's Lobule: what was done, and whether the record is whole.

Everything in this package that analyses, exports or sends writes to it by itself. Whoever lets a result out another
way (saves or prints a picture) records that with `record_export`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine import audit, storage
from engine.audit import AuditReport
from engine.domain.case import Case
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


def record_outlines(case: Case, outputs: Mapping[str, bytes]) -> None:
    """Put an export of outlines alone, without a result, into the audit file."""
    digests = {kind: hashlib.sha256(data).hexdigest() for kind, data in outputs.items()}
    audit.append(storage.data_folder(), "export", {"case_digest": case.digest(), "outputs": digests})


def record_sending(objects: Sequence[bytes], ae_title: str) -> None:
    """Put what is about to be sent to a DICOM node into the audit file: digests and the node's title, no file names."""
    digests = [hashlib.sha256(data).hexdigest() for data in objects]
    audit.append(storage.data_folder(), "send", {"objects": digests, "to": ae_title})


def audit_entries() -> tuple[dict[str, Any], ...]:
    """Return the entries of the audit file, oldest first."""
    return tuple(audit.entries(storage.data_folder()))


def audit_path() -> Path:
    """Return where the audit file lies."""
    return storage.data_folder() / audit.FILE


def verify_audit() -> AuditReport:
    """Follow the chain of the audit file."""
    return audit.verify(storage.data_folder())
