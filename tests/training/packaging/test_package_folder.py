"""A package that is changed or replaced: stopped at any moment, the former one or the new one lies there, whole."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from engine.domain.errors import StorageError, UsageError
from engine.domain.package import ModelPackage
from engine.inference.loading import load_package
from tests.support.shards import write_shards
from training import evaluate
from training.packaging import refit
from training.packaging.export_options import ExportOptions
from training.packaging.package_folder import change_package, refuse_other, refuse_unwritable, replace_package


@pytest.fixture
def package(tiny_package: ModelPackage, tmp_path: Path) -> ModelPackage:
    return load_package(shutil.copytree(tiny_package.folder, tmp_path / "package"))


def stop(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_a_refit_that_is_stopped_leaves_the_former_package(
    package: ModelPackage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = package.manifest.preprocess.digest()
    shards = write_shards(tmp_path / "shards", patients=4, slices=2, size_px=299, digest=digest)
    refit.refit(package.folder, shards, ("train",), slices=8)
    former = load_package(package.folder)
    monkeypatch.setattr(refit, "finish_package", stop)  # the statistics are written, the manifest is not
    with pytest.raises(KeyboardInterrupt):
        refit.refit(package.folder, shards, ("train",), slices=4)
    assert load_package(package.folder).digest == former.digest
    assert sorted(path.name for path in tmp_path.iterdir()) == ["package", "shards"]


def test_figures_that_are_not_all_written_leave_the_former_package(
    package: ModelPackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.export.write_manifest", stop)  # the card is written, the manifest is not
    with pytest.raises(KeyboardInterrupt):
        evaluate.write_validation(package, {"test": {"slices": 3}})
    assert load_package(package.folder).digest == package.digest


@pytest.mark.parametrize("place", [1, 2])
def test_a_replacement_that_is_stopped_keeps_the_former_package(
    package: ModelPackage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    made = shutil.copytree(package.folder, tmp_path / "made")
    rename, calls = Path.rename, []

    def stopped(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == place:
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", stopped)
    with pytest.raises(KeyboardInterrupt):
        replace_package(made, package.folder)
    assert load_package(package.folder).digest == package.digest


def test_a_package_is_changed_where_a_link_points_to(package: ModelPackage, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(package.folder, target_is_directory=True)
    change_package(link, lambda made: (made / "note").write_text("x", encoding="utf-8"))
    assert link.is_symlink()
    assert (package.folder / "note").is_file()


def test_what_is_no_package_of_this_id_is_never_replaced(package: ModelPackage, tmp_path: Path) -> None:
    refuse_other(tmp_path / "absent", "t2")
    (tmp_path / "empty").mkdir()
    refuse_other(tmp_path / "empty", "t2")
    refuse_other(package.folder, package.manifest.id)
    with pytest.raises(UsageError, match=f"holds the package {package.manifest.id}, and this one is t2"):
        refuse_other(package.folder, "t2")
    site = tmp_path / "site"
    site.mkdir()
    (site / "manifest.json").write_text(json.dumps({"name": "a web site"}), encoding="utf-8")
    for taken in (site, site / "manifest.json"):
        with pytest.raises(UsageError, match="not a package"):
            refuse_other(taken, "t2")


def test_a_place_that_cannot_be_written_is_named_before_anything_is_computed(
    package: ModelPackage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(StorageError, match="cannot be written or replaced"):
        refuse_unwritable(tmp_path / "file" / "package")
    monkeypatch.setattr(Path, "is_mount", lambda _self: True)
    with pytest.raises(StorageError, match="a file system of its own"):
        refuse_unwritable(package.folder)
    assert not list(tmp_path.glob(".package-*"))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"version": "one"}, "--version is 'one'"),
        ({"calibration_slices": 0}, "--calibration-slices is 0"),
        ({"feature_slices": -3}, "--feature-slices is -3"),
        ({"float_block_limit": -1}, "--float-blocks is -1"),
    ],
)
def test_options_are_checked_first(values: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        ExportOptions(**values)  # type: ignore[arg-type]
