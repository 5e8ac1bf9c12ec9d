"""Sending chosen objects to a DICOM node with C-STORE: the only place in the application that opens a connection.

Nothing here runs by itself: a person names the node and presses send. pynetdicom is imported only then.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydicom import Dataset, dcmread
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from engine.domain.errors import ReportError
from engine.domain.node import Node, Sent
from engine.domain.progress import SILENT, Progress

TIMEOUT_S = 30.0
SUCCESS = 0x0000
WARNINGS = range(0xB000, 0xC000)


def send(paths: Sequence[Path], node: Node, progress: Progress = SILENT) -> tuple[Sent, ...]:
    """Store objects on a node, one after the other, over one association.

    Returns:
        One answer for each path, in order. An object that the node refuses does not stop the others.

    Raises:
        ReportError: A file is no DICOM object, the node is not there, or it refuses the association.
    """
    from pynetdicom import AE

    objects = [(path, _object(path)) for path in paths]
    ae = AE(ae_title=node.calling_ae_title)
    ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = ae.connection_timeout = TIMEOUT_S
    for sop_class in dict.fromkeys(str(dataset.SOPClassUID) for _, dataset in objects):
        ae.add_requested_context(sop_class, [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
    association = ae.associate(node.host, node.port, ae_title=node.ae_title)
    if not association.is_established:
        why = "refused the association" if association.is_rejected else "did not answer"
        raise ReportError(
            f"The DICOM node {node.ae_title} at {node.host}:{node.port} {why}.",
            remedy=f"Check the address and AE titles, and that the node knows {node.calling_ae_title}.",
            code="node-no-association",
        )
    answers: list[Sent] = []
    try:
        for number, (path, dataset) in enumerate(objects):
            progress.step("send", number, len(objects))
            answers.append(_store(association, path, dataset))
        progress.step("send", len(objects), len(objects))
    finally:
        association.release()
    return tuple(answers)


def _object(path: Path) -> Dataset:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # values copied from the source keep its oddities
            dataset = dcmread(path)
            str(dataset.SOPClassUID), str(dataset.SOPInstanceUID)
    except Exception as problem:
        raise ReportError(
            f"The file {path.name} cannot be sent: it is no DICOM object ({problem}).",
            remedy="Choose objects that this application wrote.",
            code="not-dicom",
        ) from problem
    return dataset


def _store(association: Any, path: Path, dataset: Dataset) -> Sent:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # values copied from the source keep its oddities
            status = association.send_c_store(dataset)
    except (RuntimeError, ValueError, AttributeError) as problem:
        return Sent(path, False, f"not sent: {problem}")
    if "Status" not in status:
        return Sent(path, False, "the connection broke or timed out")
    code = int(status.Status)
    comment = f": {status.ErrorComment}" if status.get("ErrorComment") else ""
    if code == SUCCESS:
        return Sent(path, True, "stored")
    if code in WARNINGS:
        return Sent(path, True, f"stored with warning 0x{code:04X}{comment}")
    return Sent(path, False, f"refused with status 0x{code:04X}{comment}")
