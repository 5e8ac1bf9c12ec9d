"""A cohort scored by a package: slices, lesions and patients, through the rules of `engine.aggregate`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine import aggregate
from engine.domain.errors import UsageError
from engine.domain.labels import BENIGN
from engine.domain.package import ModelPackage
from engine.domain.result import LesionResult, Prediction
from engine.domain.roi import LesionId, Roi
from engine.domain.sample import SliceRef
from engine.inference.predict import scores_of
from training.dataset import Shard, ShardSet, target_of
from training.evaluation.predictions import Answers

_NO_MAP = np.zeros((1, 1, 1), dtype=np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """Calls about independent things of one kind: lesions, or patients.

    Attributes:
        names: (n,) what was called.
        patients: (n,) whose.
        truth: (n,) class index.
        scores: (n, k) mean score by class: the sum rule's.
        predicted: (n,) class index by the sum rule.
        flagged: (n,) malignant by the any-slice rule.
        benign: Index of the benign class.
    """

    names: NDArray[np.str_]
    patients: NDArray[np.str_]
    truth: NDArray[np.int64]
    scores: NDArray[np.float64]
    predicted: NDArray[np.int64]
    flagged: NDArray[np.bool_]
    benign: int

    @property
    def malignant(self) -> NDArray[np.bool_]:
        """(n,) truth of the binary question."""
        return np.asarray(self.truth != self.benign)

    @property
    def malignant_score(self) -> NDArray[np.float64]:
        """(n,) share of the scores that is not benign."""
        return 1.0 - self.scores[:, self.benign]

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> Level:
        """Some of them."""
        return Level(
            self.names[chosen],
            self.patients[chosen],
            self.truth[chosen],
            self.scores[chosen],
            self.predicted[chosen],
            self.flagged[chosen],
            self.benign,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Answers of a package for a cohort.

    Attributes:
        labels: Classes in output order.
        shards: The lesions.
        lesions: Their results by both rules, aligned with `shards`.
        truth: (n,) class index per slice.
        logits: (n, k) raw answers per slice.
        scores: (n, k) score per slice.
        features: (n, f) last hidden layer per slice.
        lesion_of_slice: (n,) index into `shards`.
        lesion_level: One call per lesion.
        patient_level: One call per patient.
    """

    labels: tuple[str, ...]
    shards: tuple[Shard, ...]
    lesions: tuple[LesionResult, ...]
    truth: NDArray[np.int64]
    logits: NDArray[np.float32]
    scores: NDArray[np.float64]
    features: NDArray[np.float32]
    lesion_of_slice: NDArray[np.int64]
    lesion_level: Level
    patient_level: Level

    @property
    def patient_of_slice(self) -> NDArray[np.str_]:
        """(n,) patient of each slice."""
        return self.lesion_level.patients[self.lesion_of_slice]


def combine(package: ModelPackage, shards: ShardSet, answers: tuple[Answers, ...]) -> Scored:
    """Turn raw answers into calls.

    A patient's truth is that of the leading lesion by truth: the largest malignant one, or benign where every lesion
    is. The patient's call is the engine's: the class of the lesion with the highest malignant share, flagged if any
    lesion is.
    """
    labels = package.manifest.labels
    lesions: list[LesionResult] = []
    rows = [scores_of(package, item.logits) for item in answers]
    for shard, item, scores in zip(shards.shards, answers, rows, strict=True):
        predictions = [
            Prediction(
                SliceRef(LesionId(shard.lesion), index, shard.position_mm[index], 0),
                item.logits[index].copy(),
                scores[index].copy(),
                _NO_MAP.copy(),
                item.features[index].copy(),
            )
            for index in range(shard.slices)
        ]
        roi = Roi(LesionId(shard.lesion), ())
        size = float(shard.facts.get("diameter_mm") or 0.0)
        lesions.append(aggregate.lesion_result(roi, predictions, labels, longest_diameter_mm=size, volume_ml=0.0))
    truth = np.array([target_of(shard.label, labels) for shard in shards.shards], dtype=np.int64)
    return Scored(
        labels=labels,
        shards=shards.shards,
        lesions=tuple(lesions),
        truth=truth[shards.shard_index],
        logits=np.concatenate([item.logits for item in answers]),
        scores=np.concatenate(rows),
        features=np.concatenate([item.features for item in answers]),
        lesion_of_slice=shards.shard_index.astype(np.int64),
        lesion_level=_lesion_level(shards.shards, lesions, truth, labels),
        patient_level=_patient_level(package, shards.shards, lesions, truth),
    )


def same_patients(scored: tuple[Scored, ...]) -> tuple[tuple[NDArray[np.intp], ...], int]:
    """Indices of the slices that every one of several packages scored, aligned, and the number of their patients.

    Two packages may have lost different lesions in preparation; a paired comparison needs the same slices.
    """
    keys = [
        [(shard.patient, shard.name, index) for shard in item.shards for index in range(shard.slices)]
        for item in scored
    ]
    shared = set(keys[0]).intersection(*keys[1:])
    order = sorted(shared)
    places = [{key: place for place, key in enumerate(names)} for names in keys]
    return (
        tuple(np.array([place[key] for key in order], dtype=np.intp) for place in places),
        len({key[0] for key in order}),
    )


def _lesion_level(
    shards: tuple[Shard, ...], lesions: list[LesionResult], truth: NDArray[np.int64], labels: tuple[str, ...]
) -> Level:
    return Level(
        names=np.array([shard.name for shard in shards]),
        patients=np.array([shard.patient for shard in shards]),
        truth=truth,
        scores=np.array([[lesion.mean_scores[label] for label in labels] for lesion in lesions]),
        predicted=np.array([labels.index(lesion.predicted) for lesion in lesions], dtype=np.int64),
        flagged=np.array([lesion.malignant_by_any_slice for lesion in lesions], dtype=bool),
        benign=labels.index(BENIGN),
    )


def _patient_level(
    package: ModelPackage, shards: tuple[Shard, ...], lesions: list[LesionResult], truth: NDArray[np.int64]
) -> Level:
    labels = package.manifest.labels
    benign = labels.index(BENIGN)
    members: dict[str, list[int]] = {}
    for number, shard in enumerate(shards):
        members.setdefault(shard.patient, []).append(number)
    names, classes, scores, predicted, flagged = [], [], [], [], []
    for patient, own in members.items():
        result = aggregate.study_result(
            [lesions[number] for number in own],
            (),
            package,
            provider="",
            case_digest="",
            study_instance_uid="",
            roles_used={},
        )
        if result.scores is None or result.predicted is None:
            raise UsageError(f"Patient {patient} has no lesion.", remedy="Delete the shard.", code="no-lesion")
        leading = max(own, key=lambda number: (truth[number] != benign, lesions[number].longest_diameter_mm))
        names.append(patient)
        classes.append(int(truth[leading]))
        scores.append([result.scores[label] for label in labels])
        predicted.append(labels.index(result.predicted))
        flagged.append(bool(result.malignant_by_any_slice))
    return Level(
        names=np.array(names),
        patients=np.array(names),
        truth=np.array(classes, dtype=np.int64),
        scores=np.array(scores),
        predicted=np.array(predicted, dtype=np.int64),
        flagged=np.array(flagged, dtype=bool),
        benign=benign,
    )
