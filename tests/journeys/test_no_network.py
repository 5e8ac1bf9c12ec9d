"""The application opens no network socket and writes nowhere but into its own folders: seen from outside."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from tests.support.liver_files import write_liver_mask, write_liver_study
from tests.support.network import loopback
from tests.support.paths import ROOT
from tests.support.strace import run_traced
from tests.support.tiny_model import write_tiny_package

OWN = (".local/share/Lobule", ".cache/Lobule")


def strays(traced, folder, *allowed):
    """Files written outside Lobule's data and cache folders, the system's scratch folder and `allowed`."""
    home = folder / "home"
    places = [*(home / name for name in OWN), folder / "tmp", *allowed]
    ways = {parent for place in places for parent in place.parents}  # folders made on the way there
    devices = ("/dev/null", "/dev/shm", "/dev/tty", "/proc/self")
    return sorted(
        path
        for path in traced.written
        if path not in ways
        and not any(path.is_relative_to(place) for place in places)
        and not str(path).startswith(devices)
    )


@pytest.fixture(scope="module")
def analysed(tmp_path_factory):
    """The folder of one watched `lobule analyze`, and what was seen. The study's folder is named after the patient."""
    folder = tmp_path_factory.mktemp("watched")
    study = write_liver_study(folder / "Muster_Anna_P-4711" / "20260312", patient="P-4711")
    write_liver_mask(study / "Muster.nii.gz")
    package = write_tiny_package(folder / "package")
    given = set(folder.rglob("*"))
    command = ["-m", "engine.cli", "analyze", study, "--model", package, "--out", folder / "out"]
    traced = run_traced(command, folder)
    assert traced.status == 0, traced.output
    return folder, given, traced


def test_the_command_line_opens_no_socket_and_writes_to_its_own_folders_only(analysed):
    folder, given, traced = analysed
    assert traced.network == ()
    assert folder / "out" / "report.pdf" in traced.written  # it does see what is written
    assert strays(traced, folder, folder / "out") == []
    assert list((folder / "tmp").iterdir()) == []  # nothing of a patient stays in the scratch folder
    made = {path.relative_to(folder).parts[0] for path in set(folder.rglob("*")) - given}
    assert made <= {"out", "home", "tmp", "trace"}


def test_log_audit_and_self_test_record_of_it_name_nobody(analysed):
    folder, _, _ = analysed
    kept = [path for path in (folder / "home").rglob("*") if path.suffix in (".log", ".jsonl", ".head", ".json")]
    assert {path.name for path in kept} >= {"lobule.log", "audit.jsonl", "audit.head", "selftest.json"}
    own = [path for path in kept if "matplotlib" not in path.parts]
    for path in own:
        text = path.read_text(encoding="utf-8").casefold()
        for secret in ("muster", "anna", "4711", "1.2.826.0.1.9.1", "20260312", str(folder).casefold()):
            assert secret not in text, (path.name, secret)


def test_the_window(tmp_path):
    traced = run_traced(["-m", "desktop", "--self-test"], tmp_path)
    assert traced.status == 0, traced.output
    assert "OK: " in traced.output
    written = {path.name for path in traced.written}
    assert {"audit.jsonl", "result.json", "report.pdf"} <= {name.removesuffix(".part") for name in written}
    assert traced.network == ()
    assert strays(traced, tmp_path) == []
    assert list((tmp_path / "tmp").iterdir()) == []


def test_the_watch_sees_a_socket_and_a_stray_file(tmp_path):
    """The tests above can fail."""
    script = (
        "import socket, pathlib; socket.socket(socket.AF_INET, socket.SOCK_DGRAM);"
        "pathlib.Path.home().joinpath('stray.txt').write_text('x')"
    )
    traced = run_traced(["-c", script], tmp_path)
    assert "socket(AF_INET, SOCK_DGRAM" in traced.network[0]
    assert strays(traced, tmp_path) == [tmp_path / "home" / "stray.txt"]


def test_sockets_are_refused_in_every_test():
    for family in (socket.AF_INET, socket.AF_INET6):
        with pytest.raises(AssertionError, match="made a socket"):
            socket.socket(family)
    with pytest.raises(AssertionError, match="look up"):
        socket.getaddrinfo("example.org", 80)
    with loopback(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        with pytest.raises(AssertionError, match="reach"):
            made.sendto(b"x", ("192.0.2.1", 9))
        with pytest.raises(AssertionError, match="reach"):
            made.connect(("192.0.2.1", 9))
        made.bind(("127.0.0.1", 0))


def test_telemetry_is_off_before_the_runtime_is_imported():
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    script = (
        "import importlib.abc, os, sys\n"
        "class Watch(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'onnxruntime': print('telemetry off:', os.environ.get('ORT_DISABLE_TELEMETRY'))\n"
        "sys.meta_path.insert(0, Watch())\n"
        "import engine.inference.session\n"  # the only importer: a contract keeps it so
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert ran.stdout.splitlines()[0] == "telemetry off: 1"
