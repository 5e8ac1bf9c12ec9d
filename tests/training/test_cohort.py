"""Cohort tables and splits: what a hospital writes is read, and nobody stands in two sets."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.domain.errors import UsageError
from engine.domain.sequence import SequenceRole
from training.cohort import CohortRow, class_of, read_cohort, write_cohort
from training.splits import hold_out_patients, refuse_shared_patients


def table(folder: Path, text: str) -> Path:
    path = folder / "cohort.csv"
    path.write_text(text, encoding="utf-8-sig")
    return path


def test_rows_are_read_with_their_facts(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "patient,folder,diagnosis,roi,lesion,set,vendor\nA,studies/a,HCC,a.nii.gz,2,test,GE\nB,b,Metastasis,,,,\n",
    )
    first, second = read_cohort(path)
    assert first == CohortRow(
        "A", tmp_path / "studies/a", "HCC", "primary_malignancy", tmp_path / "a.nii.gz", "2", "test", {"vendor": "GE"}
    )
    assert (second.label, second.roi, second.subset) == ("metastasis", None, "train")


def test_capitals_of_columns_and_of_the_usual_sets_mean_nothing(tmp_path: Path) -> None:
    path = table(tmp_path, "Patient,FOLDER,Diagnosis,Set,IMAGE_t2,Vendor\nA,a,HCC,Train,x.nii,GE\nB,b,,West,y.nii,\n")
    first, second = read_cohort(path)
    assert (first.subset, second.subset) == ("train", "West")
    assert first.images == {SequenceRole.T2: tmp_path / "x.nii"}
    assert first.facts == {"Vendor": "GE"}
    assert (second.diagnosis, second.label) == ("", "")  # left out by name when shards are made


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    rows = (CohortRow("A", tmp_path / "a", "benign", "benign", facts={"age": "50"}),)
    write_cohort(tmp_path / "cohort.csv", rows)
    assert "A,a," in (tmp_path / "cohort.csv").read_text(encoding="utf-8")  # the path is relative
    assert read_cohort(tmp_path / "cohort.csv") == rows


@pytest.mark.parametrize(
    ("word", "label"),
    [
        ("FNH", "benign"),
        ("Hemangioma", "benign"),
        ("primary_malignancy", "primary_malignancy"),
        (" mixed  HCC-ICC ", "primary_malignancy"),
        ("lymphoma", ""),
    ],
)
def test_diagnoses_become_classes(word: str, label: str) -> None:
    assert class_of(word) == label


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("patient,folder\nA,a\n", "no column 'diagnosis'"),
        ("patient,folder,diagnosis\n", "no rows"),
        ("patient,folder,diagnosis\nA,,hcc\n", "Line 2 .* no folder"),
        ("patient,folder,diagnosis,set\nA,a,hcc,train\nA,b,hcc,test\n", "Patient A stands in two sets"),
        (
            "patient,folder,diagnosis,set\nA1,a,hcc,train\na1,b,hcc,test\n",
            "patient is spelt in two ways, 'A1' and 'a1'",
        ),
        ("patient,folder,diagnosis\nA 1,a,hcc\nＡ  1,b,hcc\n", "spelt in two ways"),
        ("patient,folder,diagnosis,set\nA,a,hcc,West\nB,b,hcc,west\n", "set is spelt in two ways, 'West' and 'west'"),
        ("patient,folder,diagnosis,set\nA,f,hcc,train\nB,./f,hcc,test\n", "patients A and B have the same images"),
        ("patient,folder,diagnosis,Set,set\nA,f,hcc,train,test\n", "differ in case only"),
    ],
)
def test_faults_of_a_table_are_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_cohort(table(tmp_path, text))


def test_holding_out_is_by_patient_and_by_class() -> None:
    classes = {f"b{i}": "benign" for i in range(20)} | {f"m{i}": "metastasis" for i in range(5)}
    kept, held = hold_out_patients(classes, 0.2, seed=3)
    assert kept | held == set(classes)
    assert not kept & held
    assert sum(name[0] == "b" for name in held) == 4  # 0.2 · 20
    assert sum(name[0] == "m" for name in held) == 1  # 0.2 · 5
    assert hold_out_patients(dict(reversed(classes.items())), 0.2, seed=3) == (kept, held)
    assert hold_out_patients({"a": "benign"}, 0.5, seed=1) == ({"a"}, frozenset())


def test_a_patient_in_two_sets_is_refused() -> None:
    refuse_shared_patients(["a"], ["b"], "sets")
    with pytest.raises(UsageError, match="1 patients stand in both sets: b"):
        refuse_shared_patients(["a", "b"], ["b"], "sets")
    with pytest.raises(UsageError, match="1 patients stand in both sets: mr 7"):
        refuse_shared_patients(["MR  7"], ["mr 7"], "sets")
