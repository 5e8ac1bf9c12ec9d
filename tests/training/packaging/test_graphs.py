"""The graphs of a package: float as torch computes it, int8 and float16 near it, and what their answers differ by."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from engine.domain.package import ModelPackage
from engine.inference.loading import load_package, verify_graph
from training.config import THREE_WAY
from training.dataset import ShardSet
from training.export import network_of, write_float
from training.fitting import checkpoint
from training.packaging import quantise
from training.packaging.parity import Answer, Graph, compare, reordered_pairs
from training.packaging.precision import fewest, near_enough, worthwhile
from training.packaging.quantise import best_scales, block_of, head_nodes


@pytest.fixture(scope="module")
def package(exported: Path) -> ModelPackage:
    return load_package(exported / "package")


def _int8_weights(path: Path) -> list[np.ndarray]:
    arrays = (onnx.numpy_helper.to_array(item) for item in onnx.load(path).graph.initializer)
    return [array for array in arrays if array.dtype == np.int8 and array.ndim == 4]


def test_weights_are_int8_of_seven_bits_per_channel_and_the_head_is_float(package: ModelPackage) -> None:
    weights = _int8_weights(package.folder / "model.onnx")
    assert len(weights) > 200
    assert max(int(np.abs(array.astype(int)).max()) for array in weights) <= 64
    model = onnx.load(package.folder / "model.onnx")
    arrays = {item.name: onnx.numpy_helper.to_array(item) for item in model.graph.initializer}
    gemm = next(node for node in model.graph.node if node.op_type == "Gemm")
    assert arrays[gemm.input[1]].dtype == np.float32


def test_float_graph_equals_torch_and_int8_is_near(exported: Path, package: ModelPackage) -> None:
    saved = checkpoint.load(exported / "run" / "final.pt")
    network = network_of(saved)
    write_float(network, exported / "float.onnx", 96)
    shards = ShardSet.open(exported / "shards", THREE_WAY, ["test"])
    images = shards.images(np.arange(27), 96)
    answer = Graph(exported / "float.onnx").run(images.numpy())
    logits, cam, features = (value.detach().numpy() for value in network(images))
    assert np.abs(answer.logits - logits).max() <= 1e-4
    assert np.abs(answer.cam - cam).max() <= 1e-4 * max(1.0, cam.max())
    assert np.abs(answer.features - features).max() <= 1e-4
    answers = [Graph(package.folder / "model.onnx").run(images.numpy())]
    change = compare([answer], answers, shards.targets, THREE_WAY)
    assert change.score_max < 0.2
    assert change.slices == 27
    for label in THREE_WAY:
        assert abs(change.auc_difference[label]) <= change.reordered_share[label] + 1e-9


def test_pairs_that_change_places_are_counted_and_bound_the_auc() -> None:
    positive = np.array([True, True, False, False])
    before = np.array([0.8, 0.4, 0.5, 0.1])
    assert reordered_pairs(positive, before, before) == 0.0
    assert reordered_pairs(positive, before, np.array([0.8, 0.6, 0.5, 0.1])) == 0.25  # the second rises above the third
    assert reordered_pairs(positive, before, np.array([0.8, 0.5, 0.5, 0.1])) == 0.125  # and here only beside it
    assert reordered_pairs(positive, before, -before) == 1.0
    # One pair for the better and one for the worse: the AUC stays, two of four pairs changed places.
    swapped = np.array([0.45, 0.6, 0.5, 0.1])
    assert reordered_pairs(positive, before, swapped) == 0.5
    logits = [Answer(np.log(np.stack([s, 1 - s], axis=1)), np.zeros(0), np.zeros(0)) for s in (before, swapped)]
    change = compare(logits[:1], logits[1:], np.array([0, 0, 1, 1]), ("benign", "malignant"))
    assert change.auc_difference == {"benign": 0.0, "malignant": 0.0}
    assert change.reordered_share == {"benign": 0.5, "malignant": 0.5}
    assert near_enough(change) is False  # the class of one slice of four differs
    many = [Answer(np.tile(item.logits * 0.1 + [2, 0], (20, 1)), item.cam, item.features) for item in logits]
    change = compare(many[:1], many[1:], np.tile([0, 0, 1, 1], 20), ("benign", "malignant"))
    assert (change.changed_share, change.slices) == (0.0, 80)  # one class for all, but pairs change places
    assert not near_enough(change)
    assert near_enough(compare(logits[:1], logits[:1], np.array([0, 0, 1, 1]), ("benign", "malignant")))


def test_head_and_blocks_are_found(exported: Path) -> None:
    write_float(network_of(checkpoint.load(exported / "run" / "final.pt")), exported / "f.onnx", 96)
    model = onnx.load(exported / "f.onnx")
    kinds = {node.name: node.op_type for node in model.graph.node}
    assert sorted(kinds[name] for name in head_nodes(model)) == ["Conv", "Gemm", "ReduceMean", "Relu"]
    assert block_of("/repeat_1/repeat_1.3/branch0/conv/Conv") == "repeat_1.3"
    assert block_of("/repeat_1.3/branch0/branch0.0/conv/Conv") == block_of("/repeat_1.3/Add") == "repeat_1.3"
    assert block_of("/conv2d_1a/conv/Conv") == "conv2d_1a"


def test_float_blocks_compute_in_float_and_stay_small(exported: Path, tmp_path: Path) -> None:
    write_float(network_of(checkpoint.load(exported / "run" / "final.pt")), tmp_path / "float.onnx", 96)
    images = ShardSet.open(exported / "shards", THREE_WAY, ["test"]).images(np.arange(27), 96).numpy()
    calibrated = quantise.calibrate(tmp_path / "float.onnx", [images[:12]], tmp_path)
    reference = Graph(tmp_path / "float.onnx").run(images)
    names = quantise.blocks(calibrated)
    # Five stem convolutions and two poolings, 10 + 20 + 10 residual blocks, three mixed ones, the last convolution.
    assert len(names) == 51
    assert {"repeat.0", "repeat.9", "repeat_1.19", "repeat_2.8", "block8", "mixed_6a", "conv2d_7b"} <= set(names)
    errors, sizes = {}, {}
    for count in (0, len(names)):
        path = tmp_path / f"{count}.onnx"
        quantise.write_int8(calibrated, path, names[:count])
        verify_graph(path)
        errors[count] = np.abs(Graph(path).run(images).logits - reference.logits).max()
        sizes[count] = path.stat().st_size
    assert errors[len(names)] < 0.5 * errors[0]  # weights of 8 bits alone, against 7 bits and rounded activations
    assert sizes[len(names)] < 1.1 * sizes[0]
    weights = _int8_weights(tmp_path / f"{len(names)}.onnx")
    assert max(int(np.abs(array.astype(int)).max()) for array in weights) == 127


def test_float16_is_half_as_large_and_near(exported: Path, tmp_path: Path) -> None:
    write_float(network_of(checkpoint.load(exported / "run" / "final.pt")), tmp_path / "float.onnx", 96)
    quantise.write_float16(tmp_path / "float.onnx", tmp_path / "half.onnx")
    verify_graph(tmp_path / "half.onnx")
    images = ShardSet.open(exported / "shards", THREE_WAY, ["test"]).images(np.arange(6), 96).numpy()
    one, two = (Graph(tmp_path / name).run(images) for name in ("float.onnx", "half.onnx"))
    assert 0 < np.abs(one.logits - two.logits).max() < 0.01
    assert two.logits.dtype == two.cam.dtype == two.features.dtype == np.float32
    sizes = [(tmp_path / name).stat().st_size for name in ("half.onnx", "float.onnx")]
    assert sizes[0] < 0.7 * sizes[1]  # names and shapes weigh about as much as weights in so small a network


STEM_NODES = {f"/conv2d_{name}/conv/Conv" for name in ("1a", "2a", "2b", "3b", "4a")}


def test_weights_alone_are_small_and_as_near_as_with_all_blocks_float(exported: Path, tmp_path: Path) -> None:
    write_float(network_of(checkpoint.load(exported / "run" / "final.pt")), tmp_path / "float.onnx", 96)
    quantise.write_int8_weights(tmp_path / "float.onnx", tmp_path / "weights.onnx")
    verify_graph(tmp_path / "weights.onnx")
    images = ShardSet.open(exported / "shards", THREE_WAY, ["test"]).images(np.arange(27), 96).numpy()
    calibrated = quantise.calibrate(tmp_path / "float.onnx", [images[:3]], tmp_path)
    quantise.write_int8(calibrated, tmp_path / "blocks.onnx", quantise.blocks(calibrated))
    found = {name: Graph(tmp_path / f"{name}.onnx").run(images).logits for name in ("float", "weights", "blocks")}
    assert 0 < np.abs(found["weights"] - found["float"]).max() < 0.05
    assert np.abs(found["weights"] - found["blocks"]).max() < 1e-4
    stored = {item.name: item.data_type for item in onnx.load(tmp_path / "weights.onnx").graph.initializer}
    whole = {node.input[1] for node in onnx.load(tmp_path / "weights.onnx").graph.node if node.name in STEM_NODES}
    assert len(whole) == 5
    assert {stored[name] for name in whole} == {onnx.TensorProto.FLOAT}
    assert sum(kind == onnx.TensorProto.INT8 and name.endswith("_int8") for name, kind in stored.items()) == 239
    sizes = [(tmp_path / name).stat().st_size for name in ("weights.onnx", "float.onnx")]
    assert sizes[0] < 0.7 * sizes[1]  # names and shapes weigh about as much as weights in so small a network


def test_weights_are_rounded_per_output_channel() -> None:
    values = np.array([[2.0, -1.0], [0.0, 0.0], [0.254, 0.1]], np.float32).reshape(3, 2, 1, 1)
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Conv", ["x", "w"], ["y"], name="/b/Conv")],
        "one",
        [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, 2, 1, 1])],
        [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1, 3, 1, 1])],
        [onnx.numpy_helper.from_array(values, "w")],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)])
    quantise.store_weights_as_int8(model, {"/b/Conv"})
    onnx.checker.check_model(model)
    arrays = {item.name: onnx.numpy_helper.to_array(item) for item in model.graph.initializer}
    assert arrays["w_int8"].reshape(3, 2).tolist() == [[126, -63], [0, 0], [127, 50]]
    assert np.allclose(arrays["w_scale"], [2 / 126, 1.0, 0.002])


def test_weights_of_a_package_keep_their_grid() -> None:
    generator = np.random.default_rng(4)
    grid = generator.integers(-63, 64, (6, 90))
    grid[:, 0] = 64
    scale = generator.uniform(1e-4, 1e-2, 6)
    weights = (grid * scale[:, None]).astype(np.float32)
    found = best_scales(weights)
    assert np.allclose(np.rint(weights / found[:, None]) * found[:, None], weights, rtol=0, atol=1e-4 * scale.min())
    others = generator.normal(size=(6, 90)).astype(np.float32)
    largest = np.abs(others).max(axis=1)
    best = best_scales(others)
    assert (best >= largest / 127 * (1 - 1e-6)).all()  # nothing is clipped

    def error(step: np.ndarray) -> np.ndarray:
        return np.square(others - np.rint(others / step[:, None]) * step[:, None]).sum(axis=1)

    assert (error(best) <= error(largest / 127) * (1 + 1e-6)).all()


def test_the_fewest_that_is_enough_is_found() -> None:
    for most in range(1, 12):
        for needed in range(1, most + 1):
            assert fewest(most, lambda count, needed=needed: count >= needed) == needed
        assert fewest(most, lambda _: False) == most


def test_a_graph_is_mixed_only_where_that_saves_time() -> None:
    assert [worthwhile(count, 51) for count in (1, 25, 26, 51)] == [1, 25, 51, 51]
