"""`lobule audit`: what was analysed and exported here, and whether that record is whole."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine import audit, storage
from engine.cli.console import say
from engine.domain.errors import StorageError, UsageError

DAMAGED = StorageError.exit_status


def run_verify(arguments: argparse.Namespace) -> int:
    """Follow the chain; 3 when it is broken."""
    folder = _folder(arguments.folder)
    report = audit.verify(folder)
    torn = f", {report.torn} of them cut off while written" if report.torn else ""
    if not report.ok:
        say(f"lobule: the audit file {folder / audit.FILE} is damaged after {report.entries} whole entries.")
        say(f"        {report.problem} Compare it with your last copy of it.")
        return DAMAGED
    print(f"{folder / audit.FILE}: {report.entries + report.torn} lines{torn}, the chain holds")
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """Print the entries, oldest first: one line each, or as they stand."""
    for entry in audit.entries(_folder(arguments.folder)):
        print(json.dumps(entry, ensure_ascii=False, sort_keys=True) if arguments.json else _line(entry))
    return 0


def _folder(named: Path | None) -> Path:
    folder = named or storage.data_folder()
    if named is not None and not (folder / audit.FILE).is_file():
        raise UsageError(
            f"There is no file {audit.FILE} in {folder}.",
            remedy="Name the folder that holds it, or leave it out for Lobule's own data folder.",
            code="audit-missing",
        )
    return folder


def _line(entry: Mapping[str, Any]) -> str:
    package = entry.get("package") or {}
    parts = [
        str(entry.get("time", "")),
        str(entry.get("who") or "-"),
        str(entry.get("event", "")),
        f"case {str(entry.get('case_digest', '-'))[:12]}",
        f"{package.get('id', '-')} {package.get('version', '')} {str(package.get('digest', ''))[:12]}".strip(),
    ]
    if "result" in entry:
        result = entry["result"]
        flag = {True: "flag raised", False: "flag not raised"}.get(
            result["recommended"], f"withheld ({result['withheld_because']})"
        )
        parts += [str(entry.get("provider", "")), flag]
        parts += [", ".join(caution["code"] for caution in entry.get("cautions", [])) or "no caution"]
    if "outputs" in entry:
        parts += [", ".join(entry["outputs"]) + (" (de-identified)" if entry.get("deidentified") else "")]
    if "objects" in entry:
        parts += [f"{len(entry['objects'])} objects to {entry.get('to', '')}"]
    return "  ".join(parts)
