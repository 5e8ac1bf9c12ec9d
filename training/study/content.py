"""The report in order, as blocks: what was studied, what is missing, then every table and figure of the paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.domain.labels import STATUS_TEXT
from engine.domain.progress import SILENT, Progress
from training.figures.attention import attention_figure
from training.figures.calibration import calibration_figure
from training.figures.style import CLASS_NAMES
from training.misclassified import is_wrong, lesion_rows
from training.study import drawings, examples, paper
from training.study.blocks import Block, Heading, Picture, Table, Text
from training.study.checklist import checklist
from training.study.config import MODEL_NAMES
from training.study.gather import Study, StudyCohort

LIMITS = "Limits in brackets are 95 % and count patients unless a column says naive."
MOST_LISTED = 25


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
    yield from _areas(study)
    yield from _tests(tests, {cohort.entry.id: cohort.entry.short for cohort in study.cohorts})
    yield from _pictures(study, progress)
    yield from _patients(study)
    yield from _confusions(study)
    yield from _subgroups(study)
    yield from _calibration(study)
    yield from _errors(study)
    yield from _closing(study)


def about(study: Study) -> str:
    """The sentence of every page beyond the status line."""
    if study.simulated:
        return "Every patient here is simulated (digital phantom). These figures say nothing about patients."
    return ""


def _opening(study: Study) -> Iterator[Block]:
    yield Heading("What was evaluated")
    yield Text(STATUS_TEXT[study.status.value])
    if study.simulated:
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
    classes = {shard.patient: shard.label for shard in shards}
    mix = " / ".join(str(sum(value == label for value in classes.values())) for label in labels)
    scored = ", ".join(MODEL_NAMES[model] for model in cohort.scored) or (
        "training set" if cohort.entry.training else "none"
    )
    return (cohort.entry.name, str(len(classes)), str(len(shards)), str(len(cohort.described)), mix, scored)


def _participants(study: Study, table_one: Sequence[Mapping[str, Any]]) -> Iterator[Block]:
    yield Heading("Participants")
    yield Picture("figure1_flow", "Flow of participants (STARD), from the exclusion logs.", drawings.flow(study))
    yield Text(f"{paper.FLOW} ({paper.LABEL})", small=True)
    cohorts = [cohort.entry.short for cohort in study.cohorts]
    yield Table(
        "Table 1. Baseline characteristics, measured here",
        ("", *cohorts, "p", "test"),
        [(row["name"], *row["cells"], _p(row["p"]) if "p" in row else "", row.get("test", "")) for row in table_one],
        "Mean (SD) or n (%). Kruskal–Wallis for numbers; χ², or Fisher where expected counts are small, for each type "
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


def _areas(study: Study) -> Iterator[Block]:
    cohorts = study.measured_cohorts
    yield Heading("Slices: one class against the rest")
    yield Picture(
        "figure2_roc",
        f"Figure 2. ROC curves of the models on {cohorts[0].entry.name}, per slice. {LIMITS}",
        drawings.models_by_class(study, cohorts[:1]),
    )
    yield from _area_tables(cohorts[:1])
    if len(cohorts) > 1:
        yield Picture(
            "figure3_roc",
            f"Figure 3. The same on {' and '.join(cohort.entry.name for cohort in cohorts[1:3])}.",
            drawings.models_by_class(study, cohorts[1:3]),
        )
        yield from _area_tables(cohorts[1:])
    there = drawings.non_contrast(study)
    if there:
        absent = [MODEL_NAMES[model] for model in ("t2", "t2_dwi") if model not in there]
        without = f" There is no package of {absent[0]}." if absent else ""
        yield Picture(
            "figure4_roc",
            f"Figure 4. The non-contrast models, the three classes of each cohort, per slice.{without}",
            drawings.classes_by_cohort(study),
        )


def _area_tables(cohorts: Sequence[StudyCohort]) -> Iterator[Block]:
    rows = []
    for cohort in cohorts:
        for model, measured in cohort.measured.items():
            for label, found in measured["slice"]["auc"].items():
                rows.append(
                    (
                        cohort.entry.short,
                        MODEL_NAMES[model],
                        CLASS_NAMES[label],
                        _interval(found),
                        _interval(found["naive"]),
                        _interval(found.get("bootstrap_by_patient", {})),
                        str(found["n"]),
                    )
                )
    yield Table(
        "AUC per slice, measured here",
        ("cohort", "model", "class", "AUC, by patient", "naive (slices)", "bootstrap by patient", "slices"),
        rows,
        "By patient: Obuchowski. Naive: DeLong on slices as if independent, as the paper reports; too narrow.",
        widths=(1.1, 1, 1.6, 1.8, 1.8, 1.8, 0.7),
    )
    printed = []
    for cohort in cohorts:
        for model, values in paper.SLICE_AUC.get(cohort.entry.paper, {}).items():
            printed += [
                (cohort.entry.paper, MODEL_NAMES[model], CLASS_NAMES[label], value) for label, value in values.items()
            ]
    if printed:
        yield Table(
            f"AUC per slice: {paper.LABEL}", ("set", "model", "class", "AUC (naive limits)"), printed, paper=True
        )
    else:
        yield Text(f"The areas per slice of these sets stand {paper.NOT_IN_TEXT}.", small=True)


def _tests(tests: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> Iterator[Block]:
    yield Heading("Tests between models", 2)
    yield Text(f"{paper.COMPARISON} ({paper.LABEL})", small=True)
    if not tests:
        yield Text("There is one model only: nothing to compare.")
    else:
        yield Table(
            "DeLong tests on the same slices (and patients)",
            ("cohort", "models", "level", "class", "AUC", "AUC", "p, by patient", "p, naive", "patients"),
            [
                (
                    names[row["cohort"]],
                    f"{MODEL_NAMES[row['first']]} – {MODEL_NAMES[row['second']]}",
                    row["level"],
                    CLASS_NAMES[row["class"]],
                    f"{row['auc_first']:.3f}",
                    f"{row['auc_second']:.3f}",
                    _p(row["p"]) if "p" in row else "not tested",
                    _p(row["p_naive"]) if "p_naive" in row else "–",
                    str(row["patients"]),
                )
                for row in tests
            ],
            "Two-sided, not corrected for their number.",
            widths=(1, 1.9, 0.8, 1.7, 0.8, 0.8, 1.1, 1, 0.9),
        )


def _pictures(study: Study, progress: Progress) -> Iterator[Block]:
    yield Heading("What the networks see")
    cloud = drawings.clouds(study)
    if cloud is None:
        yield Text("t-SNE: no cohort has slices enough of a non-contrast model.")
    else:
        yield Picture(
            "figureS2_tsne",
            "t-SNE of the last hidden layer, one point a slice. Distances between far groups carry no meaning.",
            cloud,
        )
    found, absent = examples.panel(study, progress)
    if found:
        there = [place for place, model in enumerate(examples.MODELS) if any(item.maps[place] for item in found)]
        found = tuple(replace(item, maps=[item.maps[place] for place in there]) for item in found)
        names = [MODEL_NAMES[examples.MODELS[place]] for place in there]
        absent_models = [name for name in map(MODEL_NAMES.__getitem__, examples.MODELS) if name not in names]
        without = f" There is no package of {' and '.join(absent_models)}." if absent_models else ""
        yield Picture(
            "figure5_attention",
            "Figure 5. Attention maps (Grad-CAM) of the non-contrast models on eight lesion types, with the "
            "called class and its "
            "score. Regions that raised this score; not a lesion boundary and not proof of reasoning. "
            f"{examples.RULE}{without}",
            attention_figure(found, names, study.status),
        )
    if absent:
        yield Text(f"No lesion of the types {', '.join(absent)} in these cohorts.")


def _patients(study: Study) -> Iterator[Block]:
    yield Heading("Patients: malignant against benign")
    yield Picture(
        "figure6_binary",
        "Figure 6. Malignant share of the summed scores per patient; open marks are readers, the star is the "
        "flag’s rule. "
        f"{LIMITS}",
        drawings.binary(study),
    )
    yield Table(
        "AUC per patient, measured here",
        ("cohort", "model", "AUC", "sum rule: accuracy, 3 classes", "sum rule: sensitivity", "sum rule: specificity"),
        [
            (
                cohort.entry.short,
                MODEL_NAMES[model],
                _interval(found["binary"]["auc"]),
                _interval(found["three_way"]["accuracy"]),
                _interval(found["binary"]["sum_rule"].get("sensitivity", {})),
                _interval(found["binary"]["sum_rule"].get("specificity", {})),
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
                *(_interval(found["binary"]["any_slice_rule"].get(key, {}).get(kind, {}), 2) for kind in _KINDS),
            )
            for cohort, model, found in _by_patient(study)
            for key, name in (("dlr_plus", "DLR+"), ("dlr_minus", "DLR−"))
        ],
        "The paper’s method combines Clopper–Pearson limits (conservative: true coverage 97.5 to 99.1 %).",
        widths=(1, 1, 0.7, 1.7, 1.8, 1.8),
    )
    yield from _readers(study)


_KINDS = ("log", "bootstrap_by_patient", "combined_clopper_pearson")


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
                        _interval(found["reader"].get("sensitivity", {})),
                        _interval(found["reader"].get("specificity", {})),
                        MODEL_NAMES[model],
                        _interval(found["any_slice_rule"].get("sensitivity", {})),
                        _interval(found["any_slice_rule"].get("specificity", {})),
                        " / ".join(
                            _p(against[key]["p"]) if key in against else "–"
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
    shares = [_percent(rule[name]) if name in rule else "–" for name in ("sensitivity", "specificity")]
    ratios = [_interval(rule.get(name, {}).get("log", {}), 2) for name in ("dlr_plus", "dlr_minus")]
    return (shares[0], shares[1], ratios[0], ratios[1])


def _confusions(study: Study) -> Iterator[Block]:
    yield Heading("Confusion matrices")
    for level in ("slice", "patient"):
        yield Picture(
            f"figureS3_confusion_{level}s",
            f"Confusion matrices per {level}{' (sum rule)' if level == 'patient' else ''}: counts, and shares "
            "of the true class.",
            drawings.confusions(study, level),
        )


def _subgroups(study: Study) -> Iterator[Block]:
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
                            _counts(found["three_way_right"]),
                            _counts(found["flagged_by_any_slice"]),
                            _interval(rule.get("sensitivity", {}), 2),
                            _interval(rule.get("specificity", {}), 2),
                            _interval(found.get("auc", {}), 2),
                        )
                    )
            yield Table(
                f"{cohort.entry.name}, {MODEL_NAMES[model]}",
                ("by", "group", "lesions", "malignant", "class right", "flagged", "sensitivity", "specificity", "AUC"),
                rows,
                widths=(1.0, 1.9, 0.7, 0.9, 1, 0.9, 1.5, 1.5, 1.5),
            )


def _calibration(study: Study) -> Iterator[Block]:
    yield Heading("Calibration and decision curve")
    yield Picture(
        "figure_calibration",
        "Upper: observed share of malignant patients against the malignant score, with Clopper–Pearson limits. "
        "Lower: net "
        "benefit of following the score, all, or none. Model scores are no probabilities of disease, and the share of "
        "malignant patients is the cohort’s.",
        calibration_figure(
            [
                (cohort.entry.short, {model: measured["calibration"] for model, measured in cohort.measured.items()})
                for cohort in study.measured_cohorts[:3]
            ],
            MODEL_NAMES,
            study.status,
        ),
    )


def _errors(study: Study) -> Iterator[Block]:
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


def _interval(found: Mapping[str, Any], digits: int = 3) -> str:
    if not found:
        return "–"
    texts = ["∞" if found[name] is None else f"{found[name]:.{digits}f}" for name in ("value", "low", "high")]
    return f"{texts[0]} ({texts[1]}–{texts[2]})"


def _percent(found: Mapping[str, Any]) -> str:
    texts = [f"{100 * found[name]:.1f}" for name in ("value", "low", "high")]
    return f"{texts[0]} ({texts[1]}–{texts[2]})  {found['events']}/{found['n']}"


def _counts(found: Mapping[str, Any]) -> str:
    return f"{found['events']}/{found['n']}"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
