"""`lobule-train`: the commands follow one another, and faults leave with the documented exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.shards import write_shards
from training.cli import main
from training.models import spec_for
from training.tables import read_rows

CONFIG = """
recipe = "fast"
width = 0.05
batch_size = 6
steps = 3
sizes = [[96, 1.0]]
autocast = "none"
batch_norm_slices = 0
validation_share = 0.3
threads = 1
"""


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Any]:
    status = main([str(argument) for argument in arguments])
    out = capsys.readouterr().out
    return status, json.loads(out) if out else None


def test_train_export_evaluate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    digest = spec_for("t2_dwi").digest()
    shards = tmp_path / "shards"
    write_shards(shards, 6, slices=2, size_px=299, digest=digest)
    write_shards(shards, 3, slices=2, size_px=299, digest=digest, subset="test", prefix="t")
    (tmp_path / "c.toml").write_text(CONFIG, encoding="utf-8")
    train = ("train", tmp_path / "c.toml", "--shards", shards, "--set", "train", "--out", tmp_path / "run")
    status, answer = run(capsys, *train, "--stop-after-steps", "1")
    assert (status, Path(answer["checkpoint"]).name) == (0, "last.pt")
    status, answer = run(capsys, *train)
    assert (status, Path(answer["checkpoint"]).name) == (0, "final.pt")
    package = tmp_path / "package"
    export = ("export", answer["checkpoint"], "--shards", shards, "--precision", "float32")
    assert run(capsys, *export, "--out", package) == (0, {"package": str(package)})
    evaluate = ("evaluate", package, "--shards", shards, "--set", "test", "--name", "made up")
    status, result = run(capsys, *evaluate, "--json", tmp_path / "f.json", "--write")
    assert status == 0
    assert result["test"]["cohort"] == {"name": "made up", "patients": 3}
    whole = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    assert whole["cohorts"]["test"]["patient"]["binary"]["auc"]["value"] == result["test"]["patient_auc"]["value"]
    manifest = json.loads((package / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["validation"] == result
    status, _ = run(capsys, "evaluate", package, "--shards", shards, "--set", "train")
    assert status == 2
    # The patients that the training held out calibrate; the measured set stays apart.
    calibrate = ("--checkpoint", tmp_path / "run" / "final.pt", "--calibrate-on", "validation", "--write")
    status, result = run(capsys, "evaluate", package, shards, "--set", "test", *calibrate)
    assert status == 0
    assert result["test"]["int8_against_float"]["compared_slices"] == 6
    stated = json.loads((package / "manifest.json").read_text(encoding="utf-8"))["calibration"]
    assert stated["cohort"] == {"name": "patients held out of the training", "patients": 3}
    assert 0.05 <= stated["temperature"] <= 20


def test_simulated_dicom_is_prepared_like_any_cohort(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    studies, direct, read = (tmp_path / name for name in ("studies", "direct", "read"))
    one = ("simulate", "tdh", "--count", "1", "--first", "5", "--model", "t2_dwi")
    status, answer = run(capsys, *one, "--dicom", studies)
    assert (status, answer["patients"]) == (0, 1)
    status, answer = run(capsys, "prepare", studies / "cohort.csv", "--out", read)
    assert (status, answer) == (0, {"made": 1, "kept": 0, "excluded": 0})
    status, answer = run(capsys, *one, "--shards", direct)
    assert (status, answer["made"]) == (0, 1)
    made = [json.loads((folder / "PH-TDH-0006.json").read_text("utf-8")) for folder in (direct, read)]
    # The way over files equals the way in memory: same class, same planes, same preprocessing.
    for name in ("label", "spec_digest", "roles", "subset"):
        assert made[0][name] == made[1][name]
    assert made[1]["position_mm"] == pytest.approx(made[0]["position_mm"], abs=0.05)
    assert made[1]["facts"]["simulated"] == "yes"


def test_a_row_that_cannot_be_read_is_excluded_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("empty", "other"):
        (tmp_path / name).mkdir()
    table = tmp_path / "cohort.csv"
    table.write_text("patient,folder,diagnosis\nA,empty,hcc\nB,other,unclear\n", encoding="utf-8")
    status, answer = run(capsys, "prepare", table, "--out", tmp_path / "shards")
    assert (status, answer) == (3, {"made": 0, "kept": 0, "excluded": 2})
    rows = read_rows(tmp_path / "shards" / "exclusions.csv")
    assert {row["patient"]: row["code"] for row in rows}["B"] == "unknown-diagnosis"


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("train", "absent.toml", "--shards", "x", "--out", "y"), 2, "cannot be read"),
        (("prepare", "absent.csv", "--out", "y"), 2, "cannot be read"),
        (("export", "absent.pt", "--shards", "x", "--out", "y"), 3, "checkpoint absent.pt"),
        (("evaluate", "absent", "--shards", "x", "--set", "test"), 4, "no model package"),
    ],
)
def test_faults_have_exit_codes_and_remedies(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], status: int, message: str
) -> None:
    assert main(arguments) == status
    assert message in capsys.readouterr().err


def test_a_command_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([])
    assert "COMMAND" in capsys.readouterr().err
