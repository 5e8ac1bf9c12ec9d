"""A package's weights read back, and a training begun with them."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.domain.errors import UsageError
from engine.inference.loading import load_package
from tests.support.small_export import SPEC
from training import loop
from training.config import THREE_WAY, TrainConfig, from_mapping
from training.dataset import ShardSet
from training.evaluate import score_package
from training.export import export, network_of, write_float
from training.fitting import checkpoint, initial_weights, package_weights
from training.network import InceptionResnetV2
from training.packaging.export_options import ExportOptions

WIDTH = 0.05


def _features(network: InceptionResnetV2, images: torch.Tensor) -> np.ndarray:
    with torch.no_grad():
        return network.eval()(images)[2].numpy()


def _images(exported: Path, count: int = 12) -> torch.Tensor:
    return ShardSet.open(exported / "shards", THREE_WAY, ["train"]).images(np.arange(count), 96)


def _config(exported: Path) -> TrainConfig:
    values = {
        "recipe": "fast",
        "width": WIDTH,
        "batch_size": 9,
        "steps": 2,
        "sizes": [[96, 1.0]],
        "export_size_px": 96,
        "threads": 1,
        "initial_weights": str(exported / "package"),
    }
    return from_mapping(values)


@pytest.mark.parametrize(
    ("node", "module"),
    [
        ("/conv2d_1a/conv/Conv", "conv2d_1a.conv"),
        ("/mixed_5b/branch1/branch1.0/conv/Conv", "mixed_5b.branch1.0.conv"),
        ("/repeat_1/repeat_1.13/branch0/conv/Conv", "repeat_1.13.branch0.conv"),
        ("/repeat_1/repeat_1.1/branch1/branch1.2/conv/Conv", "repeat_1.1.branch1.2.conv"),
        ("/repeat/repeat.0/Conv", "repeat.0"),
    ],
)
def test_a_node_is_led_back_to_its_module(node: str, module: str) -> None:
    assert package_weights.module_name(node) == module


def test_the_float_graph_gives_back_the_network(exported: Path, tmp_path: Path) -> None:
    network = network_of(checkpoint.load(exported / "run" / "final.pt"))
    write_float(network, tmp_path / "float.onnx", 96)
    again = InceptionResnetV2(width=WIDTH)
    initial_weights.load_weights(again, package_weights.read_graph(tmp_path / "float.onnx", again))
    images = _images(exported)
    assert np.allclose(_features(again, images), _features(network, images), atol=1e-5)
    initial_weights.load_weights(again, package_weights.read_graph(tmp_path / "float.onnx", again), head=True)
    assert torch.equal(again.classif.weight, network.classif.weight)


def test_measuring_batch_norm_changes_no_answer_and_makes_training_agree(exported: Path) -> None:
    network = InceptionResnetV2(width=WIDTH)
    initial_weights.load_weights(network, initial_weights.read(str(exported / "package"), WIDTH).state)
    images = _images(exported)
    before = _features(network, images)
    package_weights.measure_norms(network, images)
    assert np.allclose(_features(network, images), before, atol=1e-5)
    lengths = network.mixed_5b.branch0.conv.weight.flatten(1).norm(dim=1)
    assert torch.allclose(lengths, torch.full_like(lengths, package_weights.FILTER_NORM))
    # The statistics are those of these very images, so the batch's own say the same.
    with torch.no_grad():
        assert np.allclose(network.train()(images)[2].numpy(), before, atol=1e-4)


def test_an_int8_package_gives_nearly_its_own_features(exported: Path) -> None:
    network = InceptionResnetV2(width=WIDTH)
    initial_weights.load_weights(network, initial_weights.read(str(exported / "package"), WIDTH).state)
    original = network_of(checkpoint.load(exported / "run" / "final.pt"))
    images = _images(exported)
    found, wanted = _features(network, images), _features(original, images)
    assert np.corrcoef(found.ravel(), wanted.ravel())[0, 1] > 0.99


def test_a_training_begun_with_a_package_says_so_and_keeps_its_sets(
    exported: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shards = ShardSet.open(exported / "shards", THREE_WAY, ["test"])
    config = _config(exported)
    path = loop.train(config, shards.of_patients(f"t{i:03d}" for i in range(6)), None, tmp_path / "run")
    saved = checkpoint.load(path)
    begun = saved.facts["begun_from"]
    assert (begun["model_id"], begun["images_seen"]) == ("t2_dwi", 54)
    assert saved.facts["earlier_sets"] == ["train"]
    options = ExportOptions(precision="float32", title="Second")
    export(path, SPEC, shards, tmp_path / "package", options)
    package = load_package(tmp_path / "package")
    assert package.manifest.training["sets"] == ["test", "train"]
    assert package.manifest.training["config"]["initial_weights"] == "package"  # not where it lay
    assert package.manifest.training["begun_from"]["version"] == load_package(exported / "package").manifest.version
    with pytest.raises(UsageError, match="'train'"):
        score_package(package, ShardSet.open(exported / "shards", THREE_WAY, ["train"]))
    everyone = ShardSet.open(exported / "shards", THREE_WAY, ["train"])
    with caplog.at_level(logging.WARNING):
        loop.train(
            config,
            everyone.of_patients(f"p{i:03d}" for i in range(6)),
            everyone.of_patients(f"p{i:03d}" for i in range(6, 9)),
            tmp_path / "third",
        )
    assert "may flatter" in caplog.text


def test_a_folder_that_is_no_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="manifest"):
        initial_weights.read(str(tmp_path), WIDTH)
