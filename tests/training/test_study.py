"""`lobule-train study` on two tiny packages: whole report, what is missing said, every number in JSON and CSV."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from engine.domain.errors import UsageError
from engine.inference.loading import load_package
from tests.support.tiny_model import write_tiny_package
from tests.training.evaluation.test_evaluation import BENIGN, METASTASIS, PRIMARY, write_lesion
from training.config import THREE_WAY
from training.dataset import ShardSet
from training.study import paper
from training.study.checklist import checklist
from training.study.config import CohortEntry, StudyConfig, load
from training.study.content import about
from training.study.gather import Study, StudyCohort
from training.study.run import run
from training.study.wording import kept_p
from training.tables import read_rows

CONFIG = """
title = "A study of tiny packages"
out = "{out}"
resamples = 40

[packages]
t2 = "{t2}"
t2_dwi = "{t2_dwi}"

[[cohort]]
id = "train"
training = true
paper = "training"

[[cohort]]
id = "srrsh"
name = "Made by hand"
paper = "SRRSH"
readers = "{readers}"

[[cohort]]
id = "hzfph"
paper = "HZFPH"

[checklist]
"STARD 28–30" = "None: a test."
"""
STATUS = "Demonstration model: trained on simulated images. Not for use with patients."


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The folder of the report, and the command's answer."""
    folder = tmp_path_factory.mktemp("study")
    shards = folder / "shards"
    types = [("cyst", "benign"), ("fnh", "benign"), ("hcc", "primary_malignancy"), ("metastasis", "metastasis")]
    means = {"benign": BENIGN, "primary_malignancy": PRIMARY, "metastasis": METASTASIS}
    for subset in ("srrsh", "train"):
        for number in range(8):
            kind, label = types[number % 4]
            other = BENIGN if number == 6 else means[label]  # one HCC with a benign slice
            write_lesion(
                shards,
                f"{subset}-{number}",
                label,
                [means[label], other],
                subset=subset,
                diagnosis=kind,
                simulated=True,
                age=40 + number,
                sex="FM"[number % 2],
            )
    (shards / "exclusions.csv").write_text(
        "name,patient,subset,code,reason\nx,x,srrsh,role-missing,No DWI.\ny,y,hzfph,no-slices,None.\n", encoding="utf-8"
    )
    calls = "".join(f"R1,srrsh-{number},{'benign' if number < 5 else 'malignant'}\n" for number in range(8))
    calls += "R1,autumn,benign\n"
    (folder / "readers.csv").write_text("reader,patient,call\n" + calls, encoding="utf-8")
    config = folder / "study.toml"
    config.write_text(
        CONFIG.format(
            out=folder / "out",
            t2=write_tiny_package(folder / "t2", ("T2",), package_id="t2"),
            t2_dwi=write_tiny_package(folder / "t2_dwi", package_id="t2_dwi"),
            readers=folder / "readers.csv",
        ),
        encoding="utf-8",
    )
    return folder, run(config, shards=(shards,))


def test_what_is_there_and_what_is_missing(made: tuple[Path, dict[str, Any]]) -> None:
    folder, answer = made
    assert (answer["models"], answer["cohorts"]) == (["t2", "t2_dwi"], ["srrsh"])
    missing = " ".join(answer["missing"])
    for words in (
        "Model Tri-Seq: the configuration names no package",
        "Model Six-Seq",
        "Cohort hzfph: no source",
        "evaluated on: 1.",
    ):
        assert words in missing
    assert str(folder) not in missing


def test_numbers_of_the_json_by_hand(made: tuple[Path, dict[str, Any]]) -> None:
    values = json.loads((made[0] / "out" / "study.json").read_text(encoding="utf-8"))
    measured = values["cohorts"]["srrsh"]["models"]["t2_dwi"]
    # Eight patients, four malignant; the HCC with a benign slice is still flagged by its other one.
    rule = measured["patient"]["binary"]["any_slice_rule"]
    assert (rule["sensitivity"]["events"], rule["sensitivity"]["n"]) == (4, 4)
    assert (rule["specificity"]["events"], rule["specificity"]["n"]) == (4, 4)
    assert measured["slice"]["confusion"] == [[8, 0, 0], [1, 3, 0], [0, 0, 4]]
    # T2 alone cannot see a metastasis: its T2 mean is 0, three equal scores, and the first class wins.
    t2 = values["cohorts"]["srrsh"]["models"]["t2"]
    assert t2["slice"]["confusion"][2] == [4, 0, 0]
    row = next(r for r in values["tests"] if r["class"] == "metastasis")
    assert (row["first"], row["second"], row["auc_second"]) == ("t2", "t2_dwi", 1.0)
    assert row["p"] >= row["p_naive"]
    # Reader R1 misses patient 2 and 3, and is wrong on benign 5.
    reader = values["cohorts"]["srrsh"]["readers"]["t2_dwi"]["R1"]
    assert (reader["reader"]["sensitivity"]["events"], reader["reader"]["specificity"]["events"]) == (2, 3)
    males = next(r for r in values["table_1"] if r["name"] == "Male")
    assert males["cells"] == ["4 (50.0 %)", "4 (50.0 %)"]
    assert values["paper"]["label"] == paper.LABEL
    flat = {r["figure"]: r for r in read_rows(made[0] / "out" / "study.csv")}
    assert flat["cohorts / srrsh / models / t2_dwi / patient / binary / any_slice_rule / sensitivity"]["n"] == "4"


