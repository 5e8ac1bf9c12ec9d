"""C-STORE to a storage server of this test on loopback: what arrives, what is refused, who is not there."""

from __future__ import annotations

import socket
from datetime import datetime

import pydicom
import pytest

from engine.dicom_out import write_encapsulated_pdf, write_segmentation
from engine.dicom_out.send import send
from engine.domain.errors import Cancelled, ReportError, UsageError
from engine.domain.node import Node
from tests.support.roi_series import ball, small_study
from tests.support.storage_server import serve


def _accept(_event) -> int:
    return 0x0000


pytestmark = pytest.mark.loopback

IMPLICIT = "1.2.840.10008.1.2"


@pytest.fixture
def objects(tmp_path):
    small = small_study(tmp_path / "t2")
    case = small.case(small.roi(ball(small.volume.shape, (2, 9, 12), (1.5, 4, 6))))
    write_segmentation(case, small.study, small.volumes, tmp_path / "seg.dcm", created=datetime(2026, 1, 2))
    (tmp_path / "r.pdf").write_bytes(b"%PDF-1.4")
    write_encapsulated_pdf(
        tmp_path / "r.pdf", small.study, small.series, tmp_path / "r.dcm", created=datetime(2026, 1, 2)
    )
    return [tmp_path / "seg.dcm", tmp_path / "r.dcm"]


@pytest.mark.parametrize("syntaxes", [None, [IMPLICIT]])
def test_objects_arrive_whole(objects, syntaxes) -> None:
    arrived = []

    def store(event):
        dataset = event.dataset
        dataset.file_meta = event.file_meta
        arrived.append(dataset)
        return 0x0000

    server, node = serve(store, syntaxes=syntaxes)
    try:
        answers = send(objects, node)
    finally:
        server.shutdown()
    assert [answer.accepted for answer in answers] == [True, True]
    for dataset, path in zip(arrived, objects, strict=True):
        sent = pydicom.dcmread(path)
        assert dataset.SOPInstanceUID == sent.SOPInstanceUID
        assert dataset.PatientName == sent.PatientName
        assert dataset.get("PixelData") == sent.get("PixelData")


def test_a_refused_object_does_not_stop_the_others(objects) -> None:
    def store(event):
        return 0xA700 if event.request.AffectedSOPClassUID == "1.2.840.10008.5.1.4.1.1.66.4" else 0xB000

    server, node = serve(store)
    try:
        first, second = send(objects, node)
    finally:
        server.shutdown()
    assert not first.accepted
    assert "0xA700" in first.answer
    assert second.accepted
    assert "0xB000" in second.answer


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # pynetdicom's own socket, left open
def test_nobody_there_and_wrong_name_end_in_a_message(objects) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    with pytest.raises(ReportError) as caught:
        send(objects, Node("127.0.0.1", free, "ARCHIVE"))
    assert caught.value.code == "node-no-association"
    server, node = serve(_accept, ae_title="OTHER", required=True)
    try:
        with pytest.raises(ReportError, match="refused the association"):
            send(objects, node)
    finally:
        server.shutdown()


def test_what_is_no_object_stops_before_anything_is_sent(objects, tmp_path) -> None:
    (tmp_path / "t.dcm").write_text("hello")
    arrived = []
    server, node = serve(lambda event: arrived.append(event) or 0x0000)
    try:
        with pytest.raises(ReportError) as caught:
            send([objects[0], tmp_path / "t.dcm"], node)
    finally:
        server.shutdown()
    assert caught.value.code == "not-dicom"
    assert arrived == []


def test_cancel_stops_between_objects(objects) -> None:
    class StopAtSecond:
        def step(self, stage: str, done: int, total: int) -> None:
            if done == 1:
                raise Cancelled

    arrived = []
    server, node = serve(lambda event: arrived.append(event) or 0x0000)
    try:
        with pytest.raises(Cancelled):
            send(objects, node, StopAtSecond())
    finally:
        server.shutdown()
    assert len(arrived) == 1


@pytest.mark.parametrize(
    ("host", "port", "title"),
    [("", 104, "A"), ("h", 0, "A"), ("h", 70_000, "A"), ("h", 104, ""), ("h", 104, "A" * 17), ("h", 104, "A\\B")],
)
def test_impossible_nodes_are_refused(host, port, title) -> None:
    with pytest.raises(UsageError):
        Node(host, port, title)
