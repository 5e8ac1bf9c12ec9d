"""TOML files that people write, with any editor."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from engine.domain.errors import UsageError


def read_toml(path: Path, kind: str, code: str) -> dict[str, Any]:
    """The tables of a file; a byte-order mark at its beginning, as Windows editors write it, is none of it.

    Args:
        kind: What a message calls the file.
        code: The error's code where the file can be opened.

    Raises:
        UsageError: The file cannot be opened, is not UTF-8 or not TOML.
    """
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n"))
    except OSError as error:
        raise UsageError(
            f"The {kind} {path} cannot be read ({error.strerror}).",
            remedy="Check the path.",
            code="no-config",
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(
            f"The {kind} {path} is not UTF-8.",
            remedy="Save it as UTF-8.",
            code=code,
        ) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(
            f"The {kind} {path} is not valid TOML: {error}.",
            remedy="Correct that line; a key stands there once only.",
            code=code,
        ) from error
