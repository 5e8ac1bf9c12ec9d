"""`lobule-train evaluate` on a package whose answers are worked by hand: every level, rule, file and refusal."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.domain.errors import UsageError
from engine.domain.figures import figures_of
from engine.domain.package import ClinicalStatus
from engine.inference.loading import load_package
from tests.support.tiny_model import write_tiny_package
from training.cli import main
from training.cohort import read_cohort
from training.config import THREE_WAY
from training.dataset import Shard, ShardSet, write_shard
from training.evaluation.command import Request, evaluate
from training.evaluation.measure import proportion, rule_figures
from training.evaluation.predictions import _read as kept_answers
from training.evaluation.predictions import answers
from training.evaluation.readers import read_readers
from training.evaluation.scored import Level
from training.export import finish_package
from training.facts import classes_of
from training.models import spec_for
from training.tables import read_rows

# The tiny package: logits (−2 m0, 2 m0, 2 m1) of the channel means m0 (T2) and m1 (DWI).
BENIGN, PRIMARY, METASTASIS = (-0.5, -1.0), (0.5, -0.25), (0.0, 0.5)
"""Means that the tiny package calls by their names; their sums are exact, so that equal slices tie exactly."""


def write_lesion(
    folder: Path,
    name: str,
    label: str,
    means: list[tuple[float, float]],
    patient: str = "",
    subset: str = "test",
    **facts: Any,
) -> None:
    """A shard whose slices have these means of T2 and DWI, in the preparation of t2_dwi."""
    images = np.zeros((len(means), 3, 299, 299), dtype=np.float32)
    for index, (t2, dwi) in enumerate(means):
        images[index, [0, 2]], images[index, 1] = t2, dwi
    shard = Shard(
        name=name,
        patient=patient or name,
        label=label,
        subset=subset,
        spec_digest=spec_for("t2_dwi").digest(),
        roles=("T2", "DWI", "T2"),
        position_mm=tuple(10.0 * i for i in range(len(means))),
        facts={"diagnosis": label, "diameter_mm": 25.0, "manufacturer": "SIEMENS", "field_t": 1.494, **facts},
    )
    write_shard(folder, shard, images)


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    """Seven lesions of six patients. B2 has one suspicious slice; P2 is missed; M1's second lesion is benign."""
    folder = tmp_path / "shards"
    write_lesion(folder, "B1", "benign", [BENIGN, BENIGN], diagnosis="cyst", diameter_mm=8.0)
    write_lesion(folder, "B2", "benign", [BENIGN, BENIGN, PRIMARY], diagnosis="haemangioma")
    write_lesion(folder, "P1", "primary_malignancy", [PRIMARY, PRIMARY], diagnosis="hcc", field_t=3.0)
    write_lesion(folder, "P2", "primary_malignancy", [BENIGN], diagnosis="icc")
    write_lesion(folder, "M1-1", "metastasis", [METASTASIS], patient="M1", diagnosis="metastasis")
    write_lesion(folder, "M1-2", "benign", [BENIGN], patient="M1", diagnosis="cyst")
    write_lesion(folder, "B3", "benign", [BENIGN], diagnosis="fnh")
    return folder


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return write_tiny_package(tmp_path / "package")


def measured(package: Path, shards: Path, out: Path) -> dict[str, Any]:
    """Everything that the command writes about the set ``test``."""
    evaluate(Request(package, (shards,), out=out, resamples=50))
    whole: dict[str, Any] = json.loads((out / "figures.json").read_text(encoding="utf-8"))
    return whole["cohorts"]["test"]  # type: ignore[no-any-return]


def test_levels_and_rules_by_hand(tmp_path: Path, package: Path, shards: Path) -> None:
    found = measured(package, shards, tmp_path / "out")
    assert (found["cohort"]["patients"], found["cohort"]["lesions"], found["cohort"]["slices"]) == (6, 7, 11)
    assert found["cohort"]["patients_by_class"] == {"benign": 3, "primary_malignancy": 2, "metastasis": 1}
    # Patients, any slice: P1 and M1 of three raised; B2 wrongly. Sum: B2's two benign slices win.
    rule = found["patient"]["binary"]["any_slice_rule"]
    assert (rule["sensitivity"]["events"], rule["sensitivity"]["n"]) == (2, 3)
    assert (rule["specificity"]["events"], rule["specificity"]["n"]) == (2, 3)
    rule = found["patient"]["binary"]["sum_rule"]
    assert (rule["sensitivity"]["events"], rule["specificity"]["events"]) == (2, 3)
    assert found["patient"]["three_way"]["confusion"] == [[3, 0, 0], [1, 1, 0], [0, 0, 1]]
    # Lesions: M1-2 is one more benign lesion, rightly called.
    assert found["lesion"]["three_way"]["confusion"] == [[4, 0, 0], [1, 1, 0], [0, 0, 1]]
    assert found["lesion"]["binary"]["any_slice_rule"]["specificity"]["n"] == 4
    # Slices: B2's third is called primary, P2's only one benign.
    assert found["slice"]["confusion"] == [[6, 1, 0], [1, 2, 0], [0, 0, 1]]


