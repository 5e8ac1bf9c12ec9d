"""Names of phantom things: patient numbers and DICOM identifiers, all derived from the seed."""

from __future__ import annotations

import hashlib
from typing import Protocol as TypingProtocol

PHANTOM_VERSION = "3"


class Named(TypingProtocol):
    """Anything that carries a patient number and its seed."""

    @property
    def patient_id(self) -> str: ...
    @property
    def seed(self) -> int: ...


def uid_for(patient: Named, *parts: object) -> str:
    """A DICOM UID under 2.25, the same for the same patient, seed and parts."""
    text = "|".join([PHANTOM_VERSION, patient.patient_id, str(patient.seed), *map(str, parts)])
    return f"2.25.{int.from_bytes(hashlib.sha256(text.encode()).digest()[:15], 'big')}"
