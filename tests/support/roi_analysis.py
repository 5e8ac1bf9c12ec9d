"""A made-up analysis of a small study: real preprocessing and rules, invented scores."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine import aggregate
from engine.domain.case import Case
from engine.domain.package import ClinicalStatus, ModelManifest, ModelPackage, PreprocessSpec
from engine.domain.result import Analysis, Caution, Effect, Prediction
from engine.domain.sequence import SequenceRole
from engine.geometry.diameters import longest_diameter_mm
from engine.geometry.outline import volume_ml
from engine.preprocess.build import build_slice_inputs
from tests.support.roi_series import SmallStudy

LABELS = ("benign", "primary_malignancy", "metastasis")
SCORES = ((0.7, 0.2, 0.1), (0.2, 0.5, 0.3))
"""Scores of even and odd slices: a lesion of two slices sums to 0.9, 0.7, 0.4."""


def made_up_analysis(small: SmallStudy, case: Case, *, status: str = "simulated", withheld: bool = False) -> Analysis:
    """Return an analysis of every lesion of `case`; `withheld` as if the network could not run."""
    spec = PreprocessSpec((SequenceRole.T2,) * 3, in_plane_mm=1.0, input_px=32)
    manifest = ModelManifest(
        id="made-up",
        version="2.1.0",
        labels=LABELS,
        preprocess=spec,
        clinical_status=ClinicalStatus(status),
        intended_use="tests",
        files={"model.onnx": "0" * 64},
    )
    package = ModelPackage(Path("package"), manifest, "ab" * 32)
    inputs, predictions, lesions = {}, {}, []
    for roi in case.rois:
        seen = build_slice_inputs(small.volumes, roi, spec)
        answers = tuple(
            Prediction(
                ref=item.ref,
                logits=np.log(SCORES[number % 2]).astype(np.float32),
                probabilities=np.array(SCORES[number % 2]),
                cam=np.linspace(0, 1, 3 * 8 * 8, dtype=np.float32).reshape(3, 8, 8),
                features=np.zeros(4, dtype=np.float32),
            )
            for number, item in enumerate(seen)
        )
        inputs[roi.lesion_id], predictions[roi.lesion_id] = seen, answers
        lesions.append(
            aggregate.lesion_result(
                roi,
                answers,
                LABELS,
                longest_diameter_mm=longest_diameter_mm(roi, small.volume.affine),
                volume_ml=volume_ml(roi, small.volume),
            )
        )
    cautions = [Caution("t2-only", Effect.INFORM, "No DWI was used.")]
    if withheld:
        lesions, cautions = [], [Caution("coverage", Effect.WITHHOLD, "DWI does not cover the lesion.")]
    result = aggregate.study_result(
        lesions,
        cautions,
        package,
        provider="CPUExecutionProvider",
        case_digest=case.digest(),
        study_instance_uid=small.study.study_instance_uid,
        roles_used={"T2": small.series.key},
    )
    return Analysis(result, inputs, predictions, package)
