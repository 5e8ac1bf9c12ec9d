"""A package is what its manifest says, or it is refused."""

from __future__ import annotations

import hashlib
import json
import shutil

import onnx
import onnxruntime
import pytest
from onnx import helper

from engine.domain.errors import PackageError
from engine.inference.loading import list_packages, load_package
from engine.inference.wire import foreign_features


@pytest.fixture
def copy(tiny_package, tmp_path):
    return shutil.copytree(tiny_package.folder, tmp_path / "package")


def rewrite(folder, change):
    path = folder / "manifest.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")


def code(folder):
    with pytest.raises(PackageError) as caught:
        load_package(folder)
    assert caught.value.remedy
    return caught.value.code


def test_digest_is_that_of_the_content_not_of_the_file_text(tiny_package, copy):
    rewrite(copy, dict.copy)  # other spacing, same content
    assert load_package(copy).digest == tiny_package.digest
    rewrite(copy, lambda data: data.update(version="1.0.1"))
    assert load_package(copy).digest != tiny_package.digest


def test_changed_missing_and_foreign_files(copy, tmp_path):
    (copy / "card.md").write_text("changed", encoding="utf-8")
    assert code(copy) == "package-digest"
    (copy / "card.md").unlink()
    assert code(copy) == "package-file"
    rewrite(copy, lambda data: data["files"].update({"../card.md": "0" * 64}))
    assert code(copy) == "package-path"
    assert code(tmp_path / "nowhere") == "package-missing"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda d: d.update(schema="lobule.package/2"), "package-schema"),
        (lambda d: d.update(labels=["a", "b"]), "package-manifest"),
        (lambda d: d.update(clinical_status="approved"), "package-manifest"),
        (lambda d: d["preprocess"].update(blur=1), "package-manifest"),
        (lambda d: d["preprocess"].update(channels=["DWI"]), "package-manifest"),
        (lambda d: d.update(roles=["T2"]), "package-manifest"),
        (lambda d: d.pop("files"), "package-manifest"),
        (lambda d: d.update(surprise=1), "package-manifest"),
        (lambda d: d.update(id=".."), "package-manifest"),
        (lambda d: d.update(id="../evil"), "package-manifest"),
        (lambda d: d.update(id="-rf"), "package-manifest"),
        (lambda d: d.update(id=7), "package-manifest"),
        (lambda d: d.update(version="newest"), "package-manifest"),
        (lambda d: d.update(files=["model.onnx"]), "package-manifest"),
        (lambda d: d.update(files={"model.onnx": "0"}), "package-manifest"),
        (lambda d: d.update(validation=[1]), "package-manifest"),
        (lambda d: d.update(selftest={"input_abs": float("nan")}), "package-manifest"),
    ],
)
def test_manifests_that_are_refused(copy, change, expected):
    rewrite(copy, change)
    assert code(copy) == expected


@pytest.mark.parametrize(
    "name",
    ["../card.md", "/etc/passwd", "a\\..\\b", "c:x", "CARD.md", "Manifest.JSON", "aux.txt", "card.md.", "a\nb", "a//b"],
)
def test_file_names_that_leave_the_package_or_mean_another_file_elsewhere(copy, name):
    """Also on systems that tell no capitals apart, drop a last dot or keep names for devices."""
    (copy / "CARD.md").write_bytes((copy / "card.md").read_bytes())
    rewrite(copy, lambda data: data["files"].update({name: data["files"]["card.md"]}))
    assert code(copy) == "package-path"


@pytest.mark.parametrize("text", ["", "[]", "nonsense", "\xff"])
def test_unreadable_manifest(copy, text):
    (copy / "manifest.json").write_bytes(text.encode("latin-1"))
    assert code(copy) == "package-manifest"


def graph_with(*, domain="", external=False):
    node = helper.make_node("Identity", ["x"], ["y"], domain=domain)
    tensor = helper.make_tensor("w", onnx.TensorProto.FLOAT, [1], [1.0])
    if external:
        tensor.ClearField("float_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        entry = tensor.external_data.add()
        entry.key, entry.value = "location", "/etc/passwd"
    info = [helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, [1]) for n in "xy"]
    graph = helper.make_graph([node], "g", info[:1], info[1:], [tensor])
    return helper.make_model(graph).SerializeToString()


def test_what_a_graph_may_not_have(tiny_package):
    assert foreign_features((tiny_package.folder / "model.onnx").read_bytes()) is None
    assert foreign_features(graph_with()) is None
    assert "domain 'evil'" in foreign_features(graph_with(domain="evil"))
    assert "another file" in foreign_features(graph_with(external=True))
    assert "not a readable" in foreign_features(b"\x0f\xff nonsense")
    assert foreign_features(b"") == "it holds no graph"


