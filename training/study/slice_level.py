"""Slice level of the report: areas under the curves, tests between models, and pictures of what the networks see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.domain.progress import Progress
from training.figures.attention import attention_figure
from training.figures.style import CLASS_NAMES
from training.study import drawings, examples, paper
from training.study.blocks import Block, Heading, Picture, Table, Text
from training.study.config import MODEL_NAMES
from training.study.gather import Study, StudyCohort
from training.study.wording import LIMITS, interval, p_text, parts


def areas(study: Study) -> Iterator[Block]:
    cohorts = study.measured_cohorts
    yield Heading("Slices: one class against the rest")
    yield Picture(
        "figure2_roc",
        f"Figure 2. ROC curves of the models on {cohorts[0].entry.name}, per slice. {LIMITS}",
        drawings.models_by_class(study, cohorts[:1]),
    )
    yield from _area_tables(cohorts[:1])
    if len(cohorts) > 1:
        for end, more, group in parts(cohorts[1:], 2):
            names = " and ".join(cohort.entry.name for cohort in group)
            caption = f"Figure 3. The same on {names}.{more}"
            yield Picture(f"figure3_roc{end}", caption, drawings.models_by_class(study, group))
        yield from _area_tables(cohorts[1:])
    there = drawings.non_contrast(study)
    if there:
        absent = [MODEL_NAMES[model] for model in ("t2", "t2_dwi") if model not in there]
        without = f" There is no package of {absent[0]}." if absent else ""
        for end, more, group in parts(cohorts, 3):
            caption = f"Figure 4. The non-contrast models, the three classes of each cohort, per slice.{without}{more}"
            yield Picture(f"figure4_roc{end}", caption, drawings.classes_by_cohort(study, group))


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
                        interval(found),
                        interval(found["naive"]),
                        interval(found.get("bootstrap_by_patient", {})),
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


def tests_of_areas(tests: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> Iterator[Block]:
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
                    p_text(row["p"]) if "p" in row else "not tested",
                    p_text(row["p_naive"]) if "p_naive" in row else "–",
                    str(row["patients"]),
                )
                for row in tests
            ],
            "Two-sided, not corrected for their number.",
            widths=(1, 1.9, 0.8, 1.7, 0.8, 0.8, 1.1, 1, 0.9),
        )


def pictures(study: Study, progress: Progress) -> Iterator[Block]:
    yield Heading("What the networks see")
    drawn = False
    for end, more, group in parts(study.measured_cohorts, 3):
        cloud = drawings.clouds(study, group)
        if cloud is not None:
            drawn = True
            caption = (
                "t-SNE of the last hidden layer, one point a slice. Distances between far groups carry no meaning."
            )
            yield Picture(f"figureS2_tsne{end}", caption + more, cloud)
    if not drawn:
        yield Text("t-SNE: no cohort has slices enough of a non-contrast model.")
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
