"""Lesions: facts, both rules, slices with scores and images, and which slices stand for the lesion."""

from __future__ import annotations

import numpy as np

from engine.domain.case import Case
from engine.domain.package import ModelManifest
from engine.domain.result import BENIGN, Analysis, LesionResult, Prediction, SliceResult
from engine.domain.roi import Roi
from engine.domain.sample import SliceInput
from engine.domain.sequence import SequenceRole
from engine.domain.study import Study
from engine.report import panels, wording
from engine.report.texts import Texts, clean, millimetres, number
from engine.report.values import Field, ImagePanel, LesionContent, SliceContent

ID_LIMIT = 24


def lesion_contents(
    analysis: Analysis,
    study: Study,
    case: Case,
    manifest: ModelManifest,
    stacks: dict[SequenceRole, panels.Stack],
    texts: Texts,
    deidentify: bool,
) -> tuple[LesionContent, ...]:
    """Return the lesions of the case for which there is a result or at least a network input, in the case's order.

    Args:
        stacks: The volumes to show, shifts applied, at least T2.
    """
    results = {lesion.lesion_id: lesion for lesion in analysis.result.lesions}
    series = study.find(case.roles.get(SequenceRole.T2, ""))
    numbers = [instance.instance_number for instance in series.instances] if series else []
    made = []
    for roi in case.rois:
        inputs = analysis.inputs.get(roi.lesion_id, ())
        answers = analysis.predictions.get(roi.lesion_id, ())
        lesion = results.get(roi.lesion_id)
        if lesion is None and not inputs:
            continue
        slices = _slices(roi, lesion, inputs, answers, manifest, stacks, numbers, texts)
        made.append(_lesion(roi, lesion, slices, texts, deidentify))
    return tuple(made)


def _lesion(
    roi: Roi, lesion: LesionResult | None, slices: tuple[SliceContent, ...], texts: Texts, deidentify: bool
) -> LesionContent:
    identifier = clean(roi.lesion_id, ID_LIMIT)
    name = "" if deidentify else clean(roi.name, 80)
    heading = texts.word("lesion_heading", lesion=identifier)
    heading = (
        texts.word("heading_of", heading=heading, name=name) if name and name not in (identifier, heading) else heading
    )
    origin = texts.origins.get(roi.origin, "")
    if not origin:
        origin = texts.word("origin_imported", origin=clean(roi.origin.removeprefix("imported from "), 60))
    if roi.has_interpolated:
        origin = f"{origin}; {texts.word('interpolated')}"
    facts = [Field(texts.word("outline"), origin), Field(texts.word("slices"), str(len(slices)))]
    sum_rule = any_slice = texts.word("no_scores")
    if lesion is not None:
        facts = [
            Field(texts.word("diameter"), f"{number(lesion.longest_diameter_mm, 0)} mm"),
            Field(texts.word("volume"), f"{number(lesion.volume_ml, 1)} ml"),
            *facts,
        ]
        mean = number(lesion.mean_scores[lesion.predicted], 2)
        sum_rule = texts.word("sum_rule_cell", label=texts.label(lesion.predicted), score=mean)
        any_slice = wording.any_slice_text(lesion, texts)
    return LesionContent(
        identifier, heading, tuple(facts), sum_rule, any_slice, slices, _key_slices(lesion, len(slices))
    )


def _key_slices(lesion: LesionResult | None, count: int) -> tuple[int, ...]:
    """Return the slice with the highest malignant score; then, when the classes differ, the one with the lowest."""
    if lesion is None or not lesion.slices:
        return (count // 2,) if count else ()
    benign = [slice_.scores[BENIGN] for slice_ in lesion.slices]
    first, last = int(np.argmin(benign)), int(np.argmax(benign))
    classes = {slice_.predicted for slice_ in lesion.slices}
    return (first, last) if len(classes) > 1 and first != last else (first,)


def _slices(
    roi: Roi,
    lesion: LesionResult | None,
    inputs: tuple[SliceInput, ...],
    answers: tuple[Prediction, ...],
    manifest: ModelManifest,
    stacks: dict[SequenceRole, panels.Stack],
    numbers: list[int | None],
    texts: Texts,
) -> tuple[SliceContent, ...]:
    labels = manifest.labels
    scored = lesion is not None and len(answers) == len(inputs) == len(lesion.slices)
    highest = np.max([answer.cam.max(axis=(1, 2)) for answer in answers], axis=0) if scored and answers else None
    # without slices there is no key slice either: the answer holds for both kinds of lesion
    key = _key_slices(lesion, len(inputs))
    made = []
    for place, seen in enumerate(inputs):
        found: SliceResult | None = lesion.slices[place] if lesion is not None and scored else None
        answer = answers[place] if found is not None else None
        shown = labels.index(found.predicted) if found is not None else 0
        label = texts.label(labels[shown])
        images = panels.slice_panels(
            seen,
            answer,
            shown,
            float(highest[shown]) if highest is not None else 0.0,
            roi,
            stacks,
            manifest.preprocess,
            texts,
            label,
            with_overview=place in key,
        )
        made.append(_slice(seen, found, answer, label, images, labels, numbers, texts))
    return tuple(made)


def _slice(
    seen: SliceInput,
    found: SliceResult | None,
    answer: Prediction | None,
    label: str,
    images: tuple[ImagePanel, ...],
    labels: tuple[str, ...],
    numbers: list[int | None],
    texts: Texts,
) -> SliceContent:
    position, nearest = millimetres(seen.ref.position_mm), seen.ref.nearest_t2_slice
    stated = numbers[nearest] if 0 <= nearest < len(numbers) else None
    image = str(nearest + 1 if stated is None else stated)
    values = tuple(found.scores[name] for name in labels) if found else ()
    predicted = texts.label(found.predicted) if found else ""
    note = size = ""
    if answer is not None:
        rows, columns = answer.cam.shape[1:]
        cell = number(panels.cell_mm(seen, (rows, columns)), 1)
        size = texts.word("map_size", rows=rows, columns=columns, cell=cell)
        note = texts.word("heat_note", label=label, size=size)
    return SliceContent(
        index=seen.ref.index,
        position_mm=seen.ref.position_mm,
        place=texts.word("place", position=position, image=image),
        values=values,
        row=(position, image, *(number(v, 2) for v in values), predicted) if values else (position, image),
        predicted=predicted,
        malignant=found is not None and found.malignant,
        panels=images,
        heat_note=note,
        map_size=size,
    )
