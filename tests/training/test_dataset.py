"""Shards: what was written comes back, mixtures are refused, a broken write leaves nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.domain.errors import StorageError
from tests.support.shards import write_shards
from training.config import BINARY, THREE_WAY
from training.dataset import Shard, ShardSet, target_of, write_shard


def test_images_come_back_within_the_rounding_of_float16(tmp_path: Path) -> None:
    images = np.random.default_rng(0).uniform(-1, 1, (2, 3, 96, 96)).astype(np.float32)
    shard = Shard("a", "a", "metastasis", "train", "x", ("T2", "DWI", "T2"), (0.0, 10.0))
    write_shard(tmp_path, shard, images)
    opened = ShardSet.open(tmp_path, THREE_WAY)
    assert opened.shards == (shard,)
    assert opened.targets.tolist() == [2, 2]
    back = opened.images([1, 0], 96).numpy()
    # float16 has 11 significant bits: below 1 the rounding error is at most 2⁻¹².
    assert np.abs(back - images[[1, 0]]).max() <= 2.0**-12


def test_smaller_images_keep_their_mean(tmp_path: Path) -> None:
    opened = ShardSet.open(write_shards(tmp_path, 3), THREE_WAY)
    full, half = opened.images([0, 4], 96), opened.images([0, 4], 48)
    assert half.shape == (2, 3, 48, 48)
    assert torch.allclose(full.mean((2, 3)), half.mean((2, 3)), atol=2e-3)


def test_slices_are_numbered_through_all_shards(tmp_path: Path) -> None:
    opened = ShardSet.open(write_shards(tmp_path, 4, slices=2), THREE_WAY)
    assert len(opened) == 8
    assert opened.patients.tolist() == [f"p{i:03d}" for i in (0, 0, 1, 1, 2, 2, 3, 3)]
    assert opened.of_patients(["p002"]).patients.tolist() == ["p002", "p002"]


@pytest.mark.parametrize("other", [{"digest": "e" * 64}, {"roles": ("DWI", "T2", "T2")}])
def test_a_mixture_is_refused(tmp_path: Path, other: dict[str, object]) -> None:
    write_shards(tmp_path, 2)
    write_shards(tmp_path, 1, prefix="q", **other)  # type: ignore[arg-type]
    with pytest.raises(StorageError, match="mix several"):
        ShardSet.open(tmp_path, THREE_WAY)


def test_subsets_are_kept_apart(tmp_path: Path) -> None:
    write_shards(tmp_path, 3)
    write_shards(tmp_path, 2, prefix="q", subset="test")
    assert set(ShardSet.open(tmp_path, THREE_WAY, ["test"]).patients) == {"q000", "q001"}
    with pytest.raises(StorageError, match="no shards of other"):
        ShardSet.open(tmp_path, THREE_WAY, ["other"])


def test_an_interrupted_write_is_not_a_shard(tmp_path: Path) -> None:
    write_shards(tmp_path, 2)
    (tmp_path / "p001.json").unlink()  # the JSON is written last
    assert set(ShardSet.open(tmp_path, THREE_WAY).patients) == {"p000"}


def test_a_damaged_shard_is_named(tmp_path: Path) -> None:
    write_shards(tmp_path, 2)
    (tmp_path / "p001.json").write_text("{", encoding="utf-8")
    with pytest.raises(StorageError, match=r"p001\.json"):
        ShardSet.open(tmp_path, THREE_WAY)


def test_both_malignant_classes_are_one_of_two() -> None:
    assert [target_of(label, BINARY) for label in THREE_WAY] == [0, 1, 1]
    with pytest.raises(StorageError, match="unclear"):
        target_of("unclear", THREE_WAY)
