"""The report: what leaves the room. Content first, drawing afterwards, never mixed.

* `values`: `ReportContent` and its parts: every text and image that appears, ready in the language.
* `content` builds it from an analysis, with the help of `identity` (who, or de-identified), `wording` (flag,
  cautions), `lesions` (slices and key slices), `panels` (images in the reader's orientation), `validation` (the
  package's own figures) and `prose` (method, limits, glossary). The words stand in `texts_en` and `texts_zh`.
* `figures` draws PNG files and `chart` the score chart (matplotlib).
* `pdf` writes the document (reportlab): `pages` says what stands where (`summary`, `lesion_pages`, `closing`, from
  common `pieces` in few `styles`) with the blocks of `layout`, `table` and `images`, `flow` puts them on pages, `pen`
  draws. `typeset` breaks lines, `scripts` shapes and orders right-to-left text, `fonts` chooses a face for every
  character, `palette` holds the colours.

The PDF is made from drawing operations alone: there is no markup, so no text can be taken for markup. matplotlib and
reportlab are imported when something is written, not before; matplotlib keeps its font list in Lobule's cache folder.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from engine.report.content import build_content
from engine.report.values import ReportContent

_home = os.environ.get("LOBULE_HOME")
_cache = Path(_home) / "cache" if _home else Path(platformdirs.user_cache_dir("Lobule", appauthor=False))
os.environ.setdefault("MPLCONFIGDIR", str(_cache / "matplotlib"))  # read when matplotlib is imported

__all__ = ["ReportContent", "build_content", "write_figures", "write_pdf"]


def write_figures(content: ReportContent, folder: Path) -> tuple[Path, ...]:
    """Write the key slices and score charts of every lesion as PNG files into `folder` (made if absent).

    Raises:
        ReportError: The folder cannot be written.
    """
    from engine.report.figures import write_figures as write

    return write(content, folder)


def write_pdf(content: ReportContent, path: Path, *, paper: str = "A4") -> None:
    """Write the report as PDF; equal content gives equal bytes.

    Args:
        paper: ``A4`` or ``Letter``.

    Raises:
        ReportError: The file cannot be written, or the paper is unknown.
    """
    from engine.report.pdf import write_pdf as write

    write(content, path, paper=paper)
