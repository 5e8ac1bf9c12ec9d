"""LLD-MMRI's layout, made up small: table, boxes and masks, then shards through the ordinary path."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk

from engine.domain.errors import UsageError
from engine.domain.sequence import SequenceRole
from training import cli
from training.adapters.lld_mmri import Adapted, adapt, box_mask, diagnosis_of
from training.cohort import read_cohort
from training.dataset import ShardSet

PHASES = ("T2WI", "DWI", "C-pre", "C+A", "C+V", "C+Delay", "InPhase", "OutPhase")
DIRECTION = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


def _image(path: Path, seed: int) -> None:
    array = np.random.default_rng(seed).uniform(50, 400, (6, 48, 40)).astype(np.float32)
    array[2:5, 20:30, 12:24] += 300
    image = sitk.GetImageFromArray(array)
    image.SetSpacing((1.5, 1.5, 8.0))
    image.SetOrigin((-30.0, -40.0, -20.0))
    path.parent.mkdir(parents=True, exist_ok=True)
    sitk.WriteImage(image, str(path))


@pytest.fixture
def data_set(tmp_path: Path) -> Path:
    """Three patients; the second has two lesions, the third lacks its T2 file."""
    box = {"x_min": 12, "x_max": 23, "y_min": 20, "y_max": 29, "z_min": 2, "z_max": 4}
    other = {"x_min": 2, "x_max": 7, "y_min": 4, "y_max": 9, "z_min": 1, "z_max": 1}
    information = {}
    for number, (patient, category) in enumerate(
        (("MR1", "Hepatic_hemangioma"), ("MR2", "Hepatocellular_carcinoma"), ("MR3", "Hepatic_cyst"))
    ):
        series = []
        for phase in PHASES:
            lesions = {"0": {"category": category, "bbox": {"3D_box": box}}}
            if patient == "MR2":
                lesions["1"] = {"category": 3, "bbox": {"3D_box": other}}
            uid = f"series-{phase}"
            series.append({"studyUID": "study", "seriesUID": uid, "phase": phase, "annotation": {"lesion": lesions}})
            if (patient, phase) != ("MR3", "T2WI"):
                _image(tmp_path / "images" / patient / "study" / f"{uid}.nii.gz", number)
        information[patient] = series
    (tmp_path / "Annotation.json").write_text(json.dumps({"Annotation_info": information}), encoding="utf-8")
    (tmp_path / "labels_test.txt").write_text("MR2 6\nMR2_1 3\n", encoding="utf-8")
    return tmp_path


def test_the_table_names_images_masks_and_diagnoses(data_set: Path) -> None:
    out = data_set / "out"
    made = adapt(data_set / "images", data_set / "Annotation.json", out, sets={"test": data_set / "labels_test.txt"})
    rows = read_cohort(made.table)
    assert [(row.patient, row.diagnosis, row.label, row.lesion, row.subset) for row in rows] == [
        ("MR1", "haemangioma", "benign", "", "train"),
        ("MR2", "HCC", "primary_malignancy", "1", "test"),
        ("MR2", "metastasis", "metastasis", "2", "test"),
    ]
    assert set(rows[0].images) == set(SequenceRole)
    assert [patient for patient, _ in made.left_out] == ["MR3"]
    assert "series-T2WI" in made.left_out[0][1]
    assert "no redistribution" in rows[0].facts["licence"]


def test_six_sequences_become_shards(data_set: Path) -> None:
    arguments = ["adapt", "lld-mmri", str(data_set / "images"), "--annotation", str(data_set / "Annotation.json")]
    assert cli.main([*arguments, "--out", str(data_set / "out")]) == 0
    shards = data_set / "shards"
    table = data_set / "out" / "cohort.csv"
    assert cli.main(["prepare", str(table), "--out", str(shards), "--model", "six_seq"]) == 0
    found = ShardSet.open(shards, ("benign", "primary_malignancy", "metastasis"))
    assert [shard.name for shard in found.shards] == ["MR1", "MR2-1", "MR2-2"]
    # Images at z = -20, -12 … 20 mm, planes at -20, -10 … 20: the box on -4 … 12 mm speaks for planes 0 and 10.
    assert found.shards[0].position_mm == (0.0, 10.0)
    assert found.images([0], 299).shape == (1, 6, 299, 299)


def test_given_masks_stand_for_the_boxes(data_set: Path) -> None:
    reference = sitk.ReadImage(str(data_set / "images" / "MR1" / "study" / "series-T2WI.nii.gz"))
    labels = np.zeros((6, 48, 40), np.uint8)
    labels[3, 22:26, 14:20] = 1
    mask = sitk.GetImageFromArray(labels)
    mask.CopyInformation(reference)
    (data_set / "masks").mkdir()
    sitk.WriteImage(mask, str(data_set / "masks" / "series-T2WI.nii.gz"))
    made = adapt(data_set / "images", data_set / "Annotation.json", data_set / "out", data_set / "masks")
    assert {row.roi for row in read_cohort(made.table)} == {data_set / "masks" / "series-T2WI.nii.gz"}


def test_a_box_holds_its_ellipse() -> None:
    mask = box_mask((3, 10, 12), {"z_min": 1, "z_max": 1, "y_min": 2, "y_max": 5, "x_min": 3, "x_max": 8})
    assert mask[1, 2:6, 3:9].tolist() == [[0, 1, 1, 1, 1, 0], [1] * 6, [1] * 6, [0, 1, 1, 1, 1, 0]]
    assert mask.sum() == 20
    with pytest.raises(ValueError, match="outside"):
        box_mask((3, 10, 12), {"z_min": 1, "z_max": 3, "y_min": 2, "y_max": 5, "x_min": 3, "x_max": 8})


@pytest.mark.parametrize(
    ("category", "diagnosis"),
    [
        (0, "haemangioma"), ("1", "ICC"), ("Hepatic_abscess", "abscess"), ("Hepatic_metastasis", "metastasis"),
        ("FOCAL_NODULAR_HYPERPLASIA", "FNH"), ("6", "HCC"), ("lymphoma", "lymphoma"),
    ],
)  # fmt: skip
def test_categories(category: object, diagnosis: str) -> None:
    assert diagnosis_of(category) == diagnosis


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Annotation.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match="Annotation_info"):
        adapt(tmp_path, tmp_path / "Annotation.json", tmp_path / "out")


def _adapted(
    data_set: Path, change: Callable[[dict[str, Any]], object], sets: dict[str, Path] | None = None
) -> Adapted:
    """Adapt the data set with a changed annotation."""
    path = data_set / "Annotation.json"
    annotation = json.loads(path.read_text(encoding="utf-8"))
    change(annotation["Annotation_info"])
    path.write_text(json.dumps(annotation), encoding="utf-8")
    return adapt(data_set / "images", path, data_set / "out", sets=sets)


@pytest.mark.parametrize("lesion", [{}, [{"category": "x"}], {"0": {"category": "Hepatic_cyst"}}, {"a": None}])
def test_a_patient_without_a_readable_lesion_is_left_out_by_name(data_set: Path, lesion: object) -> None:
    def change(patients: dict[str, Any]) -> None:
        for series in patients["MR1"]:
            series["annotation"]["lesion"] = lesion

    made = _adapted(data_set, change)
    assert made.rows == 2  # both lesions of MR2
    assert [name for name, _ in made.left_out] == ["MR1", "MR3"]


def test_nobody_left_is_an_error_that_says_why(data_set: Path) -> None:
    with pytest.raises(UsageError, match=r"None of the 1 patients .*MR3"):
        _adapted(data_set, lambda patients: [patients.pop(name) for name in ("MR1", "MR2")])


def test_label_files_are_read_as_they_come(data_set: Path) -> None:
    test, train = data_set / "t.txt", data_set / "n.txt"
    test.write_text("MR1 0\r\nMR9 3\r\n", encoding="utf-8-sig")
    train.write_text("MR2 6\n", encoding="utf-8")
    made = _adapted(data_set, lambda _: None, {"test": test, "train": train})
    assert {row.patient: row.subset for row in read_cohort(made.table)} == {"MR1": "test", "MR2": "train"}
    assert ("MR9", "in the label file of test, not annotated") in made.left_out
    train.write_text("MR1 0\n", encoding="utf-8")
    with pytest.raises(UsageError, match="MR1 stands in the label files of two sets, 'test' and 'train'"):
        _adapted(data_set, lambda _: None, {"test": test, "train": train})
    train.write_text("MR2 6\n", encoding="utf-16")
    with pytest.raises(UsageError, match=r"n\.txt cannot be read"):
        _adapted(data_set, lambda _: None, {"train": train})
