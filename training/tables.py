"""Small CSV logs that grow row by row and can be cut back when a training resumes."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path


def append_row(path: Path, row: Mapping[str, object]) -> None:
    """Add one row; the first one writes the header."""
    fresh = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(row))
        if fresh:
            writer.writeheader()
        writer.writerow(row)


def read_rows(path: Path) -> list[dict[str, str]]:
    """All rows by column name."""
    with path.open(newline="", encoding="utf-8-sig") as stream:
        return list(csv.DictReader(stream))


def keep_rows(path: Path, column: str, limit: int) -> None:
    """Drop rows whose `column` is above `limit`: they lie beyond the checkpoint that goes on."""
    if not path.exists():
        return
    rows = [row for row in read_rows(path) if int(row[column]) <= limit]
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    for row in rows:
        append_row(draft, row)
    if rows:
        draft.replace(path)
    else:
        path.unlink()
