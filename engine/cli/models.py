"""`lobule models` and `lobule selftest`: what is installed, and whether it does here what it did where it was made."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence

from engine import pipeline, selftest, storage
from engine.cli.console import say
from engine.domain.errors import PackageError, UsageError
from engine.domain.labels import STATUS_TEXT
from engine.domain.package import ModelPackage
from engine.selftest import SelftestReport

FAILED = PackageError.exit_status


def run_list(_: argparse.Namespace) -> int:
    """Print one block per installed package."""
    packages = pipeline.installed_packages()
    if not packages:
        say("No model package is installed.")
    for package in packages:
        manifest = package.manifest
        roles = " + ".join(role.value for role in package.roles)
        print(f"{manifest.id}  {manifest.version}  {manifest.clinical_status.value}  {roles}  {package.digest[:12]}")
        print(f"  {STATUS_TEXT[manifest.clinical_status.value]}")
        print(f"  {package.folder}")
    return 0


def run_verify(arguments: argparse.Namespace) -> int:
    """Check digests and replay the self-test of one package or of all; 4 when one fails."""
    if arguments.package is None:
        return run_selftest(arguments)
    package = pipeline.load_package(arguments.package)
    return _print_reports([selftest.verify(package, provider) for provider in selftest.providers()])


def run_selftest(_: argparse.Namespace) -> int:
    """Replay every installed package on every provider; 4 when a CPU replay fails or nothing is installed."""
    faults = pipeline.faulty_packages()
    for fault in faults:
        say(f"lobule: {fault.what}\n        {fault.remedy}")
    reports = selftest.verify_everything()
    if not reports:
        say("lobule: no model package could be tested.")
    return max(_print_reports(reports), FAILED if faults or not reports else 0)


def run_install(arguments: argparse.Namespace) -> int:
    """Install a package after verifying it."""
    package = pipeline.install_package(arguments.package)
    print(f"installed {package.manifest.id} {package.manifest.version} in {package.folder}")
    print(STATUS_TEXT[package.manifest.clinical_status.value])
    return _print_reports([selftest.verify(package)])


def run_remove(arguments: argparse.Namespace) -> int:
    """Remove a package that was installed; what ships with Lobule stays."""
    package = _installed(arguments.package)
    shutil.rmtree(package.folder)
    print(f"removed {package.manifest.id} {package.manifest.version}")
    return 0


def _installed(name: str) -> ModelPackage:
    home = storage.data_folder() / "models"
    for package in pipeline.installed_packages():
        if package.manifest.id == name:
            if package.folder.parent == home:
                return package
            raise UsageError(
                f"The package {name} ships with Lobule and cannot be removed.",
                remedy="Choose another model with --model; a package of the same id installed by you takes its place.",
                code="package-shipped",
            )
    raise UsageError(
        f"There is no installed package '{name}'.",
        remedy="Run 'lobule models list' to see the installed ones.",
        code="package-unknown",
    )


def _print_reports(reports: Sequence[SelftestReport]) -> int:
    for report in reports:
        state = "ok" if report.ok else "FAILED"
        worst = ", ".join(f"{name} {value:.2g}" for name, value in report.worst.items())
        print(f"{report.package_id}  {report.provider}  {state}  {report.detail}" + (f" ({worst})" if worst else ""))
    return 0 if all(report.ok for report in reports) else FAILED
