"""For every test: no network, no telemetry, Lobule's own files in a folder of the test."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import onnxruntime  # noqa: F401  (before any test imports PySide6: their libraries clash the other way round)
import pytest

from tests.support import network

network.block()


# Files of few, long tests. Handed out first, so that neither of two processes is left alone with one of them at the end
# (`make tests` keeps this order; pytest-xdist's own goes by the number of tests in a file, which says the opposite).
LONGEST_FIRST = (
    "journeys/test_train_your_own.py",
    "training/test_study.py",
    "training/test_export.py",
    "training/packaging/test_graphs.py",
    "training/test_simulate.py",
    "training/fitting/test_parallel.py",
    "training/evaluation/test_evaluation.py",
    "training/phantom/",
    "journeys/",
)


def pytest_collection_modifyitems(items):
    """Put the longest files first and leave every other order as it is."""

    def place(item):
        found = (n for n, name in enumerate(LONGEST_FIRST) if f"tests/{name}" in item.nodeid)
        return next(found, len(LONGEST_FIRST))

    items.sort(key=place)


@pytest.fixture(autouse=True)
def loopback_where_marked(request):
    """Let tests marked ``loopback`` (the DICOM sender's) talk to this machine itself; nothing else has a network."""
    if request.node.get_closest_marker("loopback") is None:
        yield
        return
    with network.loopback():
        yield


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
