"""`lobule models` and `lobule selftest`: what is installed, and whether it does here what it did where it was made."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from engine import pipeline, selftest
from engine.cli.console import say
from engine.domain.errors import PackageError
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
    for fault in pipeline.faulty_packages():
        say(f"left out: {fault.what}\n          {fault.remedy}")
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
    """Install a package after verifying it and replaying its self-test here."""
    package = pipeline.install_package(arguments.package, _require_selftest)
    print(f"installed {package.manifest.id} {package.manifest.version} in {package.folder}")
    print(STATUS_TEXT[package.manifest.clinical_status.value])
    return 0


def _require_selftest(package: ModelPackage) -> None:
    report = selftest.verify(package)
    if not report.ok:
        raise PackageError(
            f"The package {package.manifest.id} does not do here what it did where it was made: {report.detail}.",
            remedy="It was not installed. Fetch it again; if it fails again, do not use it on this machine.",
            code="package-selftest",
        )
    _print_reports([report])


def run_remove(arguments: argparse.Namespace) -> int:
    """Remove a package that was installed; what ships with Lobule stays."""
    pipeline.remove_package(arguments.package)
    print(f"removed {arguments.package}")
    return 0


def _print_reports(reports: Sequence[SelftestReport]) -> int:
    for report in reports:
        state = "ok" if report.ok else "FAILED"
        worst = ", ".join(f"{name} {value:.2g}" for name, value in report.worst.items())
        print(f"{report.package_id}  {report.provider}  {state}  {report.detail}" + (f" ({worst})" if worst else ""))
    return 0 if all(report.ok for report in reports) else FAILED
