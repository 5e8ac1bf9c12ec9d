"""Reading a model package from a folder or a `.lobule` file, and refusing one that is not what it says.

A package is data that comes from outside: every file is checked against the manifest's digests at every load, the
graph may use standard operators only, and nothing may point outside the folder.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from engine.domain.digest import digest_of
from engine.domain.errors import PackageError
from engine.domain.package import FeatureStatistics, ModelManifest, ModelPackage
from engine.inference.wire import foreign_features

MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 4 * 2**20
_PLAIN = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.+ -]*[A-Za-z0-9_+-])?")
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
"""Names that Windows keeps for devices, whatever follows the dot."""


def load_package(folder: Path) -> ModelPackage:
    """Read and verify the package in `folder`.

    Raises:
        PackageError: No manifest, an unreadable one, a missing file, a file whose digest is not the manifest's, or a
            graph that `verify_graph` refuses.
    """
    path = folder / MANIFEST
    if path.is_symlink() or not path.is_file():
        raise PackageError(
            f"There is no model package in {folder}: {MANIFEST} is missing.",
            remedy="Name a folder that holds model.onnx and manifest.json, or run 'lobule models list'.",
            code="package-missing",
        )
    try:
        if path.stat().st_size > MAX_MANIFEST_BYTES:
            raise ValueError(f"it is larger than {MAX_MANIFEST_BYTES // 2**20} MB")
        data = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_number)
        if not isinstance(data, dict):
            raise ValueError("it does not hold an object")
    except (OSError, ValueError, RecursionError) as problem:
        raise PackageError(
            f"The manifest {path} cannot be read: {problem}.",
            remedy="Install the package again from its source.",
            code="package-manifest",
        ) from problem
    manifest = ModelManifest.from_dict(data)
    _check_names(manifest.files)
    for name, digest in manifest.files.items():
        _verify_file(folder, name, digest)
    verify_graph(folder / "model.onnx")
    return ModelPackage(folder, manifest, digest_of(manifest.as_dict()))


def list_packages(folders: list[Path], only: str = "*") -> tuple[list[ModelPackage], list[PackageError]]:
    """Load every package below `folders`; of two packages with one id the newer wins, the first of equally new ones.
    Faulty ones come back as errors.

    Args:
        only: Look at folders of this name alone.
    """
    found: dict[str, ModelPackage] = {}
    faults: list[PackageError] = []
    for folder in folders:
        for manifest in sorted(
            path for path in folder.glob(f"{only}/{MANIFEST}") if not path.parent.name.startswith(".")
        ):
            try:
                package = load_package(manifest.parent)
            except PackageError as fault:
                faults.append(fault)
                continue
            known = found.get(package.manifest.id)
            if known is None or package.manifest.release > known.manifest.release:
                found[package.manifest.id] = package
    return list(found.values()), faults


def load_feature_statistics(package: ModelPackage) -> FeatureStatistics | None:
    """Read the feature statistics of a package (arrays ``mean``, ``basis``, ``centre``, ``whitening``), None when it
    has none.

    Raises:
        PackageError: The arrays are not those that this release knows.
    """
    facts = package.manifest.features
    if not facts:
        return None
    try:
        with np.load(package.folder / str(facts["file"]), allow_pickle=False) as stored:
            arrays = {name: stored[name].astype(np.float64) for name in ("mean", "basis", "centre", "whitening")}
        return FeatureStatistics(**arrays, threshold=float(facts["threshold"]))
    except (KeyError, ValueError, TypeError) as problem:
        raise PackageError(
            f"The feature statistics of the package {package.manifest.id} cannot be used: {problem}.",
            remedy="Export the package again with lobule-train export of this release.",
            code="package-features",
        ) from problem


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


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _check_names(names: Iterable[str]) -> None:
    """Refuse names that lead out of the package, or that mean another file on another system."""
    seen = {MANIFEST}
    for name in names:
        plain = all(_PLAIN.fullmatch(part) and not _DEVICE.match(part) for part in name.split("/"))
        if not plain or name.lower() in seen:
            raise PackageError(
                f"The manifest names a file outside the package, or one that is another file elsewhere: {name!r}.",
                remedy="Do not use this package.",
                code="package-path",
            )
        seen.add(name.lower())


def _verify_file(folder: Path, name: str, digest: str) -> None:
    path = folder / name
    inside = path.resolve().is_relative_to(folder.resolve())  # a folder on the way may be a link too
    if path.is_symlink() or not inside or not path.is_file():
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
