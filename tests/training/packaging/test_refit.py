"""Statistics fitted anew into a package: the network stays, the package stays whole, other shards are refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.domain.errors import UsageError
from engine.domain.package import ModelPackage
from engine.inference.loading import load_feature_statistics, load_package
from engine.quality import texture_of
from tests.support.shards import write_shards
from training.cli import main
from training.packaging.parity import Graph
from training.packaging.refit import refit


@pytest.fixture
def package(tiny_package: ModelPackage, tmp_path: Path) -> ModelPackage:
    return load_package(shutil.copytree(tiny_package.folder, tmp_path / "package"))


@pytest.fixture
def shards(package: ModelPackage, tmp_path: Path) -> Path:
    digest = package.manifest.preprocess.digest()
    return write_shards(tmp_path / "shards", patients=12, slices=3, size_px=299, digest=digest)


def test_a_package_gets_statistics_and_keeps_its_network(package: ModelPackage, shards: Path, capsys) -> None:
    assert load_feature_statistics(package) is None
    before = (package.folder / "model.onnx").read_bytes()
    assert (
        main(["refit", str(package.folder), "--shards", str(shards), "--set", "train", "--feature-slices", "25"]) == 0
    )
    # two slices of every lesion
    assert '"slices": 24, "patients": 12' in capsys.readouterr().out
    after = load_package(package.folder)  # checks the digest of every file
    assert (after.folder / "model.onnx").read_bytes() == before
    assert after.digest != package.digest
    assert after.manifest.features["sets"] == ["train"]
    statistics = load_feature_statistics(after)
    assert statistics is not None
    graph, spec = Graph(after.folder / "model.onnx"), after.manifest.preprocess

    def distance(image: np.ndarray) -> float:
        textures = np.stack([texture_of(image, spec)])
        return statistics.distance_of_lesion(graph.run(image[None]).features, textures)

    own = np.load(shards / "p000.npy")[0].astype(np.float32)
    other = np.tile(np.linspace(-1, 1, 299, dtype=np.float32), (3, 299, 1))
    assert distance(own) < statistics.threshold < distance(other)


def test_shards_of_another_package_and_unnamed_sets_are_refused(package: ModelPackage, shards: Path) -> None:
    with pytest.raises(UsageError) as unnamed:
        refit(package.folder, shards)
    assert unnamed.value.code == "refit-sets"
    other = write_shards(shards.parent / "other", patients=1, slices=1, size_px=32)
    with pytest.raises(UsageError) as mixed:
        refit(package.folder, other, ("train",))
    assert mixed.value.code == "mixed-shards"
