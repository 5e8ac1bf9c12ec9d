"""Reading a model package from a folder or a `.lobule` file, and refusing one that is not what it says.

A package is data that comes from outside: every file is checked against the manifest's digests at every load, the
graph may use standard operators only, and nothing may point outside the folder.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

import numpy as np

from engine.domain.digest import digest_of
from engine.domain.errors import PackageError
from engine.domain.package import FeatureStatistics, ModelManifest, ModelPackage
from engine.inference.wire import foreign_features

MANIFEST = "manifest.json"
MAX_PACKAGE_BYTES = 600 * 2**20
"""No package is larger: the float graph of Inception-ResNet V2 has 217 MB."""


def load_package(folder: Path) -> ModelPackage:
    """Read and verify the package in `folder`.

    Raises:
        PackageError: No manifest, an unreadable one, a missing file, or a file whose digest is not the manifest's.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise PackageError(
            f"There is no model package in {folder}: {MANIFEST} is missing.",
            remedy="Name a folder that holds model.onnx and manifest.json, or run 'lobule models list'.",
            code="package-missing",
        )
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(data, dict):
            raise ValueError("it does not hold an object")
    except (OSError, UnicodeDecodeError, ValueError) as problem:
        raise PackageError(
            f"The manifest {path} cannot be read: {problem}.",
            remedy="Install the package again from its source.",
            code="package-manifest",
        ) from problem
    manifest = ModelManifest.from_dict(data)
    for name, digest in manifest.files.items():
        _verify_file(folder, name, digest)
    return ModelPackage(folder, manifest, digest_of(manifest.as_dict()))


def list_packages(folders: list[Path]) -> tuple[list[ModelPackage], list[PackageError]]:
    """Load every package below `folders`; the first of two packages with one id wins. Faulty ones come back as
    errors.
    """
    found: dict[str, ModelPackage] = {}
    faults: list[PackageError] = []
    for folder in folders:
        for manifest in sorted(folder.glob(f"*/{MANIFEST}")):
            try:
                package = load_package(manifest.parent)
            except PackageError as fault:
                faults.append(fault)
                continue
            found.setdefault(package.manifest.id, package)
    return list(found.values()), faults


def install_package(source: Path, into: Path) -> ModelPackage:
    """Copy a package (folder or `.lobule` zip) to `into/<id>` after verifying it in a scratch folder.

    Raises:
        PackageError: Anything that `load_package` or `verify_graph` refuses, a path that leaves the package, or a
            package too large.
    """
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into, prefix=".incoming-") as scratch:
        folder = Path(scratch) / "package"
        folder.mkdir()
        if source.is_dir():
            _copy_listed(source, folder)
        elif zipfile.is_zipfile(source):
            _unzip(source, folder)
        else:
            raise PackageError(
                f"{source} is neither a package folder nor a .lobule file.",
                remedy="Name the folder or the .lobule file that lobule-train export wrote.",
                code="package-missing",
            )
        package = load_package(folder)
        verify_graph(folder / "model.onnx")
        target = into / package.manifest.id
        if target.exists():
            shutil.rmtree(target)
        folder.replace(target)
    return load_package(target)


def load_feature_statistics(package: ModelPackage) -> FeatureStatistics | None:
    """Read the feature statistics of a package (arrays ``mean``, ``basis``, ``scale``, ``residual_scale``), None
    when it has none.
    """
    facts = package.manifest.features
    if not facts:
        return None
    with np.load(package.folder / str(facts["file"]), allow_pickle=False) as arrays:
        return FeatureStatistics(
            mean=arrays["mean"].astype(np.float64),
            basis=arrays["basis"].astype(np.float64),
            scale=arrays["scale"].astype(np.float64),
            residual_scale=float(arrays["residual_scale"]),
            threshold=float(facts["threshold"]),
        )


def verify_graph(path: Path) -> None:
    """Refuse an ONNX file that keeps tensors elsewhere or uses operators outside the standard and ONNX Runtime's own
    domains.

    Reads the protobuf wire format just far enough, so that the application needs no onnx package.

    Raises:
        PackageError: The graph keeps external data, names a foreign operator domain, or is no ONNX file.
    """
    problem = foreign_features(path.read_bytes())
    if problem is not None:
        raise PackageError(
            f"The graph {path.name} is refused: {problem}.",
            remedy="Export the package again with lobule-train export.",
            code="package-graph",
        )


def _verify_file(folder: Path, name: str, digest: str) -> None:
    relative = PurePosixPath(name)
    if relative.is_absolute() or ".." in relative.parts or "\\" in name or ":" in name:
        raise PackageError(
            f"The manifest names a file outside the package: {name!r}.",
            remedy="Do not use this package.",
            code="package-path",
        )
    path = folder / name
    if path.is_symlink() or not path.is_file():
        raise PackageError(
            f"The package file {path} is missing or not a plain file.",
            remedy="Install the package again from its source.",
            code="package-file",
        )
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != digest:
        raise PackageError(
            f"The package file {path} was changed: its SHA-256 is {found[:12]}…, the manifest says {digest[:12]}….",
            remedy="Install the package again from its source.",
            code="package-digest",
        )


def _copy_listed(source: Path, folder: Path) -> None:
    package = load_package(source)
    names = [MANIFEST, *package.manifest.files]
    _check_size(sum((source / name).stat().st_size for name in names))
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, folder / name)


def _unzip(source: Path, folder: Path) -> None:
    with zipfile.ZipFile(source) as archive:
        _check_size(sum(entry.file_size for entry in archive.infolist()))
        for entry in archive.infolist():
            name = PurePosixPath(entry.filename)
            if name.is_absolute() or ".." in name.parts or "\\" in entry.filename or ":" in entry.filename:
                raise PackageError(
                    f"The archive {source.name} holds a path that leaves the package: {entry.filename!r}.",
                    remedy="Do not use this package.",
                    code="package-path",
                )
            if not entry.is_dir():
                target = folder / str(name)
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(entry) as stream, target.open("wb") as out:
                    shutil.copyfileobj(stream, out)
    inner = [path for path in folder.iterdir() if path.is_dir() and (path / MANIFEST).is_file()]
    if not (folder / MANIFEST).exists() and len(inner) == 1:  # the folder itself was zipped
        for path in list(inner[0].iterdir()):
            path.replace(folder / path.name)
        inner[0].rmdir()


def _check_size(total: int) -> None:
    if total > MAX_PACKAGE_BYTES:
        raise PackageError(
            f"The package would take {total / 2**20:.0f} MB; at most {MAX_PACKAGE_BYTES // 2**20} MB are accepted.",
            remedy="Check where this package comes from.",
            code="package-size",
        )