def test_every_page_and_figure_says_that_all_is_simulated(made: tuple[Path, dict[str, Any]]) -> None:
    out = made[0] / "out"
    pages = [page.extract_text() for page in PdfReader(out / "report.pdf").pages]
    assert len(pages) > 5
    for page in pages:
        assert STATUS in page
        assert "Every patient here is simulated" in page
    html = (out / "report.html").read_text(encoding="utf-8")
    assert STATUS in html
    assert html.count("data:image/svg+xml;base64,") == len(list((out / "figures").glob("*.svg")))
    assert str(made[0]) not in html
    text = "\n".join(pages)
    for words in ("Table 1.", "Table 2.", "Figure 2.", "Figure 4.", "Figure 5.", "Figure 6.", "STARD 10a", "CLAIM 22"):
        assert words in text
    assert paper.LABEL.split(",")[0] in text


def test_figures_are_vectors(made: tuple[Path, dict[str, Any]]) -> None:
    for path in (made[0] / "out" / "figures").glob("*.svg"):
        text = path.read_text(encoding="utf-8")
        assert text.count("<path") > 20
        assert "<image" not in text or "attention" in path.name  # only the images of lesions are pixels


def test_exclusions_reach_the_flow_and_the_checklist(made: tuple[Path, dict[str, Any]]) -> None:
    values = json.loads((made[0] / "out" / "study.json").read_text(encoding="utf-8"))
    assert values["cohorts"]["srrsh"]["exclusions"] == 1
    items = {item["item"]: item for item in values["checklist"]}
    assert items["STARD 28–30"] == {**items["STARD 28–30"], "answer": "None: a test.", "by": "site"}
    assert items["STARD 10a"]["by"] == "software"
    assert items["STARD 18"]["by"] == "open"
    assert items["STARD 18"]["answer"].startswith("To be answered by the site")


def test_a_second_run_scores_nothing_and_writes_the_same(
    made: tuple[Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, answer = made
    before = {path.name: path.read_bytes() for path in (folder / "out").rglob("*") if path.is_file()}

    def refuse(*_: object) -> None:
        raise AssertionError("scored again")

    monkeypatch.setattr("training.evaluation.predictions._write", refuse)
    assert run(folder / "study.toml", shards=(folder / "shards",)) == answer
    after = {path.name: path.read_bytes() for path in (folder / "out").rglob("*") if path.is_file()}
    assert set(after) == set(before)
    for name in before:
        assert after[name] == before[name], name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[packages]\nt9 = 'x'\n[[cohort]]\nid = 'a'", "t9"),
        ("[packages]\nt2 = 'x'", "lists no"),
        ("[packages]\nt2 = 'x'\n[[cohort]]\nname = 'a'", "no id"),
        ("[packages]\nt2 = 'x'\n[[cohort]]\nid = 'a'\ncolour = 1", "unknown key 'colour'"),
        ("[packages]\nt2 = 'x'\n[[cohort]]\nid = 'a'\n[[cohort]]\nid = 'a'", "two cohorts one id"),
        ("packages = ", "not valid TOML"),
    ],
)
def test_a_configuration_that_is_wrong_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "c.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        load(tmp_path / "c.toml")


def test_nothing_to_score_is_said(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("[packages]\nt2 = 'absent'\n[[cohort]]\nid = 'a'\n", encoding="utf-8")
    with pytest.raises(UsageError, match="No package could be scored"):
        run(tmp_path / "c.toml", tmp_path / "out")


def test_the_shipped_configuration_is_read() -> None:
    config = load(Path(__file__).parents[2] / "training" / "runs" / "study.toml")
    assert [cohort.id for cohort in config.cohorts if not cohort.training] == ["srrsh", "hzfph", "tdh"]
    assert set(config.packages) == {"t2", "t2_dwi", "tri_seq", "six_seq"}


def _study(folder: Path, **simulated: bool) -> Study:
    """A study of the tiny (simulated) package with one cohort per name, whose only patient is simulated or not."""
    package = load_package(write_tiny_package(folder / "package", package_id="t2_dwi"))
    cohorts = []
    for name, phantom in simulated.items():
        write_lesion(folder / name, name, "benign", [BENIGN], subset=name, simulated=phantom)
        entry = CohortEntry(name, name, name, name, (folder / name,))
        cohorts.append(StudyCohort(entry, ShardSet.open(folder / name, THREE_WAY), {}, {}, {}, {}))
    config = StudyConfig("title", folder, {}, tuple(cohort.entry for cohort in cohorts))
    return Study(config, {"t2_dwi": package}, tuple(cohorts), (), True)


def test_only_simulated_patients_are_called_so(tmp_path: Path) -> None:
    # The demonstration package on a hospital's patients: the package is simulated, they are not.
    real = _study(tmp_path / "real", hospital=False)
    assert about(real) == ""
    items = {item.key: item for item in checklist(real)}
    for key in ("STARD 6–9", "STARD 10b–11", "STARD 25"):
        assert items[key].source == "open"
        assert "imulat" not in items[key].answer
    both = _study(tmp_path / "both", hospital=False, phantom=True)
    assert about(both).endswith("are in: phantom.")
    answers = {item.key: item for item in checklist(both)}
    assert answers["STARD 10b–11"].source == "open"
    assert "phantom: The class that the simulation drew" in answers["STARD 10b–11"].answer
    assert about(_study(tmp_path / "all", phantom=True)).startswith("Every patient here is simulated")


def test_a_small_p_value_does_not_become_nothing() -> None:
    assert (kept_p(1.23456e-9), kept_p(0.0312349), kept_p(1.0)) == (1.235e-9, 0.03123, 1.0)
