"""What a graph computes in, and that weights stored as int8 for float arithmetic are widened once, at loading."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from engine.domain.package import ModelPackage
from engine.inference.session import session_options
from training.export import write_float
from training.network import InceptionResnetV2
from training.packaging.precision import arithmetic_of
from training.packaging.quantise import calibrate, write_float16, write_int8, write_int8_weights

SIZE = 75
IMAGES = np.random.default_rng(0).uniform(-1, 1, (2, 3, SIZE, SIZE)).astype(np.float32)


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One small network in every precision."""
    folder = tmp_path_factory.mktemp("graphs")
    paths = {name: folder / f"{name}.onnx" for name in ("float32", "float16", "int8", "int8-weights")}
    write_float(InceptionResnetV2(3, 3, 0.05).eval(), paths["float32"], SIZE)
    write_float16(paths["float32"], paths["float16"])
    write_int8_weights(paths["float32"], paths["int8-weights"])
    write_int8(calibrate(paths["float32"], [IMAGES], folder, "percentile"), paths["int8"], [])
    return paths


def test_arithmetic_is_read_from_the_graph(graphs: dict[str, Path]) -> None:
    told = {name: arithmetic_of(path) for name, path in graphs.items()}
    assert told == {"float32": "float32", "float16": "float16", "int8": "int8", "int8-weights": "float32"}


def _loaded(package: ModelPackage, graph: Path, arithmetic: str, out: Path) -> tuple[Counter[str], np.ndarray]:
    """The operations that run, and the logits."""
    told = {"arithmetic": arithmetic} if arithmetic else {}
    options = session_options(replace(package, manifest=replace(package.manifest, quantisation=told)))
    options.optimized_model_filepath = str(out)
    session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    (logits,) = session.run(["logits"], {"image": IMAGES})
    return Counter(node.op_type for node in onnx.load(out).graph.node), logits


def test_weights_of_a_float_graph_are_widened_at_loading(
    tiny_package: ModelPackage, graphs: dict[str, Path], tmp_path: Path
) -> None:
    before, wanted = _loaded(tiny_package, graphs["int8-weights"], "", tmp_path / "before.onnx")
    after, found = _loaded(tiny_package, graphs["int8-weights"], "float32", tmp_path / "after.onnx")
    assert before["DequantizeLinear"] > 200
    assert after["DequantizeLinear"] == 0
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_a_graph_that_computes_in_int8_keeps_doing_so(
    tiny_package: ModelPackage, graphs: dict[str, Path], tmp_path: Path
) -> None:
    operations, _ = _loaded(tiny_package, graphs["int8"], arithmetic_of(graphs["int8"]), tmp_path / "loaded.onnx")
    assert operations["QLinearConv"] > 200
