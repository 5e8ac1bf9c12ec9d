"""For every test: no network, no telemetry, Lobule's own files in a folder of the test."""

from __future__ import annotations

import os
import socket

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import onnxruntime  # noqa: F401  (before any test imports PySide6: their libraries clash the other way round)
import pytest

_connect = socket.socket.connect


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Refuse every connection that is not local to this machine's loopback (used by the DICOM send test alone)."""

    def refuse(self, address):
        host = address[0] if isinstance(address, tuple) else ""
        if self.family in (socket.AF_INET, socket.AF_INET6) and host not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to open a connection to {address}")
        return _connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory, monkeypatch):
    """Keep settings, packages and logs of the person who runs the tests out of them."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("LOBULE_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def tiny_package(tmp_path_factory):
    """A T2 + DWI package whose answers are means of the input (see tests/support/tiny_model.py)."""
    from engine.inference.loading import load_package
    from tests.support.tiny_model import write_tiny_package

    return load_package(write_tiny_package(tmp_path_factory.mktemp("packages") / "tiny"))
