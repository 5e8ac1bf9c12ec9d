"""Styles: how the words of the report are set, each by what it stands for."""

from __future__ import annotations

from typing import Any

from engine.report import palette
from engine.report.pen import Style

TITLE = Style(15.0, bold=True)
STATUS = Style(8.4, bold=True, colour=palette.STATUS_BAR)
SECTION = Style(9.4, bold=True)
CHAPTER = Style(12.0, bold=True)
HEADLINE = Style(14.0, bold=True)
REASON = Style(9.2)
LABEL = Style(7.2, colour=palette.MUTED)
VALUE = Style(8.4)

TIGHT: dict[str, Any] = {"style": Style(6.5, spread=1.22), "pad": 0.9}
"""How tables are set where the first page is full."""
