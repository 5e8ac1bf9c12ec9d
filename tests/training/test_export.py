"""From checkpoint to package to figures: one small network through the whole path (the width flag is for tests)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest

from engine import selftest
from engine.domain.errors import PackageError, UsageError
from engine.domain.package import ClinicalStatus, ModelPackage, PreprocessSpec
from engine.domain.sequence import SequenceRole
from engine.inference.loading import load_feature_statistics, load_package, verify_graph
from engine.quality import texture_of
from tests.support.shards import write_shards
from training import checkpoint, loop, quantise
from training.config import THREE_WAY, from_mapping
from training.dataset import ShardSet
from training.evaluate import (
    against_float,
    answer_both,
    manifest_figures,
    refuse_trained,
    score_package,
    write_validation,
)
from training.export import export, network_of, write_float
from training.export_options import ExportOptions
from training.measure import measure
from training.parity import Answer, Graph, compare, reordered_pairs
from training.precision import fewest, near_enough, worthwhile
from training.quantise import best_scales, block_of, head_nodes

SPEC = PreprocessSpec(channels=(SequenceRole.T2, SequenceRole.DWI, SequenceRole.T2), input_px=96)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with shards, a short training and the package exported from it."""
    folder = tmp_path_factory.mktemp("training")
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


@pytest.fixture(scope="module")
def package(trained: Path) -> ModelPackage:
    return load_package(trained / "package")


def _int8_weights(path: Path) -> list[np.ndarray]:
    arrays = (onnx.numpy_helper.to_array(item) for item in onnx.load(path).graph.initializer)
    return [array for array in arrays if array.dtype == np.int8 and array.ndim == 4]


def test_the_package_is_whole_and_reproduces_its_vectors(package: ModelPackage) -> None:
    manifest = package.manifest
    assert set(manifest.files) == {"model.onnx", "selftest.npz", "features.npz", "card.md"}
    assert manifest.id == "t2_dwi"
    assert manifest.preprocess == SPEC
    assert manifest.clinical_status == ClinicalStatus.RESEARCH  # these shards are not phantoms
    verify_graph(package.folder / "model.onnx")
    report = selftest.verify(package)
    assert report.ok, report.detail


def test_the_manifest_says_what_was_done(package: ModelPackage) -> None:
    training = package.manifest.training
    assert (training["patients"], training["slices"], training["validation_patients"]) == (9, 27, 3)
    assert training["patients_by_class"] == dict.fromkeys(THREE_WAY, 3)
    assert training["config"]["recipe"] == "fast"
    quantisation = package.manifest.quantisation
    assert quantisation["torch_logit_abs"] <= 1e-4
    assert quantisation["compared_slices"] == 9
    card = (package.folder / "card.md").read_text(encoding="utf-8")
    assert "Research use only" in card
    assert "| config · recipe | fast |" in card


def test_weights_are_int8_of_seven_bits_per_channel_and_the_head_is_float(package: ModelPackage) -> None:
    weights = _int8_weights(package.folder / "model.onnx")
    assert len(weights) > 200
    assert max(int(np.abs(array.astype(int)).max()) for array in weights) <= 64
    model = onnx.load(package.folder / "model.onnx")
    arrays = {item.name: onnx.numpy_helper.to_array(item) for item in model.graph.initializer}
    gemm = next(node for node in model.graph.node if node.op_type == "Gemm")
    assert arrays[gemm.input[1]].dtype == np.float32


def test_float_graph_equals_torch_and_int8_is_near(trained: Path, package: ModelPackage) -> None:
    saved = checkpoint.load(trained / "run" / "final.pt")
    network = network_of(saved)
    write_float(network, trained / "float.onnx", 96)
    shards = ShardSet.open(trained / "shards", THREE_WAY, ["test"])
    images = shards.images(np.arange(27), 96)
    answer = Graph(trained / "float.onnx").run(images.numpy())
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


def test_head_and_blocks_are_found(trained: Path) -> None:
    write_float(network_of(checkpoint.load(trained / "run" / "final.pt")), trained / "f.onnx", 96)
    model = onnx.load(trained / "f.onnx")
    kinds = {node.name: node.op_type for node in model.graph.node}
    assert sorted(kinds[name] for name in head_nodes(model)) == ["Conv", "Gemm", "ReduceMean", "Relu"]
    assert block_of("/repeat_1/repeat_1.3/branch0/conv/Conv") == "repeat_1.3"
    assert block_of("/repeat_1.3/branch0/branch0.0/conv/Conv") == block_of("/repeat_1.3/Add") == "repeat_1.3"
    assert block_of("/conv2d_1a/conv/Conv") == "conv2d_1a"


def test_float_blocks_compute_in_float_and_stay_small(trained: Path, tmp_path: Path) -> None:
    write_float(network_of(checkpoint.load(trained / "run" / "final.pt")), tmp_path / "float.onnx", 96)
    images = ShardSet.open(trained / "shards", THREE_WAY, ["test"]).images(np.arange(27), 96).numpy()
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


def test_float16_is_half_as_large_and_near(trained: Path, tmp_path: Path) -> None:
    write_float(network_of(checkpoint.load(trained / "run" / "final.pt")), tmp_path / "float.onnx", 96)
    quantise.write_float16(tmp_path / "float.onnx", tmp_path / "half.onnx")
    verify_graph(tmp_path / "half.onnx")
    images = ShardSet.open(trained / "shards", THREE_WAY, ["test"]).images(np.arange(6), 96).numpy()
    one, two = (Graph(tmp_path / name).run(images) for name in ("float.onnx", "half.onnx"))
    assert 0 < np.abs(one.logits - two.logits).max() < 0.01
    assert two.logits.dtype == two.cam.dtype == two.features.dtype == np.float32
    sizes = [(tmp_path / name).stat().st_size for name in ("half.onnx", "float.onnx")]
    assert sizes[0] < 0.7 * sizes[1]  # names and shapes weigh about as much as weights in so small a network


