"""From checkpoint to package to figures: one small network through the whole path (the width flag is for tests)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from engine import selftest
from engine.domain.errors import PackageError, UsageError
from engine.domain.package import ClinicalStatus, ModelPackage
from engine.inference.loading import load_feature_statistics, load_package, verify_graph
from engine.quality import texture_of
from tests.support.shards import write_shards
from tests.support.small_export import SPEC
from training.config import THREE_WAY
from training.dataset import ShardSet
from training.evaluate import (
    against_float,
    answer_both,
    manifest_figures,
    refuse_trained,
    score_package,
    write_validation,
)
from training.evaluation.measure import measure
from training.export import export
from training.fitting import checkpoint
from training.packaging.parity import Graph


@pytest.fixture(scope="module")
def package(exported: Path) -> ModelPackage:
    return load_package(exported / "package")


def test_the_package_is_whole_and_reproduces_its_vectors(package: ModelPackage) -> None:
    manifest = package.manifest
    assert set(manifest.files) == {"model.onnx", "selftest.npz", "features.npz", "card.md"}
    assert manifest.id == "t2_dwi"
    assert manifest.preprocess == SPEC
    assert manifest.clinical_status == ClinicalStatus.RESEARCH  # these shards are not phantoms
    verify_graph(package.folder / "model.onnx")
    report = selftest.verify(package)
    assert report.ok, report.detail


def test_the_manifest_says_what_was_done(package: ModelPackage) -> None:
    training = package.manifest.training
    assert (training["patients"], training["slices"], training["validation_patients"]) == (9, 27, 3)
    assert training["patients_by_class"] == dict.fromkeys(THREE_WAY, 3)
    assert training["config"]["recipe"] == "fast"
    quantisation = package.manifest.quantisation
    assert quantisation["torch_logit_abs"] <= 1e-4
    assert quantisation["compared_slices"] == 9
    card = (package.folder / "card.md").read_text(encoding="utf-8")
    assert "Research use only" in card
    assert "| config · recipe | fast |" in card


def test_feature_statistics_know_their_own(exported: Path, package: ModelPackage) -> None:
    statistics = load_feature_statistics(package)
    assert statistics is not None
    graph = Graph(package.folder / "model.onnx")
    shards = ShardSet.open(exported / "shards", THREE_WAY, ["train"])

    def distance(images: np.ndarray) -> float:
        textures = np.stack([texture_of(image, SPEC) for image in images])
        return float(statistics.distances(graph.run(images).features, textures)[0])

    noise = np.random.default_rng(0).uniform(-1, 1, (1, 3, 96, 96)).astype(np.float32)
    assert distance(shards.images([0], 96).numpy()) < statistics.threshold < distance(noise)
    assert package.manifest.features["patients"] == 12


def test_statistics_of_another_release_are_refused_by_name(exported: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(exported / "package", tmp_path / "old")
    np.savez(folder / "features.npz", mean=np.zeros(3), basis=np.eye(3), scale=np.ones(3))
    old = ModelPackage(folder, load_package(exported / "package").manifest, "0")
    with pytest.raises(PackageError, match="feature statistics") as refused:
        load_feature_statistics(old)
    assert refused.value.code == "package-features"


def test_figures_are_measured_on_the_package_and_written_into_it(exported: Path, package: ModelPackage) -> None:
    shards = ShardSet.open(exported / "shards", THREE_WAY, ["test"])
    scored = score_package(package, shards)
    result = manifest_figures(measure(scored, "made-up shards", resamples=50), ClinicalStatus.SIMULATED)
    assert result["cohort"] == {"name": "made-up shards", "patients": 9}
    assert (result["lesions"], result["slices"]) == (9, 27)
    assert np.allclose(scored.scores.sum(axis=1), 1.0)
    assert sum(map(sum, result["confusion_slices"])) == 27
    assert [sum(row) for row in result["confusion_patients"]] == [3, 3, 3]
    rule = result["any_slice_rule"]
    flagged = [lesion.malignant_by_any_slice for lesion in scored.lesions]
    malignant = [shard.label != "benign" for shard in shards.shards]
    hits = sum(f and m for f, m in zip(flagged, malignant, strict=True))
    assert (rule["sensitivity"]["events"], rule["sensitivity"]["n"]) == (hits, 6)
    saved = checkpoint.load(exported / "run" / "final.pt")
    refuse_trained(saved, shards)
    both = answer_both(package, saved, shards)
    alone, twice = against_float(package.manifest.labels, [both]), against_float(package.manifest.labels, [both, both])
    assert (alone["compared_slices"], twice["compared_slices"]) == (27, 54)
    assert alone["auc_difference"] == twice["auc_difference"]
    after = write_validation(package, {"test": result})
    assert after.manifest.validation["test"] == json.loads(json.dumps(result))
    assert "made-up shards" in (after.folder / "card.md").read_text(encoding="utf-8")
    assert selftest.verify(after).ok


def test_trained_patients_are_not_scored(exported: Path) -> None:
    package = load_package(exported / "package")
    shards = ShardSet.open(exported / "shards", THREE_WAY, ["train"])
    with pytest.raises(UsageError, match="trained on patients of the set 'train'"):
        score_package(package, shards)
    with pytest.raises(UsageError, match="p000"):
        refuse_trained(checkpoint.load(exported / "run" / "final.pt"), shards)


def test_shards_of_another_preparation_are_refused(exported: Path, tmp_path: Path) -> None:
    others = ShardSet.open(write_shards(tmp_path, 3), THREE_WAY)
    with pytest.raises(UsageError, match="do not belong together"):
        export(exported / "run" / "final.pt", SPEC, others, tmp_path / "out")
    elsewhere = ShardSet.open(write_shards(tmp_path / "elsewhere", 3, subset="elsewhere"), THREE_WAY)
    with pytest.raises(UsageError, match="not prepared with the preprocessing"):
        score_package(load_package(exported / "package"), elsewhere)


def test_a_folder_that_is_no_package_is_not_replaced(exported: Path, tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("keep me", encoding="utf-8")
    shards = ShardSet.open(exported / "shards", THREE_WAY, ["train"])
    with pytest.raises(UsageError, match="not a package"):
        export(exported / "run" / "final.pt", SPEC, shards, tmp_path)
    assert (tmp_path / "letters.txt").exists()
