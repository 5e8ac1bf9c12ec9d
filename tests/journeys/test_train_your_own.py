"""docs/train-your-own.md, run as written: from DICOM folders to an installed package."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

PAGE = ROOT / "docs" / "train-your-own.md"
PROGRAMS = {"lobule-train": "training.cli", "lobule": "engine.cli"}


def _blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def _run(line: str, folder: Path) -> str:
    program, *arguments = shlex.split(line)
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "LOBULE_HOME": str(folder / "home"),
        "OMP_NUM_THREADS": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", PROGRAMS[program], *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{line}\n{done.stderr}"
    return done.stdout


@pytest.mark.timeout(900)
def test_the_page_leads_from_dicom_to_an_installed_package(tmp_path: Path) -> None:
    whole, small = _blocks("toml")
    changed = {line.split("=")[0] for line in small.splitlines()}
    kept = [line for line in whole.splitlines() if line.split("=")[0] not in changed]
    (tmp_path / "training.toml").write_text("\n".join([*kept, small]), encoding="utf-8")
    commands = [line for block in _blocks("sh") for line in block.splitlines()]
    assert [shlex.split(line)[1] for line in commands] == [
        "simulate", "simulate", "prepare", "prepare", "train", "export", "evaluate", "models", "models",
    ]  # fmt: skip
    for line in commands[:-1]:
        _run(line, tmp_path)
    assert "t2_dwi  1.0.0  simulated" in _run(commands[-1], tmp_path)

    manifest = json.loads((tmp_path / "package" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["training"]["patients"] + manifest["training"]["validation_patients"] == 9
    assert manifest["validation"]["srrsh"]["cohort"]["patients"] == 3
    with (tmp_path / "archive" / "cohort.csv").open(encoding="utf-8", newline="") as stream:
        trained = {row["patient"] for row in csv.DictReader(stream)}
    with (tmp_path / "archive-test" / "cohort.csv").open(encoding="utf-8", newline="") as stream:
        tested = {row["patient"] for row in csv.DictReader(stream)}
    assert not trained & tested


def test_the_page_names_the_flag_that_is_for_tests_only() -> None:
    assert "`width` scales the network down and is for tests only" in PAGE.read_text(encoding="utf-8")
