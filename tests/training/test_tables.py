"""Logs that grow row by row survive a kill: what was cut off while it was written is no row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from training.dataset import Shard, ShardSet, write_shard
from training.tables import append_row, keep_rows, read_rows, write_rows


@pytest.mark.parametrize("torn", ["1", "11,0.", ",", '11,"0.5\n'])
def test_a_log_goes_on_after_a_row_that_was_cut_off(tmp_path: Path, torn: str) -> None:
    log = tmp_path / "steps.csv"
    for step in (9, 10, 20):
        append_row(log, {"step": step, "loss": 0.5})
    with log.open("a", newline="", encoding="utf-8") as stream:
        stream.write(torn)
    keep_rows(log, "step", 10)
    append_row(log, {"step": 11, "loss": 0.25})
    assert [(row["step"], row["loss"]) for row in read_rows(log)] == [("9", "0.5"), ("10", "0.5"), ("11", "0.25")]


def test_a_log_that_loses_all_its_rows_begins_anew(tmp_path: Path) -> None:
    log = tmp_path / "steps.csv"
    append_row(log, {"step": 5, "loss": 0.5})
    keep_rows(log, "step", 4)
    append_row(log, {"step": 5, "loss": 0.25})
    assert read_rows(log) == [{"step": "5", "loss": "0.25"}]


def test_a_table_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "exclusions.csv"
    write_rows(path, [{"name": "a"}])

    def rows() -> Iterator[dict[str, str]]:
        yield {"name": "b"}
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_rows(path, rows())
    assert read_rows(path) == [{"name": "a"}]


def test_a_shard_that_was_cut_off_is_no_shard(tmp_path: Path) -> None:
    shard = Shard("p1", "p1", "benign", "train", "d", ("T2",), (0.0,), (0,))
    write_shard(tmp_path, shard, np.zeros((1, 1, 2, 2), np.float32))
    second = Shard("p2", "p2", "benign", "train", "d", ("T2",), (0.0,), (0,))
    (tmp_path / "p2.json").mkdir()  # what is written cannot take its place
    with pytest.raises(OSError, match=r"p2\.json"):
        write_shard(tmp_path, second, np.zeros((1, 1, 2, 2), np.float32))
    (tmp_path / "p2.json").rmdir()
    assert len(list(tmp_path.iterdir())) == 4  # the draft is still there
    assert [path.name for path in tmp_path.glob("*.json")] == ["p1.json"]
    assert ShardSet.open(tmp_path, ("benign", "primary_malignancy", "metastasis")).patients.tolist() == ["p1"]
