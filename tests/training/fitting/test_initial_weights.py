"""Weights to begin from: ImageNet's layout, and the checkpoint of an earlier training."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.domain.errors import UsageError
from tests.support.shards import write_shards
from tests.training.test_loop import small as configuration
from tests.training.test_network import WIDTH, images, small
from training import loop
from training.config import THREE_WAY
from training.dataset import ShardSet
from training.fitting import checkpoint, initial_weights, trainer
from training.network import InceptionResnetV2

__all__ = ["small"]  # a fixture


def test_six_channels_repeat_and_rescale_the_rgb_kernels(small: InceptionResnetV2) -> None:
    six = InceptionResnetV2(channels=6, outputs=2, width=WIDTH).eval()
    initial_weights.load_weights(six, small.state_dict())
    rgb, kernels = small.conv2d_1a.conv.weight, six.conv2d_1a.conv.weight
    assert torch.equal(kernels[:, :3], rgb / 2)
    assert torch.equal(kernels[:, 3:], rgb / 2)
    # An image shown to channels 1–3 and again to 4–6 gives the features of the RGB network.
    x = images(1)
    assert torch.allclose(six(torch.cat([x, x], dim=1))[2], small(x)[2], atol=1e-5)


def test_weights_of_another_network_are_refused_by_name(small: InceptionResnetV2) -> None:
    state = small.state_dict()
    del state["conv2d_4a.conv.weight"]
    with pytest.raises(UsageError, match=r"conv2d_4a\.conv\.weight is missing"):
        initial_weights.load_weights(InceptionResnetV2(width=WIDTH), state)
    with pytest.raises(UsageError, match="has shape"):
        initial_weights.load_weights(InceptionResnetV2(width=0.25), small.state_dict())


def test_a_weight_file_loads_and_its_head_is_left_out(small: InceptionResnetV2, tmp_path: object) -> None:
    path = f"{tmp_path}/weights.pth"
    torch.save(InceptionResnetV2(outputs=7, width=WIDTH).state_dict(), path)
    head = small.classif.weight.clone()
    initial_weights.load_weights(small, initial_weights.read(path).state)
    assert torch.equal(small.classif.weight, head)
    with pytest.raises(UsageError, match="do not exist"):
        initial_weights.read(f"{tmp_path}/absent.pth")


def test_a_training_begins_where_another_ended_and_says_so(tmp_path: Path) -> None:
    training = ShardSet.open(write_shards(tmp_path / "train"), THREE_WAY)
    first = loop.train(configuration(epochs=1), training, None, tmp_path / "first")
    state = checkpoint.load(first).network
    config = configuration(epochs=1, initial_weights=str(first))
    begun = trainer.build_network(config, initial_weights.read(str(first))).state_dict()
    assert all(torch.equal(value, state[name]) for name, value in begun.items())
    binary = configuration(labels=["benign", "malignant"], initial_weights=str(first))
    other = trainer.build_network(binary, initial_weights.read(str(first))).state_dict()
    assert other["classif.weight"].shape[0] == 2
    assert torch.equal(other["conv2d_7b.conv.weight"], state["conv2d_7b.conv.weight"])
    second = checkpoint.load(loop.train(config, training, None, tmp_path / "second"))
    assert second.facts["begun_from"]["steps"] == 3
    assert second.facts["begun_from"]["images_seen"] == 27
    # A third one would know of both.
    third = initial_weights.read(str(tmp_path / "second" / "final.pt"))
    assert third.facts["begun_from"]["images_seen"] == 27
    assert third.patients == set(training.patients.tolist())


def test_validation_patients_that_the_initial_weights_have_seen_are_refused(tmp_path: Path) -> None:
    training = ShardSet.open(write_shards(tmp_path / "train"), THREE_WAY)
    first = loop.train(configuration(epochs=1), training, None, tmp_path / "first")
    others = ShardSet.open(write_shards(tmp_path / "others", prefix="q"), THREE_WAY)
    config = configuration(epochs=1, initial_weights=str(first))
    with pytest.raises(UsageError, match=r"p00\d"):
        loop.train(config, others, training.of_patients(["p000", "p001"]), tmp_path / "second")
