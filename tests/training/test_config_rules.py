"""Absurd values, wrong types and odd files: one sentence that names the key, before anything is trained."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
import torch

from engine.domain.errors import UsageError
from training.config import AugmentConfig, TrainConfig, from_mapping, load
from training.config_rules import RANGES
from training.fitting.trainer import device_of

ABSURD = [
    ("learning_rate = 0", r"learning_rate is 0\.0\. Use 1e-09 to 10"),
    ("learning_rate = -0.1", "learning_rate is -0.1"),
    ("learning_rate = nan", "learning_rate is nan"),
    ("learning_rate = inf", "learning_rate is inf"),
    ("learning_rate = 1" + "0" * 400, "learning_rate is 1000"),
    ("momentum = -1", "momentum is -1"),
    ("dropout = 1.5", "dropout is 1.5"),
    ("label_smoothing = 2", "label_smoothing is 2"),
    ("ema_decay = 1", "ema_decay is 1"),
    ("weight_decay = nan", "weight_decay is nan"),
    ("halve_every_epochs = 0", "halve_every_epochs is 0"),
    ("epochs = 0", "epochs, steps and max_minutes are all 0"),
    ("steps = -1", "steps is -1. Use 0 to"),
    ("max_minutes = -1", "max_minutes is -1"),
    ("max_minutes = inf", "max_minutes is inf"),
    ("validate_every_epochs = 0", "validate_every_epochs is 0"),
    ("checkpoint_every_steps = 0", "checkpoint_every_steps is 0"),
    ("threads = 0", "threads is 0"),
    ("seed = -1", "seed is -1"),
    ("seed = 99999999999999999999", "seed is 9999"),
    ("export_size_px = 10", "export_size_px is 10"),
    ('device = "gpu0"', "device is 'gpu0'. Use 'auto', 'cpu' or 'cuda'"),
    ('class_weights = "balance"', "class_weights is 'balance'"),
    ('model_id = "t2_dwi-KLINIKUM"', "model_id is 't2_dwi-KLINIKUM'. It becomes the id of the package"),
    ('model_id = "t2_dwi-../../x"', "model_id is"),
    ("labels = 3", "labels is 3"),
    ('sizes = [["96", "1"]]', "sizes is"),
    ("sizes = [[96.7, 1.0]]", "sizes is"),
    ("sizes = [[inf, 1.0]]", "sizes is"),
    ("sizes = [[96, 2.0], [128, -1.0]]", "one is below 0"),
    ("sizes = [[1000000, 1.0]]", "a size is 1000000 px"),
    ("augment = false", r"augment is False. Write a table \[augment\]"),
    ("[augment]\nzoom = 1.0", "augment.zoom is 1.0. Use 0 to 0.9"),
    ("[augment]\nshear = nan", "augment.shear is nan"),
    ("[augment]\nshift_share = inf", "augment.shift_share is inf"),
    ("", "says nothing"),
    ("epochs = 3\nepochs = 4\n", r"line 2.*a key stands there once only"),
]


@pytest.mark.parametrize(("text", "message"), ABSURD)
def test_nothing_absurd_is_trained(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "c.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        load(tmp_path / "c.toml")


def test_files_of_windows_editors_are_read_and_others_named(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_bytes(b"\xef\xbb\xbfepochs = 3\r\nsteps = 4\r\n")
    assert (load(path).epochs, load(path).steps) == (3, 4)
    for encoding in ("latin-1", "utf-16"):
        path.write_bytes("epochs = 3  # für".encode(encoding))
        with pytest.raises(UsageError, match="is not UTF-8"):
            load(path)
    with pytest.raises(UsageError, match="Is a directory"):
        load(tmp_path)


def test_every_number_has_a_range() -> None:
    names = [item.name for item in dataclasses.fields(TrainConfig) if item.type in ("int", "float")]
    names += [f"augment.{item.name}" for item in dataclasses.fields(AugmentConfig) if item.type in ("int", "float")]
    assert sorted(names) == sorted(RANGES)


def test_a_gpu_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UsageError, match="finds no GPU"):
        device_of(from_mapping({"device": "cuda"}))


MODELS = Path(__file__).parents[2] / "assets" / "models"


@pytest.mark.parametrize("name", sorted(path.parent.name for path in MODELS.glob("*/manifest.json")))
def test_configurations_of_shipped_packages_hold(name: str) -> None:
    told = json.loads((MODELS / name / "manifest.json").read_text(encoding="utf-8"))["training"]["config"]
    told.pop("channels", None)
    assert from_mapping(told).model_id == name
