"""The report in order, as blocks: what was studied, what is missing, then every table and figure of the paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.domain.labels import STATUS_TEXT
from engine.domain.progress import SILENT, Progress
from training import facts
from training.study import drawings, paper
from training.study.blocks import Block, Heading, Picture, Table, Text
from training.study.checklist import checklist
from training.study.config import MODEL_NAMES
from training.study.gather import Study, StudyCohort
from training.study.patient_level import calibration, confusions, errors, patients, subgroups
from training.study.slice_level import areas, pictures, tests_of_areas
from training.study.wording import p_text, parts


def blocks(
    study: Study,
    tests: Sequence[Mapping[str, Any]],
    table_one: Sequence[Mapping[str, Any]],
    progress: Progress = SILENT,
) -> Iterator[Block]:
    """Every block of the report.

    Args:
        tests: `compare.comparisons`.
        table_one: `baseline.baseline`.
    """
    yield from _opening(study)
    yield from _participants(study, table_one)
    yield from areas(study)
    yield from tests_of_areas(tests, {cohort.entry.id: cohort.entry.short for cohort in study.cohorts})
    yield from pictures(study, progress)
    yield from patients(study)
    yield from confusions(study)
    yield from subgroups(study)
    yield from calibration(study)
    yield from errors(study)
    yield from _closing(study)


def about(study: Study) -> str:
    """The sentence of every page beyond the status line: which patients are simulated."""
    simulated = study.simulated_cohorts
    if not simulated:
        return ""
    if len(simulated) == len(study.cohorts):
        return "Every patient here is simulated (digital phantom). These figures say nothing about patients."
    names = ", ".join(cohort.entry.short for cohort in simulated)
    return f"Simulated patients (digital phantoms), whose figures say nothing about patients, are in: {names}."


def _opening(study: Study) -> Iterator[Block]:
    yield Heading("What was evaluated")
    yield Text(STATUS_TEXT[study.status.value])
    if about(study):
        yield Text(about(study))
    yield Text(
        f"Layout after {paper.CITATION}. Numbers measured here stand in plain tables; numbers of the paper "
        "stand apart, in "
        f"tinted tables headed “{paper.LABEL}”."
    )
    yield Table(
        "Packages",
        ("model", "package", "channels", "trained on", "network", "status"),
        [
            (
                MODEL_NAMES[model],
                f"{package.manifest.id} {package.manifest.version}",
                ", ".join(role.value for role in package.manifest.preprocess.channels),
                f"{package.manifest.training.get('patients', '?')} patients, "
                f"{package.manifest.training.get('slices', '?')} slices",
                package.manifest.files["model.onnx"][:12],
                package.manifest.clinical_status.value,
            )
            for model, package in study.packages.items()
        ],
        widths=(1, 1.4, 3, 2, 1.4, 1),
    )
    yield Table(
        "Cohorts",
        ("cohort", "patients", "lesions", "slices", "benign / primary / metastatic", "scored by"),
        [_cohort_row(study.labels, cohort) for cohort in study.cohorts],
        widths=(3, 1, 1, 1, 2, 2),
    )
    if study.missing:
        yield Heading("What is missing", 2)
        for sentence in study.missing:
            yield Text(f"• {sentence}")


def _cohort_row(labels: Sequence[str], cohort: StudyCohort) -> tuple[str, ...]:
    assert cohort.described is not None
    shards = cohort.described.shards
    classes = facts.classes_of(shards)
    mix = " / ".join(str(sum(value == label for value in classes.values())) for label in labels)
    scored = ", ".join(MODEL_NAMES[model] for model in cohort.scored) or (
        "training set" if cohort.entry.training else "none"
    )
    return (cohort.entry.name, str(len(classes)), str(len(shards)), str(len(cohort.described)), mix, scored)


def _participants(study: Study, table_one: Sequence[Mapping[str, Any]]) -> Iterator[Block]:
    yield Heading("Participants")
    for end, more, group in parts(study.cohorts, 4):
        caption = f"Flow of participants (STARD), from the exclusion logs.{more}"
        yield Picture(f"figure1_flow{end}", caption, drawings.flow(study, group))
    yield Text(f"{paper.FLOW} ({paper.LABEL})", small=True)
    cohorts = [cohort.entry.short for cohort in study.cohorts]
    yield Table(
        "Table 1. Baseline characteristics, measured here",
        ("", *cohorts, "p", "test"),
        [
            (row["name"], *row["cells"], p_text(row["p"]) if "p" in row else "", row.get("test", ""))
            for row in table_one
        ],
        "Mean (SD) or n (%), of the patients of whom it is stated, each with the malignant lesion, of several "
        "alike the largest. Kruskal–Wallis for numbers; χ², or Fisher where expected counts are small, for each type "
        "against the rest.",
        widths=(2.2, *([1.5] * len(cohorts)), 0.8, 1.3),
    )
    yield Table(
        f"Table 1: {paper.LABEL}",
        paper.TABLE_1_COLUMNS,
        paper.TABLE_1,
        paper=True,
        widths=(2.2, 1.5, 1.5, 1.5, 1.5, 0.8),
    )


def _closing(study: Study) -> Iterator[Block]:
    yield Heading("STARD and CLAIM items")
    items = checklist(study)
    open_items = sum(item.source == "open" for item in items)
    yield Text(
        f"{len(items) - open_items} items are answered, {open_items} are questions that only the site can answer."
    )
    yield Table(
        "Items",
        ("item", "asks", "answer", "by"),
        [(item.key, item.asks, item.answer, item.source) for item in items],
        widths=(1.1, 2.2, 5, 0.8),
    )
