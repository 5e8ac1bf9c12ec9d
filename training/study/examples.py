"""Lesions for the attention panel: one of each of the eight types, by a rule that is stated, not by taste."""

from __future__ import annotations

import numpy as np

from engine.domain.progress import SILENT, Progress
from engine.domain.sequence import SequenceRole
from engine.inference import predict, session
from training import facts
from training.dataset import target_of
from training.evaluation.misclassified import grey, heat
from training.evaluation.predictions import slice_inputs
from training.figures.attention import Example, Map
from training.figures.style import SHORT_NAMES
from training.study.gather import Study, StudyCohort

MODELS = ("t2", "t2_dwi")
"""The paper's panel shows the two non-contrast models."""
RULE = (
    "Of every type the first lesion, in the order of cohorts and of their identifiers, whose middle slice "
    "every package "
    "here classified rightly (as in the paper’s panel); where there is none, the first lesion, and its wrong "
    "answer says "
    "so. The map belongs to the class that was called."
)


def panel(study: Study, progress: Progress = SILENT) -> tuple[tuple[Example, ...], tuple[str, ...]]:
    """Examples by type, and the types that no cohort has."""
    models = [model for model in MODELS if model in study.packages] or list(study.packages)[:1]
    runners = {model: session.open_session(study.packages[model], session.CPU) for model in models}
    examples, absent = [], []
    for number, (group, title) in enumerate(facts.GROUPS.items()):
        progress.step("attention", number, len(facts.GROUPS))
        found = _choose(study, group, models)
        if found is None:
            absent.append(title)
            continue
        cohort, name = found
        examples.append(_example(study, cohort, name, title, runners))
    return tuple(examples), tuple(absent)


def _choose(study: Study, group: str, models: list[str]) -> tuple[StudyCohort, str] | None:
    first: tuple[StudyCohort, str] | None = None
    for cohort in study.measured_cohorts:
        own = [model for model in models if model in cohort.scored]
        if not own:
            continue
        for shard in cohort.scored[own[0]].shards:
            if facts.group_of(shard) != group:
                continue
            first = first or (cohort, shard.name)
            if all(_right(cohort, model, shard.name) for model in own):
                return cohort, shard.name
    return first


def _right(cohort: StudyCohort, model: str, name: str) -> bool:
    scored = cohort.scored[model]
    number = next((i for i, shard in enumerate(scored.shards) if shard.name == name), None)
    if number is None:
        return False
    rows = np.flatnonzero(scored.lesion_of_slice == number)
    middle = rows[len(rows) // 2]
    return int(scored.scores[middle].argmax()) == int(scored.truth[middle])


def _example(study: Study, cohort: StudyCohort, name: str, title: str, runners: dict[str, session.Session]) -> Example:
    maps: list[Map | None] = []
    t2 = None
    size = ""
    for model in MODELS:
        shards = cohort.shards.get(model)
        number = next((i for i, s in enumerate(shards.shards) if s.name == name), None) if shards else None
        if shards is None or number is None or model not in runners:
            maps.append(None)
            continue
        package = study.packages[model]
        inputs = slice_inputs(package, shards, number)
        chosen = inputs[len(inputs) // 2]
        (answer,) = predict.predict(runners[model], [chosen])
        best = int(answer.logits.argmax())
        label = package.manifest.labels[best]
        t2 = grey(chosen.array[package.manifest.preprocess.channels.index(SequenceRole.T2)])
        right = best == target_of(shards.shards[number].label, package.manifest.labels)
        maps.append(
            Map(
                heat(np.array(answer.cam[best]), t2.shape[0]),
                SHORT_NAMES[label],
                float(answer.probabilities[best]),
                right,
            )
        )
        diameter = facts.diameter_mm(shards.shards[number])
        size = "" if diameter is None else f", {diameter:.0f} mm"
    if t2 is None:  # no non-contrast package at all: the crop alone
        model, shards = next(iter(cohort.shards.items()))
        number = next(i for i, s in enumerate(shards.shards) if s.name == name)
        inputs = slice_inputs(study.packages[model], shards, number)
        channels = study.packages[model].manifest.preprocess.channels
        t2 = grey(inputs[len(inputs) // 2].array[channels.index(SequenceRole.T2)])
    return Example(f"{title}{size} ({name})", t2, maps)
