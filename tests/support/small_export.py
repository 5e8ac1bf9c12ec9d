"""One small network through the whole path: made-up shards, a short training, the package exported from it."""

from __future__ import annotations

from pathlib import Path

from engine.domain.package import PreprocessSpec
from engine.domain.sequence import SequenceRole
from tests.support.shards import write_shards
from training import loop
from training.config import THREE_WAY, from_mapping
from training.dataset import ShardSet
from training.export import export
from training.packaging.export_options import ExportOptions

SPEC = PreprocessSpec(channels=(SequenceRole.T2, SequenceRole.DWI, SequenceRole.T2), input_px=96)


def write_small_export(folder: Path) -> Path:
    """Fill `folder` with ``shards``, ``run`` and ``package``, and return it."""
    write_shards(folder / "shards", 12, digest=SPEC.digest())
    write_shards(folder / "shards", 9, digest=SPEC.digest(), subset="test", prefix="t")
    config = from_mapping(
        {
            "recipe": "fast",
            "width": 0.05,
            "batch_size": 9,
            "epochs": 2,
            "sizes": [[96, 1.0]],
            "export_size_px": 96,
            "batch_norm_slices": 18,
            "autocast": "none",
            "threads": 1,
        }
    )
    everyone = ShardSet.open(folder / "shards", THREE_WAY, ["train"])
    training = everyone.of_patients(f"p{i:03d}" for i in range(9))
    held = everyone.of_patients(f"p{i:03d}" for i in range(9, 12))
    loop.train(config, training, held, folder / "run")
    options = ExportOptions(calibration_slices=12, float_block_limit=0, title="Small")
    export(folder / "run" / "final.pt", SPEC, everyone, folder / "package", options)
    return folder
