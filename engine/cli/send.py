"""`lobule send`: store written objects on a DICOM node, because a person asked for it."""

from __future__ import annotations

import argparse

from engine import pipeline
from engine.cli.console import ConsoleProgress, say
from engine.domain.errors import ReportError, UsageError
from engine.domain.node import Node


def run(arguments: argparse.Namespace) -> int:
    """Send, print one line an object; 3 when the node did not take them all."""
    node = _node(arguments.to, arguments.called, arguments.ae)
    paths = pipeline.sendable(arguments.paths)
    say(f"Sending {len(paths)} objects to {node.ae_title} at {node.host}:{node.port}. For research, not for diagnosis.")
    answers = pipeline.send_objects(paths, node, ConsoleProgress())
    for answer in answers:
        print(f"{answer.path}: {answer.answer}")
    refused = [answer.path.name for answer in answers if not answer.accepted]
    if refused:
        raise ReportError(
            f"{node.ae_title} did not take {len(refused)} of {len(answers)} objects: {', '.join(refused)}.",
            remedy="Ask the archive's administrator whether it stores this kind of object, then send again.",
            code="send-refused",
        )
    return 0


def _node(address: str, called: str, calling: str) -> Node:
    host, _, port = address.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()):
        raise UsageError(
            f"--to {address} is not of the form HOST:PORT.", remedy="Write for example pacs:104.", code="node-address"
        )
    return Node(host.strip("[]"), int(port), called, calling)
