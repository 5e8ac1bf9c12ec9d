"""The audit file: what was analysed and what left the house, one JSON line each, never changed afterwards.

Every line carries the SHA-256 of the line before it, so a line that is changed, taken out or moved breaks the chain
from there on. A small file beside it remembers how long the chain was, so lines missing at its end are noticed too: by
whoever verifies, and by the next entry, which says so for good. The chain shows tampering by accident or by someone
who does not rebuild all of it; against someone who does, or who takes both files away, keep a copy elsewhere.

There is no identifier in it: a case is named by its digest, a package by its digest, outputs by their kind and digest
(never by a path, which may hold a name). `who` is the account that was logged in.
"""

from __future__ import annotations

import contextlib
import getpass
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from engine import __version__
from engine.domain.digest import canonical_json
from engine.domain.errors import StorageError
from engine.domain.result import StudyResult

FILE = "audit.jsonl"
HEAD = "audit.head"
SCHEMA = "lobule.audit/1"
START = "0" * 64
"""What the first line names as the digest of the line before it."""
_TAIL = 1 << 16


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What a check of the audit file found.

    Attributes:
        entries: Whole entries read.
        torn: Lines that were cut off while they were written (power failure); the chain goes on through them.
        problem: The first thing that is wrong, in one sentence; empty when the chain holds.
    """

    entries: int
    torn: int
    problem: str

    @property
    def ok(self) -> bool:
        """True when the chain holds to its end."""
        return not self.problem


def analysis_facts(result: StudyResult) -> dict[str, Any]:
    """Return what an entry says about an analysis: case and package by digest, provider, result, cautions."""
    follow_up = result.follow_up
    return {
        "case_digest": result.case_digest,
        "package": {"id": result.package.id, "version": result.package.version, "digest": result.package.digest},
        "provider": result.provider,
        "result": {
            "recommended": follow_up.recommended,
            "withheld_because": follow_up.withheld_because,
            "predicted": result.predicted,
            "malignant_by_any_slice_rule": result.malignant_by_any_slice,
            "lesions": len(result.lesions),
            "slices": sum(len(lesion.slices) for lesion in result.lesions),
        },
        "cautions": [{"code": caution.code, "effect": caution.effect.value} for caution in result.cautions],
    }


def export_facts(result: StudyResult, outputs: Mapping[str, bytes], *, deidentified: bool) -> dict[str, Any]:
    """Return what an entry says about an export: which case, which kinds of output, and their SHA-256.

    Args:
        outputs: Content by kind (`report.pdf`, `result.json`, …), never by the name that a person gave the file.
    """
    return {
        "case_digest": result.case_digest,
        "package": {"id": result.package.id, "version": result.package.version, "digest": result.package.digest},
        "deidentified": deidentified,
        "outputs": {kind: hashlib.sha256(data).hexdigest() for kind, data in outputs.items()},
    }


def append(folder: Path, event: str, facts: Mapping[str, Any]) -> None:
    """Add one entry to the audit file in `folder`; several processes may do so at once.

    Raises:
        StorageError: It cannot be written: work that leaves no trace is not done.
    """
    path = folder / FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder), path.open("ab+") as stream:
            size = stream.seek(0, os.SEEK_END)
            last, whole = _last_line(stream, size)
            notes = {} if whole else {"after_torn_line": True}
            if not _end_is_kept(folder, stream, size):
                notes["after_broken_end"] = True
            if not whole:  # a line that a power failure cut off stays, closed, as what it is
                stream.write(b"\n")
            line = canonical_json(_entry(event, facts, last, notes)).encode()
            stream.write(line + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
            _remember(folder, stream.tell(), line)
    except OSError as problem:
        raise StorageError(
            f"The audit file {path} cannot be written: {problem.strerror or problem}.",
            remedy="See that this account may write to Lobule's data folder and that the disk has space left.",
            code="audit-not-written",
        ) from problem


def _end_is_kept(folder: Path, stream: IO[bytes], size: int) -> bool:
    """Say whether the file still holds the chain that was remembered when the last entry was written.

    It may be longer by what a power failure cut off, never shorter or other.
    """
    if size == 0 and not (folder / HEAD).exists():
        return True  # nothing was written yet
    remembered = _remembered(folder)
    if remembered is None:
        return False
    length, digest = remembered
    if length > size:
        return False
    last, whole = _last_line(stream, length)
    return whole and hashlib.sha256(last).hexdigest() == digest


def _entry(event: str, facts: Mapping[str, Any], last: bytes, notes: Mapping[str, bool]) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return {
        "schema": SCHEMA,
        "time": now,
        "event": event,
        "who": _account(),
        "engine_version": __version__,
        **facts,
        "previous": hashlib.sha256(last).hexdigest() if last else START,
        **notes,
    }


def entries(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the entries of the audit file in order; lines that were cut off are passed over."""
    for line in _lines(folder):
        entry = _read(line)
        if entry is not None:
            yield entry


