"""Which model packages there are, and which one a case asks for."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from engine import audit, storage
from engine.domain.errors import PackageError, SequenceError, UsageError
from engine.domain.package import PACKAGE_ID, ModelPackage
from engine.domain.sequence import SequenceRole
from engine.inference import installing, loading

log = logging.getLogger("lobule.pipeline")


def package_folders() -> list[Path]:
    """Return where packages are looked for: those the site installed first, then those that ship."""
    return [_own_packages(), storage.assets_folder() / "models"]


def installed_packages() -> tuple[ModelPackage, ...]:
    """Return every package that verifies; faulty ones are left out and logged."""
    packages, faults = loading.list_packages(package_folders())
    for fault in faults:
        log.warning("package left out: %s", fault.what)
    return tuple(packages)


def faulty_packages() -> tuple[PackageError, ...]:
    """Return why packages that lie in the package folders cannot be used."""
    return tuple(loading.list_packages(package_folders())[1])


def install_package(source: Path, check: Callable[[ModelPackage], None] = lambda _: None) -> ModelPackage:
    """Install a package folder or `.lobule` file for this person, after verifying it.

    Args:
        check: Tried on the verified package before it is put in its place; raises `PackageError` to refuse it.

    Raises:
        PackageError: It is refused; nothing is installed.
    """
    package = installing.install_package(source, _own_packages(), installed_packages(), check)
    audit.append(storage.data_folder(), "package-installed", _facts(package.manifest.id, package))
    return package


def remove_package(name: str) -> None:
    """Remove a package that this person installed, also one that does not verify any more.

    Raises:
        UsageError: There is none of this name, or it ships with Lobule.
    """
    folder = _own_packages() / name
    shipped = (storage.assets_folder() / "models" / name / loading.MANIFEST).is_file()
    if not PACKAGE_ID.fullmatch(name) or not folder.is_dir() or folder.is_symlink():
        what = f"The package {name} ships with Lobule and cannot be removed."
        raise UsageError(
            what if PACKAGE_ID.fullmatch(name) and shipped else f"There is no installed package '{name}'.",
            remedy="Run 'lobule models list' to see the installed ones; a newer package of the same id takes the "
            "place of one that ships.",
            code="package-shipped" if shipped else "package-unknown",
        )
    try:
        package: ModelPackage | None = loading.load_package(folder)
    except PackageError:
        package = None
    shutil.rmtree(folder)
    audit.append(storage.data_folder(), "package-removed", _facts(name, package))


def _own_packages() -> Path:
    return storage.data_folder() / "models"


def _facts(name: str, package: ModelPackage | None) -> dict[str, dict[str, str]]:
    version, digest = (package.manifest.version, package.digest) if package else ("", "")
    return {"package": {"id": name, "version": version, "digest": digest}}


def load_package(name: str) -> ModelPackage:
    """Return the package with this id, or the one in this folder.

    Raises:
        PackageError: There is none, or it does not verify.
    """
    if PACKAGE_ID.fullmatch(name):
        found, faults = loading.list_packages([*package_folders()], only=name)
        if found:
            return found[0]
        if faults and not (Path(name) / loading.MANIFEST).is_file():
            raise faults[0]
    if (Path(name) / loading.MANIFEST).is_file():
        return loading.load_package(Path(name))
    raise PackageError(
        f"There is no model package '{name}'.",
        remedy="Run 'lobule models list' to see the installed ones, or name a package folder.",
        code="package-missing",
    )


def choose_package(model: str, roles: Collection[SequenceRole]) -> ModelPackage:
    """Return the package that a case asks for; ``auto`` takes the installed one that uses most of the roles present.

    Raises:
        PackageError: Nothing is installed, or the named package does not exist or verify.
        SequenceError: The roles present allow none of the installed packages, or not the one named.
    """
    if model != "auto":
        package = load_package(model)
        _require_roles([package], roles)
        return package
    packages = installed_packages()
    if not packages:
        raise PackageError(
            "No model package is installed.",
            remedy="Install one with 'lobule models install PATH'.",
            code="package-none",
        )
    fitting = _require_roles(packages, roles)
    return max(fitting, key=lambda package: (len(package.roles), package.manifest.id))


def _require_roles(packages: Sequence[ModelPackage], roles: Collection[SequenceRole]) -> list[ModelPackage]:
    fitting = [package for package in packages if set(package.roles) <= set(roles)]
    if fitting:
        return fitting
    least = min(packages, key=lambda package: len(set(package.roles) - set(roles)))
    missing = [role.value for role in least.roles if role not in roles]
    raise SequenceError(
        f"The model {least.manifest.id} needs {', '.join(missing)}, which no series of this study was recognised as.",
        remedy="See 'lobule scan' for what was recognised and why; assign a series by hand with --role ROLE=KEY.",
        code="role-missing",
    )
