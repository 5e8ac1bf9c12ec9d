"""The loop: a resumed training is the same training; faults are found and named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.domain.errors import UsageError
from tests.support.shards import write_shards
from training import loop
from training.config import THREE_WAY, TrainConfig, from_mapping
from training.dataset import ShardSet
from training.fitting import checkpoint
from training.fitting.trainer import TrainingDiverged
from training.tables import read_rows

SMALL: dict[str, Any] = {
    "recipe": "fast",
    "width": 0.05,
    "batch_size": 9,
    "epochs": 4,
    "sizes": [[80, 0.5], [96, 0.5]],
    "export_size_px": 96,
    "batch_norm_slices": 18,
    "autocast": "none",
    "ema_decay": 0.9,
    "checkpoint_every_steps": 1000,
    "threads": 1,
    "dropout": 0.2,
    "stochastic_depth": 0.4,
}


def small(**changes: Any) -> TrainConfig:
    return from_mapping({**SMALL, **changes})


@pytest.fixture
def sets(tmp_path: Path) -> tuple[ShardSet, ShardSet]:
    training = ShardSet.open(write_shards(tmp_path / "train"), THREE_WAY)
    held = ShardSet.open(write_shards(tmp_path / "held", 6, prefix="v"), THREE_WAY)
    return training, held


def test_two_and_two_epochs_equal_four(tmp_path: Path, sets: tuple[ShardSet, ShardSet]) -> None:
    training, held = sets
    config = small()  # 27 slices in batches of 9: three steps an epoch, twelve in all
    whole = loop.train(config, training, held, tmp_path / "whole")
    half = loop.train(config, training, held, tmp_path / "halves", stop_after_steps=6)
    assert half.name == "last.pt"
    rest = loop.train(config, training, held, tmp_path / "halves")
    one, two = checkpoint.load(whole), checkpoint.load(rest)
    assert one.step == two.step == 12
    assert all(torch.equal(value, two.network[name]) for name, value in one.network.items())
    epochs = [read_rows(path / "epochs.csv") for path in (tmp_path / "whole", tmp_path / "halves")]
    assert epochs[0] == epochs[1]
    assert [row["step"] for row in epochs[0]] == ["3", "6", "9", "12"]


def test_rows_beyond_the_checkpoint_are_dropped_on_resuming(tmp_path: Path, sets: tuple[ShardSet, ShardSet]) -> None:
    training, _ = sets
    out = tmp_path / "out"
    loop.train(small(epochs=2), training, None, out, stop_after_steps=3)
    with (out / "steps.csv").open("a", encoding="utf-8") as stream:
        stream.write("5,1.7,96,0.1,1.0,1.0,0.0,1.0\n")  # written before a kill, not in the checkpoint
    loop.train(small(epochs=2), training, None, out)
    assert [row["step"] for row in read_rows(out / "steps.csv")] == ["3", "6"]


def test_the_final_weights_say_how_they_were_chosen(tmp_path: Path, sets: tuple[ShardSet, ShardSet]) -> None:
    final = checkpoint.load(loop.train(small(epochs=1), *sets, tmp_path / "out"))
    compared = final.facts["validation_at_export_size"]
    assert set(compared) == {"last", "last+batch norm", "average", "average+batch norm"}
    assert final.facts["weights"] == min(compared, key=lambda name: compared[name]["loss"])
    assert final.facts["training_slices_by_class"] == [9, 9, 9]
    assert final.config == small(epochs=1)


def test_a_loss_that_is_not_a_number_stops_with_advice(
    tmp_path: Path, sets: tuple[ShardSet, ShardSet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        ShardSet,
        "images",
        lambda _self, indices, size_px: torch.full((len(indices), 3, size_px, size_px), np.nan),
    )
    with pytest.raises(TrainingDiverged, match="Lower learning_rate"):
        loop.train(small(), sets[0], None, tmp_path / "out")


def test_a_training_ends_early_with_the_weights_of_its_last_checkpoint(
    tmp_path: Path, sets: tuple[ShardSet, ShardSet]
) -> None:
    config = small(epochs=4)
    with pytest.raises(UsageError, match="no training to finish"):
        loop.train(config, *sets, tmp_path, finish=True)
    loop.train(config, *sets, tmp_path, stop_after_steps=3)
    path = loop.train(config, *sets, tmp_path, finish=True)
    saved = checkpoint.load(path)
    assert (path.name, saved.step, saved.total_steps) == ("final.pt", 3, 12)
    assert saved.facts["images_seen"] == 3 * config.batch_size
    assert saved.facts["training_sets"] == ["train"]
    assert "torch" in saved.facts["hardware"]


def test_a_time_budget_fixes_the_number_of_steps(tmp_path: Path, sets: tuple[ShardSet, ShardSet]) -> None:
    config = small(max_minutes=0.02)
    last = loop.train(config, sets[0], None, tmp_path / "out", stop_after_steps=1)
    saved = checkpoint.load(last)
    assert saved.total_steps >= 1
    assert saved.step == 1


def test_other_settings_do_not_go_on_with_a_training(tmp_path: Path, sets: tuple[ShardSet, ShardSet]) -> None:
    loop.train(small(), sets[0], None, tmp_path / "out", stop_after_steps=1)
    with pytest.raises(UsageError, match="learning_rate"):
        loop.train(small(learning_rate=0.5), sets[0], None, tmp_path / "out")


def test_shared_patients_are_refused(tmp_path: Path, sets: tuple[ShardSet, ShardSet]) -> None:
    with pytest.raises(UsageError, match="p000"):
        loop.train(small(), sets[0], sets[0].of_patients(["p000"]), tmp_path / "out")


def test_a_checkpoint_that_states_its_channels_is_read(tmp_path: Path, sets: tuple[ShardSet, ShardSet]) -> None:
    path = loop.train(small(), sets[0], None, tmp_path / "out", stop_after_steps=1)
    values = torch.load(path, weights_only=True)
    values["config"]["channels"] = 3
    torch.save(values, path)
    assert checkpoint.load(path).config == small()