def test_slice_intervals_count_patients_and_the_naive_one_stands_beside(
    tmp_path: Path, package: Path, shards: Path
) -> None:
    areas = measured(package, shards, tmp_path / "out")["slice"]["auc"]
    # Benign against the rest: 7 benign slices (6 with the score of BENIGN, one of PRIMARY), 4 others (BENIGN, two
    # PRIMARY, METASTASIS). Pairs won: 6·3 + half of 6·1 + half of 1·2, and METASTASIS (share e⁰ of e⁰ + e⁰ + e¹ = .212)
    # against PRIMARY (e⁻¹ of e⁻¹ + e¹ + e^−½ = .100): lost. 18 + 3 + 1 = 22 of 28.
    assert areas["benign"]["value"] == pytest.approx(22 / 28, abs=1e-4)
    assert areas["benign"]["n"] == 11
    assert areas["benign"]["naive"]["value"] == areas["benign"]["value"]
    assert areas["benign"]["naive"]["low"] != areas["benign"]["low"]
    # One patient has a metastasis: perfect here, and the limit says how little that means (0.025 for one patient).
    assert (areas["metastasis"]["value"], areas["metastasis"]["low"]) == (1.0, 0.025)


def test_subgroups_take_the_words_of_headers_and_tables(tmp_path: Path, package: Path, shards: Path) -> None:
    groups = measured(package, shards, tmp_path / "out")["subgroups"]
    assert {name: entry["lesions"] for name, entry in groups["lesion_type"].items()} == {
        "Cyst": 2,
        "Haemangioma": 1,
        "FNH": 1,
        "Metastatic malignancy": 1,
        "HCC": 1,
        "Other primary malignancy": 1,
    }
    assert list(groups["size_band"]) == ["< 10 mm", "20–30 mm"]
    assert {name: entry["lesions"] for name, entry in groups["field_strength"].items()} == {"1.5 T": 6, "3.0 T": 1}
    assert list(groups["vendor"]) == ["Siemens"]
    # Seven lesions of six patients: the limits count patients.
    assert groups["vendor"]["Siemens"]["three_way_right"]["naive"]["value"] == round(6 / 7, 4)
    haemangioma = groups["lesion_type"]["Haemangioma"]
    assert haemangioma["flagged_by_any_slice"]["events"] == 1
    assert haemangioma["any_slice_rule"]["specificity"]["value"] == 0.0
    assert "sensitivity" not in haemangioma["any_slice_rule"]


def test_misclassified_lesions_are_listed_with_images(tmp_path: Path, package: Path, shards: Path) -> None:
    measured(package, shards, tmp_path / "out")
    folder = tmp_path / "out" / "test" / "misclassified"
    rows = {row["shard"]: row for row in read_rows(folder / "misclassified.csv")}
    assert set(rows) == {"B2", "P2"}
    assert (rows["B2"]["three_way_wrong"], rows["B2"]["flag_wrong"]) == ("False", "True")
    assert (rows["P2"]["three_way_wrong"], rows["P2"]["flag_wrong"]) == ("True", "True")
    for row in rows.values():
        assert (folder / row["image"]).read_bytes().startswith(b"\x89PNG")
    slices = read_rows(tmp_path / "out" / "test" / "slices.csv")
    assert [row["predicted"] for row in slices if row["lesion"] and row["patient"] == "B2"] == [
        "benign",
        "benign",
        "primary_malignancy",
    ]
    flat = {row["figure"]: row for row in read_rows(tmp_path / "out" / "figures.csv")}
    assert flat["test / patient / binary / any_slice_rule / sensitivity"]["events"] == "2"


