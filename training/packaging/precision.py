"""The precision of a package's graph (int8, int8 weights, float16, float32), and what it changes on held-out slices."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from engine.domain.package import PreprocessSpec
from engine.domain.progress import Progress
from training.dataset import ShardSet
from training.packaging import quantise
from training.packaging.export_options import ExportOptions
from training.packaging.parity import Answer, Change, Graph, compare, scores_of

logger = logging.getLogger(__name__)

MOST_MIXED = 0.5
"""Share of blocks above which all are kept float: every change between int8 and float costs time, and a graph that
changes at two of three blocks is slower than one that never does. The size is the same, weights are int8 in both."""
ORDER_SLICES = 24
"""Slices on which every block is tried alone; their mean change of the scores orders the blocks."""

CHANGED_SHARE = 0.01
"""Share of slices whose class may change by quantisation before blocks are kept float: half of what a package
may show on its test patients (2 %), because the slices that are compared here are few."""
REORDERED_SHARE = 0.003
"""Share of pairs of a class and the others that may change places. It bounds what an AUC loses on these slices, and on
others of the same kind; the difference itself, here of few slices, can be 0 by chance where it is .01 elsewhere."""
PAIRED_SLICES = 50
"""Slices from which a share of pairs is looked at: of fewer a single pair may be more than the limit."""

UNCALIBRATED: Mapping[str, tuple[str, Callable[[Path, Path], None]]] = {
    "float16": ("float16; inputs, outputs and head float32", quantise.write_float16),
    "int8-weights": (
        "weights stored as int8 per channel, those of stem and head as float32; computed in float32",
        quantise.write_int8_weights,
    ),
}
"""Precisions that need no calibration: what the manifest says of them, and what writes them."""


def write_graph(
    float_path: Path,
    out: Path,
    training: ShardSet,
    held: ShardSet,
    spec: PreprocessSpec,
    options: ExportOptions,
    progress: Progress,
) -> dict[str, Any]:
    """Write the graph that the package gets; returns the facts of it for the manifest, ``arithmetic`` among them.

    Args:
        float_path: The float32 graph.
        training: Slices to calibrate on.
        held: Slices to compare on: of patients that were not trained on.
    """
    if options.precision == "float32":
        shutil.copyfile(float_path, out)
        facts: dict[str, Any] = {"format": "float32"}
    elif options.precision in UNCALIBRATED:
        told, write = UNCALIBRATED[options.precision]
        facts = {"format": told, **_rewritten(float_path, out, write, held, spec, options, progress)}
    else:
        with tempfile.TemporaryDirectory(prefix="lobule-quantise-") as scratch:
            facts = _quantise(float_path, out, Path(scratch), training, held, spec, options, progress)
    return {**facts, "arithmetic": arithmetic_of(out)}


def arithmetic_of(graph: Path) -> str:
    """What a graph computes in: ``int8`` where activations are quantised, else ``float16`` or ``float32``.

    Sessions read it in the manifest: weights stored as int8 that nothing computes with as such are widened once.
    """
    network = onnx.load(graph).graph
    if any(node.op_type == "QuantizeLinear" for node in network.node):
        return "int8"
    half = any(constant.data_type == onnx.TensorProto.FLOAT16 for constant in network.initializer)
    return "float16" if half else "float32"


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


def _rewritten(
    float_path: Path,
    out: Path,
    write: Callable[[Path, Path], None],
    held: ShardSet,
    spec: PreprocessSpec,
    options: ExportOptions,
    progress: Progress,
) -> dict[str, Any]:
    """Write a graph that needs no calibration, and compare it on held-out slices."""
    write(float_path, out)
    reference, other = Graph(float_path), Graph(out)
    compared = chosen(held, options.compared_slices, 2)
    answers = [
        (reference.run(batch), other.run(batch))
        for batch in batches(held, compared, spec.input_px, "compare", progress)
    ]
    targets = held.targets[compared]
    change = compare([first for first, _ in answers], [second for _, second in answers], targets, held.labels)
    return {**change.as_dict(), "megabytes": round(out.stat().st_size / 2**20, 1)}


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
    compared = chosen(held, options.compared_slices, 2)
    images = list(batches(held, compared, spec.input_px, "compare", progress))
    reference = [Graph(float_path).run(batch) for batch in images]

    def change_with(blocks: list[str]) -> Change:
        quantise.write_int8(calibrated, out, blocks)
        graph = Graph(out)
        answers = [graph.run(batch) for batch in images]
        found = compare(reference, answers, held.targets[compared], held.labels)
        logger.info(
            "%d blocks float: %.1f %% of the classes change, %.2f %% of the pairs",
            len(blocks),
            100 * found.changed_share,
            100 * max(found.reordered_share.values(), default=0.0),
        )
        return found

    kept: list[str] = []
    change = change_with(kept)
    if not near_enough(change) and options.float_block_limit > 0:
        logger.info("looking for the blocks that suffer")
        order = _sensitive_blocks(calibrated, scratch, images, reference, progress)
        total, order = len(order), order[: options.float_block_limit]
        count = fewest(len(order), lambda count: near_enough(change_with(order[:count])))
        wide = worthwhile(count, total)
        count = wide if wide <= len(order) else count
        kept, change = order[:count], change_with(order[:count])
    return {
        "format": "int8 QDQ: uint8 activations, int8 weights per channel, reduced range; float head; "
        "float blocks compute in float32 from weights stored as int8",
        "calibration": options.calibration,
        "calibration_slices": calibrated.slices,
        "float_blocks": kept,
        **change.as_dict(),
        "megabytes": round(out.stat().st_size / 2**20, 1),
    }


def near_enough(change: Change) -> bool:
    """Whether a quantised graph answers like the float one."""
    reordered = max(change.reordered_share.values(), default=0.0) if change.slices >= PAIRED_SLICES else 0.0
    return change.changed_share <= CHANGED_SHARE and reordered <= REORDERED_SHARE


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
    wanted = scores_of([reference[i] for i in few])
    trial = scratch / "trial.onnx"
    left: dict[str, float] = {}
    names = quantise.blocks(calibrated)
    for number, name in enumerate(names):
        progress.step("find sensitive blocks", number, len(names))
        quantise.write_int8(calibrated, trial, {name})
        graph = Graph(trial)
        answered = scores_of([graph.run(images[i]) for i in few])
        left[name] = float(np.abs(answered - wanted).mean())
    return sorted(left, key=lambda name: left[name])
