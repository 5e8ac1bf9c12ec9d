"""No network in tests: Python's own audit hook refuses every socket that is not local to this process or machine.

A hook cannot be taken off again by what it watches, and it sees every library that goes through Python. (What C code
does beneath Python is seen by `tests/support/strace.py`.) Tests of the DICOM sender alone are marked ``loopback``.
"""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Iterator
from typing import Any

LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_FAMILIES = {socket.AF_INET, socket.AF_INET6}
_loopback_allowed = 0


def block() -> None:
    """Refuse networks from now on, for the life of the process."""
    sys.addaudithook(_watch)


@contextlib.contextmanager
def loopback() -> Iterator[None]:
    """Allow sockets to this machine's own loopback address meanwhile."""
    global _loopback_allowed
    _loopback_allowed += 1
    try:
        yield
    finally:
        _loopback_allowed -= 1


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if not event.startswith("socket."):
        return
    if event == "socket.__new__":
        if arguments[1] in _FAMILIES and not _loopback_allowed:
            raise AssertionError("a test tried to use the network: it made a socket")
    elif event in ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"):
        own, address = arguments[0], arguments[1]
        named = address[0] if isinstance(address, tuple) and address else None
        anywhere = event == "socket.bind" and address[:2] in (("", 0), ("0.0.0.0", 0))  # the near end of a connection
        if own.family in _FAMILIES and not (_loopback_allowed and (named in LOOPBACK or anywhere)):
            raise AssertionError(f"a test tried to use the network: to reach {address}")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        named = arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0]
        if named is not None and not (_loopback_allowed and named in LOOPBACK):  # None: this machine's own addresses
            raise AssertionError(f"a test tried to use the network: to look up {named}")
