"""Which model packages there are, and which one a case asks for."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from pathlib import Path

from engine import storage
from engine.domain.errors import PackageError, SequenceError
from engine.domain.package import ModelPackage
from engine.domain.sequence import SequenceRole
from engine.inference import loading

log = logging.getLogger("lobule.pipeline")


def package_folders() -> list[Path]:
    """Return where packages are looked for: those the site installed first, then those that ship."""
    return [storage.data_folder() / "models", storage.assets_folder() / "models"]


def installed_packages() -> tuple[ModelPackage, ...]:
    """Return every package that verifies; faulty ones are left out and logged."""
    packages, faults = loading.list_packages(package_folders())
    for fault in faults:
        log.warning("package left out: %s", fault.what)
    return tuple(packages)


def faulty_packages() -> tuple[PackageError, ...]:
    """Return why packages that lie in the package folders cannot be used."""
    return tuple(loading.list_packages(package_folders())[1])


def install_package(source: Path) -> ModelPackage:
    """Install a package folder or `.lobule` file for this person, after verifying it.

    Raises:
        PackageError: It is refused; nothing is installed.
    """
    return loading.install_package(source, storage.data_folder() / "models")


def load_package(name: str) -> ModelPackage:
    """Return the package with this id, or the one in this folder.

    Raises:
        PackageError: There is none, or it does not verify.
    """
    folders = [folder / name for folder in package_folders()] if "/" not in name and "\\" not in name else []
    for folder in [*folders, Path(name)]:
        if (folder / loading.MANIFEST).is_file():
            return loading.load_package(folder)
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