def verify(folder: Path) -> AuditReport:
    """Follow the chain from its first line to its last.

    Raises:
        StorageError: The file cannot be read.
    """
    previous, torn_before = START, False
    count = torn = 0
    lengths = {0: START}
    position = 0
    lines, remembered = _snapshot(folder)
    for number, line in enumerate(lines, start=1):
        position += len(line) + 1
        entry = _read(line)
        if entry is None:
            torn, torn_before = torn + 1, True
        else:
            if entry.get("previous") != previous:
                return AuditReport(count, torn, f"Line {number} does not follow from the line before it.")
            if torn_before and not entry.get("after_torn_line"):
                return AuditReport(count, torn, f"Line {number - 1} was changed after it was written.")
            if entry.get("after_broken_end"):
                broken = f"Entries before line {number} were missing or changed when that line was written."
                return AuditReport(count, torn, broken)
            count, torn_before = count + 1, False
        previous = hashlib.sha256(line).hexdigest()
        lengths[position] = previous
    if torn_before:
        return AuditReport(count, torn, "The last line was cut off or changed.")
    if remembered is None:
        missing = f"The file {HEAD}, which remembers how long the chain was, is missing or unreadable."
        return AuditReport(count, torn, missing if lines else "")
    if lengths.get(remembered[0]) != remembered[1]:
        return AuditReport(count, torn, "Entries that were written are missing or changed at the end of the file.")
    return AuditReport(count, torn, "")


def _snapshot(folder: Path) -> tuple[list[bytes], tuple[int, str] | None]:
    """Return the lines and the remembered end as they stand between two entries."""
    if not (folder / FILE).exists():
        return [], _remembered(folder)
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # a copy on a read-only place needs no lock
            stack.enter_context(_locked(folder))
        return _lines(folder), _remembered(folder)


def _lines(folder: Path) -> list[bytes]:
    path = folder / FILE
    try:
        return path.read_bytes().removesuffix(b"\n").split(b"\n") if path.stat().st_size else []
    except FileNotFoundError:
        return []
    except OSError as problem:
        raise StorageError(
            f"The audit file {path} cannot be read: {problem.strerror or problem}.",
            remedy="See that this account may read Lobule's data folder.",
            code="audit-not-read",
        ) from problem


def _read(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and entry.get("schema") == SCHEMA else None


def _last_line(stream: IO[bytes], size: int) -> tuple[bytes, bool]:
    """Return the last line without its newline, and whether it ends in one (an empty file counts as whole)."""
    if size == 0:
        return b"", True
    reach = _TAIL
    while True:
        stream.seek(max(0, size - reach))
        tail = stream.read(min(size, reach))
        whole = tail.endswith(b"\n")
        body = tail.removesuffix(b"\n")
        start = body.rfind(b"\n")
        if start >= 0 or reach >= size:
            return body[start + 1 :], whole
        reach *= 2


def _remember(folder: Path, length: int, line: bytes) -> None:
    """Keep the length of the chain and its last digest beside it."""
    scratch = folder / f".audit-{os.getpid()}"
    with scratch.open("w", encoding="ascii") as stream:
        stream.write(f"{length} {hashlib.sha256(line).hexdigest()}\n")
        stream.flush()
        os.fsync(stream.fileno())  # else a power failure could leave an empty one, which looks like tampering
    scratch.replace(folder / HEAD)


def _remembered(folder: Path) -> tuple[int, str] | None:
    try:
        length, digest = (folder / HEAD).read_text(encoding="ascii").split()
        return int(length), digest
    except (OSError, ValueError):
        return None


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the audit file for this process and thread alone; the operating system lets go when a process dies."""
    with (folder / "audit.lock").open("ab") as lock:
        if os.name == "nt":
            import msvcrt

            lock.seek(0)
            msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield  # closing the file lets go of the lock on every system


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def kinds(paths: Sequence[Path], folder: Path) -> dict[str, bytes]:
    """Read written outputs under their kinds: the path below `folder`, with figures counted as one kind."""
    found: dict[str, bytes] = {}
    for path in paths:
        name = path.relative_to(folder)
        kind = name.parts[0] if len(name.parts) > 1 else name.name
        found[kind] = found.get(kind, b"") + path.read_bytes()
    return found
