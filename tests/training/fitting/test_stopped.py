"""A training stopped at any moment goes on as if it had not been; files that are lost, cut off or not writable."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.domain.errors import StorageError, UsageError
from engine.domain.package import ModelPackage
from tests.support.shards import write_shards
from tests.training.test_loop import small
from training import loop
from training.cli import main
from training.config import THREE_WAY
from training.dataset import ShardSet
from training.evaluation import predictions
from training.evaluation.predictions import Answers, answers
from training.fitting import checkpoint, final_weights, initial_weights, run_log
from training.fitting.trainer import Trainer
from training.packaging.recover import recover
from training.tables import append_row

CHANGES: dict[str, Any] = {"epochs": 2, "checkpoint_every_steps": 2, "sizes": [[96, 1.0]]}


def killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def half_a_row(path: Path, row: dict[str, object]) -> None:
    append_row(path, row)
    path.write_bytes(path.read_bytes()[:-5])
    raise KeyboardInterrupt


def half_a_checkpoint(_values: object, stream: Any) -> None:
    stream.write(b"PK\x03\x04")
    raise KeyboardInterrupt


MOMENTS = {
    "between steps": (Trainer, "_update_average", killed),
    "in a row": (run_log, "append_row", half_a_row),
    "in a checkpoint": (torch, "save", half_a_checkpoint),
    "in validation": (loop, "score", killed),
    "at the end": (final_weights, "recompute_batch_norm", killed),
}


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> tuple[ShardSet, ShardSet]:
    folder = tmp_path_factory.mktemp("shards")
    training = ShardSet.open(write_shards(folder / "train"), THREE_WAY)
    return training, ShardSet.open(write_shards(folder / "held", 6, prefix="v"), THREE_WAY)


def test_stopped_at_any_moment_it_goes_on_as_if_it_had_not_been(
    tmp_path: Path, sets: tuple[ShardSet, ShardSet], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = small(**CHANGES)
    whole = checkpoint.load(loop.train(config, *sets, tmp_path / "whole"))
    out = tmp_path / "out"
    for place, name, action in MOMENTS.values():
        loop.train(config, *sets, out, stop_after_steps=2)
        with monkeypatch.context() as patch:
            patch.setattr(place, name, action)
            with pytest.raises(KeyboardInterrupt):
                loop.train(config, *sets, out)
    again = checkpoint.load(loop.train(config, *sets, out))
    assert all(torch.equal(value, again.network[name]) for name, value in whole.network.items())
    assert again.facts["weights"] == whole.facts["weights"]
    assert (out / "epochs.csv").read_bytes() == (tmp_path / "whole" / "epochs.csv").read_bytes()
    assert sorted(path.name for path in out.iterdir()) == sorted(path.name for path in (tmp_path / "whole").iterdir())


def test_a_number_of_steps_below_one_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "c.toml").write_text("epochs = 1", encoding="utf-8")
    command = ["train", str(tmp_path / "c.toml"), "--shards", str(tmp_path), "--out", str(tmp_path / "out")]
    assert main([*command, "--stop-after-steps", "0"]) == 2
    assert "--stop-after-steps is 0" in capsys.readouterr().err


def test_a_full_disk_keeps_the_former_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "last.pt"
    checkpoint.save(path, checkpoint.Checkpoint(small(), 3, 6, {}))

    def full(*_: object) -> None:
        raise RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 1920 vs 1814")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(StorageError, match="Make room on the disk"):
        checkpoint.save(path, checkpoint.Checkpoint(small(), 4, 6, {}))
    assert checkpoint.load(path).step == 3


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no checkpoint"])
def test_a_damaged_checkpoint_is_said_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "last.pt").write_bytes(content)
    with pytest.raises(StorageError, match=r"last\.pt cannot be read: [^\n]+ Give the last\.pt") as fault:
        checkpoint.load(tmp_path / "last.pt")
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("value", [[1, 2], torch.zeros(3), {"weight": 3}, {"schema": checkpoint.SCHEMA}])
def test_pytorch_files_of_another_kind_are_refused(tmp_path: Path, value: object) -> None:
    path = tmp_path / "x.pt"
    torch.save(value, path)
    with pytest.raises(StorageError, match="cannot be read"):
        checkpoint.load(path)
    with pytest.raises((UsageError, StorageError), match=r"no state dict|cannot be read"):
        initial_weights.read(str(path))


@pytest.mark.parametrize("damage", ["lost", "cut off", "other slices"])
def test_images_of_a_shard_that_cannot_be_read_are_named(tmp_path: Path, damage: str) -> None:
    shards = ShardSet.open(write_shards(tmp_path, 1, slices=3), THREE_WAY)
    path = tmp_path / "p000.npy"
    if damage == "lost":
        path.unlink()
    elif damage == "cut off":
        path.write_bytes(path.read_bytes()[:-100])
    else:
        np.save(path, np.load(path)[:1])
    with pytest.raises(StorageError, match=r"p000\.npy cannot be read.*Delete p000\.json"):
        shards.images([0, 1, 2], 96)


def test_a_cache_that_cannot_be_written_costs_no_evaluation(
    tiny_package: ModelPackage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    digest = tiny_package.manifest.preprocess.digest()
    shards = ShardSet.open(write_shards(tmp_path / "s", 2, slices=1, size_px=299, digest=digest), THREE_WAY)
    (tmp_path / "cache").write_text("a file where the folder should be", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        found = answers(tiny_package, shards, tmp_path / "cache")
    assert len(found) == 2
    assert [record.message for record in caplog.records if "--cache" in record.message] == [caplog.records[0].message]


def test_a_torn_answer_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    predictions._write(path, Answers(np.ones((2, 3), np.float32), np.ones((2, 5), np.float32)))
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        assert predictions._read(path) is None
    np.save(tmp_path / "b.npy", np.ones(3))
    assert predictions._read(tmp_path / "b.npy") is None


def test_a_recovered_checkpoint_never_replaces_a_file_of_the_package(tiny_package: ModelPackage) -> None:
    before = (tiny_package.folder / "model.onnx").read_bytes()
    for out in (tiny_package.folder / "model.onnx", tiny_package.folder, Path()):
        with pytest.raises(UsageError, match="is a folder or lies in the package"):
            recover(tiny_package.folder, tiny_package.folder, out)
    assert (tiny_package.folder / "model.onnx").read_bytes() == before
