"""The sample study, unpacked once, and the answer of the command line to it."""

from __future__ import annotations

import pytest

from engine import pipeline
from engine.cli import main


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """The sample study's folder. Read only: tests that change files copy it."""
    return pipeline.sample_study(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="session")
def analysed(sample, tmp_path_factory):
    """The output folder of `lobule analyze SAMPLE`."""
    home = tmp_path_factory.mktemp("home")
    out = tmp_path_factory.mktemp("out") / "result"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOBULE_HOME", str(home))
        assert main(["analyze", str(sample), "--out", str(out)]) == 0
    return out
