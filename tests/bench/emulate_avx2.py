"""Replay every shipped package's self-test on an emulated CPU without VNNI (AVX2 only), as reading workstations
often have.

    make emulate

Quantised networks may saturate on such CPUs when weights use their full range; the shipped graphs use a reduced
range, and this shows that it holds. Needs qemu-user (`apt-get install qemu-user`); takes minutes. Prints the largest
differences; exit status 1 when a package fails.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CPU_MODEL = "Haswell-noTSX"

INNER = """
import sys
from engine import pipeline, selftest
failed = False
for package in pipeline.installed_packages():
    report = selftest.verify(package)
    failed |= not report.ok
    state = "ok" if report.ok else "FAILED"
    print(report.package_id, report.provider, state, report.detail, dict(report.worst), flush=True)
sys.exit(failed)
"""


def main() -> int:
    """Run the self-tests inside the emulator."""
    emulator = shutil.which("qemu-x86_64") or shutil.which("qemu-x86_64-static")
    if platform.machine() != "x86_64" or emulator is None:
        print("this check needs an x86-64 machine and qemu-user: apt-get install qemu-user", file=sys.stderr)
        return 2
    environment = dict(
        os.environ,
        PYTHONPATH=os.pathsep.join([str(ROOT), sysconfig.get_paths()["purelib"]]),
        OMP_NUM_THREADS="1",
        ORT_DISABLE_TELEMETRY="1",
    )
    for variable in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        environment.pop(variable, None)
    interpreter = str(Path(sys.executable).resolve())
    print(f"replaying on an emulated {CPU_MODEL}; this takes minutes", flush=True)
    return subprocess.run(
        [emulator, "-cpu", CPU_MODEL, interpreter, "-c", INNER], cwd=ROOT, env=environment, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
