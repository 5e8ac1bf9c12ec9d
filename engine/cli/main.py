"""Arguments of the `lobule` command, and the one place where errors become exit statuses."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections.abc import Sequence
from pathlib import Path

from engine import __version__, logs, pipeline, storage
from engine.cli import analyze, audit, cohort, models, scan, send
from engine.cli.console import say
from engine.domain.errors import Cancelled, EngineError

LANGUAGES = ("en", "zh_CN")
PAPERS = ("A4", "Letter")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    multiprocessing.freeze_support()  # large folders are read by several processes, also in the frozen application
    parser = build_parser()
    arguments = parser.parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)  # names in any script, on consoles of any encoding
        if reconfigure is not None:
            reconfigure(errors="replace")
    logs.set_up(storage.data_folder() / "logs")
    try:
        return int(arguments.run(arguments))
    except EngineError as fault:
        say(f"lobule: {fault.what}")
        say(f"        {fault.remedy}")
        return fault.exit_status
    except (Cancelled, KeyboardInterrupt):
        say("lobule: cancelled; nothing was kept.")
        return Cancelled.exit_status
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        sys.stderr.close()
        return 0


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command."""
    parser = argparse.ArgumentParser(
        prog="lobule",
        description="Decision support for focal liver lesions on non-contrast MRI, offline. "
        "The models that ship were trained on simulated images and are not for use with patients.",
    )
    parser.add_argument("--version", action="version", version=f"lobule {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    command = commands.add_parser("scan", help="say what a folder holds and which series plays which role")
    _add_folder(command)
    command.add_argument("--json", metavar="FILE", help="write JSON to FILE, '-' for stdout only")
    command.set_defaults(run=scan.run)

    command = commands.add_parser("analyze", help="classify the outlined lesions of a study and write a report")
    _add_folder(command)
    command.add_argument(
        "--roi", metavar="FILE", action="append", type=Path, default=[], help="outline file (repeatable)"
    )
    command.add_argument(
        "--roi-answer",
        metavar="QUESTION=KEY",
        action="append",
        default=[],
        help="answer to a question about outlines: place=yes, series=KEY, overlap=even-odd|union",
    )
    command.add_argument(
        "--roi-fraction",
        metavar="SHARE",
        type=float,
        default=0.5,
        help="smallest share of a voxel of a fractional segmentation that is lesion (default: 0.5)",
    )
    command.add_argument("--model", metavar="ID|PATH", default=None, help="package id or folder (default: auto)")
    command.add_argument("--provider", default="auto", help="auto, cpu, cuda, tensorrt, openvino, coreml, directml")
    command.add_argument("--case", metavar="FILE", type=Path, help="start from the decisions in a case.json")
    command.add_argument("--out", metavar="DIR", type=Path, help="output folder (default: lobule-out/DATE_DIGEST)")
    command.add_argument("--role", metavar="ROLE=KEY", action="append", default=[], help="give a role to a series")
    command.add_argument(
        "--shift", metavar="ROLE=X,Y,Z", action="append", default=[], help="move a series by mm (left, back, head)"
    )
    command.add_argument(
        "--register", metavar="ROLE", action="append", default=[], help="lay a series on T2 by rigid registration"
    )
    command.add_argument("--study", metavar="UID", help="which study, where the folder holds several")
    command.add_argument("--treated", action="store_true", help="the lesion was treated before")
    command.add_argument(
        "--also",
        metavar="KINDS",
        type=lambda text: tuple(filter(None, text.split(","))),
        default=(),
        help=f"write more, separated by commas: {', '.join(pipeline.ALSO)} (sc: heat maps as Secondary Captures)",
    )
    _add_report(command)
    command.set_defaults(run=analyze.run)

    command = commands.add_parser(
        "cohort", help="analyse many studies, one after another or side by side, and list patients and slices"
    )
    command.add_argument(
        "sources", metavar="FOLDER_OR_CSV", nargs="+", type=Path, help="folder of studies, or CSV with a column 'path'"
    )
    command.add_argument("--out", metavar="DIR", type=Path, required=True, help="output folder")
    command.add_argument("--workers", metavar="N", type=int, default=1, help="studies at a time (default: 1)")
    command.add_argument("--resume", action="store_true", help="keep what an earlier run into DIR has finished")
    command.add_argument("--model", metavar="ID|PATH", default="auto", help="package id or folder (default: auto)")
    command.add_argument("--provider", default="auto", help="as for analyze")
    _add_report(command)
    command.set_defaults(run=cohort.run)

    command = commands.add_parser("send", help="store written objects on a DICOM node (C-STORE); nothing else sends")
    command.add_argument("paths", metavar="FOLDER|FILE", nargs="+", type=Path, help="written folder or .dcm files")
    command.add_argument("--to", metavar="HOST:PORT", required=True, help="where the node listens")
    command.add_argument("--called", metavar="AET", required=True, help="AE title of the node")
    command.add_argument("--ae", metavar="AET", default="LOBULE", help="our own AE title (default: LOBULE)")
    command.set_defaults(run=send.run)

    command = commands.add_parser("models", help="list, verify, install or remove model packages")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    action = actions.add_parser("list", help="list the installed packages")
    action.set_defaults(run=models.run_list)
    action = actions.add_parser("verify", help="check digests and replay the self-test")
    action.add_argument("package", nargs="?", metavar="ID|PATH")
    action.set_defaults(run=models.run_verify)
    action = actions.add_parser("install", help="install a package folder or .lobule file")
    action.add_argument("package", metavar="PATH", type=Path)
    action.set_defaults(run=models.run_install)
    action = actions.add_parser("remove", help="remove an installed package")
    action.add_argument("package", metavar="ID")
    action.set_defaults(run=models.run_remove)

    command = commands.add_parser("audit", help="the record of what was analysed and exported here")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    action = actions.add_parser("verify", help="follow the chain from the first entry to the last")
    _add_audit_folder(action)
    action.set_defaults(run=audit.run_verify)
    action = actions.add_parser("list", help="print the entries, oldest first")
    _add_audit_folder(action)
    action.add_argument("--json", action="store_true", help="one JSON object a line, as stored")
    action.set_defaults(run=audit.run_list)

    command = commands.add_parser("sample", help="write the sample study (simulated images with an outline)")
    command.add_argument("folder", metavar="DIR", type=Path)
    command.set_defaults(run=scan.run_sample)

    command = commands.add_parser("selftest", help="replay every installed package on every provider found")
    command.set_defaults(run=models.run_selftest)
    return parser


def _add_folder(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", metavar="FOLDER", type=Path, help="folder, file, DICOMDIR or zip")


def _add_report(command: argparse.ArgumentParser) -> None:
    command.add_argument("--deidentify", action="store_true", help="leave every identifier out of the outputs")
    command.add_argument("--lang", choices=LANGUAGES, default="en", help="language of the report")
    command.add_argument("--paper", choices=PAPERS, default="A4", help="paper of the report")


def _add_audit_folder(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="folder of the audit file (default: own)")
