"""What may be sent, and that nothing loads the network before a person sends."""

from __future__ import annotations

import subprocess
import sys

import pytest

from engine import pipeline
from engine.domain.errors import UsageError


def test_folders_give_their_dicom_objects_and_named_files_stand_as_they_are(tmp_path) -> None:
    (tmp_path / "out" / "heat_maps").mkdir(parents=True)
    for name in ("out/b.dcm", "out/heat_maps/a.dcm"):
        (tmp_path / name).write_bytes(b"\0" * 128 + b"DICM")
    (tmp_path / "out" / "result.json").write_text("{}")
    found = pipeline.sendable([tmp_path / "out", tmp_path / "out" / "b.dcm", tmp_path / "out" / "result.json"])
    assert [path.name for path in found] == ["b.dcm", "a.dcm", "result.json"]


def test_nothing_to_send_is_said(tmp_path) -> None:
    with pytest.raises(UsageError, match="no DICOM object"):
        pipeline.sendable([tmp_path])
    with pytest.raises(UsageError, match="There is no file or folder"):
        pipeline.sendable([tmp_path / "gone"])


def test_the_network_library_is_not_loaded_by_the_command_or_the_pipeline() -> None:
    code = "import sys, engine.cli, engine.pipeline; sys.exit('pynetdicom' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
