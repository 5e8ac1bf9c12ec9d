"""STARD 2015 and CLAIM items: filled where the software knows the answer, left as a question where only the site does.

Sources: Bossuyt et al., BMJ 2015;351:h5527 (STARD); Mongan et al., Radiol Artif Intell 2020;2:e200029 (CLAIM). Items
are named in short; the site answers in the configuration, ``[checklist]``, by the item's key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.domain.errors import UsageError
from training.study.config import MODEL_NAMES
from training.study.gather import Study

OPEN = "To be answered by the site: "


@dataclass(frozen=True, slots=True)
class Item:
    """One item: key, what it asks, the answer, and who gave it (``software``, ``site`` or ``open``)."""

    key: str
    asks: str
    answer: str
    source: str


def checklist(study: Study) -> tuple[Item, ...]:
    """Every item in order."""
    given: Mapping[str, str] = study.config.checklist or {}
    items = []
    for key, asks, known in _ITEMS:
        if key in given:
            items.append(Item(key, asks, str(given[key]), "site"))
        elif callable(known):
            answer = known(study)
            items.append(Item(key, asks, answer, "open" if answer.startswith(OPEN) else "software"))
        else:
            items.append(Item(key, asks, OPEN + known, "open"))
    return tuple(items)


def refuse_unknown(given: Mapping[str, str]) -> None:
    """Raise UsageError where an answer belongs to no item: it would stand nowhere."""
    known = [key for key, _, _ in _ITEMS]
    for key in given:
        if key not in known:
            raise UsageError(
                f"The [checklist] answers {key!r}, which is no item.",
                remedy=f"Items are: {', '.join(known)}.",
                code="bad-study",
            )


def _cohorts(study: Study) -> str:
    parts = []
    for cohort in study.cohorts:
        if cohort.described is not None:
            patients = len({shard.patient for shard in cohort.described.shards})
            parts.append(f"{cohort.entry.name}: {patients} patients, {len(cohort.described)} slices")
    return "; ".join(parts) + "."


def _index_test(study: Study) -> str:
    parts = [
        f"{MODEL_NAMES[model]}: package {package.manifest.id} {package.manifest.version}, network "
        f"{package.manifest.files['model.onnx'][:12]}, channels "
        f"{', '.join(role.value for role in package.manifest.preprocess.channels)}"
        for model, package in study.packages.items()
    ]
    return "; ".join(parts) + ". The any-slice rule raises the flag; the sum rule names the class."


def _training(study: Study) -> str:
    parts = []
    for model, package in study.packages.items():
        facts = package.manifest.training
        if facts:
            recipe = facts.get("config", {}).get("recipe", "not stated")
            parts.append(
                f"{MODEL_NAMES[model]}: {facts.get('patients', '?')} patients, {facts.get('slices', '?')} "
                "slices, recipe "
                f"{recipe}, {facts.get('steps', '?')} steps, {facts.get('data', 'data not stated')}"
            )
    return "; ".join(parts) + "." if parts else "The packages do not state it."


def _reference(study: Study) -> str:
    return _of_patients(
        study,
        "The class that the simulation drew: certain by construction, unlike any reference standard in patients.",
        "histology or consensus, and who read it, per class.",
    )


def _population(study: Study) -> str:
    return _of_patients(
        study,
        "Simulated patients (digital phantoms): nobody was recruited, and nothing here describes patients.",
        "eligibility, setting, dates, consecutive or not.",
    )


def _of_patients(study: Study, simulated: str, question: str) -> str:
    """What is known of simulated patients, and the question that stays where there are others."""
    phantoms = study.simulated_cohorts
    if len(phantoms) == len(study.cohorts):
        return simulated
    names = ", ".join(cohort.entry.name for cohort in phantoms)
    return OPEN + question + (f" ({names}: {simulated})" if phantoms else "")


def _flow(study: Study) -> str:
    lost = sum(len(cohort.exclusions) for cohort in study.cohorts)
    return f"Flow diagram in this report; {lost} rows in the exclusion logs of these cohorts."


def _thresholds(_: Study) -> str:
    return "None was chosen on these data: a slice takes the class with the largest score."


def _missing(_: Study) -> str:
    return "Lesions that could not be prepared are in the exclusion logs with a reason; no result was imputed."


def _statistics(study: Study) -> str:
    return (
        "AUC: Obuchowski’s variance by patient, DeLong’s beside it; proportions: Clopper–Pearson; DLR: log "
        "method, bootstrap "
        f"by patient ({study.config.resamples} resamples, seed {study.config.seed}), combined Clopper–Pearson "
        "limits as in "
        "the paper; paired tests: DeLong, McNemar exact; Table 1: Kruskal–Wallis, χ² or Fisher. Two-sided, "
        "0.05, without "
        "correction for many tests."
    )


def _split(study: Study) -> str:
    sets = sorted({name for package in study.packages.values() for name in package.manifest.training.get("sets", ())})
    return f"By patient; sets trained on ({', '.join(sets) or 'not stated'}) are refused for measuring."


def _preprocessing(study: Study) -> str:
    spec = next(iter(study.packages.values())).manifest.preprocess
    return (
        f"Resampled to {spec.in_plane_mm} × {spec.in_plane_mm} × {spec.slice_step_mm:.0f} mm, outline’s square plus "
        f"{spec.margin_mm:.0f} mm, {spec.input_px} × {spec.input_px} pixels {spec.interpolation}, percentiles "
        f"{spec.percentile_low:.0f} to {spec.percentile_high:.0f} of each volume; the same code as in use."
    )


def _harm(study: Study) -> str:
    return _of_patients(study, "None can come of simulated images.", "adverse events of either test.")


def _calibration(_: Study) -> str:
    return "Reliability, ECE, Brier score and decision curve are in this report; scores are model scores."


def _errors(_: Study) -> str:
    return "Misclassified lesions are listed by cohort and model (CSV beside this report)."


def _versions(study: Study) -> str:
    return "; ".join(
        f"{MODEL_NAMES[model]}: package digest {package.digest[:16]}" for model, package in study.packages.items()
    )


_ITEMS: tuple[tuple[str, str, str | Callable[[Study], str]], ...] = (
    ("STARD 1–2", "Title and abstract name the accuracy study", "title, structured abstract."),
    ("STARD 3", "Background, intended use, clinical role", "what the test would replace or add to, in whom."),
    ("STARD 4", "Objectives and hypotheses", "stated before the data were seen?"),
    ("STARD 5", "Prospective or retrospective", "when were data collected, relative to the tests?"),
    ("STARD 6–9", "Participants: eligibility, identification, setting, sampling", _population),
    ("STARD 10a", "Index test in detail", _index_test),
    ("STARD 10b–11", "Reference standard and its rationale", _reference),
    ("STARD 12a", "Positivity cut-off of the index test, pre-specified or not", _thresholds),
    ("STARD 12b", "Cut-off of the reference standard", "definition of malignant and benign."),
    (
        "STARD 13a",
        "Did those who ran the index test know the reference result",
        "who drew the outlines, and what they knew.",
    ),
    ("STARD 13b", "Did assessors of the reference know the index test", "who knew what."),
    ("STARD 14", "Methods for estimating and comparing accuracy", _statistics),
    ("STARD 15–16", "Indeterminate results and missing data", _missing),
    ("STARD 17", "Analyses of variability, pre-specified or exploratory", "which subgroup was planned?"),
    ("STARD 18", "Intended sample size", "how it was determined."),
    ("STARD 19", "Flow of participants", _flow),
    ("STARD 20–21", "Characteristics; severity and alternative diagnoses", _cohorts),
    ("STARD 22", "Interval and interventions between tests", "days between MRI and reference."),
    (
        "STARD 23",
        "Cross tabulation of index test and reference",
        lambda _: "Confusion matrices and Table 2 of this report.",
    ),
    (
        "STARD 24",
        "Accuracy with precision",
        lambda _: "Areas, proportions and likelihood ratios have 95 % limits; JSON and CSV beside this report.",
    ),
    ("STARD 25", "Adverse events", _harm),
    ("STARD 26–27", "Limitations, implications", "to be written by the authors."),
    ("STARD 28–30", "Registration, protocol, funding", "numbers and sources."),
    ("CLAIM 7–8, 12", "Data sources, eligibility, de-identification", "ethics approval, who de-identified and how."),
    ("CLAIM 9", "Preprocessing", _preprocessing),
    ("CLAIM 14–18", "Ground truth: definition, annotators, agreement", "annotators, years, agreement."),
    ("CLAIM 20–21", "Data partitions and level of disjointness", _split),
    ("CLAIM 22–26", "Model, initial weights, training, selection", _training),
    ("CLAIM 23", "Software and version of the models", _versions),
    ("CLAIM 28", "Measures of performance: calibration", _calibration),
    ("CLAIM 30", "Robustness: subgroups", lambda _: "By lesion type, size, vendor and field strength in this report."),
    (
        "CLAIM 31",
        "Explainability",
        lambda _: "Grad-CAM panel in this report: regions that raised a score, no proof of reasoning.",
    ),
    ("CLAIM 32", "Validation on external data", _cohorts),
    ("CLAIM 37", "Failure analysis", _errors),
    ("CLAIM 42", "Funding and roles", "sources."),
)
