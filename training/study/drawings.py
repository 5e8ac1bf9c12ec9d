"""The study's figures from its data: which curve, which panel, which words; `training.figures` draws them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from engine.report import palette
from training import facts
from training.figures.confusion import Matrix, confusion_figure
from training.figures.flow import Column, flow_figure
from training.figures.roc import Curve, Panel, Point, roc_figure
from training.figures.style import CLASS_NAMES, MODEL_STYLE
from training.figures.tsne import LEAST, Cloud, embed, tsne_figure
from training.statistics.roc import curve
from training.study.config import MODEL_NAMES
from training.study.gather import Study, StudyCohort

AGAINST = {
    "benign": "Benign against malignant",
    "primary_malignancy": "Primary against the rest",
    "metastasis": "Metastasis against the rest",
}
REASONS = {
    "prior-treatment": "treated before the MRI",
    "no-diagnosis": "no final diagnosis",
    "quality": "image quality",
    "role-missing": "a sequence is missing",
    "no-slices": "outline touches no plane",
    "unknown-diagnosis": "diagnosis not known",
    "several-studies": "several studies in one folder",
    "roi-not-found": "outline not found",
    "unforeseen": "fault in preparation",
}
READER_MARKS = ("o", "s", "^", "D", "v", "P", "X", "h")


def models_by_class(study: Study, cohorts: Sequence[StudyCohort]) -> Figure:
    """Figures 2 and 3: one row per cohort, one panel per class, one curve per model."""
    absent = [f"{MODEL_NAMES[model]}: no package" for model in study.absent_models]
    return roc_figure(
        [
            [_class_panel(cohort, label, index, absent) for index, label in enumerate(study.labels)]
            for cohort in cohorts
        ],
        study.status,
    )


def classes_by_cohort(study: Study, cohorts: Sequence[StudyCohort]) -> Figure:
    """Figure 4: one row per non-contrast model, one panel per cohort, one curve per class."""
    rows = []
    for model in non_contrast(study):
        panels = []
        for cohort in cohorts:
            scored = cohort.scored.get(model)
            curves = []
            if scored is not None:
                for index, label in enumerate(study.labels):
                    name = CLASS_NAMES[label].replace(" malignancy", "")
                    style = palette.class_colour(label, index), palette.DASHES[index]
                    curves += _curve(
                        name, scored.truth == index, scored.scores[:, index], _areas(cohort, model, label), style
                    )
            absent = () if scored is not None else (f"no {MODEL_NAMES[model]} package",)
            panels.append(Panel(f"{MODEL_NAMES[model]}, {cohort.entry.short}", curves, absent=absent))
        rows.append(panels)
    return roc_figure(rows, study.status)


def non_contrast(study: Study) -> tuple[str, ...]:
    """The paper's two non-contrast models, as far as any cohort was scored by them."""
    return tuple(
        model for model in ("t2", "t2_dwi") if any(model in cohort.scored for cohort in study.measured_cohorts)
    )


def binary(study: Study, cohorts: Sequence[StudyCohort]) -> Figure:
    """Figure 6: malignant against benign per patient, every model, readers and the any-slice rule as points."""
    panels = []
    for cohort in cohorts:
        curves: list[Curve] = []
        points: list[Point] = []
        for model, scored in cohort.scored.items():
            level = scored.patient_level
            area = cohort.measured[model]["patient"]["binary"]["auc"]
            curves += _curve(MODEL_NAMES[model], level.malignant, level.malignant_score, area, MODEL_STYLE[model])
        chosen = "t2_dwi" if "t2_dwi" in cohort.scored else next(iter(cohort.scored))
        rule = cohort.measured[chosen]["patient"]["binary"]["any_slice_rule"]
        if "sensitivity" in rule and "specificity" in rule:
            points.append(
                Point(
                    f"any-slice rule, {MODEL_NAMES[chosen]}",
                    1.0 - rule["specificity"]["value"],
                    rule["sensitivity"]["value"],
                    "*",
                    filled=True,
                )
            )
        points += _reader_points(cohort, chosen)
        absent = [] if cohort.readers else ["no readers’ calls given"]
        panels.append(Panel(cohort.entry.name, curves, points, absent))
    return roc_figure([panels], study.status)


def confusions(study: Study, level: str, cohorts: Sequence[StudyCohort]) -> Figure:
    """Confusion matrices of one level (``slice`` or ``patient``), one row per model, one column per cohort."""
    matrices = []
    for model in study.packages:
        for cohort in cohorts:
            if model in cohort.measured:
                found = cohort.measured[model][level]
                counts = found["confusion"] if level == "slice" else found["three_way"]["confusion"]
                names = [CLASS_NAMES[label] for label in study.labels]
                matrices.append(Matrix(f"{MODEL_NAMES[model]}, {cohort.entry.short}, {level}s", names, counts))
    return confusion_figure(matrices, study.status, columns=max(2, min(3, len(cohorts))))


