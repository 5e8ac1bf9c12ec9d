"""Small CSV logs that grow row by row and can be cut back when a training resumes, and tables that people write."""

from __future__ import annotations

import codecs
import csv
import io
import os
from collections.abc import Iterable, Mapping
from pathlib import Path


def append_row(path: Path, row: Mapping[str, object]) -> None:
    """Add one row; the first one writes the header."""
    fresh = not path.exists() or path.stat().st_size == 0
    with path.open("a", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(row))
        if fresh:
            writer.writeheader()
        writer.writerow(row)


def write_rows(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    """Write or replace a whole table, or leave what was; the first row names the columns, without rows it is empty."""
    first = None
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    with draft.open("w", newline="", encoding="utf-8") as stream:
        for row in rows:
            if first is None:
                first = csv.DictWriter(stream, fieldnames=list(row))
                first.writeheader()
            first.writerow(row)
    draft.replace(path)


def read_rows(path: Path) -> list[dict[str, str]]:
    """All rows of a log by column name; a last one that was cut off while it was written is none."""
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    whole = text[: text.rfind("\n") + 1]
    rows = csv.DictReader(io.StringIO(whole, newline=""))
    return [row for row in rows if None not in row.values()]


def read_table(path: Path) -> list[tuple[int, dict[str, str]]]:
    """The rows of a table that a person wrote in a spreadsheet, each with the number of its line; blank ones are left.

    Separators are commas, semicolons or tabs, as the first line has them; column names and cells lose the spaces around
    them, and a missing cell is empty.

    Raises:
        OSError: The file cannot be read.
        ValueError: Not UTF-8 (or UTF-16 with its mark), two columns of one name, a cell beyond the last column.
    """
    content = path.read_bytes()
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError("it is not UTF-8; save it as “CSV UTF-8”") from error
    first = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    try:
        lines = [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num} is no CSV ({error})") from error
    names: list[str] = []
    rows = []
    for line, cells in lines:
        values = [cell.strip() for cell in cells]
        if not any(values):
            continue
        if not names:
            names = values
            twice = [name for name in names if name and names.count(name) > 1]
            if twice:
                raise ValueError(f"two columns are called {twice[0]!r}")
            continue
        if any(values[len(names) :]):
            raise ValueError(f"line {line} has more cells than there are columns")
        padded = values + [""] * (len(names) - len(values))
        rows.append((line, {name: value for name, value in zip(names, padded, strict=False) if name}))
    return rows


def keep_rows(path: Path, column: str, limit: int) -> None:
    """Drop rows whose `column` is above `limit`: they lie beyond the checkpoint that goes on."""
    if not path.exists():
        return
    write_rows(path, [row for row in read_rows(path) if int(row[column]) <= limit])
