"""The report as one HTML file that needs nothing beside it: figures are inside, as vector drawings."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from html import escape
from pathlib import Path

from training.study.blocks import Block, Heading, Picture, Table, Text

STYLE = """
body{font:15px/1.5 Roboto,"Segoe UI",Arial,sans-serif;color:#1b1f24;max-width:1020px;margin:0 auto;padding:0 20px 60px}
.status{position:sticky;top:0;background:#fff6da;border-bottom:2px solid #8a6a00;padding:8px 12px;
margin:0 -20px;z-index:2}
h1{font-size:26px;font-weight:500}
h2{font-size:20px;font-weight:500;margin-top:44px;
border-top:1px solid #c6ccd2;padding-top:14px}
h3{font-size:16px;font-weight:500}.small,caption+*{font-size:13px}.small{color:#59626c}
.wrap{overflow-x:auto;margin:18px 0}table{border-collapse:collapse;width:100%;font-size:12.5px}
caption{text-align:left;font-weight:500;font-size:14px;padding:4px 0}
th,td{text-align:left;vertical-align:top;padding:3px 8px 3px 4px;border-bottom:1px solid #e6e9ec}th{font-weight:500}
.paper table{background:#f2f4f6}.paper caption{color:#59626c}
figure{margin:22px 0}figure img{width:100%;height:auto;border:1px solid #e6e9ec}
figcaption,.note{font-size:12.5px;color:#59626c}
@media print{.status{position:static}}
"""


def write_html(title: str, status: str, about: str, blocks: Iterable[Block], figures: Path, path: Path) -> None:
    """Write the report.

    Args:
        status: Sentence that stays on the screen.
        about: A second one, or empty.
        figures: Folder with ``NAME.svg`` of every picture.
    """
    lines = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>",
        f'<div class="status" role="note"><strong>{escape(status)}</strong> {escape(about)}</div>',
        f"<h1>{escape(title)}</h1>",
    ]
    for block in blocks:
        lines += _block(block, figures)
    lines.append(f'<p class="small"><strong>{escape(status)}</strong> {escape(about)}</p></body></html>')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _block(block: Block, figures: Path) -> list[str]:
    if isinstance(block, Heading):
        return [f"<h{block.level + 1}>{escape(block.text)}</h{block.level + 1}>"]
    if isinstance(block, Text):
        return [f'<p class="small">{escape(block.text)}</p>' if block.small else f"<p>{escape(block.text)}</p>"]
    if isinstance(block, Picture):
        data = base64.b64encode((figures / f"{block.name}.svg").read_bytes()).decode("ascii")
        return [
            f'<figure><img src="data:image/svg+xml;base64,{data}" alt="{escape(block.caption, quote=True)}">',
            f"<figcaption>{escape(block.caption)}</figcaption></figure>",
        ]
    return _table(block)


def _table(block: Table) -> list[str]:
    kind = "wrap paper" if block.paper else "wrap"
    lines = [f'<div class="{kind}"><table><caption>{escape(block.title)}</caption><thead><tr>']
    lines += [f'<th scope="col">{escape(name)}</th>' for name in block.header]
    lines.append("</tr></thead><tbody>")
    for row in block.rows:
        lines.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>")
    lines.append("</tbody></table>")
    if block.note:
        lines.append(f'<p class="note">{escape(block.note)}</p>')
    lines.append("</div>")
    return lines
