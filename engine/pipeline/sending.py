"""Sending chosen objects to a DICOM node: on a person's act only, never by itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.dicom_out import send
from engine.domain.errors import UsageError
from engine.domain.node import Node, Sent
from engine.domain.progress import SILENT, Progress
from engine.pipeline.trail import record_sending


def sendable(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return the DICOM objects among files and in folders, in the order given, each once; folders may hold others.

    Raises:
        UsageError: A path is not there, or nothing that could be sent is.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if each.is_file() and _is_dicom(each))
            found.update(dict.fromkeys(inside))
        elif path.is_file():
            found[path] = None  # a file named by a person that is no DICOM object is refused by name when it is read
        else:
            raise UsageError(
                f"There is no file or folder {path}.", remedy="Check the path of what to send.", code="send-missing"
            )
    if not found:
        raise UsageError(
            f"There is no DICOM object in {', '.join(map(str, paths))}.",
            remedy="Name the folder that 'lobule analyze' wrote, or the .dcm files in it.",
            code="send-nothing",
        )
    return tuple(found)


def send_objects(paths: Sequence[Path], node: Node, progress: Progress = SILENT) -> tuple[Sent, ...]:
    """Store objects on a DICOM node with C-STORE; the only function that opens a connection.

    Returns:
        One answer for each path, in order. An object that the node refuses does not stop the others.

    Raises:
        StorageError: The audit file cannot be written; nothing is sent then.
        ReportError: A file is no DICOM object, the node is not there, or it refuses the association.
        Cancelled: The progress asked to stop; what was sent before stays on the node.
    """
    record_sending([path.read_bytes() for path in paths if path.is_file()], node.ae_title)
    return send.send(paths, node, progress)


def _is_dicom(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(132)[128:] == b"DICM"
    except OSError:
        return False
