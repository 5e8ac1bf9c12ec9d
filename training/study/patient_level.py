"""Patient level of the report: both rules, likelihood ratios, readers, subgroups, calibration and what went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from training.evaluation.misclassified import is_wrong, lesion_rows
from training.figures.calibration import calibration_figure
from training.figures.style import CLASS_NAMES
from training.study import drawings, paper
from training.study.blocks import Block, Heading, Picture, Table, Text
from training.study.config import MODEL_NAMES
from training.study.gather import Study, StudyCohort
from training.study.wording import LIMITS, counts, interval, p_text, parts, percent

MOST_LISTED = 25
LIMIT_KINDS = ("log", "bootstrap_by_patient", "combined_clopper_pearson")


def patients(study: Study) -> Iterator[Block]:
    yield Heading("Patients: malignant against benign")
    for end, more, group in parts(study.measured_cohorts, 3):
        yield Picture(
            f"figure6_binary{end}",
            "Figure 6. Malignant share of the summed scores per patient; the star is the flag’s rule, the other marks "
            f"are readers. {LIMITS}{more}",
            drawings.binary(study, group),
        )
    yield Table(
        "AUC per patient, measured here",
        ("cohort", "model", "AUC", "sum rule: accuracy, 3 classes", "sum rule: sensitivity", "sum rule: specificity"),
        [
            (
                cohort.entry.short,
                MODEL_NAMES[model],
                interval(found["binary"]["auc"]),
                interval(found["three_way"]["accuracy"]),
                interval(found["binary"]["sum_rule"].get("sensitivity", {})),
                interval(found["binary"]["sum_rule"].get("specificity", {})),
            )
            for cohort, model, found in _by_patient(study)
        ],
        widths=(1, 1, 1.6, 1.9, 1.6, 1.6),
    )
    shown = [cohort.entry.paper for cohort in study.measured_cohorts if cohort.entry.paper in paper.LESION_AUC]
    yield Table(
        f"AUC per lesion, T2+DWI: {paper.LABEL}",
        ("set", "AUC", "sensitivity of the sum rule"),
        [(name, paper.LESION_AUC[name], paper.SUM_RULE_SENSITIVITY[name]) for name in shown],
        paper=True,
    )
    yield Table(
        "Table 2. The any-slice rule per patient, measured here",
        ("cohort", "model", "sensitivity, %", "specificity, %", "DLR+", "DLR−"),
        [
            (cohort.entry.short, MODEL_NAMES[model], *_rule(found["binary"]["any_slice_rule"]))
            for cohort, model, found in _by_patient(study)
        ],
        "One slice called malignant makes the patient malignant. Clopper–Pearson limits; DLR with the log method.",
        widths=(1, 1, 1.8, 1.8, 1.7, 1.7),
    )
    yield Table(
        f"Table 2: {paper.LABEL}",
        ("set", "model", "sensitivity, %", "specificity, %", "DLR+", "DLR−"),
        [(name, MODEL_NAMES[model], *cells) for name in shown for model, cells in paper.TABLE_2.get(name, {}).items()],
        "Known misprints: " + " ".join(paper.SLIPS),
        paper=True,
        widths=(1, 1, 1.8, 1.8, 1.7, 1.7),
    )
    yield Table(
        "Likelihood ratios of the any-slice rule with the three kinds of limits",
        ("cohort", "model", "ratio", "log", "bootstrap by patient", "the paper’s method"),
        [
            (
                cohort.entry.short,
                MODEL_NAMES[model],
                name,
                *(interval(found["binary"]["any_slice_rule"].get(key, {}).get(kind, {}), 2) for kind in LIMIT_KINDS),
            )
            for cohort, model, found in _by_patient(study)
            for key, name in (("dlr_plus", "DLR+"), ("dlr_minus", "DLR−"))
        ],
        "The paper’s method combines Clopper–Pearson limits (conservative: true coverage 97.5 to 99.1 %).",
        widths=(1, 1, 0.7, 1.7, 1.8, 1.8),
    )
    yield from _readers(study)


def _readers(study: Study) -> Iterator[Block]:
    rows = []
    for cohort in study.measured_cohorts:
        for model, compared in cohort.readers.items():
            for name, found in compared.items():
                against = found["any_slice_rule"]["against_reader"]
                rows.append(
                    (
                        cohort.entry.short,
                        f"{name}{' (' + found['level'] + ')' if found['level'] else ''}",
                        str(found["patients"]),
                        interval(found["reader"].get("sensitivity", {})),
                        interval(found["reader"].get("specificity", {})),
                        MODEL_NAMES[model],
                        interval(found["any_slice_rule"].get("sensitivity", {})),
                        interval(found["any_slice_rule"].get("specificity", {})),
                        " / ".join(
                            p_text(against[key]["p"]) if key in against else "–"
                            for key in ("sensitivity", "specificity", "accuracy")
                        ),
                    )
                )
    if rows:
        yield Table(
            "Readers and the any-slice rule on the same patients",
            ("cohort", "reader", "n", "sens.", "spec.", "model", "sens.", "spec.", "p sens. / spec. / acc."),
            rows,
            "McNemar’s exact test.",
            widths=(1.15, 1.2, 0.45, 1.65, 1.65, 0.95, 1.65, 1.65, 2.0),
        )


def _by_patient(study: Study) -> Iterator[tuple[StudyCohort, str, Mapping[str, Any]]]:
    for cohort in study.measured_cohorts:
        for model, measured in cohort.measured.items():
            yield cohort, model, measured["patient"]


def _rule(rule: Mapping[str, Any]) -> tuple[str, str, str, str]:
    shares = [percent(rule[name]) if name in rule else "–" for name in ("sensitivity", "specificity")]
    ratios = [interval(rule.get(name, {}).get("log", {}), 2) for name in ("dlr_plus", "dlr_minus")]
    return (shares[0], shares[1], ratios[0], ratios[1])


def confusions(study: Study) -> Iterator[Block]:
    yield Heading("Confusion matrices")
    for level in ("slice", "patient"):
        for end, more, group in parts(study.measured_cohorts, 3):
            yield Picture(
                f"figureS3_confusion_{level}s{end}",
                f"Confusion matrices per {level}{' (sum rule)' if level == 'patient' else ''}: counts, and shares "
                f"of the true class.{more}",
                drawings.confusions(study, level, group),
            )


def subgroups(study: Study) -> Iterator[Block]:
    yield Heading("Subgroups")
    yield Text("Per lesion. Flagged: any-slice rule. A type has one truth, so it has no AUC. Exploratory.", small=True)
    titles = {"lesion_type": "type", "size_band": "size", "vendor": "vendor", "field_strength": "field strength"}
    for cohort in study.measured_cohorts:
        for model, measured in cohort.measured.items():
            rows = []
            for group, title in titles.items():
                for name, found in measured["subgroups"][group].items():
                    rule = found["any_slice_rule"]
                    rows.append(
                        (
                            title,
                            name,
                            str(found["lesions"]),
                            str(found["malignant"]),
                            counts(found["three_way_right"]),
                            counts(found["flagged_by_any_slice"]),
                            interval(rule.get("sensitivity", {}), 2),
                            interval(rule.get("specificity", {}), 2),
                            interval(found.get("auc", {}), 2),
                        )
                    )
            yield Table(
                f"{cohort.entry.name}, {MODEL_NAMES[model]}",
                ("by", "group", "lesions", "malignant", "class right", "flagged", "sensitivity", "specificity", "AUC"),
                rows,
                widths=(1.0, 1.9, 0.7, 0.9, 1, 0.9, 1.5, 1.5, 1.5),
            )


def calibration(study: Study) -> Iterator[Block]:
    yield Heading("Calibration and decision curve")
    for end, more, group in parts(study.measured_cohorts, 3):
        yield Picture(
            f"figure_calibration{end}",
            "Upper: observed share of malignant patients against the malignant score, with Clopper–Pearson limits. "
            "Lower: net benefit of following the score, all, or none. Model scores are no probabilities of disease, "
            f"and the share of malignant patients is the cohort’s.{more}",
            calibration_figure(
                [
                    (cohort.entry.short, {model: found["calibration"] for model, found in cohort.measured.items()})
                    for cohort in group
                ],
                MODEL_NAMES,
                study.status,
            ),
        )


def errors(study: Study) -> Iterator[Block]:
    yield Heading("Misclassified lesions")
    yield Text(
        "Every lesion whose class (sum rule) or flag (any-slice rule) was wrong is in "
        "tables/misclassified_*.csv; the first "
        f"{MOST_LISTED} of each model and cohort stand here."
    )
    for cohort in study.measured_cohorts:
        for model, scored in cohort.scored.items():
            wrong = [row for row in lesion_rows(scored) if is_wrong(row)]
            yield Table(
                f"{cohort.entry.name}, {MODEL_NAMES[model]}: {len(wrong)} of {len(scored.shards)} lesions",
                ("lesion", "type", "size", "truth", "sum rule", "flag", "slices malignant"),
                [
                    (
                        row["shard"],
                        row["type"],
                        "–" if row["diameter_mm"] is None else f"{row['diameter_mm']:.0f} mm",
                        CLASS_NAMES[row["truth"]],
                        CLASS_NAMES[row["sum_rule"]] + (" (wrong)" if row["three_way_wrong"] else ""),
                        ("raised" if row["any_slice_malignant"] else "not raised")
                        + (" (wrong)" if row["flag_wrong"] else ""),
                        f"{row['slices_called_malignant']} of {row['slices']}",
                    )
                    for row in wrong[:MOST_LISTED]
                ],
                widths=(1.6, 1.9, 0.7, 1.6, 2.1, 1.5, 1.2),
            )
