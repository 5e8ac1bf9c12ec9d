"""A tiny model package whose answers can be worked out by hand.

The graph has five nodes. With m_c the mean of input channel c over all its pixels:

* ``features`` = (m_0, …, m_{C−1});
* ``logits`` = W · features, where W has three entries that are not zero:
  benign −2 on channel 0, primary malignancy +2 on channel 0, metastasis +2 on channel 1
  (with two labels: benign −2 and malignant +2, both on channel 0);
* ``cam`` = ReLU(Σ_c W_kc A_c), A being means over 37×37 pixel tiles (299 // 37 = 8 rows and columns).

So an input whose channel 0 is 0.5 everywhere and whose channel 1 is 0.25 has the logits
(−1, 1, 0.5) and the class maps 0, 1, 0.5 everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from engine.domain.package import ClinicalStatus, ModelManifest, PreprocessSpec
from engine.domain.sequence import SequenceRole
from training.packaging.vectors import (
    file_digests,
    selftest_arrays,
    small_study,
    write_manifest,
    write_vectors,
)

LABELS = {
    3: ("benign", "primary_malignancy", "metastasis"),
    2: ("benign", "malignant"),
}
CHANNELS = {
    1: ("T2", "T2", "T2"),
    2: ("T2", "DWI", "T2"),
}
TILE_PX = 37


def head_weights(channels: int, labels: int) -> NDArray[np.float32]:
    """W: (labels, channels)."""
    weights = np.zeros((labels, channels), dtype=np.float32)
    weights[0, 0], weights[1, 0] = -2.0, 2.0
    if labels == 3:
        weights[2, 1] = 2.0
    return weights


def tiny_graph(channels: int, labels: int, size_px: int = 299) -> onnx.ModelProto:
    """The ONNX graph described above."""
    weights = head_weights(channels, labels)
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["features"], axes=[2, 3], keepdims=0),
        helper.make_node("MatMul", ["features", "weights_t"], ["logits"]),
        helper.make_node(
            "AveragePool",
            ["image"],
            ["tiles"],
            kernel_shape=[TILE_PX, TILE_PX],
            strides=[TILE_PX, TILE_PX],
        ),
        helper.make_node("Conv", ["tiles", "kernel"], ["map"]),
        helper.make_node("Relu", ["map"], ["cam"]),
    ]
    tiles = size_px // TILE_PX
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", channels, size_px, size_px])],
        [
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", labels]),
            helper.make_tensor_value_info("cam", TensorProto.FLOAT, ["n", labels, tiles, tiles]),
            helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", channels]),
        ],
        [
            numpy_helper.from_array(np.ascontiguousarray(weights.T), "weights_t"),
            numpy_helper.from_array(weights[:, :, None, None].copy(), "kernel"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model


def write_tiny_package(
    folder: Path, roles: Sequence[str] = ("T2", "DWI"), labels: int = 3, package_id: str = ""
) -> Path:
    """Write a whole valid package into `folder` (made if absent) and return the folder."""
    names = CHANNELS.get(len(roles), tuple(roles))
    spec = PreprocessSpec(channels=tuple(SequenceRole(name) for name in names))
    folder.mkdir(parents=True, exist_ok=True)
    model = tiny_graph(len(names), labels, spec.input_px)
    onnx.save(model, folder / "model.onnx")
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])

    def run(inputs: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        logits, cam = session.run(["logits", "cam"], {"image": inputs})
        return logits, cam

    volumes, roi = small_study(spec.roles)
    write_vectors(folder, selftest_arrays(volumes, roi, spec, run))
    (folder / "card.md").write_text(
        "# Tiny test package\n\nFor tests only: its answers are means of the input.\n",
        encoding="utf-8",
    )
    write_manifest(
        folder,
        ModelManifest(
            id=package_id or "tiny-" + "-".join(name.lower() for name in roles),
            version="1.0.0",
            title="Tiny test package",
            labels=LABELS[labels],
            preprocess=spec,
            clinical_status=ClinicalStatus.SIMULATED,
            intended_use="Tests only.",
            files=file_digests(folder),
            selftest={"input_abs": 1e-4, "logit_abs": 1e-4, "cam_abs": 1e-4},
        ),
    )
    return folder
