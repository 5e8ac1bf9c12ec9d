"""Files written whole or not at all."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from engine.domain.errors import StorageError
from engine.domain.progress import SILENT


def write_bytes(path: Path, data: bytes, commit: Callable[[], None] = SILENT.commit) -> None:
    """Write a file whole: to a neighbour first, then renamed over the target.

    Args:
        commit: Called when the neighbour is written; whatever it raises leaves the target as it was.

    Raises:
        StorageError: The place cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.parent / f".writing-{uuid.uuid4().hex}"
        try:
            with scratch.open("xb") as stream:
                stream.write(data)
            commit()
            scratch.replace(path)
        except BaseException:
            scratch.unlink(missing_ok=True)
            raise
    except OSError as problem:
        raise StorageError(
            f"{path} cannot be written: {problem.strerror or problem}.",
            remedy="Choose a folder that you may write to and that has space left.",
            code="not-writable",
        ) from problem


def write_text_atomic(path: Path, text: str, commit: Callable[[], None] = SILENT.commit) -> None:
    """Write UTF-8 text whole, with plain newlines on every system; `commit` as in `write_bytes`."""
    write_bytes(path, text.encode("utf-8"), commit)


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Write indented JSON with full precision; equal data give equal bytes."""
    write_text_atomic(path, to_json(data))


def to_json(data: Mapping[str, Any]) -> str:
    """Return indented JSON text that ends with a newline."""
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
