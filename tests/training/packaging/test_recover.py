"""A checkpoint made of a package: the network of its graph, the patients of its split, and what is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.domain.errors import UsageError
from engine.domain.package import PreprocessSpec
from engine.domain.sequence import SequenceRole
from engine.inference.loading import load_package
from tests.support.shards import write_shards
from training import loop
from training.cli import main
from training.config import THREE_WAY, from_mapping
from training.dataset import ShardSet
from training.evaluate import answer_both
from training.export import export, network_of
from training.facts import classes_of
from training.fitting import checkpoint
from training.packaging.export_options import ExportOptions
from training.packaging.recover import recover
from training.splits import hold_out_patients

SPEC = PreprocessSpec(channels=(SequenceRole.T2, SequenceRole.DWI, SequenceRole.T2), input_px=96)
CONFIG = {
    "recipe": "fast",
    "seed": 7,
    "width": 0.05,
    "batch_size": 9,
    "steps": 2,
    "sizes": [[96, 1.0]],
    "export_size_px": 96,
    "autocast": "none",
    "threads": 1,
    "validation_share": 0.25,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shards, a training, its package in float32 and a checkpoint recovered of it by the command."""
    folder = tmp_path_factory.mktemp("recover")
    write_shards(folder / "shards", 12, digest=SPEC.digest())
    everyone = ShardSet.open(folder / "shards", THREE_WAY, ["train"])
    config = from_mapping(CONFIG)
    kept, held = hold_out_patients(classes_of(everyone.shards), config.validation_share, config.seed)
    loop.train(config, everyone.of_patients(kept), everyone.of_patients(held), folder / "run")
    options = ExportOptions(precision="float32", title="Small")
    export(folder / "run" / "final.pt", SPEC, everyone, folder / "package", options)
    out = folder / "recovered" / "final.pt"
    assert main(["recover", str(folder / "package"), "--shards", str(folder / "shards"), "--out", str(out)]) == 0
    return folder


def test_the_network_is_that_of_the_graph(folder: Path) -> None:
    shards = ShardSet.open(folder / "shards", THREE_WAY, ["train"])
    both = answer_both(load_package(folder / "package"), checkpoint.load(folder / "recovered" / "final.pt"), shards)
    one, two = (np.concatenate([item.logits for item in items]) for items in (both.reference, both.package))
    assert np.ptp(two, axis=0).min() > 1e-3  # the answers differ between slices
    assert np.abs(one - two).max() < 1e-4
    images = shards.serving(SPEC).images(np.arange(4), 96)
    trained = network_of(checkpoint.load(folder / "run" / "final.pt"))(images)[0].detach().numpy()
    assert np.abs(trained - one[:4]).max() < 1e-4


def test_the_facts_are_those_of_the_training(folder: Path) -> None:
    before, after = (checkpoint.load(folder / name / "final.pt") for name in ("run", "recovered"))
    assert after.config == before.config
    assert (after.step, after.total_steps) == (before.step, before.total_steps) == (2, 2)
    for name in ("spec_digest", "training_patients", "validation_patients", "training_slices"):
        assert after.facts[name] == before.facts[name], name
    assert after.facts["weights"].endswith("as package 1.0.0 stored them")


def test_it_is_exported_like_any_other(folder: Path) -> None:
    everyone = ShardSet.open(folder / "shards", THREE_WAY, ["train"])
    options = ExportOptions(version="1.0.1", calibration_slices=9, float_block_limit=0, title="Small")
    export(folder / "recovered" / "final.pt", SPEC, everyone, folder / "again", options)
    former, now = (load_package(folder / name).manifest.training for name in ("package", "again"))
    assert now.pop("weights") == f"{former.pop('weights')}, as package 1.0.0 stored them"
    assert now == former


def test_other_shards_are_refused(folder: Path, tmp_path: Path) -> None:
    write_shards(tmp_path / "others", 15, digest=SPEC.digest())
    with pytest.raises(UsageError, match="trained on 9 patients, held out 3, and saw 27 slices; these shards give 12"):
        recover(folder / "package", tmp_path / "others", tmp_path / "x.pt")
    assert not (tmp_path / "x.pt").exists()


def test_a_package_that_does_not_say_how_it_was_trained_is_refused(folder: Path, tmp_path: Path) -> None:
    silent = shutil.copytree(folder / "package", tmp_path / "package")
    path = silent / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["training"].pop("config")
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(UsageError, match="does not say how it was trained"):
        recover(silent, folder / "shards", tmp_path / "x.pt")
