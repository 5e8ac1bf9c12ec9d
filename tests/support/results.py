"""Made-up analyses for report tests: a simple body with round lesions, real preprocessing and rules, invented scores.

Nothing here is measured: the scores are a fixed pattern over slice position.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import aggregate
from engine.domain.case import Case
from engine.domain.package import ClinicalStatus, ModelManifest, ModelPackage, PreprocessSpec
from engine.domain.result import Analysis, Caution, Prediction
from engine.domain.roi import Contour, LesionId, Roi
from engine.domain.sample import SliceInput
from engine.domain.sequence import SequenceFacts, SequenceRole
from engine.domain.study import Instance, PatientContext, Series, Study
from engine.domain.volume import Volume, VolumeSet
from engine.geometry.affine import to_world
from engine.geometry.diameters import longest_diameter_mm
from engine.geometry.outline import volume_ml
from engine.preprocess.build import build_slice_inputs

CREATED = datetime(2026, 3, 14, 9, 26, tzinfo=UTC)
LABELS = ("benign", "primary_malignancy", "metastasis")
STEP_MM = 10.0
PIXEL_MM = 3.0
ROWS, COLUMNS = 88, 112
VALIDATION: dict[str, Any] = {
    "cohort": {"name": "held-out phantoms", "patients": 60},
    "any_slice_rule": {
        "sensitivity": {"value": 0.967, "low": 0.828, "high": 0.999, "events": 29, "n": 30},
        "specificity": {"value": 0.7, "low": 0.506, "high": 0.853, "events": 21, "n": 30},
        "dlr_plus": {"value": 3.22, "low": 1.86, "high": 5.58},
        "dlr_minus": {"value": 0.05, "low": 0.01, "high": 0.33},
    },
    "slice_auc": {
        "benign": {"value": 0.91, "low": 0.88, "high": 0.94, "n": 212},
        "primary_malignancy": {"value": 0.87, "low": 0.83, "high": 0.91, "n": 212},
        "metastasis": {"value": 0.88, "low": 0.84, "high": 0.92, "n": 212},
    },
}


@dataclass(frozen=True)
class Example:
    """Everything that `build_content` asks for."""

    analysis: Analysis
    study: Study
    case: Case
    manifest: ModelManifest
    volumes: VolumeSet

    def with_patient(self, **changed: Any) -> Example:
        """Return the same analysis of a patient with other particulars."""
        return replace(self, study=replace(self.study, patient=replace(self.study.patient, **changed)))

    def with_result(self, **changed: Any) -> Example:
        """Return the same case with another result."""
        return replace(self, analysis=replace(self.analysis, result=replace(self.analysis.result, **changed)))


def example(
    lesions: int = 1,
    slices: int = 7,
    *,
    malignant: Sequence[int] = (2, 3),
    roles: Sequence[str] = ("T2", "DWI"),
    status: str = "simulated",
    cautions: Sequence[Caution] = (),
    validation: dict[str, Any] | None = None,
    labels: tuple[str, ...] = LABELS,
    blind: bool = False,
    orientation: NDArray[np.float64] | None = None,
) -> Example:
    """Make an analysis of `lesions` lesions with `slices` slices each.

    Args:
        malignant: Places of the malignant slices of the first lesion; the other lesions are benign.
        blind: The network was not run, as when a channel does not cover the lesion.
        orientation: (4, 4) matrix applied to all positions: how the stack is stored.
    """
    used = tuple(SequenceRole(role) for role in roles)
    volumes, centres = _volumes(used, lesions, slices, orientation)
    t2 = volumes[SequenceRole.T2]
    rois = tuple(_roi(f"L{n + 1}", centre, slices, t2) for n, centre in enumerate(centres))
    manifest = _manifest(used, status, VALIDATION if validation is None else validation, labels)
    package = ModelPackage(Path("package"), manifest, "5e1f" * 16)
    study, case = (
        _study(volumes),
        Case("1.2.826.0.1.3680043.10.1", {role: f"1.2.3.{role.value}" for role in used}, rois),
    )
    inputs: dict[LesionId, tuple[SliceInput, ...]] = {}
    predictions: dict[LesionId, tuple[Prediction, ...]] = {}
    results = []
    for place, roi in enumerate(rois):
        made = build_slice_inputs(volumes, roi, manifest.preprocess)
        inputs[roi.lesion_id] = made
        called = set(malignant) if place == 0 else set()
        answers = () if blind else tuple(_prediction(item, n in called, labels) for n, item in enumerate(made))
        predictions[roi.lesion_id] = answers
        if answers:
            results.append(
                aggregate.lesion_result(
                    roi,
                    answers,
                    labels,
                    longest_diameter_mm=longest_diameter_mm(roi, t2.affine),
                    volume_ml=volume_ml(roi, t2),
                )
            )
    result = aggregate.study_result(
        results,
        cautions,
        package,
        provider="CPUExecutionProvider",
        case_digest=case.digest(),
        study_instance_uid=study.study_instance_uid,
        roles_used={role.value: f"1.2.3.{role.value}" for role in used},
    )
    return Example(Analysis(result, inputs, predictions, package, CREATED), study, case, manifest, volumes)


def _volumes(
    roles: tuple[SequenceRole, ...], lesions: int, slices: int, orientation: NDArray[np.float64] | None
) -> tuple[VolumeSet, list[tuple[float, float, float]]]:
    """An ellipse of a body with a brighter liver at the patient's right and lesions in it, through all slices."""
    depth = slices + 4
    affine = np.eye(4)
    affine[:3, :3] = [[0, 0, PIXEL_MM], [0, PIXEL_MM, 0], [STEP_MM, 0, 0]]
    affine[:3, 3] = (-PIXEL_MM * (COLUMNS - 1) / 2, -PIXEL_MM * (ROWS - 1) / 2, -64.5)
    if orientation is not None:
        affine = orientation @ affine
    generator = np.random.default_rng(11)
    rows, columns = np.mgrid[:ROWS, :COLUMNS]
    body = ((rows - 44) / 36) ** 2 + ((columns - 56) / 50) ** 2 < 1
    liver = ((rows - 40) / 24) ** 2 + ((columns - 36) / 26) ** 2 < 1
    spine = (rows - 66) ** 2 + (columns - 56) ** 2 < 49
    centres = [(24.0 + 8 * (n % 4), 26.0 + 7 * (n // 4 % 4), 0.0) for n in range(lesions)]
    if lesions == 1:
        centres = [(40.0, 34.0, 0.0)]
    volumes = {}
    for number, role in enumerate(roles):
        plane = 120.0 * body + 70.0 * (liver & body) - 60.0 * spine
        for row, column, _ in centres:
            radius = _radius_px(lesions)
            plane = plane + 170.0 * ((rows - row) ** 2 + (columns - column) ** 2 < radius**2) * (1 - 0.2 * number)
        stack = np.repeat(plane[None], depth, axis=0) + 9.0 * generator.standard_normal((depth, ROWS, COLUMNS))
        volumes[role] = Volume(np.abs(stack).astype(np.float32), affine, "1.2.3.4", f"1.2.3.{role.value}")
    return VolumeSet(volumes), centres


def _radius_px(lesions: int) -> float:
    return 7.0 if lesions == 1 else 3.0


def _roi(lesion_id: str, centre: tuple[float, float, float], slices: int, t2: Volume) -> Roi:
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    single = centre == (40.0, 34.0, 0.0)
    radius = 7.0 if single else 3.0
    contours = []
    for index in range(2, slices + 2):
        points = np.column_stack(
            [np.full(40, float(index)), centre[0] + radius * np.sin(angle), centre[1] + radius * np.cos(angle)]
        )
        contours.append(Contour(to_world(t2.affine, points)))
    return Roi(LesionId(lesion_id), tuple(contours), "drawn", "1.2.3.4")


def _prediction(item: SliceInput, malignant: bool, labels: tuple[str, ...]) -> Prediction:
    wave = 0.15 * np.sin(item.ref.index)
    first = 0.2 + wave / 2 if malignant else 0.75 + wave
    shares = np.array([0.7, 0.3][: len(labels) - 1])
    probabilities = np.array([first, *((1 - first) * shares / shares.sum())])
    grid = np.mgrid[:8, :8] - 3.0 - item.ref.index % 3 * 0.5
    bump = np.exp(-(grid**2).sum(axis=0) / 6)
    cam = np.stack([bump * (0.4 + p) for p in probabilities]).astype(np.float32)
    return Prediction(
        item.ref,
        np.log(probabilities).astype(np.float32),
        probabilities,
        cam,
        np.zeros(4, dtype=np.float32),
    )


def _manifest(
    roles: tuple[SequenceRole, ...], status: str, validation: dict[str, Any], labels: tuple[str, ...]
) -> ModelManifest:
    channels = {1: roles * 3, 2: (*roles, roles[0])}.get(len(roles), roles)
    return ModelManifest(
        id="example",
        version="1.0.0",
        title="Example for report tests",
        labels=labels,
        preprocess=PreprocessSpec(channels=channels),
        clinical_status=ClinicalStatus(status),
        intended_use="Tests of the report only.",
        files={"model.onnx": "0" * 64},
        validation=validation,
    )


def _study(volumes: VolumeSet) -> Study:
    series = []
    for number, (role, volume) in enumerate(volumes.items(), start=1):
        facts = SequenceFacts(
            modality="MR",
            series_number=100 * number,
            series_description=f"{role.value.lower()} tra",
            b_value_s_mm2=800.0 if role is SequenceRole.DWI else None,
        )
        instances = tuple(
            Instance(Path(f"{n}.dcm"), 0, f"1.2.{number}.{n}", "1.2.840.10008.5.1.4.1.1.4", None, ROWS, COLUMNS, n + 1)
            for n in range(volume.shape[0])
        )
        key = f"1.2.3.{role.value}"
        series.append(Series(key, key, "1.2.3.4", facts, instances, ROWS, COLUMNS, STEP_MM))
    patient = PatientContext(
        patient_id="HEP-004711", patient_name="Muster^Anna", birth_date="19610203", sex="F", age_years=65.0
    )
    return Study(
        "1.2.826.0.1.3680043.10.1",
        patient,
        tuple(series),
        study_date="20260312",
        study_description="MRI upper abdomen",
        accession_number="ACC-2291",
    )
