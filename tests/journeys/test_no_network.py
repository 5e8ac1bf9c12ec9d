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


def test_the_command_line(tmp_path):
    write_liver_study(tmp_path / "study")
    write_liver_mask(tmp_path / "study" / "mask.nii.gz")
    package = write_tiny_package(tmp_path / "package")
    before = sorted(tmp_path.rglob("*"))
    out = tmp_path / "out"
    command = ["-m", "engine.cli", "analyze", tmp_path / "study", "--model", package, "--out", out]
    traced = run_traced(command, tmp_path)
    assert traced.status == 0, traced.output
    assert traced.network == ()
    assert out / "report.pdf" in traced.written  # it does see what is written
    assert strays(traced, tmp_path, out) == []
    assert list((tmp_path / "tmp").iterdir()) == []  # nothing of a patient stays in the scratch folder
    left = {path.relative_to(tmp_path).parts[0] for path in set(tmp_path.rglob("*")) - set(before)}
    assert left <= {"out", "home", "tmp", "trace"}


def test_the_window(tmp_path):
    traced = run_traced(["-m", "desktop", "--self-test"], tmp_path)
    assert traced.status == 0, traced.output
    assert "OK: " in traced.output
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
