"""The audit file is a chain: what is changed, taken out, moved or cut off is found; nobody is named in it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading

import pytest

from engine import audit, pipeline, storage
from engine.cli import main
from engine.domain.errors import StorageError
from engine.domain.node import Node
from engine.domain.result import Caution, Effect
from tests.support.paths import ROOT
from tests.support.results import CREATED, example
from tests.support.roi_series import ball, small_study


@pytest.fixture
def folder(tmp_path):
    for number in range(5):
        audit.append(tmp_path, "analysis", {"number": number})
    return tmp_path


def lines(folder):
    return (folder / audit.FILE).read_bytes().splitlines(keepends=True)


def put(folder, changed):
    (folder / audit.FILE).write_bytes(b"".join(changed))


def test_a_whole_chain_verifies_and_lists_in_order(folder):
    report = audit.verify(folder)
    assert (report.ok, report.entries, report.torn) == (True, 5, 0)
    assert [entry["number"] for entry in audit.entries(folder)] == [0, 1, 2, 3, 4]
    first = next(audit.entries(folder))
    assert first["previous"] == "0" * 64
    assert first["time"].endswith("+00:00")


@pytest.mark.parametrize(
    "damage",
    [
        lambda found: [found[0].replace(b'"number":0', b'"number":7'), *found[1:]],
        lambda found: [*found[:4], found[4].replace(b'"number":4', b'"number":7')],
        lambda found: [*found[:2], *found[3:]],
        lambda found: found[1:],
        lambda found: found[:4],
        lambda _: [],
        lambda found: [found[1], found[0], *found[2:]],
        lambda found: [*found, found[4]],
        lambda found: [*found[:4], found[4][:30]],
        lambda found: [*found[:2], b"not an entry\n", *found[3:]],
        lambda found: [*found[:2], b"\n", *found[2:]],
    ],
    ids=["first", "last", "out", "head", "end", "all", "order", "twice", "cut", "nonsense", "blank"],
)
def test_every_kind_of_damage_is_found(folder, damage):
    put(folder, damage(lines(folder)))
    report = audit.verify(folder)
    assert not report.ok
    assert report.problem.endswith(".")


def test_an_end_rebuilt_without_the_head_file_is_found(folder):
    put(folder, lines(folder)[:3])
    (folder / audit.HEAD).unlink()
    assert not audit.verify(folder).ok


@pytest.mark.parametrize(
    "damage",
    [
        lambda found: found[:4],
        lambda found: found[:1],
        lambda _: [],
        lambda found: [*found[:4], found[4].replace(b'"number":4', b'"number":7')],
        lambda found: [*found[:3], found[4]],
        lambda found: [*found[:4], found[4][:30]],
    ],
    ids=["last", "all but one", "all", "changed", "out", "cut"],
)
@pytest.mark.parametrize("head", ["kept", "gone", "empty"])
def test_an_end_that_was_cut_off_is_told_for_good_by_the_next_entry(folder, damage, head):
    """Else the next entry would chain to what is left and remember that as the whole."""
    put(folder, damage(lines(folder)))
    if head != "kept":
        (folder / audit.HEAD).write_text("")
    if head == "gone":
        (folder / audit.HEAD).unlink()
    gone = not lines(folder) and head == "gone"  # as if nothing had ever been written: only a copy elsewhere tells
    for number in range(5, 8):
        audit.append(folder, "analysis", {"number": number})
    report = audit.verify(folder)
    assert report.ok == gone
    assert gone or report.problem.endswith(".")
    assert [entry["number"] for entry in audit.entries(folder)][-3:] == [5, 6, 7]  # work goes on


def test_a_line_cut_off_by_a_power_failure_stays_and_the_chain_goes_on(folder):
    with (folder / audit.FILE).open("ab") as stream:
        stream.write(b'{"event":"anal')
    audit.append(folder, "analysis", {"number": 5})
    report = audit.verify(folder)
    assert (report.ok, report.entries, report.torn) == (True, 6, 1)
    put(folder, [line.replace(b'{"event":"anal\n', b'{"event":"nothing\n') for line in lines(folder)])
    assert not audit.verify(folder).ok


def test_entries_longer_than_the_tail_that_is_read_chain_too(tmp_path):
    for number in range(3):
        audit.append(tmp_path, "export", {"text": "x" * 150_000, "number": number})
    assert audit.verify(tmp_path).ok


def test_processes_and_threads_write_at_once(tmp_path):
    script = (
        "import sys; from pathlib import Path; from engine import audit\n"
        "for number in range(20):\n"
        "    audit.append(Path(sys.argv[1]), 'analysis', {'name': sys.argv[2], 'number': number})\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    names = ("p0", "p1", "t0", "t1")
    processes = [
        subprocess.Popen([sys.executable, "-c", script, tmp_path, name], env=environment, cwd=ROOT)
        for name in names[:2]
    ]

    def write(name):
        for number in range(20):
            audit.append(tmp_path, "analysis", {"name": name, "number": number})

    threads = [threading.Thread(target=write, args=(name,)) for name in names[2:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [process.wait(120) for process in processes] == [0, 0]
    report = audit.verify(tmp_path)
    assert (report.ok, report.entries) == (True, 80), report.problem
    for name in names:
        assert [e["number"] for e in audit.entries(tmp_path) if e["name"] == name] == list(range(20))


def test_entries_say_what_happened_and_name_nobody():
    secrets = ("Muster", "Anna", "HEP-004711", "19610203", "20260312", "ACC-2291", "1.2.826.0.1.3680043.10.1")
    stop = Caution("treated-lesion", Effect.WITHHOLD, "Anna Muster was treated.")
    made = example(slices=3, malignant=(1,), cautions=(stop,))
    result = made.analysis.result
    facts = audit.analysis_facts(result)
    assert facts["case_digest"] == made.case.digest()
    assert facts["package"]["digest"] == result.package.digest
    assert facts["provider"] == "CPUExecutionProvider"
    assert facts["result"]["recommended"] is None
    assert facts["result"]["withheld_because"] == "treated-lesion"
    assert facts["cautions"] == [{"code": "treated-lesion", "effect": "withhold"}]
    exported = audit.export_facts(result, {"report.pdf": b"Muster Anna"}, deidentified=False)
    text = json.dumps([facts, exported])
    assert not [secret for secret in secrets if secret in text]


def test_work_that_leaves_no_trace_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError) as refused:
        audit.append(tmp_path / "file", "analysis", {})
    assert refused.value.code == "audit-not-written"


def test_the_command_lists_and_verifies(capsys):
    home = storage.data_folder()
    result = example(slices=2).analysis.result
    audit.append(home, "analysis", audit.analysis_facts(result))
    audit.append(home, "export", audit.export_facts(result, {"report.pdf": b"x"}, deidentified=True))
    assert main(["audit", "verify"]) == 0
    assert "2 lines, the chain holds" in capsys.readouterr().out
    assert main(["audit", "list"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert "flag not raised" in printed[0] or "flag raised" in printed[0]
    assert "report.pdf (de-identified)" in printed[1]
    assert main(["audit", "list", "--json", str(home)]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[1])["deidentified"] is True
    put(home, lines(home)[1:])
    assert main(["audit", "verify", str(home)]) == 3
    assert "damaged" in capsys.readouterr().err
    assert main(["audit", "verify", str(home / "nowhere")]) == 2


def test_outlines_alone_and_sendings_are_recorded_and_not_done_where_that_fails(tmp_path, monkeypatch):
    small = small_study(tmp_path / "t2")
    case = small.case(small.roi(ball(small.volume.shape, (2, 9, 12), (1.5, 4, 6))))
    path = tmp_path / "Muster Anna.dcm"
    pipeline.export_rois(case, small.study, small.volumes, path, "seg", created=CREATED)
    (entry,) = pipeline.audit_entries()
    assert entry["case_digest"] == case.digest()
    assert entry["outputs"] == {"roi.seg.dcm": hashlib.sha256(path.read_bytes()).hexdigest()}
    with pytest.raises(AssertionError, match="network"):  # recorded before anything is sent
        pipeline.send_objects([path], Node("127.0.0.1", 104, "ARCHIVE"))
    sent = pipeline.audit_entries()[-1]
    assert (sent["event"], sent["to"]) == ("send", "ARCHIVE")
    assert sent["objects"] == list(entry["outputs"].values())
    assert "Muster" not in json.dumps(pipeline.audit_entries())
    assert pipeline.verify_audit().ok

    def full(*_, **__):
        raise StorageError("The audit file cannot be written.", remedy="Make room.", code="audit-not-written")

    monkeypatch.setattr(audit, "append", full)
    before = path.read_bytes()
    larger = small.case(small.roi(ball(small.volume.shape, (2, 9, 12), (2, 5, 7))))
    with pytest.raises(StorageError):
        pipeline.export_rois(larger, small.study, small.volumes, path, "seg", created=CREATED)
    with pytest.raises(StorageError):
        pipeline.export_rois(case, small.study, small.volumes, tmp_path / "new.dcm", "seg", created=CREATED)
    assert path.read_bytes() == before
    assert not (tmp_path / "new.dcm").exists()
    with pytest.raises(StorageError):  # not the refusal of the network: it was not tried
        pipeline.send_objects([tmp_path / "t2"], Node("127.0.0.1", 104, "ARCHIVE"))
