"""What a package answers for every slice of a cohort, kept on disk: a report that is made again scores nothing again.

One file per lesion, named by what went in: the digest of the network and of the lesion's shard. Kept are logits and
features, so that calibrating a package or writing figures into it makes nothing stale.
"""

from __future__ import annotations

import hashlib
import logging
import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from engine.domain.package import ModelPackage
from engine.domain.progress import SILENT, Progress
from engine.domain.roi import LesionId
from engine.domain.sample import SliceInput, SliceRef
from engine.inference import predict, session
from training.dataset import Shard, ShardSet

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Raw answers for one lesion's slices: logits (n, k) and features (n, f), float32."""

    logits: NDArray[np.float32]
    features: NDArray[np.float32]


def slice_inputs(package: ModelPackage, shards: ShardSet, number: int) -> tuple[SliceInput, ...]:
    """The network's inputs of one lesion, from its shard."""
    spec = package.manifest.preprocess
    shard = shards.shards[number]
    images = shards.serving(spec).images(np.flatnonzero(shards.shard_index == number), spec.input_px).numpy()
    digest, nothing = spec.digest(), np.zeros(images.shape[2:], dtype=bool)
    nearest = shard.nearest_t2_slice or (0,) * shard.slices
    return tuple(
        SliceInput(
            np.ascontiguousarray(image),
            SliceRef(LesionId(shard.lesion), index, shard.position_mm[index], nearest[index]),
            np.eye(4),
            digest,
            nothing,
        )
        for index, image in enumerate(images)
    )


def answers(
    package: ModelPackage,
    shards: ShardSet,
    cache: Path | None = None,
    provider: str = session.CPU,
    progress: Progress = SILENT,
) -> tuple[Answers, ...]:
    """Run the package over every lesion that the cache does not know yet.

    Args:
        cache: Folder of kept answers; None keeps nothing.
        provider: ONNX Runtime's name of the execution provider.

    Returns:
        One `Answers` per shard, in their order.

    Raises:
        UsageError: The shards do not serve the package (`ShardSet.serving`).
        InferenceError: The network failed.
    """
    shards = shards.serving(package.manifest.preprocess)
    paths = [_path(package, shards, shard, cache, provider) for shard in shards.shards] if cache else []
    found = [_read(path) for path in paths] or [None] * len(shards.shards)
    missing = [number for number, item in enumerate(found) if item is None]
    runner = session.open_session(package, provider) if missing else None
    for done, number in enumerate(missing):
        progress.step("score", done, len(missing))
        assert runner is not None
        predictions = predict.predict(runner, slice_inputs(package, shards, number))
        item = Answers(np.stack([p.logits for p in predictions]), np.stack([p.features for p in predictions]))
        if paths and not _write(paths[number], item):
            paths = []  # said once; nothing more is kept
        found[number] = item
    progress.step("score", len(missing), len(missing))
    return tuple(item for item in found if item is not None)


def _path(package: ModelPackage, shards: ShardSet, shard: Shard, cache: Path, provider: str) -> Path:
    with (shards.folder / f"{shard.name}.npy").open("rb") as stream:
        content = hashlib.file_digest(stream, "sha256")
    content.update(" ".join([shards.spec_digest, *shards.roles]).encode())
    network = f"{package.manifest.files['model.onnx'][:16]}-{package.manifest.preprocess.digest()[:8]}"
    return cache / f"{network}-{provider.removesuffix('ExecutionProvider')}" / f"{content.hexdigest()[:32]}.npz"


def _read(path: Path) -> Answers | None:
    try:
        # Opened here: numpy leaves a file open that is no whole archive.
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            return Answers(arrays["logits"], arrays["features"])
    # absent, or cut off by an earlier interruption: scored again
    except (OSError, EOFError, ValueError, KeyError, TypeError, BadZipFile, zlib.error):
        return None


def _write(path: Path, item: Answers) -> bool:
    """Keep answers; where that is not possible (shards on a share for reading only, a full disk) say so and go on."""
    draft = path.with_name(f".{path.stem}.{os.getpid()}.npz")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(draft, logits=item.logits, features=item.features)
        draft.replace(path)
    except OSError as error:
        logger.warning(
            "Answers cannot be kept in %s (%s): another run scores everything again. Name a folder with --cache.",
            path.parent,
            error.strerror or error,
        )
        return False
    return True
