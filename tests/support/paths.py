"""Where test data lies."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"


def shared_dicom(case: str = "") -> Path:
    """Return the folder of one real DICOM case, or skip the test with the reason when it is not there."""
    folder = SHARED / "data" / "dicom" / case
    if not folder.exists():
        pytest.skip(f"real DICOM cases are not beside this checkout: {folder} is missing")
    return folder


def shared_table(name: str) -> Path:
    """Return one shared table, or skip the test with the reason when it is not there."""
    path = SHARED / "data" / "tables" / name
    if not path.exists():
        pytest.skip(f"shared tables are not beside this checkout: {path} is missing")
    return path
