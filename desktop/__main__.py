"""`lobule-desktop`: the window."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

# ONNX Runtime keeps a telemetry store unless it is told not to before its import; and it is imported before Qt, because
# the two bring C++ runtimes that only get along in this order. The engine's pipeline brings it.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import engine.pipeline


def main(argv: Sequence[str] | None = None) -> int:
    """Read the arguments and run the window or its self-test; return the exit status."""
    parser = argparse.ArgumentParser(prog="lobule-desktop", description="Reads liver MRI studies.")
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="folder, files, DICOMDIR or zip to open")
    parser.add_argument("--self-test", action="store_true", help="analyze the sample study without a display, say OK")
    parser.add_argument("--version", action="version", version=f"Lobule {engine.__version__}")
    arguments = parser.parse_args(argv)
    if arguments.self_test:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        from desktop import self_test

        return self_test.run()
    from desktop import app

    return app.run(arguments.paths)


if __name__ == "__main__":
    sys.exit(main())
