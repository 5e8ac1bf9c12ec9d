"""Closing the window while anything runs is clean: status 0, nothing said, no thread left. The real thing each time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from engine import pipeline
from tests.support.paths import ROOT
from tests.support.tiny_model import write_tiny_package

IGNORED = (
    "This plugin does not support propagateSizeHints()",
    "Matplotlib is building the font cache; this may take a moment.",  # a home of its own has none
)
MOMENTS = {
    "open": "Reading files",
    "volumes": "Reading images",
    "analysis": "Analyzing",
    "registration": "Registering",
    "report": "Writing the report",
    "cine": "nothing",
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return pipeline.sample_study(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return write_tiny_package(tmp_path_factory.mktemp("models") / "tiny-t2-dwi")


def close_while(moment, folder, home):
    """Return what the application printed; it must have ended with 0 and said nothing on stderr."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.support.closing", moment, str(folder)],
        cwd=ROOT, env={**os.environ, "LOBULE_HOME": str(home)}, capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    said = [line for line in ran.stderr.splitlines() if line and line not in IGNORED]
    assert (ran.returncode, said) == (0, [])
    return ran.stdout.splitlines()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("moment", MOMENTS)
def test_closing_is_clean_while(moment, sample, tiny, own_home):
    shutil.copytree(tiny, own_home / "models" / "tiny-t2-dwi")
    running, left = close_while(moment, sample, own_home)[-2:]
    assert MOMENTS[moment] in running
    assert left == "threads left: none"


def test_a_computation_that_never_looks_up_does_not_hold_the_window(sample, own_home):
    (running,) = close_while("stubborn", sample, own_home)  # it left by the back door, before anything else was said
    assert "Computing" in running