def test_links_out_of_the_package_are_refused(copy, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (copy / "card.md").rename(outside / "card.md")
    (copy / "card.md").symlink_to(outside / "card.md")
    assert code(copy) == "package-file"
    (copy / "card.md").unlink()
    (copy / "notes").symlink_to(outside, target_is_directory=True)
    rewrite(copy, lambda data: data["files"].update({"notes/card.md": data["files"].pop("card.md")}))
    assert code(copy) == "package-file"


def test_a_graph_is_looked_at_whenever_a_package_is_loaded(copy):
    graph = graph_with(external=True)
    (copy / "model.onnx").write_bytes(graph)
    rewrite(copy, lambda data: data["files"].update({"model.onnx": hashlib.sha256(graph).hexdigest()}))
    assert code(copy) == "package-graph"


def test_weights_elsewhere_are_found_in_sparse_tensors_and_other_hiding_places():
    model = onnx.ModelProto.FromString(graph_with())
    sparse = model.graph.sparse_initializer.add()
    sparse.values.data_location = onnx.TensorProto.EXTERNAL
    assert "another file" in foreign_features(model.SerializeToString())
    model = onnx.ModelProto.FromString(graph_with())
    attribute = model.graph.node[0].attribute.add()
    attribute.name, attribute.type = "value", onnx.AttributeProto.SPARSE_TENSOR
    attribute.sparse_tensor.values.data_location = onnx.TensorProto.EXTERNAL
    assert "another file" in foreign_features(model.SerializeToString())
    model = onnx.ModelProto.FromString(graph_with(domain="com.microsoft"))
    assert foreign_features(model.SerializeToString()) is None
    model.graph.node[0].op_type = "EPContext"  # names a file of compiled code
    assert "EPContext" in foreign_features(model.SerializeToString())
    model = onnx.ModelProto.FromString(graph_with())
    model.training_info.add()
    assert "training" in foreign_features(model.SerializeToString())
    model = onnx.ModelProto.FromString(graph_with())
    model.functions.add().name = "f"
    assert "functions" in foreign_features(model.SerializeToString())


def test_the_newer_of_two_packages_wins(tiny_package, tmp_path):
    for folder, version in (("own", "1.0.2"), ("shipped", "1.0.10")):
        there = shutil.copytree(tiny_package.folder, tmp_path / folder / "tiny")
        rewrite(there, lambda data, version=version: data.update(version=version))
    (package,), faults = list_packages([tmp_path / "own", tmp_path / "shipped"])
    assert (package.manifest.version, faults) == ("1.0.10", [])
    rewrite(tmp_path / "own" / "tiny", lambda data: data.update(version="1.0.10", title="own"))
    assert list_packages([tmp_path / "own", tmp_path / "shipped"])[0][0].manifest.title == "own"


def test_foreign_operator_inside_a_branch_is_found():
    inner = helper.make_graph([helper.make_node("Op", [], ["z"], domain="evil")], "inner", [], [])
    node = helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner)
    graph = helper.make_graph([node], "g", [], [])
    assert "domain 'evil'" in foreign_features(helper.make_model(graph).SerializeToString())


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def field(number, content, *, above=0):
    """One length-delimited field; `above` sets bits of its key beyond the 32 that ONNX Runtime keeps."""
    return varint((number << 3 | 2) + (above << 32)) + varint(len(content)) + content


def test_a_key_that_reads_differently_in_the_runtime_is_refused():
    """ONNX Runtime cuts a key to 32 bits, so it would follow external data where a careful reader finds none."""
    model = onnx.ModelProto.FromString(graph_with())
    model.ir_version, model.opset_import[0].version = 8, 17
    graph = model.graph.SerializeToString()
    model.ClearField("graph")
    disguised = model.SerializeToString() + field(7, graph, above=1)
    runner = onnxruntime.InferenceSession(disguised, providers=["CPUExecutionProvider"])
    assert runner.get_inputs()[0].name == "x"  # the runtime found the graph behind a key that names another field
    assert "not a readable" in foreign_features(disguised)
    entry = field(1, b"location") + field(2, b"/etc/passwd")
    assert "another file" in foreign_features(field(7, field(5, field(8, b"w") + field(13, entry))))
    assert "not a readable" in foreign_features(field(7, field(5, field(8, b"w") + field(13, entry, above=4))))


@pytest.mark.parametrize("location", [1, 2, (1 << 32) + 1, (1 << 64) - 1])
def test_only_the_default_place_of_weights_is_accepted(location):
    tensor = varint(14 << 3) + varint(location)
    assert "another file" in foreign_features(field(7, field(5, tensor)))
    assert foreign_features(field(7, field(5, varint(14 << 3) + varint(0)))) is None


def test_the_runtimes_own_format_and_field_zero_are_refused():
    assert "own format" in foreign_features(b"\x1c\0\0\0ORTM" + bytes(64))
    assert "not a readable" in foreign_features(field(0, b"x"))


@pytest.mark.parametrize("operator", ["Loop", "Scan"])
def test_weights_elsewhere_inside_the_body_of_a_loop_are_found(operator):
    tensor = helper.make_tensor("w", onnx.TensorProto.FLOAT, [1], [1.0])
    tensor.data_location = onnx.TensorProto.EXTERNAL
    innermost = helper.make_graph([helper.make_node("Constant", [], ["c"], value=tensor)], "innermost", [], [])
    inner = helper.make_graph([helper.make_node(operator, [], ["z"], body=innermost)], "inner", [], [])
    node = helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner)
    graph = helper.make_graph([node], "g", [], [])
    assert "another file" in foreign_features(helper.make_model(graph).SerializeToString())
