"""Several processes compute what one does: `torchrun` on the CPU against a single process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from tests.support.paths import ROOT
from tests.support.shards import write_shards
from training.config import load
from training.fitting import checkpoint
from training.fitting.parallel import ALONE, Group, SharedBatchNorm2d, share_batch_norm, weighted_loss
from training.fitting.trainer import build_network
from training.models import spec_for
from training.tables import read_rows

CONFIG = """
recipe = "paper"
width = 0.05
batch_size = 18
steps = 3
learning_rate = 2e-5
sizes = [[107, 1.0]]
export_size_px = 107
batch_norm_slices = 0
autocast = "none"
threads = 1
class_weights = "balanced"
label_smoothing = 0.05
stochastic_depth = 0.3
"""


def _train(folder: Path, out: str, *start: str) -> None:
    command = [sys.executable, *start, "-m", "training.cli", "train", str(folder / "config.toml")]
    command += ["--shards", str(folder / "shards"), "--out", str(folder / out)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr


def test_two_processes_train_as_one_does(tmp_path: Path) -> None:
    # SGD and a small rate: the gradients of so small a network on so few pixels amplify rounding a hundredfold
    # (two threads instead of one change them by 1 %), which AdamW's first steps, being signs, would turn into strides.
    write_shards(tmp_path / "shards", 12, size_px=107, digest=spec_for("t2_dwi").digest())
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    _train(tmp_path, "one")
    _train(tmp_path, "two", "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    rows = [read_rows(tmp_path / out / "steps.csv") for out in ("one", "two")]
    assert [row["step"] for row in rows[1]] == [row["step"] for row in rows[0]] == ["3"]
    losses = [float(row[0]["loss"]) for row in rows]
    assert losses[0] == pytest.approx(losses[1], abs=1e-5)
    epochs = [read_rows(tmp_path / out / "epochs.csv") for out in ("one", "two")]
    assert float(epochs[0][-1]["loss"]) == pytest.approx(float(epochs[1][-1]["loss"]), abs=1e-4)
    one, two = (checkpoint.load(tmp_path / out / "final.pt").network for out in ("one", "two"))
    before = build_network(load(tmp_path / "config.toml")).state_dict()
    weights = [name for name, value in one.items() if value.ndim == 4]
    moved = sum(float((one[name] - before[name]).square().sum()) for name in weights)
    apart = sum(float((one[name] - two[name]).square().sum()) for name in weights)
    assert moved > 0
    assert apart < 0.01 * moved
    means = [name for name in one if name.endswith("running_mean")]
    assert max(float((one[name] - two[name]).abs().max()) for name in means) < 1e-4
    assert list((tmp_path / "two" / "tensorboard").glob("events.*"))


def test_alone_the_loss_is_cross_entropy() -> None:
    generator = torch.Generator().manual_seed(3)
    logits = torch.randn((6, 3), generator=generator, requires_grad=True)
    targets = torch.tensor([0, 1, 2, 2, 1, 0])
    weights = torch.tensor([1.0, 2.0, 0.5])
    share, value = weighted_loss(logits, targets, weights, 0.1, ALONE)
    expected = functional.cross_entropy(logits, targets, weight=weights, label_smoothing=0.1)
    assert float(share.detach()) == pytest.approx(float(expected.detach()), rel=1e-6) == value


def test_every_sample_has_one_process() -> None:
    samples = np.arange(10)
    parts = [samples[Group(rank, 3).own] for rank in range(3)]
    assert sorted(np.concatenate(parts)) == list(samples)


def test_batch_norm_is_shared_only_while_it_is_asked_for() -> None:
    network = nn.Sequential(nn.BatchNorm2d(2), nn.ReLU())
    names = list(network.state_dict())
    share_batch_norm(network, True)
    assert type(network[0]) is SharedBatchNorm2d
    share_batch_norm(network, False)
    assert type(network[0]) is nn.BatchNorm2d
    assert list(network.state_dict()) == names
