"""A package is what its manifest says, or it is refused."""

from __future__ import annotations

import json
import shutil
import zipfile

import onnx
import pytest
from onnx import helper

from engine.domain.errors import PackageError
from engine.inference.loading import install_package, load_package
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
    rewrite(copy, lambda data: data["files"].update({"../card.md": "0"}))
    assert code(copy) in ("package-path", "package-file")
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
    ],
)
def test_manifests_that_are_refused(copy, change, expected):
    rewrite(copy, change)
    assert code(copy) == expected


@pytest.mark.parametrize("text", ["", "[]", "nonsense", "\xff"])
def test_unreadable_manifest(copy, text):
    (copy / "manifest.json").write_bytes(text.encode("latin-1"))
    assert code(copy) == "package-manifest"


def test_install_from_folder_and_from_file(tiny_package, tmp_path):
    archive = tmp_path / "tiny.lobule"
    with zipfile.ZipFile(archive, "w") as out:
        for path in tiny_package.folder.iterdir():
            out.write(path, path.name)
    for source in (tiny_package.folder, archive):
        installed = install_package(source, tmp_path / "models")
        assert installed.digest == tiny_package.digest
        assert installed.folder == tmp_path / "models" / tiny_package.manifest.id
    assert [p.name for p in (tmp_path / "models").iterdir()] == [tiny_package.manifest.id]


def test_archive_that_leaves_its_folder(tiny_package, tmp_path):
    archive = tmp_path / "bad.lobule"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("../outside.txt", "x")
    with pytest.raises(PackageError) as caught:
        install_package(archive, tmp_path / "models")
    assert caught.value.code == "package-path"
    assert not (tmp_path / "outside.txt").exists()
    assert list((tmp_path / "models").iterdir()) == []


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


def test_foreign_operator_inside_a_branch_is_found():
    inner = helper.make_graph([helper.make_node("Op", [], ["z"], domain="evil")], "inner", [], [])
    node = helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner)
    graph = helper.make_graph([node], "g", [], [])
    assert "domain 'evil'" in foreign_features(helper.make_model(graph).SerializeToString())
