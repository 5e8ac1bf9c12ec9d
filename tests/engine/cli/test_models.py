"""`lobule models`: list, verify, install, remove."""

from __future__ import annotations

import json
import shutil

from engine import audit, pipeline, storage
from engine.cli import main


def test_install_list_verify_remove(tiny_package, own_home, tmp_path, capsys):
    assert main(["models", "install", str(tiny_package.folder)]) == 0
    printed = capsys.readouterr().out
    assert "installed tiny-t2-dwi 1.0.0" in printed
    assert "reproduces the package's vectors" in printed
    assert "Not for use with patients" in printed
    assert main(["models", "list"]) == 0
    assert f"tiny-t2-dwi  1.0.0  simulated  T2 + DWI  {tiny_package.digest[:12]}" in capsys.readouterr().out
    assert main(["models", "verify", "tiny-t2-dwi"]) == 0
    assert main(["models", "verify", str(tiny_package.folder)]) == 0
    assert main(["models", "remove", "tiny-t2-dwi"]) == 0
    assert "tiny-t2-dwi" not in [package.manifest.id for package in pipeline.installed_packages()]
    assert main(["models", "remove", "tiny-t2-dwi"]) == 2
    events = [(entry["event"], entry["package"]["digest"]) for entry in audit.entries(own_home)]
    assert events == [("package-installed", tiny_package.digest), ("package-removed", tiny_package.digest)]


def test_a_package_that_answers_otherwise_here_is_refused(tiny_package, own_home, tmp_path, capsys):
    folder = shutil.copytree(tiny_package.folder, tmp_path / "package")
    data = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    data["selftest"]["logit_abs"] = -1.0  # nothing can meet it
    (folder / "manifest.json").write_text(json.dumps(data), encoding="utf-8")
    assert main(["models", "install", str(folder)]) == 4
    assert "It was not installed" in capsys.readouterr().err
    assert list((own_home / "models").iterdir()) == []


def test_what_cannot_be_removed(own_home, tmp_path, capsys):
    outside = own_home / "keep"
    outside.mkdir()
    (own_home / "models").mkdir()
    for name in ("..", ".", "../keep", str(outside), "", "nothing"):
        assert main(["models", "remove", name]) == 2, name
    assert outside.is_dir()
    assert main(["models", "remove", "t2_dwi"]) == 2
    assert "ships with Lobule" in capsys.readouterr().err
    assert (storage.assets_folder() / "models" / "t2_dwi" / "manifest.json").is_file()


def test_a_spoilt_package_is_listed_as_such_and_can_be_removed(tiny_package, own_home, capsys):
    folder = shutil.copytree(tiny_package.folder, own_home / "models" / "spoilt")
    (folder / "card.md").write_text("changed")
    assert main(["models", "list"]) == 0
    assert "was changed" in capsys.readouterr().err
    assert main(["models", "verify", "spoilt"]) == 4
    assert main(["models", "remove", "spoilt"]) == 0
    assert not folder.exists()
