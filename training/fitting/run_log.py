"""What a training writes while it runs: CSV tables, TensorBoard scalars and sample pictures of its input."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path

from training.tables import append_row, keep_rows

TABLES = ("steps", "epochs")


class RunLog:
    """``steps.csv`` and ``epochs.csv`` in a training's folder, and the same figures for TensorBoard.

    A resumed training goes on where its checkpoint stands: later rows, written before a kill, go.
    """

    def __init__(self, folder: Path, step: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for table in TABLES:
            keep_rows(folder / f"{table}.csv", "step", step)
        with warnings.catch_warnings():
            # TensorBoard's protocol buffers warn of their own future on import.
            warnings.simplefilter("ignore")
            from torch.utils.tensorboard.writer import SummaryWriter

        self._folder = folder
        self._writer = SummaryWriter(str(folder / "tensorboard"), purge_step=step + 1)

    def add(self, table: str, step: int, values: Mapping[str, object]) -> None:
        """Add one row to ``<table>.csv``, and its figures under ``<table>/<name>``."""
        append_row(self._folder / f"{table}.csv", {"step": step, **values})
        for name, value in values.items():
            self._writer.add_scalar(f"{table}/{name}", float(str(value)), step)

    def close(self) -> None:
        """Write what is still held back."""
        self._writer.close()
