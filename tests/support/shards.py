"""Made-up shards for the training tests: a bright spot whose place tells the class."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from training.config import THREE_WAY
from training.dataset import Shard, write_shard


def write_shards(
    folder: Path,
    patients: int = 9,
    slices: int = 3,
    size_px: int = 96,
    digest: str = "d" * 64,
    roles: tuple[str, ...] = ("T2", "DWI", "T2"),
    subset: str = "train",
    prefix: str = "p",
) -> Path:
    """Write one shard per patient, classes in turn, and return the folder."""
    generator = np.random.default_rng(len(prefix) + patients)
    for number in range(patients):
        label = THREE_WAY[number % 3]
        images = 0.2 * generator.standard_normal((slices, len(roles), size_px, size_px))
        first = 10 + 25 * (number % 3)
        images[:, :, first : first + 20, first : first + 20] += 0.6
        write_shard(
            folder,
            Shard(
                name=f"{prefix}{number:03d}",
                patient=f"{prefix}{number:03d}",
                label=label,
                subset=subset,
                spec_digest=digest,
                roles=roles,
                position_mm=tuple(10.0 * i for i in range(slices)),
            ),
            np.clip(images, -1, 1).astype(np.float32),
        )
    return folder
