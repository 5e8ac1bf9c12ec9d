"""Changing a package on disk so that a kill at any moment leaves the former one or the new one, never a mixture."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from errno import EBUSY
from pathlib import Path

from engine.domain.errors import StorageError, UsageError


def change_package(folder: Path, change: Callable[[Path], object]) -> None:
    """Change a copy of a package beside it, and put the copy in its place when all of it is written.

    Files and manifest must agree, and no system replaces several files at once.

    Raises:
        StorageError: The folder beside cannot be written.
    """
    refuse_unwritable(folder)
    folder = folder.resolve()  # a link stays one
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".package-") as beside:
        made = Path(beside) / "package"
        shutil.copytree(folder, made)
        change(made)
        _put(made, folder, Path(beside) / "former")


def replace_package(made: Path, out: Path) -> None:
    """Put a finished package in the place of an earlier one, or where none was."""
    out = out.resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".package-") as beside:
        arrived = Path(beside) / "package"
        shutil.copytree(made, arrived)
        _put(arrived, out, Path(beside) / "former")


def _put(made: Path, out: Path, former: Path) -> None:
    if not out.exists():
        made.rename(out)
        return
    try:
        out.rename(former)
        made.rename(out)
    except BaseException:  # stopped or refused between the two: the temporary folder takes the former one with it
        if former.exists() and not out.exists():
            former.rename(out)
        raise


def refuse_unwritable(out: Path) -> None:
    """Make sure, before anything long is computed, that a package can be put at `out`.

    Raises:
        StorageError: The folder that would hold it cannot be made or written, or the place is no folder of its own.
    """
    out = out.resolve()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryDirectory(dir=out.parent, prefix=".package-").cleanup()
        if out.is_mount():
            raise OSError(EBUSY, "it is a file system of its own")
    except OSError as error:
        raise StorageError(
            f"The package {out} cannot be written or replaced ({error.strerror or error}).",
            remedy="Choose a folder of its own below one that you may write.",
            code="package-not-writable",
        ) from error


def refuse_other(out: Path, identity: str) -> None:
    """Refuse to put a package of this id where something else lies: it would be deleted.

    Raises:
        UsageError: `out` is a file, a folder that is no package, or a package of another id.
    """
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    try:
        told = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
        found = str(told["id"]) if str(told["schema"]).startswith("lobule.package/") else ""
    except (OSError, ValueError, KeyError, TypeError):
        found = ""
    if not found:
        raise UsageError(f"{out} is not empty and not a package.", remedy="Name another folder.", code="not-a-package")
    if found != identity:
        raise UsageError(
            f"{out} holds the package {found}, and this one is {identity}.",
            remedy="Name another folder, or delete that package.",
            code="another-package",
        )
