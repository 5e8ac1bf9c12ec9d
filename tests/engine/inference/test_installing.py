"""What arrives from outside is installed whole and verified, or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
import struct
import warnings
import zipfile

import onnx
import pytest

from engine.domain.errors import PackageError
from engine.inference import installing
from engine.inference.installing import install_package
from engine.inference.loading import load_package


@pytest.fixture
def copy(tiny_package, tmp_path):
    return shutil.copytree(tiny_package.folder, tmp_path / "package")


def change(folder, **fields):
    path = folder / "manifest.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**data, **fields}), encoding="utf-8")
    return folder


def packed(folder, archive, inside=""):
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for path in folder.iterdir():
            out.write(path, f"{inside}{path.name}")
    return archive


def refusal(source, tmp_path, **options):
    """The code of the refusal, after seeing that nothing was left behind or changed."""
    models = tmp_path / "models"
    before = sorted(p.relative_to(models) for p in models.rglob("*")) if models.exists() else []
    with pytest.raises(PackageError) as caught:
        install_package(source, models, **options)
    assert caught.value.remedy
    assert sorted(p.relative_to(models) for p in models.rglob("*")) == before
    return caught.value.code


@pytest.mark.parametrize("inside", ["", "tiny/"])
def test_from_folder_and_from_file(tiny_package, tmp_path, inside):
    archive = packed(tiny_package.folder, tmp_path / "tiny.lobule", inside)
    for source in (tiny_package.folder, archive):
        installed = install_package(source, tmp_path / "models")
        assert installed.digest == tiny_package.digest
        assert installed.folder == tmp_path / "models" / tiny_package.manifest.id
    assert [p.name for p in (tmp_path / "models").iterdir()] == [tiny_package.manifest.id]


def test_only_listed_files_are_kept(copy, tmp_path):
    (copy / "extra.exe").write_bytes(b"MZ")
    for source in (copy, packed(copy, tmp_path / "tiny.lobule")):
        installed = install_package(source, tmp_path / "models")
        listed = {*installed.manifest.files, "manifest.json"}
        assert {p.name for p in installed.folder.iterdir()} == listed


def test_one_of_the_same_id_must_be_newer(tiny_package, copy, tmp_path):
    known = [install_package(tiny_package.folder, tmp_path / "models")]
    for version in ("0.9.9", "1.0.0"):
        change(copy, version=version, title="another")
        assert refusal(copy, tmp_path, known=known) == "package-duplicate"
    assert install_package(tiny_package.folder, tmp_path / "models", known).digest == tiny_package.digest  # the same
    change(copy, version="1.0.10")
    newer = install_package(copy, tmp_path / "models", known)
    assert newer.manifest.version == "1.0.10"
    assert [p.name for p in (tmp_path / "models").iterdir()] == [tiny_package.manifest.id]


def test_a_package_that_fails_its_trial_is_not_installed(tiny_package, tmp_path):
    def fails(package):
        assert load_package(package.folder).digest == tiny_package.digest
        raise PackageError("It does something else here.", remedy="Do not use it.", code="package-selftest")

    assert refusal(tiny_package.folder, tmp_path, check=fails) == "package-selftest"


@pytest.mark.parametrize("name", ["../outside.txt", "/tmp/outside.txt", "a/../../x", "c:\\x", "a\\..\\x"])
def test_an_archive_that_leaves_its_folder(tmp_path, name):
    archive = tmp_path / "bad.lobule"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr(name, "x")
    assert refusal(archive, tmp_path) == "package-path"
    assert not (tmp_path / "outside.txt").exists()


def test_links_and_devices_in_an_archive(copy, tmp_path):
    for kind in (stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO):
        archive = packed(copy, tmp_path / "bad.lobule")
        entry = zipfile.ZipInfo("link")
        entry.external_attr = (kind | 0o777) << 16
        with zipfile.ZipFile(archive, "a") as out:
            out.writestr(entry, "/etc/passwd")
        assert refusal(archive, tmp_path) == "package-path"


@pytest.mark.parametrize("second", ["card.md", "CARD.md", "Card.md/", "manifest.JSON"])
def test_two_entries_of_one_name(copy, tmp_path, second):
    """Which of them counts depends on the reader, and on whether the system tells capitals apart."""
    archive = packed(copy, tmp_path / "twice.lobule")
    with zipfile.ZipFile(archive, "a") as out, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile itself warns of the equal name
        out.writestr(second, b"")
    assert refusal(archive, tmp_path) == "package-path"


def with_graph(folder, graph):
    (folder / "model.onnx").write_bytes(graph)
    data = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return change(folder, files={**data["files"], "model.onnx": hashlib.sha256(graph).hexdigest()})


@pytest.mark.parametrize("kind", ["external data", "custom operator", "custom operator in a branch", "own format"])
def test_graphs_that_reach_out_of_their_file(copy, tmp_path, kind):
    """Digests are right: the package lists the graph itself."""
    model = onnx.load(copy / "model.onnx", load_external_data=False)
    if kind == "external data":
        model.graph.initializer[0].data_location = onnx.TensorProto.EXTERNAL
        model.graph.initializer[0].external_data.add(key="location", value="../../secret")
    elif kind == "custom operator":
        model.graph.node[0].domain = "evil"
    elif kind == "custom operator in a branch":
        inner = onnx.helper.make_graph([onnx.helper.make_node("Op", [], ["z"], domain="evil")], "inner", [], [])
        model.graph.node.append(onnx.helper.make_node("If", ["c"], ["q"], then_branch=inner, else_branch=inner))
    graph = b"\x18\0\0\0ORTM" + bytes(64) if kind == "own format" else model.SerializeToString()
    with_graph(copy, graph)
    assert refusal(copy, tmp_path) == "package-graph"
    assert refusal(packed(copy, tmp_path / "bad.lobule"), tmp_path) == "package-graph"


def test_too_much(copy, tmp_path, monkeypatch):
    monkeypatch.setattr(installing, "MAX_PACKAGE_BYTES", 100_000)
    bomb = tmp_path / "bomb.lobule"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("model.onnx", b"\0" * 200_000)
    assert refusal(bomb, tmp_path) == "package-size"
    with zipfile.ZipFile(bomb, "w") as out:
        for number in range(installing.MAX_ENTRIES + 1):
            out.writestr(f"{number}", b"")
    assert refusal(bomb, tmp_path) == "package-size"
    monkeypatch.setattr(installing, "MAX_PACKAGE_BYTES", 1000)
    assert refusal(copy, tmp_path) == "package-size"


def test_an_archive_that_lies_about_its_sizes(tmp_path, monkeypatch):
    """The directory says 10 bytes where a megabyte comes out."""
    archive = tmp_path / "liar.lobule"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("model.onnx", b"\0" * 1_000_000)
    data = bytearray(archive.read_bytes())
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = data.index(signature) + offset
        data[place : place + 4] = struct.pack("<I", 10)
    archive.write_bytes(data)
    monkeypatch.setattr(installing, "MAX_PACKAGE_BYTES", 100_000)
    assert refusal(archive, tmp_path) in ("package-archive", "package-size")


def test_arrays_that_unpack_to_too_much(copy, tmp_path, monkeypatch):
    """Digests are right: the package lists the bomb itself."""
    with zipfile.ZipFile(copy / "selftest.npz", "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("inputs.npy", b"\0" * 5_000_000)
    data = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    files = {**data["files"], "selftest.npz": hashlib.sha256((copy / "selftest.npz").read_bytes()).hexdigest()}
    change(copy, files=files)
    monkeypatch.setattr(installing, "MAX_PACKAGE_BYTES", 1_000_000)
    assert refusal(copy, tmp_path) == "package-size"


def test_what_is_no_package(copy, tmp_path):
    broken = packed(copy, tmp_path / "broken.lobule")
    data = bytearray(broken.read_bytes())
    data[60:200] = bytes(140)
    broken.write_bytes(data)
    assert refusal(broken, tmp_path) in ("package-archive", "package-path")
    (tmp_path / "text.lobule").write_text("nothing")
    assert refusal(tmp_path / "text.lobule", tmp_path) == "package-missing"
    assert refusal(tmp_path / "nowhere", tmp_path) == "package-missing"
    with zipfile.ZipFile(tmp_path / "empty.lobule", "w"):
        pass
    assert refusal(tmp_path / "empty.lobule", tmp_path) == "package-missing"
    assert refusal(change(copy, schema="lobule.package/9"), tmp_path) == "package-schema"
    change(copy, schema="lobule.package/1")
    (copy / "card.md").write_text("changed")
    assert refusal(packed(copy, tmp_path / "changed.lobule"), tmp_path) == "package-digest"
