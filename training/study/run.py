"""Doing a study from its configuration to the files of the report."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from engine.domain.errors import UsageError
from engine.domain.labels import STATUS_TEXT
from engine.domain.progress import SILENT, Progress
from training.evaluation.command import package_facts
from training.evaluation.files import write_figures, write_flat
from training.evaluation.misclassified import is_wrong, lesion_rows, write_misclassified
from training.figures.style import save
from training.study import paper
from training.study.baseline import baseline
from training.study.blocks import Picture, Table
from training.study.checklist import checklist, refuse_unknown
from training.study.compare import comparisons
from training.study.config import load
from training.study.content import about, blocks
from training.study.gather import Study, gather
from training.study.html import write_html
from training.study.pdf import pdf_bytes
from training.tables import append_row

SCHEMA = "lobule.study/1"


def run(
    config: Path, out: Path | None = None, shards: tuple[Path, ...] = (), progress: Progress = SILENT
) -> dict[str, Any]:
    """Score what is there; write ``report.html``, ``report.pdf``, ``study.json``, ``study.csv``, figures and tables.

    Answers are kept beside the shards, so that a second run scores nothing.

    Returns:
        Where the report is, how many models and cohorts it covers, and what is missing.

    Raises:
        UsageError: The configuration is wrong, there is nothing to score, or the folder holds others' files.
    """
    settings = load(config, shards)
    refuse_unknown(settings.checklist or {})
    folder = out or settings.out
    _refuse_foreign(folder)
    study = gather(settings, progress)
    figures, tables = folder / "figures", folder / "tables"
    tests, table_one = comparisons(study), baseline(study.cohorts)
    values = as_data(study, tests, table_one)
    write_figures(folder / "study.json", values)  # first: it marks the folder as a report's, should the rest be stopped
    for old in (*figures.glob("*.svg"), *tables.glob("*.csv")):  # of an earlier run that had other cohorts
        old.unlink()
    content = list(blocks(study, tests, table_one, progress))
    tables.mkdir(parents=True, exist_ok=True)
    for number, block in enumerate(item for item in content if isinstance(item, Table)):
        _write_table(tables / f"{number + 1:02d}_{_stem(block.title)}.csv", block)
    for picture in content:
        if isinstance(picture, Picture):
            save(picture.figure, figures / f"{picture.name}.svg")
    status, more = STATUS_TEXT[study.status.value], about(study)
    write_html(settings.title, status, more, content, figures, folder / "report.html")
    (folder / "report.pdf").write_bytes(pdf_bytes(settings.title, status, more, content))
    write_flat(folder / "study.csv", {"cohorts": values["cohorts"], "tests": values["tests"]})
    _write_errors(study, tables)
    return {
        "report": str(folder / "report.html"),
        "models": list(study.packages),
        "cohorts": [cohort.entry.id for cohort in study.measured_cohorts],
        "missing": list(study.missing),
    }


def as_data(study: Study, tests: list[dict[str, Any]], table_one: list[dict[str, Any]]) -> dict[str, Any]:
    """Every number of the report as plain data."""
    return {
        "schema": SCHEMA,
        "title": study.config.title,
        "status": STATUS_TEXT[study.status.value],
        "simulated": study.simulated,
        "simulated_cohorts": [cohort.entry.id for cohort in study.simulated_cohorts],
        "seed": study.config.seed,
        "resamples": study.config.resamples,
        "missing": list(study.missing),
        "packages": {model: package_facts(package) for model, package in study.packages.items()},
        "table_1": table_one,
        "cohorts": {
            cohort.entry.id: {
                "name": cohort.entry.name,
                "exclusions": len(cohort.exclusions),
                "models": dict(cohort.measured),
                "readers": dict(cohort.readers),
            }
            for cohort in study.cohorts
        },
        "tests": tests,
        "checklist": [
            {"item": item.key, "asks": item.asks, "answer": item.answer, "by": item.source} for item in checklist(study)
        ],
        "paper": {
            "label": paper.LABEL,
            "source": paper.CITATION,
            "slice_auc": json.loads(json.dumps(paper.SLICE_AUC)),
            "lesion_auc": dict(paper.LESION_AUC),
            "table_2": json.loads(json.dumps(paper.TABLE_2)),
            "slips": list(paper.SLIPS),
        },
    }


def _refuse_foreign(folder: Path) -> None:
    """Make sure that the folder can be written, and that the drawings and tables that go are an earlier report's.

    Raises:
        UsageError: Other files would be deleted.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
        told = (folder / "study.json").read_text(encoding="utf-8") if (folder / "study.json").exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"The report cannot be written into {folder}: {getattr(error, 'strerror', None) or error}.",
            remedy="Name another folder with --out.",
            code="study-out",
        ) from error
    mine = f'"schema": "{SCHEMA}"' in told[:200]
    others = [] if mine else [*folder.glob("figures/*.svg"), *folder.glob("tables/*.csv")]
    if others:
        raise UsageError(
            f"{folder} holds files that no study wrote, such as {others[0].relative_to(folder)}, and a report would "
            "delete them.",
            remedy="Name another folder with --out.",
            code="study-out",
        )


def _write_errors(study: Study, tables: Path) -> None:
    for cohort in study.measured_cohorts:
        for model, scored in cohort.scored.items():
            stem = f"misclassified_{cohort.entry.id}_{model}"
            if study.config.images:
                write_misclassified(study.packages[model], cohort.shards[model], scored, tables.parent / stem)
            for row in lesion_rows(scored):
                if is_wrong(row):
                    append_row(tables / f"{stem}.csv", row)


def _write_table(path: Path, block: Table) -> None:
    path.unlink(missing_ok=True)
    # Two columns of one name (a model and a reader each have a sensitivity) stay two.
    names = [name or "row" for name in block.header]
    names = [f"{name} {place + 1}" if names.count(name) > 1 else name for place, name in enumerate(names)]
    for row in block.rows:
        append_row(path, dict(zip(names, row, strict=True)))


def _stem(title: str) -> str:
    plain = "".join(c if c.isascii() and c.isalnum() else " " for c in title.lower()).split()
    return "_".join(plain)[:60]
