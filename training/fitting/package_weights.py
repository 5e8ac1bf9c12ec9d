"""The weights that a package holds, as something a training can begin with.

A package keeps no checkpoint: its graph has batch norm folded into the convolutions, and most weights rounded to
int8. The convolutions are read back by the names of their nodes; what batch norm must do afterwards is measured on
images (`measure_norms`), so that the network still computes what the graph did.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from training.network import BATCH_NORM_EPS, ConvNorm, InceptionResnetV2, Mixed

FILTER_NORM = 3**-0.5
"""Length that a filter is given before batch norm, which undoes it: that of PyTorch's random convolutions, so
that learning rate and weight decay act on both alike."""


def read_graph(path: Path, network: InceptionResnetV2) -> dict[str, Tensor]:
    """Parameters of a package's graph by the network's names.

    Batch norm is the identity plus the bias that was folded; `measure_norms` makes a real one of it.

    Args:
        path: ``model.onnx`` in any precision that `training.packaging.quantise` writes.
        network: One of the same width; tells residual scales and which convolutions have a batch norm.
    """
    graph = onnx.load(path).graph
    constants = _constants(graph)
    state: dict[str, Tensor] = {}
    for node in graph.node:
        if node.op_type == "Gemm":
            state["classif.weight"], state["classif.bias"] = (
                torch.from_numpy(constants[name]) for name in node.input[1:]
            )
        if node.op_type != "Conv" or node.name == "/Conv":  # the latter makes the class maps from the head
            continue
        weight = torch.from_numpy(constants[node.input[1]])
        bias = torch.from_numpy(constants[node.input[2]])
        name = module_name(node.name)
        module = network.get_submodule(name)
        if isinstance(module, Mixed):
            scale = module.residual_scale or 1.0
            state[f"{name}.conv2d.weight"] = weight / scale
            state[f"{name}.conv2d.bias"] = bias / scale
            continue
        norm = name.removesuffix("conv") + "bn"
        state[f"{name}.weight"] = weight
        state[f"{norm}.weight"] = torch.ones_like(bias)
        state[f"{norm}.bias"] = bias
        state[f"{norm}.running_mean"] = torch.zeros_like(bias)
        state[f"{norm}.running_var"] = torch.full_like(bias, 1.0 - BATCH_NORM_EPS)
    return state


def module_name(node_name: str) -> str:
    """``/mixed_5b/branch1/branch1.0/conv/Conv`` → ``mixed_5b.branch1.0.conv``: a sequence's scope names its parent."""
    parts: list[str] = []
    for part in node_name.strip("/").split("/")[:-1]:
        if parts and part.startswith(f"{parts[-1]}."):
            parts.pop()
        parts.append(part)
    return ".".join(parts)


def measure_norms(network: InceptionResnetV2, images: Tensor) -> None:
    """Give batch norms that only add a bias the statistics of `images`; the network's answers stay what they are.

    Args:
        network: With the state of `read_graph`, changed in place.
        images: (n, c, s, s) training images, of the size that the training begins with.
    """
    found: dict[ConvNorm, tuple[Tensor, Tensor]] = {}
    layers = [module for module in network.modules() if isinstance(module, ConvNorm)]

    def keep(layer: ConvNorm, output: Tensor) -> None:
        found[layer] = (output.mean(dim=(0, 2, 3)), output.var(dim=(0, 2, 3), unbiased=False))

    hooks = [
        layer.conv.register_forward_hook(lambda _module, _inputs, output, layer=layer: keep(layer, output))
        for layer in layers
    ]
    mode = network.training
    try:
        with torch.no_grad():
            network.eval()(images)
    finally:
        network.train(mode)
        for hook in hooks:
            hook.remove()
    with torch.no_grad():
        for layer, (mean, variance) in found.items():
            _normalise(layer.conv, layer.bn, mean, variance)


def _normalise(conv: nn.Conv2d, norm: nn.BatchNorm2d, mean: Tensor, variance: Tensor) -> None:
    """W → sW, and the batch norm with which sW answers as W plus the bias did."""
    length = conv.weight.flatten(1).norm(dim=1)
    scale = torch.where(length > 0, FILTER_NORM / length.clamp_min(1e-12), torch.ones_like(length))
    conv.weight.mul_(scale[:, None, None, None])
    assert norm.running_mean is not None
    assert norm.running_var is not None
    norm.running_mean.copy_(mean * scale)
    norm.running_var.copy_(variance * scale**2)
    norm.weight.copy_((norm.running_var + norm.eps).sqrt() / scale)
    norm.bias.add_(mean)


def _constants(graph: onnx.GraphProto) -> dict[str, NDArray[np.float32]]:
    """Every stored array by the name that nodes use, dequantised where a node does that first."""
    stored = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    result = {name: np.array(value, np.float32) for name, value in stored.items() if value.dtype.kind == "f"}
    for node in graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in stored:
            values = stored[node.input[0]].astype(np.float32)
            zero = stored[node.input[2]].astype(np.float32) if len(node.input) > 2 else np.float32(0)
            shape = (-1, *(1,) * (values.ndim - 1))
            scale = stored[node.input[1]]
            result[node.output[0]] = (values - zero.reshape(shape) if np.ndim(zero) else values - zero) * (
                scale.reshape(shape) if scale.ndim else scale
            ).astype(np.float32)
    return result
