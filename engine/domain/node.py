"""A DICOM node that receives objects, and what it answered. Values only: nothing here opens a connection."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.domain.errors import UsageError


@dataclass(frozen=True, slots=True)
class Node:
    """A DICOM node that receives objects, and the name under which it is called.

    Attributes:
        ae_title: Called AE title, 1 to 16 characters.
        calling_ae_title: Our own AE title, which the node must know.
    """

    host: str
    port: int
    ae_title: str
    calling_ae_title: str = "LOBULE"

    def __post_init__(self) -> None:
        for title in (self.ae_title, self.calling_ae_title):
            if not (1 <= len(title.strip()) <= 16 and title.isascii() and title.isprintable() and "\\" not in title):
                raise UsageError(
                    f"{title!r} is no AE title.", remedy="Use 1 to 16 plain characters.", code="node-ae-title"
                )
        if not self.host.strip() or not 1 <= self.port <= 65535:
            raise UsageError(
                f"{self.host!r} port {self.port} is no address.",
                remedy="Give a host name and a port from 1 to 65535.",
                code="node-address",
            )


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one object: accepted or not, and the node's answer in words."""

    path: Path
    accepted: bool
    answer: str