def clouds(study: Study, cohorts: Sequence[StudyCohort]) -> Figure | None:
    """t-SNE of the non-contrast models, or None where no cohort has slices enough."""
    found = []
    for model in non_contrast(study):
        for cohort in cohorts:
            scored = cohort.scored.get(model)
            if scored is not None and len(scored.truth) >= LEAST:
                points = embed(scored.features, study.config.seed)
                title = f"{MODEL_NAMES[model]}, {cohort.entry.short} ({len(points)} slices)"
                found.append(Cloud(title, points, scored.truth))
    columns = max(1, min(3, len(cohorts)))
    return tsne_figure(found, study.labels, study.status, columns) if found else None


def flow(study: Study, cohorts: Sequence[StudyCohort]) -> Figure:
    """The STARD flow diagram."""
    return flow_figure([_flow_column(study, cohort) for cohort in cohorts], study.status)


def _class_panel(cohort: StudyCohort, label: str, index: int, absent: Sequence[str]) -> Panel:
    curves: list[Curve] = []
    for model, scored in cohort.scored.items():
        area = _areas(cohort, model, label)
        curves += _curve(MODEL_NAMES[model], scored.truth == index, scored.scores[:, index], area, MODEL_STYLE[model])
    return Panel(f"{AGAINST[label]} ({cohort.entry.short})", curves, absent=absent)


def _areas(cohort: StudyCohort, model: str, label: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = cohort.measured[model]["slice"]["auc"].get(label, {})
    return found


def _curve(
    name: str, positive: np.ndarray, scores: np.ndarray, area: Mapping[str, Any], style: tuple[str, str]
) -> list[Curve]:
    if not area:  # one class only: there is no curve
        return []
    alarms, hits = curve(positive, scores)
    text = f"{name}  {area['value']:.3f} ({area['low']:.3f}–{area['high']:.3f})"
    return [Curve(text, alarms, hits, *style)]


def _reader_points(cohort: StudyCohort, model: str) -> list[Point]:
    points = []
    for number, (name, found) in enumerate(cohort.readers.get(model, {}).items()):
        rates = found["reader"]
        if "sensitivity" in rates and "specificity" in rates:
            label = f"{name} ({found['level']})" if found["level"] else name
            alarms = 1.0 - rates["specificity"]["value"]
            again, mark = divmod(number, len(READER_MARKS))
            points.append(
                Point(label, alarms, rates["sensitivity"]["value"], READER_MARKS[mark], filled=again % 2 == 1)
            )
    return points


def _flow_column(study: Study, cohort: StudyCohort) -> Column:
    described = cohort.described
    assert described is not None
    kept = {shard.patient for shard in described.shards}
    lost = [row for row in cohort.exclusions if row["patient"] not in kept]
    lesions_lost = [row for row in cohort.exclusions if row["patient"] in kept]
    # Two rows of one patient are one patient.
    reasons = Counter({row["patient"]: row["code"] for row in lost}.values())
    out = "\n".join(f"{count} {REASONS.get(code, code.replace('-', ' '))}" for code, count in reasons.most_common())
    classes = Counter(facts.classes_of(described.shards).values())
    mix = "/".join(str(classes.get(label, 0)) for label in study.labels)
    boxes = [
        f"{len(kept) + sum(reasons.values())} patients",
        f"{len(kept)} patients (B/P/M {mix})\n{len(described.shards)} lesions, {len(described)} slices prepared",
    ]
    left = [f"{sum(reasons.values())} patients left out:\n{out}" if lost else "", ""]
    if lesions_lost:
        boxes[1] += f"\n{len(lesions_lost)} further lesions not prepared"
    if cohort.entry.training:
        boxes.append("training: not evaluated")
        return Column(cohort.entry.name, boxes, left)
    for model, scored in cohort.scored.items():
        level = scored.patient_level
        if model == ("t2_dwi" if "t2_dwi" in cohort.scored else next(iter(cohort.scored))):
            raised, malignant = level.flagged, level.malignant
            boxes.append(
                f"index test: {MODEL_NAMES[model]}, any-slice rule\n"
                f"flag raised: {int(raised.sum())}\n   {int((raised & malignant).sum())} malignant, "
                f"{int((raised & ~malignant).sum())} benign\n"
                f"not raised: {int((~raised).sum())}\n   {int((~raised & malignant).sum())} malignant, "
                f"{int((~raised & ~malignant).sum())} benign"
            )
    return Column(cohort.entry.name, boxes, left)
