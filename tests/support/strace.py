"""Watching a program from outside: which sockets it makes and which files it writes, as the kernel sees it (strace)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.paths import ROOT

_CALLS = (
    "%network,open,openat,openat2,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,"
    "mknod,mknodat,truncate"
)
_WRITING = re.compile(r"\bO_(WRONLY|RDWR|CREAT|TRUNC|APPEND)\b")
_CALL = re.compile(r"^\d+\s+(\w+)\((.*)$")
_PATH = re.compile(r'(?:AT_FDCWD(?:<([^>]*)>)?|\d+<([^>]*)>)?,?\s*"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class Traced:
    """What a program did.

    Attributes:
        network: System calls that concern an internet socket, as strace prints them.
        written: Files and folders that it opened for writing, made or renamed to.
    """

    status: int
    output: str
    network: tuple[str, ...]
    written: frozenset[Path]


def run_traced(arguments: Sequence[str | Path], folder: Path) -> Traced:
    """Run `python ARGUMENTS` with a home and a scratch folder of its own in `folder` (``home``, ``tmp``).

    Skips where this system does not let programs be traced.
    """
    _require_strace()
    for name in ("home", "tmp"):
        (folder / name).mkdir(exist_ok=True)
    log = folder / "trace"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",  # the interpreter's own cache is none of the application's files
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
    }
    ran = subprocess.run(
        ["strace", "-f", "-qq", "-y", "--seccomp-bpf", "-e", f"trace={_CALLS}", "-o", log, sys.executable, *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    network = tuple(line for line in lines if re.search(r"\bAF_INET6?\b", line))
    written = frozenset(path for line in lines if not re.search(r"= -1 E\w+", line) for path in _written(line))
    return Traced(ran.returncode, ran.stdout + ran.stderr, network, written)


def _written(line: str) -> list[Path]:
    match = _CALL.match(line)
    if match is None:
        return []
    call, rest = match.groups()
    if call.startswith("open") and not _WRITING.search(rest):
        return []
    if not call.startswith(("open", "creat", "mkdir", "rename", "link", "symlink", "mknod", "truncate")):
        return []
    found = [Path(base or other or ROOT) / name for base, other, name in _PATH.findall(rest)]
    return found[-1:] if call.startswith(("rename", "link", "symlink")) else found[:1]


def _require_strace() -> None:
    if sys.platform != "linux" or shutil.which("strace") is None:
        pytest.skip("strace is not here: installer/linux/setup.sh dev installs it on Linux")
    trial = subprocess.run(["strace", "-f", "-o", "/dev/null", "true"], capture_output=True, text=True, check=False)
    if trial.returncode != 0:
        pytest.skip(f"this system does not let programs be traced: {trial.stderr.strip()}")
