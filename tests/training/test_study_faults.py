"""Faults of a study's configuration and folder: named before anything is scored, and nothing of others deleted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.domain.errors import UsageError
from tests.support.tiny_model import write_tiny_package
from tests.training.evaluation.test_evaluation import BENIGN, write_lesion
from training.study.config import load
from training.study.run import run

HEAD = 'packages = {t2 = "p"}\n'
COHORT = '[[cohort]]\nid = "a"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("packages = 3", "packages is 3, and must be a table"),
        ('packages = "t2"', "packages is 't2', and must be a table"),
        ("packages = {t2 = 3}\n" + COHORT, "t2 is 3, and must be a text"),
        (HEAD + "cohort = 3", r"cohort is 3, and must be a list.*\[\[cohort\]\]"),
        (HEAD + '[cohort]\nid = "a"', r"headed \[\[cohort\]\]"),
        (HEAD + "cohort = [1]", "each of it must be a table"),
        (HEAD + '[[cohort]]\nid = ""', "cannot be part of a file name"),
        (HEAD + '[[cohort]]\nid = ".."', "cannot be part of a file name"),
        (HEAD + "[[cohort]]\nid = 3", "id is 3, and must be a text"),
        (HEAD + COHORT + 'sources = "shards"', "sources is 'shards', and must be a list"),
        (HEAD + COHORT + "sources = [3]", r"sources is \[3\], and each of it must be a text"),
        (HEAD + COHORT + 'training = "no"', "training is 'no', and must be true or false"),
        (HEAD + COHORT + "readers = 3", "readers is 3"),
        (HEAD + COHORT + "paper = [1]", r"paper = \[1\]"),
        (HEAD + 'images = "false"\n' + COHORT, "images is 'false', and must be true or false"),
        (HEAD + 'resamples = "many"\n' + COHORT, "resamples is 'many', and must be a whole number"),
        (HEAD + "seed = -1\n" + COHORT, "seed is -1"),
        (HEAD + "out = 3\n" + COHORT, "out is 3"),
        (HEAD + "title = []\n" + COHORT, "title is"),
        (HEAD + 'checklist = "x"\n' + COHORT, "checklist is 'x', and must be a table"),
        ("", "must name one or more of"),
    ],
)
def test_values_of_the_wrong_type_are_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "s.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        load(tmp_path / "s.toml")


def test_a_folder_with_files_of_others_keeps_them(tmp_path: Path) -> None:
    config = tmp_path / "s.toml"
    config.write_text(HEAD + COHORT, encoding="utf-8")
    own = tmp_path / "out" / "tables" / "patients.csv"
    own.parent.mkdir(parents=True)
    own.write_text("mine", encoding="utf-8")
    for other in (None, "{}", "x"):
        if other is not None:
            (tmp_path / "out" / "study.json").write_text(other, encoding="utf-8")
        with pytest.raises(UsageError, match=r"no study wrote, such as tables.patients\.csv"):
            run(config, tmp_path / "out")
    assert own.read_text(encoding="utf-8") == "mine"
    with pytest.raises(UsageError, match="cannot be written into"):
        run(config, own)


def test_a_cohort_of_one_class_makes_a_report_and_the_next_run_replaces_it(tmp_path: Path) -> None:
    shards = tmp_path / "shards"
    for number in range(3):
        write_lesion(shards, f"a-{number}", "benign", [BENIGN], subset="a", diagnosis="cyst")
    package = write_tiny_package(tmp_path / "t2", ("T2",), package_id="t2")
    config = tmp_path / "s.toml"
    config.write_text(f'resamples = 40\npackages = {{t2 = "{package}"}}\n' + COHORT, encoding="utf-8")
    for _ in range(2):
        assert run(config, tmp_path / "out", (shards,))["cohorts"] == ["a"]
    assert json.loads((tmp_path / "out" / "study.json").read_text(encoding="utf-8"))["cohorts"]["a"]
    # stopped before the report was whole: the folder is known as a report's all the same
    (tmp_path / "out" / "report.html").unlink()
    run(config, tmp_path / "out", (shards,))
    assert (tmp_path / "out" / "report.html").is_file()