def test_weights_alone_are_small_and_as_near_as_with_all_blocks_float(trained: Path, tmp_path: Path) -> None:
    write_float(network_of(checkpoint.load(trained / "run" / "final.pt")), tmp_path / "float.onnx", 96)
    quantise.write_int8_weights(tmp_path / "float.onnx", tmp_path / "weights.onnx")
    verify_graph(tmp_path / "weights.onnx")
    images = ShardSet.open(trained / "shards", THREE_WAY, ["test"]).images(np.arange(27), 96).numpy()
    calibrated = quantise.calibrate(tmp_path / "float.onnx", [images[:3]], tmp_path)
    quantise.write_int8(calibrated, tmp_path / "blocks.onnx", quantise.blocks(calibrated))
    found = {name: Graph(tmp_path / f"{name}.onnx").run(images).logits for name in ("float", "weights", "blocks")}
    assert 0 < np.abs(found["weights"] - found["float"]).max() < 0.05
    assert np.abs(found["weights"] - found["blocks"]).max() < 1e-4
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


def test_feature_statistics_know_their_own(trained: Path, package: ModelPackage) -> None:
    statistics = load_feature_statistics(package)
    assert statistics is not None
    graph = Graph(package.folder / "model.onnx")
    shards = ShardSet.open(trained / "shards", THREE_WAY, ["train"])

    def distance(images: np.ndarray) -> float:
        textures = np.stack([texture_of(image, SPEC) for image in images])
        return float(statistics.distances(graph.run(images).features, textures)[0])

    noise = np.random.default_rng(0).uniform(-1, 1, (1, 3, 96, 96)).astype(np.float32)
    assert distance(shards.images([0], 96).numpy()) < statistics.threshold < distance(noise)
    assert package.manifest.features["patients"] == 12


def test_statistics_of_another_release_are_refused_by_name(trained: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(trained / "package", tmp_path / "old")
    np.savez(folder / "features.npz", mean=np.zeros(3), basis=np.eye(3), scale=np.ones(3))
    old = ModelPackage(folder, load_package(trained / "package").manifest, "0")
    with pytest.raises(PackageError, match="feature statistics") as refused:
        load_feature_statistics(old)
    assert refused.value.code == "package-features"


def test_figures_are_measured_on_the_package_and_written_into_it(trained: Path, package: ModelPackage) -> None:
    shards = ShardSet.open(trained / "shards", THREE_WAY, ["test"])
    scored = score_package(package, shards)
    result = manifest_figures(measure(scored, "made-up shards", resamples=50), ClinicalStatus.SIMULATED)
    assert result["cohort"] == {"name": "made-up shards", "patients": 9}
    assert (result["lesions"], result["slices"]) == (9, 27)
    assert np.allclose(scored.scores.sum(axis=1), 1.0)
    assert sum(map(sum, result["confusion_slices"])) == 27
    assert [sum(row) for row in result["confusion_patients"]] == [3, 3, 3]
    rule = result["any_slice_rule"]
    flagged = [lesion.malignant_by_any_slice for lesion in scored.lesions]
    malignant = [shard.label != "benign" for shard in shards.shards]
    hits = sum(f and m for f, m in zip(flagged, malignant, strict=True))
    assert (rule["sensitivity"]["events"], rule["sensitivity"]["n"]) == (hits, 6)
    saved = checkpoint.load(trained / "run" / "final.pt")
    refuse_trained(saved, shards)
    both = answer_both(package, saved, shards)
    alone, twice = against_float(package.manifest.labels, [both]), against_float(package.manifest.labels, [both, both])
    assert (alone["compared_slices"], twice["compared_slices"]) == (27, 54)
    assert alone["auc_difference"] == twice["auc_difference"]
    after = write_validation(package, {"test": result})
    assert after.manifest.validation["test"] == json.loads(json.dumps(result))
    assert "made-up shards" in (after.folder / "card.md").read_text(encoding="utf-8")
    assert selftest.verify(after).ok


def test_trained_patients_are_not_scored(trained: Path) -> None:
    package = load_package(trained / "package")
    shards = ShardSet.open(trained / "shards", THREE_WAY, ["train"])
    with pytest.raises(UsageError, match="trained on patients of the set 'train'"):
        score_package(package, shards)
    with pytest.raises(UsageError, match="p000"):
        refuse_trained(checkpoint.load(trained / "run" / "final.pt"), shards)


def test_shards_of_another_preparation_are_refused(trained: Path, tmp_path: Path) -> None:
    others = ShardSet.open(write_shards(tmp_path, 3), THREE_WAY)
    with pytest.raises(UsageError, match="do not belong together"):
        export(trained / "run" / "final.pt", SPEC, others, tmp_path / "out")
    elsewhere = ShardSet.open(write_shards(tmp_path / "elsewhere", 3, subset="elsewhere"), THREE_WAY)
    with pytest.raises(UsageError, match="not prepared with the preprocessing"):
        score_package(load_package(trained / "package"), elsewhere)


def test_a_folder_that_is_no_package_is_not_replaced(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("keep me", encoding="utf-8")
    shards = ShardSet.open(trained / "shards", THREE_WAY, ["train"])
    with pytest.raises(UsageError, match="not a package"):
        export(trained / "run" / "final.pt", SPEC, shards, tmp_path)
    assert (tmp_path / "letters.txt").exists()
