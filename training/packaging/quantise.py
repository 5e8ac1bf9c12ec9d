"""Smaller graphs from the exported one, with ONNX Runtime's tools: static int8, and float16.

uint8 activations, int8 weights per channel **with reduced range** (7 bits): on CPUs without VNNI the sum of two
full-range products overflows 16 bits and the answer changes with the machine. The head and the class maps
stay float.

A block that is *kept float* computes in float32, yet its weights lie in the file as int8 too, here with the full
8 bits (nothing can overflow): the package keeps its size, and only the activations' rounding goes.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantType,
    create_calibrator,
)
from onnxruntime.quantization.qdq_quantizer import QDQQuantizer
from onnxruntime.quantization.quant_utils import load_model_with_shape_infer
from onnxruntime.quantization.shape_inference import quant_pre_process
from onnxruntime.transformers.float16 import convert_float_to_float16

QUANTISED_TYPES = ("Conv", "Add", "Concat", "MaxPool", "AveragePool", "Relu")
STEM = ("conv2d_1a", "conv2d_2a", "conv2d_2b", "conv2d_3b", "conv2d_4a")
"""Plain convolutions before the first block: 0.3 % of the weights, whose errors every later layer sees. Rounded they
made more than nine tenths of what int8 weights changed in the scores of a network."""
METHODS = {
    "percentile": (CalibrationMethod.Percentile, {"percentile": 99.999}),
    "entropy": (CalibrationMethod.Entropy, {}),
}


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A float graph made ready, and the ranges of its activations.

    Attributes:
        graph: The pre-processed float graph.
        ranges: ONNX Runtime's tensor ranges.
        method: Key of `METHODS`.
        slices: Number of slices that were seen.
    """

    graph: Path
    ranges: Any
    method: str
    slices: int


class _Batch(CalibrationDataReader):  # type: ignore[misc]
    """One batch: the calibrator keeps every activation of what one reader gives."""

    def __init__(self, images: NDArray[np.float32]) -> None:
        self._images: NDArray[np.float32] | None = images

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        images, self._images = self._images, None
        return None if images is None else {"image": images}


def calibrate(
    float_graph: Path,
    batches: Iterable[NDArray[np.float32]],
    scratch: Path,
    method: str = "percentile",
) -> Calibrated:
    """Measure the ranges of all activations on training slices.

    Args:
        float_graph: The exported graph.
        batches: Images (n, c, s, s); small batches, since all activations of one are held at once
            (about 0.2 GB a slice at 299 px).
        scratch: Folder for intermediate graphs.
    """
    prepared = scratch / "prepared.onnx"
    with _quiet():
        quant_pre_process(str(float_graph), str(prepared), skip_symbolic_shape=True)
        kind, options = METHODS[method]
        calibrator = create_calibrator(
            prepared,
            list(QUANTISED_TYPES),
            augmented_model_path=str(scratch / "augmented.onnx"),
            calibrate_method=kind,
            extra_options=options,
        )
        slices = 0
        for images in batches:
            calibrator.collect_data(_Batch(images))
            slices += len(images)
        ranges = calibrator.compute_data()
    return Calibrated(prepared, ranges, method, slices)


def write_int8(calibrated: Calibrated, out: Path, keep_float: Collection[str] = ()) -> None:
    """Write the quantised graph.

    Args:
        keep_float: Names of further blocks (`blocks`) whose nodes compute in float32.
    """
    model = load_model_with_shape_infer(calibrated.graph)
    head = head_nodes(model)
    floating = [node.name for node in model.graph.node if block_of(node.name) in keep_float]
    excluded = head + floating
    with _quiet():
        quantizer = QDQQuantizer(
            model,
            True,  # per channel
            True,  # reduced range
            QuantType.QInt8,
            QuantType.QUInt8,
            calibrated.ranges,
            [],
            excluded,
            list(QUANTISED_TYPES),
            {},
        )
        quantizer.quantize_model()
    quantised = quantizer.model.model
    store_weights_as_int8(quantised, set(floating) - set(head))
    # The tools declare every domain that the runtime knows; a package names only those that it uses.
    used = {node.domain for node in quantised.graph.node}
    declared = [item for item in quantised.opset_import if item.domain in used]
    del quantised.opset_import[:]
    quantised.opset_import.extend(declared)
    draft = out.with_name(f".{out.name}")
    onnx.save(quantised, draft)
    draft.replace(out)