def test_readers_are_compared_on_the_same_patients(tmp_path: Path, package: Path, shards: Path) -> None:
    table = tmp_path / "readers.csv"
    calls = {"B1": "benign", "B2": "benign", "P1": "HCC", "P2": "malignant", "M1": "benign", "X9": "malignant"}
    lines = ["reader,patient,call,level", *(f"R1,{name},{call},junior" for name, call in calls.items())]
    table.write_text("\n".join(lines), encoding="utf-8")
    evaluate(Request(package, (shards,), readers=table, json=tmp_path / "f.json", resamples=50))
    found = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))["cohorts"]["test"]["readers"]["R1"]
    assert (found["patients"], found["patients_without_a_call"], found["level"]) == (5, 1, "junior")
    assert (found["reader"]["sensitivity"]["events"], found["reader"]["specificity"]["events"]) == (2, 2)
    # Malignant P1, P2, M1: the model is right on P1 and M1, the reader on P1 and P2: one each, p = 1.
    against = found["any_slice_rule"]["against_reader"]
    assert against["sensitivity"] == {"only_model_right": 1, "only_reader_right": 1, "p": 1.0}
    assert against["specificity"] == {"only_model_right": 0, "only_reader_right": 1, "p": 1.0}
    # No false alarm allowed: B2's mean malignant share lies above P2's, below M1's and P1's: two of three.
    assert found["sensitivity_of_the_model_at_the_readers_specificity"] == pytest.approx(2 / 3, abs=1e-4)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("reader,patient\nR1,B1", "no column 'call'"),
        ("reader,patient,call\nR1,B1,perhaps", "the call 'perhaps'"),
        ("reader,patient,call\nR1,B1,benign\nR1,B1,malignant", "twice, differently"),
        ("reader,patient,call\n,B1,benign", "no reader"),
        ("reader,patient,call\n", "has no rows"),
        ("reader,patient,call\n\nR1,B1,benign\n\nR1,B2,", "Line 5 .* the call ''"),
        ("reader,patient,call,call\nR1,B1,benign,malignant", "two columns are called 'call'"),
        ("reader,patient,call\nR1,B1,benign,malignant", "line 2 has more cells"),
        ("reader,patient,call\nR1,007,benign", "No patient of the readers' table .* '007'"),
    ],
)
def test_a_readers_table_that_is_wrong_is_refused(
    tmp_path: Path, package: Path, shards: Path, text: str, message: str
) -> None:
    (tmp_path / "r.csv").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        evaluate(Request(package, (shards,), readers=tmp_path / "r.csv"))


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8-sig", "reader,patient,call\r\n医生,B1,benign\r\n"),
        ("utf-8", "Reader; Patient; Call\n医生;B1;benign\n"),
        ("utf-16", "reader\tpatient\tcall\n医生\tB1\tbenign\n"),
    ],
)
def test_a_readers_table_is_read_as_spreadsheets_write_it(tmp_path: Path, encoding: str, text: str) -> None:
    (tmp_path / "r.csv").write_bytes(text.encode(encoding))
    (reader,) = read_readers(tmp_path / "r.csv")
    assert (reader.name, dict(reader.calls)) == ("医生", {"B1": False})
    for read in (read_readers, read_cohort):
        (tmp_path / "r.csv").write_bytes("reader,patient,call\n医生,B1,benign\n".encode("gbk"))
        with pytest.raises(UsageError, match="not UTF-8"):
            read(tmp_path / "r.csv")


def test_calls_of_patients_that_are_not_evaluated_are_told(
    tmp_path: Path, package: Path, shards: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "r.csv").write_text("reader,patient,call\nR1,B1,benign\nR1,X9,benign\nR2,X8,benign\n", encoding="utf-8")
    evaluate(Request(package, (shards,), readers=tmp_path / "r.csv", json=tmp_path / "f.json"))
    found = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    assert found["calls_of_patients_not_evaluated"] == {"R1": ["X9"], "R2": ["X8"]}
    assert "R2 called patients that are not evaluated: X8" in caplog.text


