"""The precision of a package's graph: int8, float16 or float32, and what it changes on held-out slices."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.domain.package import PreprocessSpec
from engine.domain.progress import Progress
from training import quantise
from training.dataset import ShardSet
from training.export_options import ExportOptions
from training.parity import Answer, Change, Graph, compare

logger = logging.getLogger(__name__)

MOST_MIXED = 0.5
"""Share of blocks above which all are kept float: every change between int8 and float costs time, and a graph that
changes at two of three blocks is slower than one that never does. The size is the same, weights are int8 in both."""
ORDER_SLICES = 24
"""Slices on which every block is tried alone; their mean change of the scores orders the blocks."""

CHANGED_SHARE = 0.01
"""Share of slices whose class may change by quantisation before blocks are kept float: half of what a package
may show on its test patients (2 %), because the slices that are compared here are few."""


def write_graph(
    float_path: Path,
    out: Path,
    training: ShardSet,
    held: ShardSet,
    spec: PreprocessSpec,
    options: ExportOptions,
    progress: Progress,
) -> dict[str, Any]:
    """Write the graph that the package gets; returns the facts of it for the manifest.

    Args:
        float_path: The float32 graph.
        training: Slices to calibrate on.
        held: Slices to compare on: of patients that were not trained on.
    """
    if options.precision == "float32":
        shutil.copyfile(float_path, out)
        return {"format": "float32"}
    if options.precision == "float16":
        return _halve(float_path, out, held, spec, options, progress)
    with tempfile.TemporaryDirectory(prefix="lobule-quantise-") as scratch:
        return _quantise(float_path, out, Path(scratch), training, held, spec, options, progress)


def chosen(shards: ShardSet, count: int, seed: int) -> NDArray[np.int64]:
    """Indices of `count` slices drawn by a seed, in order."""
    order = np.random.default_rng(seed).permutation(len(shards))
    return np.sort(order[:count])


def batches(
    shards: ShardSet, indices: NDArray[np.int64], size_px: int, stage: str, progress: Progress
) -> Iterator[NDArray[np.float32]]:
    """The images of these slices, a few at a time: all activations of one batch are held at once."""
    for first in range(0, len(indices), 4):
        progress.step(stage, first, len(indices))
        yield shards.images(indices[first : first + 4], size_px).numpy()


def _halve(
    float_path: Path, out: Path, held: ShardSet, spec: PreprocessSpec, options: ExportOptions, progress: Progress
) -> dict[str, Any]:
    """Write the float16 graph, with a float32 head, and compare it on held-out slices."""
    quantise.write_float16(float_path, out)
    reference, halved = Graph(float_path), Graph(out)
    answers = [
        (reference.run(batch), halved.run(batch))
        for batch in batches(held, chosen(held, options.compared_slices, 2), spec.input_px, "compare", progress)
    ]
    change = compare([first for first, _ in answers], [second for _, second in answers])
    return {
        "format": "float16; inputs, outputs and head float32",
        **change.as_dict(),
        "megabytes": round(out.stat().st_size / 2**20, 1),
    }


def _quantise(
    float_path: Path,
    out: Path,
    scratch: Path,
    training: ShardSet,
    held: ShardSet,
    spec: PreprocessSpec,
    options: ExportOptions,
    progress: Progress,
) -> dict[str, Any]:
    """Quantise, compare on held-out slices, keep blocks float where too many classes change."""
    indices = chosen(training, options.calibration_slices, 1)
    seen = batches(training, indices, spec.input_px, "calibrate", progress)
    calibrated = quantise.calibrate(float_path, seen, scratch, options.calibration)
    quantise.write_int8(calibrated, out)
    compared = chosen(held, options.compared_slices, 2)
    images = list(batches(held, compared, spec.input_px, "compare", progress))
    reference = [Graph(float_path).run(batch) for batch in images]
    change = compare(reference, [Graph(out).run(batch) for batch in images])
    kept: list[str] = []
    if change.changed_share > CHANGED_SHARE and options.float_block_limit > 0:
        share = 100 * change.changed_share
        logger.info("int8 changes %.1f %% of the classes: looking for the blocks that suffer", share)
        order = _sensitive_blocks(calibrated, scratch, images, reference, progress)
        total, order = len(order), order[: options.float_block_limit]

        def with_float(count: int) -> Change:
            quantise.write_int8(calibrated, out, order[:count])
            graph = Graph(out)
            found = compare(reference, [graph.run(batch) for batch in images])
            logger.info("%d blocks float: %.1f %% of the classes change", count, 100 * found.changed_share)
            return found

        count = fewest(len(order), lambda count: with_float(count).changed_share <= CHANGED_SHARE)
        wide = worthwhile(count, total)
        count = wide if wide <= len(order) else count
        kept, change = order[:count], with_float(count)
    return {
        "format": "int8 QDQ: uint8 activations, int8 weights per channel, reduced range; float head; "
        "float blocks compute in float32 from weights stored as int8",
        "calibration": options.calibration,
        "calibration_slices": calibrated.slices,
        "float_blocks": kept,
        **change.as_dict(),
        "megabytes": round(out.stat().st_size / 2**20, 1),
    }


def fewest(most: int, enough: Callable[[int], bool]) -> int:
    """The smallest count from 1 to `most` that is enough, by halving; `most` where none is."""
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def worthwhile(count: int, blocks: int) -> int:
    """How many of the blocks to keep float where `count` must be: `count`, or all where the mixture would be slower."""
    return blocks if count > MOST_MIXED * blocks else count


def _sensitive_blocks(
    calibrated: quantise.Calibrated,
    scratch: Path,
    images: list[NDArray[np.float32]],
    reference: list[Answer],
    progress: Progress,
) -> list[str]:
    """Blocks in the order of what keeping each alone float does for the scores, best first."""
    # Spread over all slices: neighbours are of one patient, and often of one class.
    few = np.unique(np.linspace(0, len(images) - 1, max(1, ORDER_SLICES // len(images[0]))).astype(np.int64))
    trial = scratch / "trial.onnx"
    left: dict[str, float] = {}
    names = quantise.blocks(calibrated)
    for number, name in enumerate(names):
        progress.step("find sensitive blocks", number, len(names))
        quantise.write_int8(calibrated, trial, {name})
        graph = Graph(trial)
        left[name] = compare([reference[i] for i in few], [graph.run(images[i]) for i in few]).score_mean
    return sorted(left, key=lambda name: left[name])