def write_float16(float_graph: Path, out: Path) -> None:
    """Write the graph in float16; inputs, outputs and the head stay float32."""
    model = onnx.load(float_graph)
    with _quiet():
        halved = convert_float_to_float16(model, keep_io_types=True, node_block_list=head_nodes(model))
    onnx.save(halved, out)


def write_int8_weights(float_graph: Path, out: Path) -> None:
    """Write the graph with its weights as int8, computing in float32: as with all blocks kept float."""
    model = onnx.load(float_graph)
    head = set(head_nodes(model))
    store_weights_as_int8(model, {node.name for node in model.graph.node} - head)
    onnx.save(model, out)


def store_weights_as_int8(model: onnx.ModelProto, node_names: Collection[str]) -> None:
    """Store the weights of these float convolutions as int8 per output channel, symmetric, of 8 bits.

    A DequantizeLinear before each convolution gives the float weights back when the graph is loaded: 1/4 of
    the size, and an error of at most 1/128 of the channel's largest weight, mostly far less. Those of the `STEM`
    stay float.
    """
    graph = model.graph
    stored = {item.name: item for item in graph.initializer}
    nodes: list[onnx.NodeProto] = []
    for node in graph.node:
        if node.op_type == "Conv" and node.name in node_names and block_of(node.name) not in STEM:
            name = node.input[1]
            weights = onnx.numpy_helper.to_array(stored[name])
            scale = best_scales(weights.reshape(len(weights), -1)).astype(np.float32)
            rounded = np.rint(weights / scale[:, None, None, None]).astype(np.int8)
            for suffix, array in (("int8", rounded), ("scale", scale), ("zero", np.zeros(len(scale), np.int8))):
                graph.initializer.append(onnx.numpy_helper.from_array(array, f"{name}_{suffix}"))
            graph.initializer.remove(stored[name])
            inputs = [f"{name}_{suffix}" for suffix in ("int8", "scale", "zero")]
            nodes.append(onnx.helper.make_node("DequantizeLinear", inputs, [name], name=f"{node.name}/weights", axis=0))
        nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)


def best_scales(weights: NDArray[np.float32]) -> NDArray[np.float64]:
    """Step of each channel (n, m) that int8 loses least with, in the mean square; 1 where all weights are 0.

    The largest weight becomes 64 to 127 steps: weights that lie on a grid of 7 or 8 bits already, because a package
    stored them so, are kept as they are.
    """
    values = weights.astype(np.float64)
    largest = np.abs(values).max(axis=1)
    largest = np.where(largest > 0, largest, 127.0)
    best, least = largest / 127.0, np.full(len(values), np.inf)
    for steps in range(127, 63, -1):
        scale = largest / steps
        error = np.square(values - np.rint(values / scale[:, None]) * scale[:, None]).sum(axis=1)
        better = error < least * (1 - 1e-6)
        best, least = np.where(better, scale, best), np.where(better, error, least)
    return best


def head_nodes(model: onnx.ModelProto) -> list[str]:
    """Names of the nodes after the last activation: pooling, linear layer and class maps."""
    pooled = next(node for node in model.graph.node if "features" in node.output)
    reached = {pooled.input[0]}
    names = []
    for node in model.graph.node:  # ONNX keeps nodes in topological order
        if reached & set(node.input):
            names.append(node.name)
            reached |= set(node.output)
    return names


def block_of(node_name: str) -> str:
    """Block that a node belongs to: ``/repeat_1.3/branch0/branch0.0/conv/Conv`` → ``repeat_1.3``.

    Some exporters name the sequence of blocks before the block, ``/repeat_1/repeat_1.3/…``.
    """
    first, *rest = node_name.strip("/").split("/")
    return rest[0] if rest and rest[0].startswith(f"{first}.") and first.startswith("repeat") else first


def blocks(calibrated: Calibrated) -> tuple[str, ...]:
    """All blocks outside the head, in order."""
    model = onnx.load(calibrated.graph)
    head = set(head_nodes(model))
    found = dict.fromkeys(block_of(n.name) for n in model.graph.node if n.name not in head)
    return tuple(found)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """ONNX Runtime's tools print to stdout and warn about their own deprecated parts."""
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
