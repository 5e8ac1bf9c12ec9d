"""Installing a model package: from a folder or a `.lobule` file, only after everything about it was checked.

Whatever arrives is unpacked into a scratch folder beside the target, cut down to the files that its manifest lists,
verified there, tried by the caller, and only then moved to its place; a refused package leaves nothing behind.
"""

from __future__ import annotations

import shutil
import stat
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from engine.domain.errors import PackageError
from engine.domain.package import ModelPackage
from engine.inference.loading import MANIFEST, load_package

MAX_PACKAGE_BYTES = 600 * 2**20
"""No package is larger: the float graph of Inception-ResNet V2 has 217 MB."""
MAX_ENTRIES = 1000
_BLOCK = 1 << 20


def install_package(
    source: Path,
    into: Path,
    known: Iterable[ModelPackage] = (),
    check: Callable[[ModelPackage], None] = lambda _: None,
) -> ModelPackage:
    """Put a package (folder or `.lobule` zip) into `into/<id>`; one that is there already, unchanged, stays.

    Args:
        known: Packages that are installed; one of the same id must be older.
        check: Tried on the verified package before it is moved; raises `PackageError` to refuse it.

    Raises:
        PackageError: Anything that `load_package` refuses, a path that leaves the package, a link, a package too large,
            an archive that cannot be read, or one of the same id that is not older. Nothing is installed then.
    """
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into, prefix=".incoming-") as scratch:
        unpacked, folder = Path(scratch) / "unpacked", Path(scratch) / "package"
        folder.mkdir()
        if source.is_dir():
            _copy_listed(source, folder)
        elif source.is_file() and zipfile.is_zipfile(source):
            _unzip(source, unpacked)
            _copy_listed(_inner(unpacked), folder)
        else:
            raise PackageError(
                f"{source} is neither a package folder nor a .lobule file.",
                remedy="Name the folder or the .lobule file that lobule-train export wrote.",
                code="package-missing",
            )
        package = load_package(folder)
        _check_arrays(package)
        for other in known:
            if other.manifest.id == package.manifest.id:
                if other.digest == package.digest:
                    return other
                _require_newer(package, other)
        check(package)
        target = into / package.manifest.id
        if target.exists():
            target.replace(Path(scratch) / "replaced")
        folder.replace(target)
    return load_package(target)


def _require_newer(package: ModelPackage, other: ModelPackage) -> None:
    if package.manifest.release <= other.manifest.release:
        raise PackageError(
            f"A package {other.manifest.id} {other.manifest.version} with other content is installed; this one is "
            f"{package.manifest.version}, which is not newer.",
            remedy=f"To go back, remove the installed one first: lobule models remove {other.manifest.id}.",
            code="package-duplicate",
        )


def _check_arrays(package: ModelPackage) -> None:
    """Refuse arrays (.npz) that unpack to more than a package may hold."""
    for name in package.manifest.files:
        if name.endswith(".npz"):
            try:
                with zipfile.ZipFile(package.folder / name) as archive:
                    _check_size(sum(entry.file_size for entry in archive.infolist()))
            except (zipfile.BadZipFile, OSError, NotImplementedError) as problem:
                raise PackageError(
                    f"The package file {name} cannot be read: {problem}.",
                    remedy="Export the package again with lobule-train export.",
                    code="package-file",
                ) from problem


def _copy_listed(source: Path, folder: Path) -> None:
    """Copy the manifest and the files that it lists; what else lies there stays."""
    package = load_package(source)
    names = [MANIFEST, *package.manifest.files]
    _check_size(sum((source / name).stat().st_size for name in names))
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, folder / name, follow_symlinks=False)


def _unzip(source: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(source) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise _refused(source, f"holds {len(entries)} entries", "package-size")
            _check_size(sum(entry.file_size for entry in entries))
            room = MAX_PACKAGE_BYTES
            seen: set[str] = set()
            for entry in entries:
                _check_entry(source, entry)
                # of two entries with one name, or names that some systems do not tell apart, each reader takes another
                key = unicodedata.normalize("NFC", entry.filename.rstrip("/")).casefold()
                if key in seen:
                    raise _refused(source, f"holds two entries of one name: {entry.orig_filename!r}", "package-path")
                seen.add(key)
                if not entry.is_dir():
                    room -= _extract(archive, entry, folder / entry.filename, room)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as problem:
        raise PackageError(
            f"The archive {source.name} cannot be unpacked: {problem}.",
            remedy="Fetch the package again from its source.",
            code="package-archive",
        ) from problem


def _check_entry(source: Path, entry: zipfile.ZipInfo) -> None:
    name = PurePosixPath(entry.filename)
    raw = entry.orig_filename
    if name.is_absolute() or ".." in name.parts or any(c in raw for c in "\\:\0") or not name.parts:
        raise _refused(source, f"holds a path that leaves the package: {raw!r}", "package-path")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refused(source, f"holds a link or device: {raw!r}", "package-path")


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, room: int) -> int:
    """Write one entry, counting what really comes out: the sizes that an archive states may be lies."""
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with archive.open(entry) as stream, target.open("xb") as out:
        while block := stream.read(_BLOCK):
            written += len(block)
            _check_size(MAX_PACKAGE_BYTES - room + written)
            out.write(block)
    return written


def _inner(folder: Path) -> Path:
    """Return the folder that holds the manifest: this one, or the only one in it where the folder itself was zipped."""
    if (folder / MANIFEST).exists() or not folder.is_dir():
        return folder
    inside = [path for path in folder.iterdir() if path.is_dir() and (path / MANIFEST).is_file()]
    return inside[0] if len(inside) == 1 else folder


def _check_size(total: int) -> None:
    if total > MAX_PACKAGE_BYTES:
        raise PackageError(
            f"The package would take {total / 2**20:.0f} MB; at most {MAX_PACKAGE_BYTES // 2**20} MB are accepted.",
            remedy="Check where this package comes from.",
            code="package-size",
        )


def _refused(source: Path, what: str, code: str) -> PackageError:
    return PackageError(f"The archive {source.name} {what}.", remedy="Do not use this package.", code=code)