def test_answers_are_kept_and_a_changed_shard_is_scored_again(
    tmp_path: Path, package: Path, shards: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = evaluate(Request(package, (shards,), write=True))
    opened: list[str] = []
    real = answers.__globals__["session"].open_session
    monkeypatch.setattr(
        "training.evaluation.predictions.session.open_session", lambda *a: opened.append(a[1]) or real(*a)
    )
    assert evaluate(Request(package, (shards,))) == first  # the manifest has changed since, the network has not
    assert opened == []
    write_lesion(shards, "B3", "benign", [PRIMARY], diagnosis="fnh")
    changed = evaluate(Request(package, (shards,)))
    assert len(opened) == 1
    assert changed["test"]["any_slice_rule"]["specificity"]["events"] == 1
    broken = next((shards / "answers").glob("*/*.npz"))
    broken.write_bytes(b"cut off")
    assert evaluate(Request(package, (shards,))) == changed


def test_answers_that_were_cut_off_are_no_answers(tmp_path: Path) -> None:
    whole, path = tmp_path / "whole.npz", tmp_path / "cut.npz"
    np.savez(whole, logits=np.zeros((9, 3)), features=np.zeros((9, 4)))
    content = whole.read_bytes()
    for cut in (b"", content[: len(content) // 2], content[:-30]):
        path.write_bytes(cut)
        assert kept_answers(path) is None


def test_shards_of_more_sequences_serve_a_package_of_fewer(tmp_path: Path, shards: Path) -> None:
    t2 = load_package(write_tiny_package(tmp_path / "t2", ("T2",)))
    everything = ShardSet.open(shards, THREE_WAY)
    served = everything.serving(t2.manifest.preprocess)
    assert served.roles == ("T2", "T2", "T2")
    assert served.spec_digest == t2.manifest.preprocess.digest()
    wide, narrow = everything.images([0], 299), served.of_patients(everything.patients[:1].tolist()).images([0], 299)
    assert (narrow == wide[:, [0, 0, 0]]).all()
    found = answers(t2, everything)
    # B1 has T2 −0.5: every channel mean −0.5, so logits (1, −1, −1).
    assert found[0].logits[0] == pytest.approx([1.0, -1.0, -1.0], abs=1e-5)
    tri = load_package(write_tiny_package(tmp_path / "tri", ("T2", "DWI", "T1_PRE")))
    with pytest.raises(UsageError, match="hold no T1_PRE"):
        everything.serving(tri.manifest.preprocess)
    with pytest.raises(UsageError, match="not prepared with"):
        everything.serving(replace(t2.manifest.preprocess, margin_mm=5.0))


def test_the_manifest_takes_the_same_figures(package: Path, shards: Path) -> None:
    stated = evaluate(Request(package, (shards,), names={"test": "made by hand"}, write=True))
    manifest = load_package(package).manifest
    assert manifest.validation["test"] == json.loads(json.dumps(stated["test"]))
    assert manifest.validation["test"]["cohort"] == {"name": "made by hand", "patients": 6}
    assert "made by hand" in (package / "card.md").read_text(encoding="utf-8")


def test_a_research_package_states_that_its_figures_are_of_phantoms(tmp_path: Path, package: Path) -> None:
    finish_package(package, replace(load_package(package).manifest, clinical_status=ClinicalStatus.RESEARCH))
    write_lesion(tmp_path / "s", "B1", "benign", [BENIGN], simulated=True)
    evaluate(Request(package, (tmp_path / "s",), write=True))
    stated = load_package(package).manifest.validation
    assert stated["test"]["simulated"] is True
    assert {figure.cohort for figure in figures_of(stated)} == {"test (simulated patients), n = 1"}


def test_calibration_is_fitted_on_other_patients_and_changes_no_class(
    tmp_path: Path, package: Path, shards: Path
) -> None:
    for number in range(6):  # two of three right: the tiny network is too sure with these means
        means = [(1.0, -1.0)] if number % 3 else [(-1.0, -1.0)]
        write_lesion(shards, f"C{number}", "primary_malignancy", means, subset="tuning")
        write_lesion(shards, f"D{number}", "benign", [(-1.0, -1.0)] if number % 3 else [(1.0, -1.0)], subset="tuning")
    before = evaluate(Request(package, (shards,), sets=("test",)))
    after = evaluate(Request(package, (shards,), calibrate_on="tuning", write=True))
    assert list(after) == ["test"]
    stated = load_package(package).manifest.calibration
    assert stated["temperature"] > 1.5
    assert stated["loss_after"] < stated["loss_before"]
    assert stated["cohort"] == {"name": "set tuning", "patients": 12}
    assert after["test"]["any_slice_rule"] == before["test"]["any_slice_rule"]
    assert stated["set"] == "tuning"
    # The set has a part in the package from now on: it is left out, refused by name, and may calibrate again, which
    # takes away what was measured with the former temperature.
    assert set(evaluate(Request(package, (shards,)))) == {"test"}
    with pytest.raises(UsageError, match="was calibrated on patients of the set 'tuning'"):
        evaluate(Request(package, (shards,), sets=("tuning",)))
    assert load_package(package).manifest.validation
    evaluate(Request(package, (shards,), calibrate_on="tuning"))
    assert load_package(package).manifest.validation == {}
    finish_package(package, replace(load_package(package).manifest, calibration={}))
    with pytest.raises(UsageError, match="stand in both"):
        evaluate(Request(package, (shards,), sets=("tuning",), calibrate_on="tuning"))


def test_a_calibration_that_cannot_be_trusted_writes_nothing(
    tmp_path: Path, package: Path, shards: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lesion(tmp_path / "one", "C1", "benign", [BENIGN], subset="tuning")
    write_lesion(tmp_path / "one", "C2", "primary_malignancy", [PRIMARY], subset="tuning")
    write_lesion(tmp_path / "two", "D1", "benign", [PRIMARY], subset="tuning")
    with pytest.raises(UsageError, match="no temperature of its own"):  # every case right: the sharper, the likelier
        evaluate(Request(package, (shards, tmp_path / "one"), calibrate_on="tuning"))
    with pytest.raises(UsageError, match="stands in 2 of these cohorts"):
        evaluate(Request(package, (shards, tmp_path / "one", tmp_path / "two"), calibrate_on="tuning"))
    known: dict[str, list[str]] = {"training_patients": ["B1"], "validation_patients": ["Z"]}
    monkeypatch.setattr("training.evaluation.command.checkpoint.load", lambda _: SimpleNamespace(facts=known))
    with pytest.raises(UsageError, match="stand in both training_patients"):  # before anything is scored or written
        evaluate(Request(package, (shards, tmp_path / "two"), calibrate_on="tuning", checkpoint=tmp_path))
    known["training_patients"] = ["D1"]
    with pytest.raises(UsageError, match="stand in both the training and the calibration split"):
        evaluate(Request(package, (shards, tmp_path / "two"), calibrate_on="tuning", checkpoint=tmp_path))
    with pytest.raises(UsageError, match="held out have no shards"):
        evaluate(Request(package, (shards,), calibrate_on="validation", checkpoint=tmp_path))
    assert load_package(package).manifest.calibration == {}


def test_lesions_left_out_in_preparation_are_counted(
    tmp_path: Path, package: Path, shards: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (shards / "exclusions.csv").write_text(
        "name,patient,subset,code,reason\nM1-3,M1,test,no-slices,None.\nX,X,test,role-missing,No DWI.\n"
        "Y,Y,test,role-missing,No DWI.\nZ,Z,autumn,quality,Motion.\n",
        encoding="utf-8",
    )
    found = measured(package, shards, tmp_path / "out")["cohort"]["left_out"]
    assert found == {"lesions": 3, "patients": 2, "reasons": {"role-missing": 2, "no-slices": 1}}
    assert "test: 3 lesions left out in preparation (role-missing 2, no-slices 1)" in caplog.text
    assert "No lesion of the set 'autumn' was prepared" in caplog.text


def test_what_was_trained_on_is_left_out_or_refused(package: Path, shards: Path) -> None:
    write_lesion(shards, "T1", "benign", [BENIGN], subset="train")
    assert set(evaluate(Request(package, (shards,)))) == {"test", "train"}
    loaded = load_package(package)
    finish_package(package, replace(loaded.manifest, training={"sets": ["train"]}))
    assert set(evaluate(Request(package, (shards,)))) == {"test"}
    with pytest.raises(UsageError, match="trained on patients of the set 'train'"):
        evaluate(Request(package, (shards,), sets=("train",)))
    finish_package(package, replace(loaded.manifest, training={"sets": [], "selection_sets": ["train"]}))
    with pytest.raises(UsageError, match="was chosen on patients of the set 'train'"):
        evaluate(Request(package, (shards,), sets=("train",)))
    with pytest.raises(UsageError, match="no lesions of the set 'autumn'"):
        evaluate(Request(package, (shards,), sets=("autumn",)))


def test_limits_count_patients_where_a_patient_has_several_lesions() -> None:
    # Six lesions of three patients, all right: no resample has an error, yet three patients prove little.
    found = proportion(6, 6, np.array(["a", "a", "b", "b", "c", "c"]))
    assert (found["value"], found["n"]) == (1.0, 6)
    assert found["low"] == pytest.approx(0.025 ** (1 / 3), abs=1e-4)  # Clopper–Pearson of 3 of 3
    assert found["naive"]["low"] == pytest.approx(0.025 ** (1 / 6), abs=1e-4)
    assert "naive" not in proportion(6, 6, np.array(list("abcdef")))


def _lesions(truth: list[int], called: list[int], patients: list[str]) -> Level:
    names = np.array([str(number) for number in range(len(truth))])
    scores = np.eye(3)[called]
    return Level(names, np.array(patients), np.array(truth), scores, np.array(called), np.array(called) > 0, 0)


def test_a_bootstrap_that_cannot_vary_is_no_interval() -> None:
    # No error: DLR− is 0 in every resample, which is no "0.00 to 0.00".
    level = _lesions([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 1], list("abcdef"))
    found = rule_figures(level, level.flagged, clustered=False, resamples=50)
    assert set(found["dlr_minus"]) == {"log", "combined_clopper_pearson"}
    assert found["dlr_plus"]["bootstrap_by_patient"]["value"] == 3.0
    # Four patients with a malignant lesion, one of them with a benign one: resamples without a benign lesion.
    level = _lesions([1, 1, 1, 1, 0, 0], [1, 1, 0, 1, 0, 1], list("abcdaa"))
    found = rule_figures(level, level.flagged, clustered=True, resamples=50)
    assert None not in (found["specificity"]["low"], found["specificity"]["high"])


def test_a_patient_has_the_class_of_the_worst_then_largest_lesion(shards: Path) -> None:
    everything = ShardSet.open(shards, THREE_WAY).shards
    assert classes_of(everything)["M1"] == "metastasis"
    assert classes_of(reversed(everything))["M1"] == "metastasis"
    assert len(classes_of(everything)) == 6


def test_one_class_alone_has_no_area_and_no_ratio(tmp_path: Path, package: Path) -> None:
    write_lesion(tmp_path / "s", "B1", "benign", [BENIGN])
    found = evaluate(Request(package, (tmp_path / "s",), out=tmp_path / "out"))["test"]
    assert found["slice_auc"] == {}
    assert set(found["any_slice_rule"]) == {"specificity"}
    assert found["any_slice_rule"]["specificity"]["low"] == pytest.approx(0.025)


def test_names_and_cohorts_of_the_command(package: Path, shards: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(package), str(shards), "--name", "test=by hand"]) == 0
    assert json.loads(capsys.readouterr().out)["test"]["cohort"]["name"] == "by hand"
    assert main(["evaluate", str(package)]) == 2
    assert "no cohort" in capsys.readouterr().err
    assert main(["evaluate", str(package), str(shards), "--name", "by hand"]) == 2
    assert "SET=NAME" in capsys.readouterr().err
    assert main(["evaluate", str(package), str(shards), "--name", "tset=by hand"]) == 2
    assert "'tset', which is not evaluated" in capsys.readouterr().err
    assert main(["evaluate", str(package), str(shards), "--resamples", "0"]) == 2
    assert "0 resamples" in capsys.readouterr().err


def test_the_same_set_of_several_sites_stays_several_cohorts(tmp_path: Path, package: Path) -> None:
    sites = [tmp_path / site / "shards" for site in ("north", "south", "west")]
    for number, site in enumerate(sites):
        for place in range(number + 1):
            write_lesion(site, f"B{place}", "benign", [BENIGN])
    again = tmp_path / "north" / ".." / "north" / "shards"
    found = evaluate(Request(package, (*sites, again), names={"test": "Sites"}, out=tmp_path / "out"))
    assert {name: entry["lesions"] for name, entry in found.items()} == {"test": 1, "south-test": 2, "west-test": 3}
    assert [entry["cohort"]["name"] for entry in found.values()] == ["Sites", "Sites (south-test)", "Sites (west-test)"]
    assert len(read_rows(tmp_path / "out" / "west-test" / "lesions.csv")) == 3


def test_a_table_of_dicom_folders_is_prepared_first(tmp_path: Path, package: Path) -> None:
    made = ["simulate", "tdh", "--count", "2", "--first", "5", "--model", "t2_dwi", "--dicom", str(tmp_path / "d")]
    assert main(made) == 0
    found = evaluate(Request(package, (tmp_path / "d" / "cohort.csv",), resamples=50))
    assert found["tdh"]["lesions"] == 2
